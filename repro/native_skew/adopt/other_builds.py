"""``meson.build`` and ``CMakeLists.txt``, as far as a search in their text goes.

Both are languages of their own: what is to be changed in them is said, and left to a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from native_skew.adopt.causes import Link, SkewCause, Wishes
from native_skew.adopt.linking import HEADERS_ONLY
from native_skew.adopt.project import Project

MESON, CMAKE = "meson.build", "CMakeLists.txt"
_LINKS = {
    MESON: re.compile(r"\b(?:find_library|link_args|link_with)\b"),
    CMAKE: re.compile(r"\b(?:target_link_libraries|link_libraries)\b", re.IGNORECASE),
}
_COMMENT = re.compile(r"#[^\n]*")
_LIBRARY = re.compile(r"\blib[A-Za-z0-9_+-]+\.so\b")


def links(project: Project, names: Sequence[str]) -> Iterator[Link]:
    """Which of the distributions ``names`` a Meson or CMake build links to."""
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
    """Builds that link to ``provider`` and set no RUNPATH."""
    for link in links(project, [provider]):
        text = project.texts[link.where]
        if "$ORIGIN" in text or "${ORIGIN}" in text:
            continue
        name = "install_rpath" if link.where == MESON else "INSTALL_RPATH"
        yield SkewCause(
            where=link.where,
            kind="missing-runpath",
            what=f"the module is linked to a library of {provider}, with no RUNPATH that leads there",
            change=f"set {name} to $ORIGIN/../{provider}/{wishes.library_folder or 'FOLDER'} for a "
            "module one folder below site-packages, with one more ../ for each folder further down"
            + ("" if wishes.library_folder else " (FOLDER: that of the library in the package)"),
            by_hand=True,
        )
