"""The command, run on a project, and what it said and changed."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from click.testing import CliRunner, Result

from native_skew.adopt.command import adopt
from native_skew.distributions.archives import wheel_file
from native_skew.distributions.metadata import core_metadata
from support.compiler import compiler, program
from support.recorded_release import linked

HERE = Path(__file__).parents[1] / "adopt"
_EPICS, _FAKE = "libCom.so.7.0.7.99.1", "libfakecore.so.7.0.7.99.1"
_FAKE_RANGE = "fake-corelibs<7.0.7.99.2,>=7.0.7.99.1.2"
_EPICS_RANGE = "epicscorelibs<7.0.7.99.2,>=7.0.7.99.1.1a3"
# What the wheels of the projects require and need, and where the loader looks for that.
WHEELS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "cmake": ("writer", ("fake-corelibs==7.0.7.99.1.2",), (_FAKE,), ()),
    "meson": ("reader", (_FAKE_RANGE,), (_FAKE,), ()),
    "plain-extension": ("client", ("pvxslibs<1.4,>=1.3.2",), ("libpvxs.so.1.3",), ()),
    "in-config": ("in-config", (_FAKE_RANGE,), (_FAKE,), ()),
    "dynamic-but-plain": ("plain", (_FAKE_RANGE,), (_FAKE,), ("$ORIGIN/../fake_corelibs/lib",)),
    "dso-and-config": ("an-ioc", (_EPICS_RANGE,), (_EPICS,), ("$ORIGIN/../epicscorelibs/lib",)),
    "several-stamps": (
        "bindings",
        ("epicscorelibs>=7.0.7.99.1.0,<7.0.7.99.2", "pvxslibs>=1.2.0,<1.3", "numpy>=2.1"),
        (_EPICS, "libpvxs.so.1.2"),
        ("$ORIGIN/../pvxslibs/lib", "$ORIGIN/../epicscorelibs/lib"),
    ),
    "torch-like": ("kernels", ("torch==2.7.0", "einops"), ("libtorch.so", "libc10.so"), ()),
    "shared-list": ("x", (_FAKE_RANGE,), (_FAKE,), ("$ORIGIN/../fake_corelibs/lib",)),
    "twice": ("x", ("fake-corelibs<8",), (_FAKE,), ("$ORIGIN/../fake_corelibs/lib",)),
    "sound": ("sound", (_FAKE_RANGE,), (_FAKE,), ("$ORIGIN/../fake_corelibs/lib",)),
}


def run(*arguments: object) -> Result:
    """The command, which asks no index."""
    return CliRunner().invoke(adopt, ["--no-index", *(str(each) for each in arguments)])


def built(name: str, folder: Path) -> Path:
    """A wheel of the project ``name``, in ``folder``; its module is a real one."""
    return made(folder, *WHEELS[name])


def made(
    folder: Path,
    project: str,
    requires: tuple[str, ...],
    needed: tuple[str, ...],
    search: tuple[str, ...] = (),
) -> Path:
    """A wheel with these requirements, and one module with these needs."""
    module = f"{project.replace('-', '_')}/_module.abi3.so"
    file = wheel_file(
        project,
        "1.0",
        "cp310-abi3-manylinux_2_17_x86_64",
        core_metadata(project, "1.0", requires),
        {module: linked(needed, search, compiler())},
        1,
    )
    folder.mkdir(exist_ok=True)
    path = folder / file.filename
    path.write_bytes(file.content)
    return path


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def in_folder(*names: str) -> list[str]:
    return [f"projects/{name}" for name in names]


def apply(diff: str, root: Path) -> None:
    """Apply a diff, whatever git repository the folder may be in."""
    alone = {
        **os.environ,
        "GIT_CEILING_DIRECTORIES": str(root.parent),
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    subprocess.run(
        [program("git"), "apply", "-"], input=diff.encode(), cwd=root, env=alone, check=True
    )


def kinds(result: Result) -> list[str]:
    return re.findall(r"^\S.*?: ([a-z-]+): ", result.stderr, re.MULTILINE)


def change(root: Path, name: str, old: str, new: str) -> None:
    text = (root / name).read_bytes().decode()
    assert old in text
    (root / name).write_bytes(text.replace(old, new).encode())
