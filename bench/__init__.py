"""`make bench`: how fast the house is, in ratios within one run. `docs/performance.md` explains the figures."""
