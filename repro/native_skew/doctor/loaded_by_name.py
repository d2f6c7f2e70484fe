"""Libraries that no module brings in: Python code, a framework or Qt loads them by their names.

The code is not run; what is certainly loaded is told apart from what may never be.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import msgspec

from native_skew.binaries import Loaded, Loader
from native_skew.distributions import Distribution, parsed, regular_files
from native_skew.doctor import importers, rules, system_libraries
from native_skew.doctor.environment import Environment
from native_skew.doctor.extension_modules import ExtensionModule
from native_skew.findings import Finding, listed, needing

# https://doc.qt.io/qt-6/qpa.html: without it, no window opens where there is a display
_PLATFORM = re.compile(r"/plugins/platforms/libqxcb\.so$")
_OF_OTHERS = re.compile(r"\.libs/|/tests?/")
_BYTES = 1 << 20
_SMALL = 100  # files of Python
_FINDERS, _LOADERS = ("find_library", "dlopen"), ("CDLL", "LoadLibrary")
_RAISED = ("ImportError", "OSError", "RuntimeError")
# Parsing is dear: most files call nothing of the kind.
_CALLS = re.compile("|".join(_FINDERS + _LOADERS).encode())
_RAISES = re.compile(rf"raise (?:{'|'.join(_RAISED)})".encode())


def lacking(
    modules: Iterable[ExtensionModule], environment: Environment, loader: Loader
) -> Iterator[Finding]:
    """Findings of those that need a library that the system does not have."""
    if environment.is_elsewhere or environment.target.system != "linux":
        return
    texts = lru_cache(maxsize=1)(_of_ctypes)  # of one package, several libraries follow each other
    known = {file.identity for module in modules for file in module.closure.files}
    for owner in environment.distributions:
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        for path in owner.files if owner.name else ():
            file = None if _OF_OTHERS.search(path) else loader.open(path)
            if not isinstance(file, Loaded) or file.identity in known:
                continue
            if names := _names(file, loader, environment):
                found.setdefault(_how(path, owner, environment, texts), {})[path] = names
        if owner.name and not owner.files:
            for source, words in asked_for(owner, of_failure=True):
                if names := not_there(words, loader):
                    found.setdefault("ctypes", {})[source] = names
        yield from (_finding(how, owner, paths, environment) for how, paths in found.items())


def asked_for(owner: Distribution, *, of_failure: bool = False) -> Iterator[tuple[str, list[str]]]:
    """The Python files of ``owner`` that load libraries by name, and the names.

    With ``of_failure``, only those of small packages that raise an error if there is none.
    """
    paths = owner.python_files()
    for path in paths if not of_failure or len(paths) < _SMALL else ():
        with suppress(OSError):
            data = regular_files.content(f"{owner.site}/{path}", _BYTES)
            if b"ctypes" not in data and b"dlopen" not in data:
                continue
            if not _CALLS.search(data) or (of_failure and not _RAISES.search(data)):
                continue
            names = _named_in(parsed(data), of_failure=of_failure)
            yield f"{owner.site}/{path}", [f"lib{each.removeprefix('lib')}" for each in names]


def _named_in(tree: ast.Module, *, of_failure: bool) -> list[str]:
    """The names in the calls in ``tree`` that load libraries, or in the lists that they iterate."""
    named, in_lists, through_lists, raises = [], [], False, not of_failure
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=called) | ast.Name(id=called)):
                called = called.lstrip("_")
                if called in _FINDERS + _LOADERS:
                    texts = [text for each in node.args for text in _texts(each)]
                    through_lists |= called in _FINDERS and not texts
                    named += texts
            case ast.List() | ast.Tuple():
                in_lists += texts if len(texts := _texts(node)) == len(node.elts) else []
            case ast.Raise(exc=ast.Call(func=ast.Name(id=kind)) | ast.Name(id=kind)):
                raises |= kind in _RAISED
    # Where a call names one itself, a list has other words, as soundfile's of its attributes.
    return (named or (in_lists if through_lists else [])) if raises else []


def _texts(node: ast.AST) -> list[str]:
    texts = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant))
    return [each for each in texts if isinstance(each, str)]


def not_there(words: Iterable[str], loader: Loader) -> tuple[str, ...]:
    """The libraries in ``words`` that wheels take from the system and that it lacks."""
    # A folder without an interpreter is looked at as this one would.
    program = loader.program or loader.open(os.path.realpath(sys.executable))
    names = system_libraries.named_in(words)
    if not isinstance(program, Loaded):
        return names
    needing_it = ((n, msgspec.structs.replace(program.header, needed=(n,))) for n in names)
    return tuple(
        name
        for name, header in needing_it
        if loader.closure(msgspec.structs.replace(program, header=header)).unresolved
    )


def _names(file: Loaded, loader: Loader, environment: Environment) -> tuple[str, ...]:
    """What the system lacks of the libraries that wheels are known to take from it, by name."""
    if loader.program and loader.program.header.architecture != file.header.architecture:
        return ()
    return tuple(
        gap.name
        for gap in loader.closure(file).unresolved
        if not (gap.foreign or gap.damaged or environment.owners.named(gap.name))
        and system_libraries.is_known(gap.name)
    )


def _how(
    path: str,
    owner: Distribution,
    environment: Environment,
    texts: Callable[[Path], tuple[bytes, ...]],
) -> str:
    """A sentence on who loads it."""
    if _PLATFORM.search(path):
        return "platform"
    name = path.rpartition("/")[2].partition(".so")[0].encode().removeprefix(b"lib")
    # gmsh.py loads lib/libgmsh.so.4.13, which lies beside the packages.
    places = [Path(owner.site, f"{top}.py") for top in owner.packages()]
    if package := environment.top(path):
        places.insert(0, package)
    by_name = any(name in text for place in places for text in texts(place))
    return "ctypes" if by_name else "unknown"


def _of_ctypes(place: Path) -> tuple[bytes, ...]:
    """The Python files of a package, or the one of a module, that mention ctypes."""
    found = []
    for source in (place,) if place.suffix == ".py" else importers.python_files(place):
        with suppress(OSError):
            text = regular_files.content(str(source), _BYTES)
            found += [text] if b"ctypes" in text else []
    return tuple(found)


def _finding(
    how: str, owner: Distribution, paths: dict[str, tuple[str, ...]], environment: Environment
) -> Finding:
    files = tuple(map(environment.relative, paths))
    names = tuple(dict.fromkeys(name for each in paths.values() for name in each))
    why = {
        "platform": "Imports succeed, and no window opens on a display without it.",
        "ctypes": f"{owner.title}'s own Python code loads it by its name.",
        "unknown": "Nothing imports it: it may be loaded when it is asked for.",
    }[how]
    rule = rules.OPTIONAL_MODULE if how == "unknown" else rules.MISSING_SYSTEM_LIBRARY
    return rule.finding(
        f"{needing(files[0], len(files))} {listed(names)}, which the system does not have. {why}",
        environment.location(owner, files[0]),
        {"needed": names, "files": files},
        system_libraries.advise(names, environment.image),
        level="warning" if how == "ctypes" else "note",
    )
