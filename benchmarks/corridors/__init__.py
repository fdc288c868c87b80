"""The benchmark of corridors: made-up regions with known routes, pure noise, real sea lanes and real labels.

``python -m benchmarks.corridors`` runs our reduction and its peers over all of them and writes ``docs/corridors.md``.
The way down: regions, planes, skeletons <- worlds, networks <- lanes, scores <- kde, scms, clusters, elastic, trips,
ours <- methods <- figures <- choices, runs <- gates, maps <- report <- labels. ``calibration`` stands beside them, for
support.
"""
