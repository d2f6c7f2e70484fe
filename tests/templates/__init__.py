"""The templates, really baked, built and run."""
