"""The figures that we claim, each a ratio against a peer measured in the same run: ``make bench``."""
