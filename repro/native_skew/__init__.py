"""Shows, by running it, how a native module ends up with a library it was not built for."""

from pathlib import Path

__version__ = "0.1.0"


def shipped(*parts: str) -> Path:
    """What lies beside the code and is no code: ``shipped("scenarios")`` is that folder."""
    return Path(__file__).parent.joinpath(*parts)


def recorded() -> Path:
    """The folder of what is recorded: a clone's, or what an installed kit brings along."""
    code = Path(__file__).resolve().parent
    if code.parent.name != "repro":
        return shipped("recorded")
    clone = code.parents[1]
    return (Path() if clone == Path.cwd() else clone) / "docs" / "results"
