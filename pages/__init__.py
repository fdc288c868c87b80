"""What a person sees. Each page is a short story: ask, reduce, show.

The way down: workspace <- service, filters <- monitor, method <- dashboard; headers stands by itself.
"""
