"""What a person sees. Each page is a short story: ask, reduce, show.

The way down: uploads <- workspace, intake <- service, filters <- notices, listing <- batches, columns <- wizard
<- monitor, incidents, method <- dashboard; headers stands by itself.
"""
