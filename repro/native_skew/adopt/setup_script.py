"""What a ``setup.py`` passes to ``setup()``: requirements, and how extensions are linked."""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from native_skew.adopt.errors import NotUnderstoodError
from native_skew.adopt.python_source import Edit, Source
from native_skew.adopt.ranges import same_name

_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")
# Modules for reading a version, not providers.
_READERS = {"importlib_metadata", "packaging", "pkg_resources", "setuptools", "setuptools_dso"}
_BY_HAND = "write project.dependencies in pyproject.toml by hand, as a list of plain strings"


class RequirementEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of ``install_requires``."""

    where: str  # file and line
    text: str  # the requirement as written, or the source code of a stamp
    stamp: str | None = None  # the distribution whose installed version decides what the entry says
    comments: tuple[str, ...] = ()  # those above it, or after it on the line


class SetupScript(Source):
    """A ``setup.py`` with one call of ``setup()``; ``local`` names the project's own modules."""

    def __init__(self, name: str, text: str, local: frozenset[str] = frozenset()) -> None:
        super().__init__(name, text)
        self.local = local
        calls = [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Call) and _called(node) == "setup"
        ]
        if len(calls) != 1:
            raise NotUnderstoodError(
                name, f"{len(calls)} calls of setup() where one is expected", _BY_HAND
            )
        self.call = calls[0]

    @property
    def extensions(self) -> tuple[ast.Call, ...]:
        """The calls that describe an extension module, with any library's class.

        The class may have got another name, as in ``extension = CppExtension``.
        """
        calls = (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))
        return tuple(
            call
            for call in calls
            if _called(call).endswith("Extension")
            or (
                isinstance(call.func, ast.Name)
                and any(each.endswith("Extension") for each in self.modules(call.func))
            )
        )

    def keyword(self, name: str) -> ast.keyword | None:
        """The argument ``name`` of ``setup()``."""
        found = argument(self.call, name)
        if found is None and any(each.arg is None for each in self.call.keywords):
            raise NotUnderstoodError(
                self.where(self.call), f"setup(**...) may or may not have {name}", _BY_HAND
            )
        return found

    def texts_of(self, call: ast.Call, *names: str) -> list[tuple[str, str]]:
        """The string constants in these arguments of ``call``, each with the argument's name."""
        found = [(name, argument(call, name)) for name in names]
        return [(name, text) for name, each in found if each for text in self.texts(each.value)]

    def requirements(self, build_names: tuple[str, ...]) -> tuple[RequirementEntry, ...]:
        """The entries of ``install_requires``; ``build_names`` are what a build requires."""
        keyword = self.keyword("install_requires")
        if keyword is None:
            return ()
        value = self.value(keyword.value)
        if not isinstance(value, (ast.List, ast.Tuple)):
            raise NotUnderstoodError(
                self.where(keyword.value),
                f"install_requires={self.code(keyword.value)} is not a list that is written down once",
                _BY_HAND,
            )
        comments = self._comments(value)
        return tuple(
            self._entry(each, build_names, comments.get(number, ()))
            for number, each in enumerate(value.elts)
        )

    def _entry(
        self, node: ast.expr, build_names: tuple[str, ...], comments: tuple[str, ...]
    ) -> RequirementEntry:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return RequirementEntry(where=self.where(node), text=node.value, comments=comments)
        where, code = self.where(node), self.code(node)
        name = self._stamp(node, build_names)
        if name is None:
            own = sorted({each.partition(".")[0] for each in self.modules(node)} & self.local)
            how = f" from the project's own {', '.join(own)}"
            unsaid = ", and does not say from which distribution"
            reason = f"{code} is computed{how if own else unsaid}"
            raise NotUnderstoodError(where, reason, _BY_HAND)
        return RequirementEntry(where=where, text=code, stamp=name, comments=comments)

    def _stamp(self, node: ast.expr, build_names: tuple[str, ...]) -> str | None:
        """The distribution whose installed version goes into ``node``."""
        modules = {name.partition(".")[0] for name in self.modules(node)}
        foreign = sorted(modules - set(sys.stdlib_module_names) - _READERS - self.local)
        reads = bool(modules & {"importlib", *_READERS})  # importlib.metadata.version(...)
        if isinstance(node, ast.Starred) or not (foreign or reads):
            return None
        texts = self.texts(node)
        known = [
            name
            for name in build_names
            if any(same_name(name, each) for each in (*texts, *foreign))
        ]
        found = _NAME.match(texts[0]) if texts else None
        if len(known) == 1:
            return known[0]
        if found and not known and (reads or same_name(found[1], "".join(foreign[:1]))):
            return found[1]
        return foreign[0] if len(foreign) == 1 and not known else None

    def _comments(self, value: ast.List | ast.Tuple) -> dict[int, tuple[str, ...]]:
        """The comments inside a list, by the index of the entry to which they belong."""
        start, end = self.offsets(value)
        first = value.lineno
        found: dict[int, tuple[str, ...]] = {}
        text = self.slice(start, end)
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type != tokenize.COMMENT:
                continue
            line = token.start[0] + first - 1
            numbers = [n for n, each in enumerate(value.elts) if (each.end_lineno or 0) >= line]
            number = numbers[0] if numbers else len(value.elts) - 1
            found[number] = (*found.get(number, ()), token.string.lstrip("# ").rstrip())
        return found

    def without_requirements(self) -> list[Edit]:
        """The edits that remove ``install_requires``, and the imports that only it needed."""
        keyword = self.keyword("install_requires")
        assert keyword is not None
        gone: list[ast.AST] = [keyword.value]
        edits = [self._without_argument(keyword)]
        if isinstance(keyword.value, ast.Name):
            name = keyword.value.id
            uses = [n for n in ast.walk(self.tree) if isinstance(n, ast.Name) and n.id == name]
            assignment = self.assignment(name)
            if assignment is None or len(uses) > 2:
                raise NotUnderstoodError(
                    self.where(keyword.value), f"{name} is used for something else too", _BY_HAND
                )
            edits.append(self._without_lines(assignment))
            gone.append(assignment)
        return [*edits, *self._without_imports(gone)]

    def with_requirements(self, changed: Mapping[int, str]) -> list[Edit]:
        """The edits that replace entries of ``install_requires`` in their place."""
        keyword = self.keyword("install_requires")
        assert keyword is not None
        value = self.value(keyword.value)
        assert isinstance(value, (ast.List, ast.Tuple))
        edits = [
            Edit(*self.offsets(value.elts[number]), quoted(text))
            for number, text in changed.items()
        ]
        return [*edits, *self._without_imports([value.elts[number] for number in changed])]

    def _without_argument(self, keyword: ast.keyword) -> Edit:
        """The argument's whole lines if nothing else is on them, else up to the next argument."""
        arguments = arguments_of(self.call)
        position = arguments.index(keyword)
        first, last = keyword.lineno, keyword.end_lineno or keyword.lineno
        others = [each for each in arguments if each is not keyword]
        shared = any(
            each.lineno <= last and (each.end_lineno or 0) >= first for each in others
        ) or not self.call.func.lineno < first <= last < (self.call.end_lineno or 0)
        if not shared:
            return Edit(self.line_start(first), self.line_start(last + 1), "")
        start, end = self.offsets(keyword)
        if position:
            return Edit(self.offsets(arguments[position - 1])[1], end, "")
        if others:
            return Edit(start, self.offsets(arguments[1])[0], "")
        return Edit(start, end, "")

    def _without_lines(self, node: ast.stmt) -> Edit:
        """Its lines, and one of two blank lines that would become adjacent."""
        first, after = node.lineno, (node.end_lineno or node.lineno) + 1
        before, behind = (
            self.slice(self.line_start(line), self.line_start(line + 1))
            for line in (max(first - 1, 1), after)
        )
        more = int(before == behind == "\n")
        return Edit(self.line_start(first), self.line_start(after + more), "")

    def _without_imports(self, gone: Sequence[ast.AST]) -> Iterator[Edit]:
        """The edits that remove imports, on lines of their own, of what only ``gone`` uses.

        An import that is left could fail at build time.
        """
        used = {each for node in gone for each in ast.walk(node)}
        left = set(ast.walk(self.tree)) - used
        plain = [n for n in self.tree.body if isinstance(n, (ast.Import, ast.ImportFrom))]
        bound = [_binds(each) for each in plain]
        for node in plain:
            alias = node.names[0]
            name = alias.asname or alias.name
            alone = len(node.names) == 1 and _is_used(name, used) and not _is_used(name, left)
            # `import a.b` also gives the name a, which others may use.
            if alone and (bound.count(_binds(node)) > 1 or not _is_used(_binds(node), left)):
                yield self._without_lines(node)


