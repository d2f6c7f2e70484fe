"""The folders that imports search in an environment, found in the same way as by ``site``.

https://docs.python.org/3/library/site.html
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

import msgspec

from native_skew.binaries import rooted
from native_skew.distributions import parsed, regular_files
from native_skew.doctor.interpreter import EnvironmentPython

_PTH_BYTES, _PTH_FILES = 1 << 16, 1000
_FINDER_BYTES = 1 << 20
_ONE_MODULE = re.compile(r"import\s+\w+\s*;?\s*")
_HOOK = re.compile(r"import[ \t]+(\w*)")


class Sites(msgspec.Struct, frozen=True, kw_only=True):
    """Where imports look."""

    folders: tuple[Path, ...]  # in the order of the search
    sources: tuple[Path, ...] = ()  # those that ``.pth`` files add: no RECORD lists what is in them
    hooks: tuple[str, ...] = ()  # editable installs whose modules only their own code finds
    lost: tuple[tuple[str, str], ...] = ()  # each with a path that its code names and is not there
    leftover: tuple[Path, ...] = ()  # folders of packages that this interpreter does not search


def of_prefix(
    prefix: Path,
    interpreter: EnvironmentPython,
    root: str = "",
    environ: Mapping[str, str] = MappingProxyType({}),
) -> Sites:
    """The sites of an environment or installation, whose processes have the variables ``environ``.

    ``root`` is the folder that is ``/`` for it; empty for this machine's own.
    """
    python = interpreter.python
    found = _once(_of_python(prefix, python, root), root)
    if interpreter.sees_system and interpreter.home:
        base = Path(interpreter.home).parent
        users = _of_user(interpreter, environ)
        found = _once([*found, *users, *_of_python(base, python, root)], root)
    elif found and not interpreter.home:
        found = _once([*_of_user(interpreter, environ), *found], root)
    seen = {rooted.real(root, str(each)) for each in found}
    first = [Path(os.path.abspath(e)) for e in environ.get("PYTHONPATH", "").split(":") if e]  # noqa: PTH100
    sites = with_added(found, root)
    return msgspec.structs.replace(
        sites,
        folders=_once([*(first if found else ()), *sites.folders], root),
        leftover=tuple(
            each
            for each in _of_any_python(prefix, root)
            if rooted.real(root, str(each)) not in seen
        ),
    )


def _of_user(interpreter: EnvironmentPython, environ: Mapping[str, str]) -> Iterator[Path]:
    """https://docs.python.org/3/library/site.html#site.USER_SITE ."""
    home = environ.get("HOME", "")
    base = environ.get("PYTHONUSERBASE") or (f"{home}/.local" if home else "")
    if base and interpreter.python and not environ.get("PYTHONNOUSERSITE"):
        yield Path(base, "lib", f"python{interpreter.python}", "site-packages")


def with_added(folders: tuple[Path, ...], root: str) -> Sites:
    """``folders`` with what their ``.pth`` files add."""
    added: list[Path] = []
    hooks: list[str] = []
    lost: list[tuple[str, str]] = []
    for site in folders:
        for stem, line in _pth_lines(site):
            hook = _HOOK.match(line)
            if hook is None:
                path = f"{root}{line}" if line.startswith("/") else f"{site}/{line}"
                folder = Path(os.path.normpath(path))
                added += [folder] if _is_folder(folder) else []
                continue
            mapped = _mapped(site, stem)
            added += mapped
            if "editable" in stem.lower():
                hooks += [] if mapped else [stem]
                lost += [(stem, each) for each in _lost(stem, site / f"{hook[1]}.py", root)]
            if _ONE_MODULE.fullmatch(line):  # cmeel's adds prefixes below the folder
                added += sorted(site.glob(f"*/lib/{site.parent.name}/site-packages"))
    all_folders = _once([*folders, *added], root)
    return Sites(
        folders=all_folders,
        sources=tuple(each for each in all_folders if each not in folders),
        hooks=tuple(hooks),
        lost=tuple(lost),
    )


