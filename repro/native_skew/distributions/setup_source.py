"""What a setup.py reveals without being run: stamped requirements, imports.

It reads the syntax tree and finds the usual patterns; finding nothing proves nothing.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from contextlib import suppress

_REQUIREMENTS = "install_requires"


def parsed(source: str | bytes) -> ast.Module:
    """The syntax tree of untrusted Python code; an empty one if it is invalid."""
    with warnings.catch_warnings(), suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        warnings.simplefilter("ignore")  # about its escape sequences
        return ast.parse(source)
    return ast.Module([], [])


def stamping_modules(text: str) -> tuple[str, ...]:
    """The packages that a setup.py uses to compute its ``install_requires``.

    For example ``epicscorelibs`` for ``epicscorelibs.version.abi_requires()``.
    """
    tree = parsed(text)
    imported = dict(_imports(tree))
    found = set()
    for expression in _requirement_expressions(tree):
        for node in ast.walk(expression):
            if isinstance(node, (ast.Call, ast.Attribute, ast.FormattedValue)):
                root = _root(node)
                if root in imported:
                    found.add(imported[root])
    return tuple(sorted(found))


def imports_at_once(text: str, module: str) -> bool:
    """Whether running ``text`` always imports ``module``: not in a function or a try."""
    return any(
        package == module
        for node in parsed(text).body
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for _, package in _imports(node)
    )


def imported(text: str) -> frozenset[str]:
    """The top-level packages that ``text`` imports anywhere."""
    return frozenset(package for _, package in _imports(parsed(text)))


def _imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(local name, package) of each import in ``tree``, itself included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                package = each.name.partition(".")[0]
                yield each.asname or package, package
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for each in node.names:
                yield each.asname or each.name, node.module.partition(".")[0]


def _requirement_expressions(tree: ast.Module) -> Iterator[ast.expr]:
    """What is passed as ``install_requires``, or assigned or appended to a name passed as such."""
    names = {_REQUIREMENTS}
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == _REQUIREMENTS:
            yield node.value
            if isinstance(node.value, ast.Name):
                names.add(node.value.id)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            if any(isinstance(each, ast.Name) and each.id in names for each in node.targets):
                yield node.value
        elif isinstance(node, ast.AugAssign):
            if isinstance(node.target, ast.Name) and node.target.id in names:
                yield node.value
        elif isinstance(node, ast.Call) and _root(node) in names:
            yield from node.args


def _root(node: ast.AST) -> str:
    """The name that an attribute, call or subscript expression starts with."""
    while True:
        if isinstance(node, ast.Name):
            return node.id
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, (ast.Attribute, ast.Subscript, ast.FormattedValue)):
            node = node.value
        else:
            return ""
