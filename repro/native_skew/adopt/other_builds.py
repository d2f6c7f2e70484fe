"""``meson.build`` and ``CMakeLists.txt``, as far as a text search can read them.

Both are languages of their own. Only the simple case is changed: one extension module, in
a folder that is spelled out. Everything else is reported, and left to the user.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from native_skew.adopt.causes import Link, SkewCause, Wishes
from native_skew.adopt.linking import HEADERS_ONLY
from native_skew.adopt.project import Project

MESON, CMAKE = "meson.build", "CMakeLists.txt"
_MODULE = {
    MESON: re.compile(r"\bextension_module\s*\("),
    CMAKE: re.compile(
        r"\b(?:python3?_add_library|pybind11_add_module|nanobind_add_module|add_library)"
        r"\s*\(\s*(?P<target>\w+)(?=[^)]*\))",
        re.IGNORECASE,
    ),
}
_LINKS = {
    MESON: re.compile(r"\b(?:find_library|link_args|link_with)\b"),
    CMAKE: re.compile(r"\b(?:target_link_libraries|link_libraries)\b", re.IGNORECASE),
}
_COMMENT = re.compile(r"#[^\n]*")
_LIBRARY = re.compile(r"\blib[A-Za-z0-9_+-]+\.so\b")


class ModuleTarget(msgspec.Struct, frozen=True, kw_only=True):
    """The one extension module of a file."""

    end: int  # the offset of the parenthesis that closes its call
    target: str  # CMake's name for it
    folder: str  # where it is installed


def links(project: Project, names: Sequence[str]) -> Iterator[Link]:
    """The distributions among ``names`` that a Meson or CMake build links to."""
    for file in (MESON, CMAKE):
        code = _COMMENT.sub("", project.texts.get(file, ""))
        if not _LINKS[file].search(code):
            continue
        for name in names:
            word = name.replace("-", "_").replace(".", "_")
            if name.lower() not in HEADERS_ONLY and re.search(rf"\b{re.escape(word)}\b", code):
                yield Link(
                    provider=word, where=file, libraries=tuple(sorted(set(_LIBRARY.findall(code))))
                )


def check_runpath(project: Project, provider: str, wishes: Wishes) -> Iterator[SkewCause]:
    """The builds that link to ``provider`` without a RUNPATH, with the fix where it is simple."""
    for link in links(project, [provider]):
        text = project.texts[link.where]
        if "$ORIGIN" in text or "${ORIGIN}" in text:
            continue
        module = _module(link.where, text)
        folder = wishes.library_folder
        up = "/".join([".."] * (module.folder.count("/") + 1)) if module and module.folder else "."
        runpath = f"$ORIGIN/{up}/{provider}/{folder or 'FOLDER'}".replace("/./", "/")
        simple = module is not None and folder is not None
        if module and simple:
            project.texts[link.where] = _with_runpath(link.where, text, module, runpath)
        name = "install_rpath" if link.where == MESON else "INSTALL_RPATH"
        yield SkewCause(
            where=link.where,
            kind="missing-runpath",
            what=f"the module is linked to a library of {provider}, with no RUNPATH that leads there",
            change=f"set {name} to {runpath}"
            + ("" if folder else " (FOLDER: that of the library; --library-folder names it)"),
            by_hand=not simple,
        )


def _module(file: str, text: str) -> ModuleTarget | None:
    found = list(_MODULE[file].finditer(text))
    end = _closing(text, found[0].end() if file == MESON else found[0].start()) if found else None
    if len(found) != 1 or end is None:
        return None
    if file == MESON:
        folder = re.search(r"\bsubdir\s*:\s*'([^'$@]*)'", text[found[0].end() : end])
        return ModuleTarget(end=end, target="", folder=folder[1] if folder else "")
    target = found[0]["target"]
    installed = re.search(
        rf"\binstall\s*\(\s*TARGETS\s+{target}\b[^)]*?\bDESTINATION\s+\"?([\w./-]+)", text
    )
    return (
        ModuleTarget(end=end, target=target, folder=installed[1].strip("/")) if installed else None
    )


def _closing(text: str, start: int) -> int | None:
    """The offset of the parenthesis that closes the call around or after ``start``."""
    depth = 0 if text[start - 1 : start] != "(" else 1
    for found in re.finditer(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|#[^\n]*|[()]", text[start:]):
        if found[0] in "()":
            depth += 1 if found[0] == "(" else -1
            if depth == 0:
                return start + found.start()
    return None


def _with_runpath(file: str, text: str, module: ModuleTarget, runpath: str) -> str:
    before, after = text[: module.end], text[module.end :]
    if file == CMAKE:
        added = f'set_target_properties({module.target} PROPERTIES INSTALL_RPATH "{runpath}")'
        return f"{before}){chr(10)}{added}{after[1:]}"
    body = before.rstrip()
    comma = "" if body.endswith((",", "(")) else ","
    if "\n" in before[len(body) :]:
        return f"{body}{comma}\n  install_rpath: '{runpath}',\n{after}"
    return f"{body}{comma} install_rpath: '{runpath}'{after}"
