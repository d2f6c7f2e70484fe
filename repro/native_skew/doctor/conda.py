"""What conda has installed in a prefix, by its records; and conda's commands.

Each package has a record, a JSON file in ``conda-meta``, which lists the files that it owns.
https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/environments.html
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec.structs import replace
from packaging.utils import canonicalize_name

from native_skew.distributions import SHARED, Distribution, nameless, regular_files
from native_skew.doctor.inventory import Inventory
from native_skew.findings import Advice

_RECORDS, _BYTES = 5000, 32 << 20
# ``icu >=75.1,<76.0a0 h1*``: name, versions where an operator leads, build.
_DEPENDS = re.compile(r"(\S+) +([<>=!~]=?[\w.,<>=!~*]+)( .*)?")


class _Record(msgspec.Struct, frozen=True):
    name: str
    version: str
    files: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()


def added(inventory: Inventory, prefix: Path) -> Inventory:
    """``inventory`` with the packages that only conda records, and what all of them require."""
    records = {each.name: each for each in _records(prefix / "conda-meta")}
    if not records:
        return inventory
    known = {each.name: each for each in inventory.distributions if each.name}
    owned = {path for each in known.values() for path in each.files}
    packages: dict[str, Distribution] = {}
    gone: list[tuple[Distribution, tuple[str, ...]]] = []
    for record in records.values():
        paths = [f"{prefix}/{name}" for name in record.files if SHARED.search(name)]
        lost = tuple(path for path in paths if not os.path.lexists(path))
        files = tuple(path for path in paths if path not in lost and path not in owned)
        package = nameless(files, name=record.name, version=record.version, installer="conda")
        gone += [(package, lost)] if lost else []
        if one := known.get(record.name):  # its .dist-info has no RECORD, or not all in it
            known[record.name] = replace(one, files=(*one.files, *files))
        elif files or lost:
            packages[record.name] = package
    named = known | packages
    complete = [_with_depends(each, records, named) for each in named.values()]
    of_packages = {path for each in complete for path in each.files}
    left = (path for each in inventory.distributions if not each.name for path in each.files)
    unowned = nameless(tuple(path for path in left if path not in of_packages))
    has_unowned = any(not each.name for each in inventory.distributions)
    return replace(
        inventory,
        distributions=(*complete, *([unowned] if has_unowned else [])),
        gone=(*(pair for pair in inventory.gone if pair[0].installer != "conda"), *gone),
    )


def _records(folder: Path) -> Iterator[_Record]:
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".json"))  # noqa: PTH208
    except OSError:
        return
    for name in names[:_RECORDS]:
        try:
            content = regular_files.content(f"{folder}/{name}", _BYTES)
            record = msgspec.json.decode(content, type=_Record)
        except (OSError, ValueError, RecursionError):
            continue
        files = (e for e in record.files if not e.startswith("/") and ".." not in e.split("/"))
        yield replace(record, files=tuple(files))


def _with_depends(
    one: Distribution, records: dict[str, _Record], named: dict[str, Distribution]
) -> Distribution:
    """``one`` with its dependencies by conda's record, as far as they are judged here."""
    if one.installer != "conda" or one.name not in records:
        return one
    found = (_DEPENDS.fullmatch(each) for each in records[one.name].depends)
    requires = tuple(
        f"{match[1]}{match[2]}"
        for match in found
        if match and match[1] in named and canonicalize_name(match[1]) == match[1]
    )
    return replace(one, requires_dist=(*one.requires_dist, *requires))


def installing(names: Iterable[str], title: str, *options: str) -> tuple[Advice, ...]:
    """``conda install``, or another of its commands, with ``names`` in its spelling."""
    command, *rest = options or ("install",)
    # ``icu=73`` of ``icu==73.*``:
    # https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/pkg-specs.html
    spelled = (re.sub(r"==([\w.]+?)(\.\*)?$", r"=\1", each) for each in names)
    words = ("conda", command, *rest, *spelled)
    return (Advice(remedy="", title=title, tool=f"conda {command}", commands=(shlex.join(words),)),)


def elsewhere(words: tuple[str, ...], prefix: str) -> tuple[str, ...]:
    """A command of ``installing`` for the environment at ``prefix``, whether active or not."""
    return (*words[:2], "--prefix", prefix, *words[2:]) if words[0] == "conda" else words
