"""IO. Incidents out to files, and a plain table in.

In: a frame or a path. Out: files, frames.
"""
