"""Which providers a project's modules are linked to, and whether the loader finds their libraries.

A module finds a library in another package's folder through a RUNPATH that starts with
``$ORIGIN``, the module's own folder (ld.so(8)).
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence

from native_skew.adopt.causes import Link, SkewCause, Wishes
from native_skew.adopt.project import Project
from native_skew.adopt.python_source import Edit
from native_skew.adopt.setup_script import SetupScript, argument, arguments_of

# Distributions that others compile against without linking to a library in them.
HEADERS_ONLY = {"cffi", "cython", "mypy", "nanobind", "numpy", "pybind11", "setuptools"}
# Many projects require these in both places; they have no library to link to.
TOOLS = HEADERS_ONLY | {
    "cmake", "importlib-metadata", "meson", "ninja", "packaging", "setuptools-dso",
    "setuptools-scm", "tomli", "typing-extensions", "wheel",
}  # fmt: skip
_LINKING = ("extra_link_args", "library_dirs", "libraries", "extra_objects", "runtime_library_dirs")
_LIBRARY = re.compile(r"(?:^|/|-l:)(lib[A-Za-z0-9_+.-]+?\.so)(?:\.[0-9.]+)?$")
_NAMED = re.compile(r"-l([A-Za-z0-9_+.-]+)$")
_FOLDER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
_FOLDER_HINT = " (FOLDER: that of the library in the package; --library-folder names it)"
_OF_THE_SYSTEM = {"c", "m", "dl", "rt", "pthread", "stdc++", "util", "z"}
# Extension classes that link to a library of their own package, which loads it in its own way:
# none of them needs a RUNPATH.
CLASSES = {
    "torch": ("libtorch.so", "libtorch_cpu.so", "libtorch_python.so", "libc10.so"),
}


def links(project: Project) -> tuple[Link, ...]:
    """What the modules are linked to, as far as ``setup.py`` tells."""
    if project.script is None:
        return ()
    script = project.script
    return tuple(link for call in script.extensions for link in _links_of(script, call))


def _links_of(script: SetupScript, call: ast.Call) -> Iterator[Link]:
    where = script.where(call)
    by_dso: dict[str, list[str]] = {}
    for _, text in script.texts_of(call, "dsos"):  # setuptools_dso: dotted, RUNPATH included
        package, _, library = text.rpartition(".")
        by_dso.setdefault(package.partition(".")[0], []).append(f"lib{library}.so")
    for package, names in by_dso.items():
        yield Link(provider=package, where=where, libraries=tuple(names))
    for root in sorted(_roots(script, call.func) & CLASSES.keys()):
        yield Link(provider=root, where=where, libraries=CLASSES[root])
    arguments = [each for name in _LINKING if (each := argument(call, name))]
    roots = {root for each in arguments for root in _roots(script, each.value)}
    libraries = tuple(_libraries(script.texts_of(call, *_LINKING)))
    for root in sorted(roots - HEADERS_ONLY - by_dso.keys() - CLASSES.keys()):
        yield Link(provider=root, where=where, libraries=libraries)


def _roots(script: SetupScript, node: ast.AST) -> set[str]:
    """The foreign packages that ``node`` refers to, directly or through names."""
    roots = {name.partition(".")[0] for name in script.modules(node)}
    own = sys.stdlib_module_names | script.local
    return {root for root in roots if root and root not in own}


def _libraries(texts: list[tuple[str, str]]) -> Iterator[str]:
    for name, text in texts:
        if found := _LIBRARY.search(text):
            yield found[1]
        elif (found := _NAMED.match(text)) and found[1] not in _OF_THE_SYSTEM:
            yield f"lib{found[1]}.so"
        elif name == "libraries" and text not in _OF_THE_SYSTEM:
            yield f"lib{text}.so"


def check_runpath(
    project: Project, providers: Sequence[str], wishes: Wishes
) -> Iterator[SkewCause]:
    """The modules linked to ``providers`` that would not find their libraries, with the fix."""
    script = project.script
    for call in script.extensions if script else ():
        assert script is not None
        if argument(call, "dsos"):  # setuptools_dso sets it
            continue
        linked = {link.provider for link in _links_of(script, call)} - CLASSES.keys()
        texts = [e for _, e in script.texts_of(call, "extra_link_args", "runtime_library_dirs")]
        missing = [
            each for each in providers if each in linked and not _found(each, texts, providers)
        ]
        if missing:
            yield from _without_runpath(project, script, call, missing, wishes)


def _found(provider: str, texts: Sequence[str], providers: Sequence[str]) -> bool:
    """Whether one of ``texts`` leads to ``provider``, or at least to none of the other packages."""
    relative = [text for text in texts if "$ORIGIN" in text or "${ORIGIN}" in text]
    return any(
        provider in text or not any(other in text for other in providers) for text in relative
    )


def _without_runpath(
    project: Project, script: SetupScript, call: ast.Call, providers: list[str], wishes: Wishes
) -> Iterator[SkewCause]:
    """A finding for each of ``providers``, and one edit for all."""
    runtime = argument(call, "runtime_library_dirs")
    folder = wishes.library_folder or _folder(script, call)
    name = _module_name(call)
    up = "/..".join([""] * ((name or "package.module").count(".") + 1))
    options = [
        f"-Wl,--enable-new-dtags,-rpath,$ORIGIN{up}/{each}/{folder or 'FOLDER'}"
        for each in providers
    ]
    edit = _with_link_arguments(script, call, options)
    by_hand = folder is None or name is None or edit is None or runtime is not None
    if edit and not by_hand:
        project.edits.append(edit)
    hint = "" if folder else _FOLDER_HINT
    for provider, option in zip(providers, options, strict=True):
        what = f"the module is linked to a library of {provider}, with no RUNPATH that leads there"
        if runtime:
            what = (
                f"runtime_library_dirs={script.code(runtime.value)} is a folder of the build "
                "environment, which is gone when the module is used"
            )
        yield SkewCause(
            where=script.where(call),
            kind="missing-runpath",
            what=what,
            change=f"add {option!r} to extra_link_args{hint}",
            by_hand=by_hand,
        )


def _module_name(call: ast.Call) -> str | None:
    named = argument(call, "name")
    node = named.value if named else call.args[0] if call.args else None
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def _folder(script: SetupScript, call: ast.Call) -> str | None:
    """The library's folder in the provider's package, if a path to it is spelled out."""
    texts = script.texts_of(call, "library_dirs", "extra_link_args", "extra_objects")
    found = {e for _, e in texts if _FOLDER.fullmatch(e) and not _LIBRARY.search(e)}
    return found.pop() if len(found) == 1 else None


def _with_link_arguments(
    script: SetupScript, call: ast.Call, options: Sequence[str]
) -> Edit | None:
    """The edit that adds ``options`` to ``extra_link_args``; None if that is not a literal list."""
    text = ", ".join(f'"{option}"' for option in options)
    existing = argument(call, "extra_link_args")
    if existing is None:
        last = arguments_of(call)[-1]
        end = script.offsets(last)[1]
        between = "\n" + " " * last.col_offset if last.lineno > call.lineno else " "
        return Edit(end, end, f",{between}extra_link_args=[{text}]")
    value = existing.value
    if not isinstance(value, ast.List):
        return None
    end = script.offsets(value.elts[-1])[1] if value.elts else script.offsets(value)[0] + 1
    return Edit(end, end, f", {text}" if value.elts else text)
