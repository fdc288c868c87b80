"""What a person sees. Each page is a short story: ask, reduce, show.

The way down: uploads, years <- workspace, intake <- grids, spans <- outcomes <- live <- service, filters <- notices,
listing <- portraits, neighbours <- figures <- catalogue, batches, columns <- wizard, beliefs, amendments <- monitor,
corridors, countries, incidents, changes, assumptions, method, stamps <- dashboard; headers stands by itself.
"""
