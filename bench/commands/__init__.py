"""The benchmarks, a module each with a main(), and what only one of them needs."""
