"""What the benchmarks share: servers on cores of their own, the load, the search for the most, tables."""
