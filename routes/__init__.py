"""ROUTES. Incidents become one network of routes, on which everything is counted and compared.

Values in, values out: no files, clock or sockets. The way down, each package importing only those before it: core,
indexing, ridges, attribution, network, pipelines, temporal.
"""
