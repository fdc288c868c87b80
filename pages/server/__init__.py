"""SERVER. HTTP routes beside the pages: the door before everything, map data, uploads, security headers, warming up.

In: requests. Out: responses.
"""
