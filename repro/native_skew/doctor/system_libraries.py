"""The commands of package managers that install libraries of the operating system."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec.structs import replace

from native_skew import shipped
from native_skew.distributions import regular_files
from native_skew.doctor.rules import MISSING_SYSTEM_LIBRARY
from native_skew.findings import Advice, Finding

_TABLE = shipped("doctor", "debian_packages.toml")
_OS_RELEASE_BYTES = 1 << 14
_CUDA = re.compile(
    r"lib(cu(dart|blas|blasLt|dnn\w*|fft|rand|solver|sparse|tensor\w*|pti)|nccl|nvrtc|nvJitLink|nvToolsExt)\.so.*"
)
_WORD = re.compile(r"\blib[\w.+-]*\w")
_NAME = re.compile(r"[A-Za-z0-9][\w.+-]*")
# MPI's start ends a process that finds no launcher
_STARTED_BY = {"libopenmpi3": "openmpi-bin", "libopenmpi40": "openmpi-bin", "libmpich12": "mpich"}
_FAMILIES = {
    "apt-get": ("debian", "ubuntu"),
    "dnf": ("fedora", "rhel", "centos"),
    "zypper": ("suse",),
    "apk": ("alpine",),
}


def is_known(name: str) -> bool:
    """Whether ``name`` is a library that wheels are known to take from the system."""
    return name in _table()


def named_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The libraries in ``texts`` that wheels are known to take from the system.

    They are named by a SONAME, or as for ``ctypes`` or ``cffi``, like ``libgobject-2.0-0``.
    """
    stems = {name.partition(".so")[0]: name for name in _table()}
    found = set[str]()
    for word in _WORD.findall(" ".join(texts)):
        # Windows' names have the ABI behind a hyphen.
        spelled = (word, stems.get(word), stems.get(word.rpartition("-")[0]))
        found.update(each for each in spelled if each and is_known(each))
    return tuple(sorted(found))


def is_of_cuda(name: str) -> bool:
    """Whether ``name`` is of CUDA's toolkit, or of NVIDIA's wheels: no system's package has it.

    https://docs.nvidia.com/cuda/
    """
    return _CUDA.fullmatch(name) is not None


def together(findings: Iterable[Finding], image: str) -> Iterator[Finding]:
    """``findings`` with one command for all that the system lacks: a part does not help."""
    found = list(findings)
    # What an extra brings is not the system's.
    ones = [e for e in found if e.rule == MISSING_SYSTEM_LIBRARY.id and "extra" not in e.evidence]
    needed = [each.evidence["needed"] for each in ones]
    names = {n for each in needed for n in (each if isinstance(each, tuple) else (each,))}
    advice = advise(map(str, names), image) if ones[1:] else ()
    for each in found:
        yield replace(each, advice=advice) if advice and each in ones and each.advice else each


def advise(names: Iterable[str], image: str) -> tuple[Advice, ...]:
    """Advice to install the libraries ``names``, for the system's own package manager first.

    Without those that are not plain file names, or CUDA's. ``image`` is the folder that is ``/``
    for the environment; empty for this machine's own.
    """
    plain = sorted({each for each in names if _NAME.fullmatch(each) and not is_of_cuda(each)})
    system, release = _system(image)
    found = {package for each in plain if (package := _package(each, release))}
    packages = sorted(found | {_STARTED_BY[each] for each in found & {*_STARTED_BY}})
    provided = [f"{each}()(64bit)" for each in plain]
    commands = {
        # Also for an image's recipe, where nobody can answer questions.
        # Images come without apt's lists, and without these no package is known to it.
        "apt-get": [["apt-get", "update"], ["apt-get", "install", "-y", *packages]]
        if packages
        else [],
        # RPM's packages provide their libraries by name.
        "dnf": [["dnf", "install", "-y", *provided]],
        "zypper": [["zypper", "--non-interactive", "install", *provided]],
        "apk": [["apk", "add", *(f"so:{each}" for each in plain)]],
    }
    first = [tool for tool, ids in _FAMILIES.items() if system & {*ids}]
    tools = first or list(_FAMILIES)
    return tuple(
        Advice(
            remedy="",
            title="Install the system's package",
            tool=tool,
            commands=tuple(map(shlex.join, commands[tool])),
        )
        for tool in tools
        if plain and commands[tool]
    )


def _system(image: str) -> tuple[set[str], str]:
    """ID and ID_LIKE of os-release(5), and the release's code name, empty if there is none."""
    for place in ("/etc/os-release", "/usr/lib/os-release"):
        try:
            text = regular_files.text(f"{image}{place}", _OS_RELEASE_BYTES)
        except OSError:
            continue
        found = re.findall(r"^ID(?:_LIKE)?=[\"']?([\w .-]*)", text, re.MULTILINE)
        codename = re.search(r"^VERSION_CODENAME=[\"']?(\w*)", text, re.MULTILINE)
        return {word for each in found for word in each.split()}, codename[1] if codename else ""
    return set(), ""


def _package(name: str, release: str) -> str:
    """The package with the library ``name``; an older release's if the table lacks this one.

    Newer releases provide most older names, https://wiki.debian.org/ReleaseGoals/64bit-time.
    """
    releases = _releases()
    tables = [releases[release]] if release in releases else list(releases.values())
    return next((package for table in tables if (package := table.get(name))), "")


def _table() -> dict[str, str]:
    """All names, with the packages of the first release."""
    return next(iter(_releases().values()))


@lru_cache(maxsize=1)
def _releases() -> dict[str, dict[str, str]]:
    read: dict[str, dict[str, str]] = regular_files.toml(_TABLE.read_bytes())
    first = next(iter(read.values()))
    return {release: first | own for release, own in read.items()}
