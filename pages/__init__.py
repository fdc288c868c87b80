"""What a person sees. Each page is a short story: ask, reduce, show.

The way down: uploads, years <- workspace, intake <- service, filters <- notices, listing <- portraits, neighbours <-
figures <- catalogue, batches, columns <- wizard, grids <- spans, outcomes, beliefs, amendments <- monitor, corridors,
countries, incidents, changes, assumptions, method <- dashboard; headers stands by itself.
"""
