"""Shows, by running it, how a native module ends up with a library it was not built for."""

from pathlib import Path

__version__ = "0.1.0"


def shipped(*parts: str) -> Path:
    """What lies beside the code and is no code: ``shipped("scenarios")`` is that folder."""
    return Path(__file__).parent.joinpath(*parts)