def quoted(text: str) -> str:
    """``text`` as a Python string; a marker in it gets double quotes."""
    return f"'{text}'" if '"' in text else f'"{text}"'


def arguments_of(call: ast.Call) -> list[ast.expr | ast.keyword]:
    """All arguments of ``call``, in the order of the source."""
    found: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    return sorted(found, key=lambda each: (each.lineno, each.col_offset))


def argument(call: ast.Call, name: str) -> ast.keyword | None:
    """The keyword argument ``name`` of ``call``."""
    return next((each for each in call.keywords if each.arg == name), None)


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _binds(node: ast.Import | ast.ImportFrom) -> str:
    """The local name that an import of one thing binds."""
    alias = node.names[0]
    return alias.asname or alias.name.partition(".")[0]


def _is_used(name: str, nodes: set[ast.AST]) -> bool:
    """Whether one of ``nodes`` is ``name`` or an attribute of it."""
    dotted = map(_dotted, nodes)
    return any(each == name or each.startswith(f"{name}.") for each in dotted)


def _dotted(node: ast.AST) -> str:
    """``a.b.c`` for such an expression; empty for any other."""
    if isinstance(node, ast.Name):
        return node.id
    base = _dotted(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{base}.{node.attr}" if isinstance(node, ast.Attribute) and base else ""
