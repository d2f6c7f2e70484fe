"""Shows, by running it, how a native module ends up with a library it was not built for."""

from pathlib import Path

__version__ = "0.1.0"


def shipped(*parts: str) -> Path:
    """The path of data that is installed with the code, as ``shipped("scenarios")``."""
    return Path(__file__).parent.joinpath(*parts)


def recorded() -> Path:
    """The folder of the record: a clone's, or the one installed with the package."""
    code = Path(__file__).resolve().parent
    if code.parent.name != "repro":
        return shipped("recorded")
    clone = code.parents[1]
    return (Path() if clone == Path.cwd() else clone) / "docs" / "results"
