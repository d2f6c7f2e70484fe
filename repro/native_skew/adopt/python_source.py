"""Python source that is read and never run: follows names, and replaces spans.

``ast`` counts columns in UTF-8 bytes, so spans are in bytes here too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import msgspec

from native_skew.adopt.errors import NotUnderstoodError

# Methods that change a list after its assignment.
_CHANGES = {"append", "extend", "insert", "remove", "pop", "clear", "update", "setdefault"}


class Edit(msgspec.Struct, frozen=True, order=True):
    """Replaces the bytes ``start`` to ``end`` of a source with ``text``."""

    start: int
    end: int
    text: str


class Source:
    """A module's text and tree, if it is Python for the interpreter that reads it."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self._bytes = text.encode()
        try:
            self.tree = ast.parse(self._bytes, name)
        except (SyntaxError, ValueError, RecursionError) as error:
            line = getattr(error, "lineno", None)
            raise NotUnderstoodError(
                f"{name}:{line}" if line else name,
                f"not valid Python ({error})",
                "correct it, or run again with the Python for which it is written",
            ) from error
        self._starts = [0]
        for line in self._bytes.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self.imports: dict[str, str] = {}  # local names, and the dotted things that they stand for
        self._assigned: dict[str, list[ast.Assign | ast.AnnAssign]] = {}
        self._changed: set[str] = set()
        self._added: dict[str, list[ast.expr]] = {}
        for node in ast.walk(self.tree):
            self._note(node)

    def _note(self, node: ast.AST) -> None:
        """Remembers what is imported, assigned, and changed later."""
        match node:
            case ast.Import(names=names):
                for each in names:
                    root = each.name.partition(".")[0]
                    self.imports |= {each.asname: each.name} if each.asname else {root: root}
            case ast.ImportFrom(module=module, names=names):
                module = module or ""
                self.imports |= {e.asname or e.name: f"{module}.{e.name}" for e in names}
            case ast.Assign(targets=[ast.Name(id=name)]):
                self._assigned.setdefault(name, []).append(node)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
                self._assigned.setdefault(name, []).append(node)
            case ast.Assign(targets=targets):
                self._changed |= {
                    part.id
                    for each in targets
                    for part in ast.walk(each)
                    if isinstance(part, ast.Name)
                }
            case ast.AugAssign(target=ast.Name(id=name), value=value):
                self._added.setdefault(name, []).append(value)
            case ast.For(target=ast.Name(id=name)):
                self._changed.add(name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attribute), args=args):
                if attribute in _CHANGES:
                    self._added.setdefault(name, []).extend(args)
            case _:
                pass

    def where(self, node: ast.expr | ast.stmt) -> str:
        """The file and line of ``node``."""
        return f"{self.name}:{node.lineno}"

    def offsets(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """Where ``node`` begins and ends, in bytes."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return (
            self._starts[node.lineno - 1] + node.col_offset,
            self._starts[end_line - 1] + end_column,
        )

    def line_start(self, line: int) -> int:
        """Where line ``line`` (from 1) begins, in bytes; past the last line, the end."""
        return self._starts[min(line - 1, len(self._starts) - 1)]

    def slice(self, start: int, end: int) -> str:
        """The text between two offsets."""
        return self._bytes[start:end].decode()

    def code(self, node: ast.expr) -> str:
        """The source text of ``node``."""
        return self.slice(*self.offsets(node))

    def assignment(self, name: str) -> ast.Assign | ast.AnnAssign | None:
        """The one assignment to ``name``; None if there are several, or its value is changed."""
        found = self._assigned.get(name, [])
        changed = name in self._changed or name in self._added
        return found[0] if len(found) == 1 and not changed else None

    def value(self, node: ast.expr) -> ast.expr:
        """``node``, or, if it is a name with one assignment, the value assigned."""
        if isinstance(node, ast.Name) and (assignment := self.assignment(node.id)):
            assert assignment.value is not None
            return assignment.value
        return node

    def reached(self, node: ast.AST) -> Iterator[ast.AST]:
        """``node``, all nodes below it, and all that is assigned to the names in it."""
        seen: set[str] = set()
        waiting: list[ast.AST] = [node]
        while waiting:
            for each in ast.walk(waiting.pop()):
                yield each
                if isinstance(each, ast.Name) and each.id not in seen:
                    seen.add(each.id)
                    waiting += [a.value for a in self._assigned.get(each.id, []) if a.value]
                    waiting += self._added.get(each.id, [])

    def modules(self, node: ast.AST) -> set[str]:
        """The dotted names of all imports that are reached from ``node``."""
        names = (each.id for each in self.reached(node) if isinstance(each, ast.Name))
        return {self.imports[name] for name in names if name in self.imports}

    def texts(self, node: ast.AST) -> tuple[str, ...]:
        """The string constants reached from ``node``."""
        found = (each.value for each in self.reached(node) if isinstance(each, ast.Constant))
        return tuple(value for value in found if isinstance(value, str))

    def with_edits(self, edits: list[Edit]) -> str:
        """The text with all of ``edits`` made; they do not overlap."""
        content = self._bytes
        for edit in sorted(edits, reverse=True):
            content = content[: edit.start] + edit.text.encode() + content[edit.end :]
        return content.decode()
