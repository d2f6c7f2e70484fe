"""Whether a release will skew others: reads its files, compares, judges; runs none of them."""
