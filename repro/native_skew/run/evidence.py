"""Evidence: where the installed module comes from, what it holds for, and no machine's paths."""

from __future__ import annotations

import datetime as dt
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from native_skew import __version__
from native_skew.distributions import archives
from native_skew.observe import Observation
from native_skew.results import Circumstances, Result
from native_skew.toolchain import Compiler, Interpreter, Sandbox, Tool


def origin_of(
    consumer: str, observation: Observation | None
) -> Literal["published", "built", "none"]:
    """Whether the installed consumer is a wheel that was published, or one built here.

    Told by the installed WHEEL file: a public index takes no ``linux_…`` tag, and the wheels
    of the fake pair name their generator.
    """
    installed = [
        each for each in (observation.distributions if observation else ()) if each.name == consumer
    ]
    if not installed:
        return "none"
    here = any("-linux_" in tag for tag in installed[0].tags)
    return "built" if here and installed[0].generator != archives.GENERATOR else "published"


def circumstances_of(
    interpreter: Interpreter, compiler: Compiler, check_tools: Iterable[Tool]
) -> Circumstances:
    """What a result that is made now holds for."""
    return Circumstances(
        kit_version=__version__,
        python=interpreter.version,
        platform=platform.platform(aliased=True, terse=True) + " " + platform.machine(),
        compiler=Path(compiler.title).name,
        checks={tool.name: tool.version for tool in check_tools},
        date=dt.datetime.now(tz=dt.timezone.utc).date().isoformat(),
    )


def replacements(
    sandbox: Sandbox, work: Path, interpreter: Interpreter, live: bool
) -> dict[str, str]:
    """Paths and addresses of this machine, and what stands for them in the record."""
    prefix = str(Path(interpreter.path).resolve().parent.parent)
    scheme = sandbox.index_url.partition(":")[0]
    found = {
        sandbox.index_url.rstrip("/").removesuffix("/simple"): (
            "https://the-package-index" if live else f"{scheme}://127.0.0.1:8000"
        ),
        str(sandbox.root): "/cell",
        str(work / "tools"): "/tools",
    }
    if len(Path.home().parts) > 1:  # a tool may say which interpreter it found there
        found[f"{Path.home()}/"] = "~/"
    # An interpreter of the system's is named alike everywhere.
    return found if prefix.startswith("/usr") else {**found, prefix: "/python"}


def redact(result: Result, replacements: Mapping[str, str]) -> Result:
    """Replaces this machine's paths and addresses wherever they stand in ``result``."""
    text = msgspec.json.encode(result).decode()
    for old, new in sorted(replacements.items(), key=lambda item: -len(item[0])):
        text = text.replace(old, new)
    return msgspec.json.decode(text, type=Result)
