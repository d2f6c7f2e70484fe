"""Shows, by running it, how a native module ends up with a library it was not built for."""

__version__ = "0.1.0"