def _is_folder(path: Path) -> bool:
    """Not ``Path.is_dir``, which raises for a name too long and for what may not be read."""
    return os.path.isdir(path)  # noqa: PTH112


def _of_python(prefix: Path, python: str, root: str) -> Iterator[Path]:
    """The folders of ``site.getsitepackages``, with Windows', and those of Debian's patched one."""
    yield prefix / "Lib" / "site-packages"
    if not python:
        return
    if str(prefix) == f"{root}/usr":
        # https://wiki.debian.org/Python: Debian's own packages lie in dist-packages
        yield Path(f"{root}/usr/local/lib/python{python}/dist-packages")
        yield Path(f"{root}/usr/lib/python3/dist-packages")
        yield Path(f"{root}/usr/lib/python{python}/dist-packages")
    for library in ("lib", "lib64"):
        yield prefix / library / f"python{python}" / "site-packages"
    yield prefix / "lib" / f"python{python}" / "dist-packages"


def _of_any_python(prefix: Path, root: str) -> tuple[Path, ...]:
    found = [
        site
        for library in ("lib", "lib64")
        for pattern in ("python3*/site-packages", "python3*/dist-packages")
        for site in sorted((prefix / library).glob(pattern))
    ]
    return _once(found, root)


def _once(folders: Iterable[Path], root: str) -> tuple[Path, ...]:
    """Those that exist, each once: lib64 is often a link to lib."""
    found: dict[str, Path] = {}
    for each in folders:
        if _is_folder(each):
            found.setdefault(rooted.real(root, str(each)), each)
    return tuple(found.values())


def _pth_lines(site: Path) -> Iterator[tuple[str, str]]:
    """The lines of the ``.pth`` files in ``site``, with the file's stem, as ``site`` reads them."""
    with suppress(OSError):
        names = sorted(n for n in os.listdir(site) if n.endswith(".pth") and n[0] != ".")  # noqa: PTH208
        for name in names[:_PTH_FILES]:
            with suppress(OSError):
                for line in regular_files.text(f"{site}/{name}", _PTH_BYTES).splitlines():
                    if line.strip() and not line.startswith("#") and "\0" not in line:
                        yield name.removesuffix(".pth"), line.rstrip()


def _tree(path: Path) -> ast.Module:
    with suppress(OSError):
        return parsed(regular_files.text(str(path), _FINDER_BYTES))
    return parsed("")


def _lost(stem: str, hook: Path, root: str) -> list[str]:
    """The paths that an editable install's module names and that do not exist.

    meson-python's builds when it is imported: it needs its build folder, and ninja. Some of the
    sources that scikit-build-core's and setuptools' name may have been removed since.
    """
    # The absolute paths in its text: no other part of it has any.
    texts = (each.value for each in ast.walk(_tree(hook)) if isinstance(each, ast.Constant))
    paths = (t for t in texts if isinstance(t, str) and re.fullmatch(r"/[^\0\n]+", t))
    named = list(dict.fromkeys(paths))
    gone = [each for each in named if not os.path.exists(rooted.real(root, root + each))]  # noqa: PTH110
    return gone if stem.endswith("-editable") or len(gone) == len(named) else []


def _mapped(site: Path, stem: str) -> list[Path]:
    """The folders above the packages that setuptools' editable finder maps.

    Its module holds them as a literal: ``MAPPING = {'package': '/path/of/package'}``.
    """
    name = re.sub(r"\W", "_", stem)
    for node in _tree(site / f"{name}_finder.py").body:
        match node:
            case ast.AnnAssign(target=ast.Name(id="MAPPING"), value=ast.expr() as value):
                try:
                    mapping = ast.literal_eval(value)
                except (ValueError, TypeError, RecursionError):  # TypeError: of a list as a key
                    return []
                places = mapping.values() if isinstance(mapping, dict) else ()
                paths = [Path(each) for each in places if isinstance(each, str)]
                return [e.parent for e in paths if e.is_absolute() and _is_folder(e)]
    return []
