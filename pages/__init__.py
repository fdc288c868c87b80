"""What a person sees. Each page is a short story: ask, reduce, show.

The way down: workspace, intake <- service, filters <- monitor, method <- dashboard; headers stands by itself.
"""
