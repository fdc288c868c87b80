"""SERVER. HTTP routes beside the pages: map data, uploads, security headers, warming up.

In: requests. Out: responses.
"""
