"""What a library's name says: whether it is a library, its stem, its version.

``libfoo.so.1.2`` of Linux, ``libfoo.1.2.dylib`` or ``foo.framework/Versions/A/foo`` of macOS,
``foo-1.dll`` of Windows.
"""

from __future__ import annotations

import re

# With or without a version behind it, in RECORD or in an archive.
SHARED = re.compile(r"\.so(\.[^/]*)?$")
OF_OTHERS = re.compile(
    r"\.(dylib|pyd|dll)$|(?:^|/)([^/]+)\.framework/(Versions/[^/]+/)?\2$", re.IGNORECASE
)
_ELF = re.compile(r"\.so\.(\d[\w.]*)$")
_DYLIB = re.compile(r"\.(\d+(?:\.\d+)*)\.dylib$")
# avcodec-58.dll, libssl-1_1-x64.dll; a longer number is delvewheel's hash.
_DLL = re.compile(r"[-_.](\d{1,4}(?:[._]\d{1,4})*)(-x64|-x86|-arm64)?\.dll$")


def is_library(name: str) -> bool:
    """Whether a file of that name is a shared object of any system."""
    return SHARED.search(name) is not None or OF_OTHERS.search(name) is not None


def stem(library: str) -> str:
    """``libfoo`` of ``libfoo.so.1.2``; likewise for macOS and Windows."""
    if library.endswith(".dylib"):
        return _DYLIB.sub("", library).removesuffix(".dylib")
    if OF_OTHERS.search(library):
        return _DLL.sub("", library.lower()).removesuffix(".dll")
    return library.partition(".so")[0]


def version(library: str) -> str:
    """``1.2`` of ``libfoo.so.1.2``; empty if it has none."""
    match = _ELF.search(library) or _DYLIB.search(library) or _DLL.search(library.lower())
    return match[1].replace("_", ".") if match else ""
