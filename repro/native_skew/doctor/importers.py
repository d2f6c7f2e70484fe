"""Whether a package always imports one of its modules, or only on demand.

Read from the package's Python files, which are not run.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from native_skew.distributions import parsed, regular_files

_FILES, _BYTES = 4000, 1 << 20
_TAKES_FAILURE = {"ImportError", "ModuleNotFoundError", "OSError", "Exception", "BaseException"}


Use = Literal["always", "on demand", "unknown"]


def use_of(module: str, sites: Sequence[Path]) -> Use:
    """How its own package imports ``module``; unknown if no import of it is found."""
    top, seen = module.partition(".")[0], False
    site = next((each for each in sites if (each / top).is_dir()), None)
    if site is None:
        return "unknown"
    for path in python_files(site / top):
        for runs_always in _imports_in(path, module, site):
            if runs_always:
                return "always"
            seen = True
    return "on demand" if seen else "unknown"


def users_of(module: str, sites: Sequence[Path]) -> Iterator[str]:
    """The Python modules that always import ``module``, a module of their own package."""
    for site in sites:
        for path in python_files(site / module.partition(".")[0]):
            if any(_imports_in(path, module, site)):
                parts = path.relative_to(site).with_suffix("").parts
                yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_one_of(package: str, modules: Iterable[str], sites: Sequence[Path]) -> bool:
    """Whether importing ``package`` itself always imports one of its ``modules``."""
    for site in sites:
        init = site / package / "__init__.py"
        if init.is_file():
            return any(any(_imports_in(init, each, site)) for each in modules)
    return False


def parts_of(package: Path) -> Iterator[str]:
    """The public modules and packages of Python right below ``package``."""
    paths: list[Path] = []
    with suppress(OSError):
        paths = sorted(package.iterdir())
    for path in paths:
        is_module = path.suffix == ".py" or (path / "__init__.py").is_file()
        if is_module and path.stem.isidentifier() and not path.stem.startswith("_"):
            yield path.stem


def python_files(folder: Path) -> Iterator[Path]:
    """The Python files of a package, its tests left out; not without end."""
    number = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(
            each for each in folders if each not in ("tests", "test", "__pycache__")
        )
        for name in sorted(names):
            if name.endswith(".py"):
                number += 1
                if number > _FILES:
                    return
                yield Path(place, name)


def _imports_in(path: Path, module: str, site: Path) -> Iterator[bool]:
    """For each import of ``module`` in a file: whether it runs whenever that is imported."""
    data = b""
    with suppress(OSError):
        data = regular_files.content(str(path), _BYTES)
    if module.rpartition(".")[2].encode() not in data:
        return
    package = ".".join(path.relative_to(site).parts[:-1])  # that relative imports start from
    waiting: list[tuple[ast.AST, bool]] = [(parsed(data), True)]
    while waiting:
        node, runs_always = waiting.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)) and module in _names(node, package):
            yield runs_always
        inside = runs_always and not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for child in ast.iter_child_nodes(node):
            guarded = isinstance(node, ast.Try) and child in node.body and _takes_failure(node)
            waiting.append((child, inside and not guarded))


def _names(node: ast.Import | ast.ImportFrom, package: str) -> set[str]:
    if isinstance(node, ast.Import):
        return {each.name for each in node.names}
    start = node.module or ""
    if node.level:
        parts = package.split(".")
        parts = parts[: len(parts) - node.level + 1]
        start = ".".join([*parts, *([node.module] if node.module else [])])
    return {start, *(f"{start}.{each.name}" for each in node.names)}


def _takes_failure(node: ast.Try) -> bool:
    for handler in node.handlers:
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        if any(each is None or getattr(each, "id", "") in _TAKES_FAILURE for each in kinds):
            return not any(isinstance(each, ast.Raise) for each in ast.walk(handler))
    return False
