"""The error messages that the site explains: one entry each, used by pages, box and tests.

Patterns are written for Python; ``for_script`` spells them for the browser.
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One error message.

    Attributes:
        id: the page's name below ``errors/``.
        title: the message, as a tool prints it, shortened by ``…``.
        meaning: what it says about the installation, one sentence for the paste box.
        patterns: any of them found means that this is the message; named groups are facts.
        examples: the message whole, as printed.
        rank: the lower, the closer to the cause; decides which page comes first.

    """

    id: str
    title: str
    meaning: str
    patterns: tuple[str, ...]
    examples: tuple[str, ...]
    rank: int


_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"

MESSAGES: tuple[Message, ...] = (
    Message(
        id="missing-library",
        title="ImportError: lib….so.…: cannot open shared object file",
        meaning="The module was built against another version of the library than is installed.",
        patterns=(r"(?P<library>lib[\w.+-]+?\.so(?:\.[\w.-]+)?): cannot open shared object file",),
        examples=(
            "ImportError: libdbRecStd.so.7.0.10.99.0: cannot open shared object file: "
            "No such file or directory",
            "ImportError: libfakecore.so.7.0.10.99.0: cannot open shared object file: "
            "No such file or directory",
        ),
        rank=3,
    ),
    Message(
        id="undefined-symbol",
        title="ImportError: ….so: undefined symbol: …",
        meaning="The library was found by its unversioned name and is not the one built against.",
        patterns=(r"undefined symbol: (?P<symbol>\w+)",),
        examples=(
            "ImportError: flash_attn_2_cuda.cpython-311-x86_64-linux-gnu.so: undefined symbol: "
            "_ZN3c104cuda9SetDeviceEi",
        ),
        rank=3,
    ),
    Message(
        id="violated-requirement",
        title="The package `x` requires `y`, but `z` is installed",
        meaning="The built wheel asks for another version than the resolver had settled on.",
        patterns=(
            r"The package `(?P<consumer>[^`]+)` requires `(?P<requirement>[^`]+)`, "
            r"but `(?P<installed>[^`]+)` is installed",
            rf"(?P<consumer>{_NAME}) (?P<consumer_version>\S+) has requirement "
            rf"(?P<requirement>.+?), but you have (?P<provider>{_NAME}) (?P<installed>\S+?)\.?\s*$",
        ),
        examples=(
            "The package `softioc` requires `epicscorelibs>=7.0.10.99.0.0,<7.0.10.99.1`, but "
            "`7.0.7.99.1.2` is installed",
            "fake-softioc 4.6.1 has requirement fake-corelibs<7.0.10.99.1,>=7.0.10.99.0.2, but "
            "you have fake-corelibs 7.0.7.99.1.2.",
        ),
        rank=2,
    ),
    Message(
        id="no-static-metadata",
        title="… does not declare static metadata, making runtime-matching impossible",
        meaning="match-runtime was asked for where uv cannot match the build to a resolution.",
        patterns=(
            rf"Extra build requirement `(?P<provider>{_NAME})` was declared with "
            rf"`match-runtime = true`, but `(?P<consumer>{_NAME})[^`]*` does not declare static",
            r"does not declare static metadata",
        ),
        examples=(
            "Extra build requirement `fake-corelibs` was declared with `match-runtime = true`, "
            "but `fake-softioc` does not declare static metadata, making runtime-matching "
            "impossible",
        ),
        rank=1,
    ),
    Message(
        id="not-in-resolution",
        title="… was declared with `match-runtime = true`, but was not found in the resolution",
        meaning="match-runtime names a package that the run-time resolution does not hold.",
        patterns=(
            rf"`(?P<provider>{_NAME})` was declared as an extra build dependency with "
            r"`match-runtime = true`, but was not found in the resolution",
            r"`match-runtime = true`, but was not found in the resolution",
        ),
        examples=(
            "`torch` was declared as an extra build dependency with `match-runtime = true`, but "
            "was not found in the resolution",
        ),
        rank=1,
    ),
    Message(
        id="no-pkg-resources",
        title="ModuleNotFoundError: No module named 'pkg_resources'",
        meaning="An older library's build helper needs a module that setuptools no longer has.",
        patterns=(r"No module named ['\"]?pkg_resources",),
        examples=("ModuleNotFoundError: No module named 'pkg_resources'",),
        rank=1,
    ),
    Message(
        id="no-build-backend",
        title="Cannot import 'setuptools.build_meta' … No module named 'setuptools'",
        meaning="Isolation is off, and the environment does not hold what the build requires.",
        patterns=(
            r"Cannot import (?:build backend )?['\"]?setuptools\.build_meta",
            r"No module named ['\"]?setuptools['\"]?\s*$",
        ),
        examples=(
            "pdm.exceptions.BuildError: Cannot import 'setuptools.build_meta'",
            "ModuleNotFoundError: No module named 'setuptools'",
        ),
        rank=1,
    ),
    Message(
        id="unsatisfiable-pin",
        title="No solution found when resolving dependencies … are incompatible",
        meaning="A published wheel's metadata forbids the version asked for.",
        patterns=(
            r"No solution found when resolving",
            r"requirements are unsatisfiable",
            rf"Because (?:all versions of )?(?P<consumer>{_NAME})(?:==\S+)? depends? on "
            rf"(?P<provider>{_NAME})",
            rf"ERROR: Cannot install (?P<consumer>{_NAME})",
            r"ResolutionImpossible",
            rf"Unable to find a resolution for (?P<provider>{_NAME})",
        ),
        examples=(
            "× No solution found when resolving dependencies: ╰─▶ Because fake-softioc==4.6.1 "
            "depends on fake-corelibs",
            "error: No solution found when resolving dependencies cause: Because "
            "fake-softioc==4.6.1 depends on fake-corelibs",
            "ERROR: ResolutionImpossible: for help visit",
            "ERROR: Unable to find a resolution for fake-corelibs",
        ),
        rank=1,
    ),
    Message(
        id="wrong-result",
        title="No error, or: size changed, may indicate binary incompatibility",
        meaning="The module runs with another ABI than it was built for, and nothing stops it.",
        patterns=(
            r"size changed, may indicate binary incompatibility",
            r"libxml2 library version mismatch",
            r"compiled (?:against|using) (?:NumPy|ABI|API) version",
        ),
        examples=(
            "ValueError: numpy.dtype size changed, may indicate binary incompatibility",
            "xmlsec.InternalError: (-1, 'lxml & xmlsec libxml2 library version mismatch')",
        ),
        rank=3,
    ),
)


def regexes(message: Message) -> tuple[str, ...]:
    """The patterns, with any gap for a space: tools break lines, and uv frames them."""
    return tuple(pattern.replace(" ", r"[\s│]+") for pattern in message.patterns)


def recognise(text: str) -> tuple[Message, ...]:
    """The messages found in ``text``, the closest to the cause first."""
    found = [m for m in MESSAGES if any(re.search(p, text, re.MULTILINE) for p in regexes(m))]
    return tuple(sorted(found, key=lambda message: message.rank))


def for_script(prefix: str) -> str:
    """The table as JSON for the paste box; ``prefix`` leads to the pages' folder."""
    entries: list[dict[str, Any]] = [
        {
            "title": m.title,
            "meaning": m.meaning,
            "href": f"{prefix}errors/{m.id}/",
            "patterns": [p.replace("(?P<", "(?<") for p in regexes(m)],
            "rank": m.rank,
        }
        for m in MESSAGES
    ]
    return json.dumps(entries, ensure_ascii=False).replace("</", "<\\/")
