"""The tools that run, each version in its own environment, fetched once.

Only fetching needs the network, and only fetching uses the user's own pip configuration: behind a
mirror, the tools come from the mirror.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from packaging.metadata import parse_email
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version
from wheel.wheelfile import WheelError, WheelFile

from native_skew.distributions import DistributionFile
from native_skew.errors import ToolUnavailableError
from native_skew.installers import NEWEST, TOOLS, is_version
from native_skew.toolchain import machine
from native_skew.toolchain.compiler import Compiler, system_compiler

if TYPE_CHECKING:
    from filelock import FileLock

# The versions of setuptools that builds may ask for: the newest, and the last with a complete
# pkg_resources (gone since 82). And pip, which an environment may have to upgrade.
BUILD_REQUIREMENTS = ("setuptools", "setuptools==80.9.0", "pip")

# pip lists every release if the requested one does not exist.
_MANY_VERSIONS = re.compile(r"from versions: (?:[^,()]+, )+([^,()]+)")

Phase = Callable[[str], AbstractContextManager[None]]  # shows a person what is being done


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """An installed tool. ``path`` is a folder for PATH that holds only its commands."""

    name: str
    version: str
    path: str


def unseen(_: str) -> AbstractContextManager[None]:
    """A ``Phase`` that shows nothing."""
    return nullcontext()


class Toolbox:
    """Fetches tools into ``folder`` and finds them there again.

    Two runs may use the folder at once. ``phase`` shows what is fetched. Methods raise
    ``ToolUnavailableError`` for what cannot be fetched or does not start.
    """

    def __init__(self, folder: Path, phase: Phase = unseen) -> None:
        self._folder = folder
        self._phase = phase
        self._suffix = f"cp{sys.version_info.major}{sys.version_info.minor}"

    def tool(self, name: str, version: str) -> Tool:
        """``name`` in ``version`` (or ``newest``), fetched if it is not there yet."""
        exact = self.newest(name) if version == NEWEST else version
        size = f", {machine.ZIGLANG_SIZE}" if name == "ziglang" else ""
        asked = (f"{_requirement(name)}=={exact}",)
        home = self.environment(
            f"{name}-{exact}", asked, f"{name} {exact}{size}", commands_of(name)
        )
        return Tool(name=name, version=exact, path=str(home / "path"))

    def environment(
        self, name: str, asked: Sequence[str], title: str, commands: Sequence[str] = ()
    ) -> Path:
        """A folder whose ``venv`` holds what pip installed for ``asked``; created once.

        Its ``path`` holds links to those of ``commands`` that exist.
        """
        home = self._folder / f"{name}-{self._suffix}"
        venv, path = home / "venv", home / "path"
        with self._lock(home.name):
            if not (home / "complete").exists():
                shutil.rmtree(home, ignore_errors=True)
                with self._phase(f"fetching {title}"):
                    python = getattr(sys, "_base_executable", None) or sys.executable
                    self._run([python, "-m", "venv", "--without-pip", str(venv)], name)
                    self._pip("--python", str(venv), "install", *asked)
                path.mkdir()
                for command in commands:
                    if (venv / "bin" / command).exists():
                        _link(path / command, venv / "bin" / command)
                (home / "complete").touch()
        return home

    def own(self, name: str, binary: str) -> Tool:
        """The user's own executable ``binary`` as the tool ``name``."""
        try:
            done = subprocess.run(
                [binary, "--version"], capture_output=True, text=True, check=False, timeout=30
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ToolUnavailableError(binary, str(error)) from error
        words = done.stdout.split()
        version = next((each for each in words if each[0].isdigit() and is_version(each)), None)
        if done.returncode or version is None:
            raise ToolUnavailableError(binary, "it does not answer --version")
        mark = hashlib.sha256(str(Path(binary).absolute()).encode()).hexdigest()[:12]
        path = self._folder / f"own-{name}-{mark}" / "path"
        path.mkdir(parents=True, exist_ok=True)
        target = Path(binary).absolute()
        for number, command in enumerate(commands_of(name)):
            _link(path / command, target.with_name(command) if number else target)
        return Tool(name=name, version=version, path=str(path))

    def newest(self, name: str) -> str:
        """The newest installable release of ``name``: one may require what the index lacks."""

        def ask() -> str:
            asked = "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-"
            report = json.loads(self._pip(*asked, _requirement(name)))
            chosen = (each["metadata"] for each in report["install"])
            found = {canonicalize_name(each["name"]): each["version"] for each in chosen}
            return str(found[canonicalize_name(name)])

        return self._remembered(f"{name}.newest", f"asking for the newest {name}", ask)

    def releases(self, name: str) -> tuple[str, ...]:
        """All final releases of ``name`` on the index for this interpreter, oldest first.

        https://pip.pypa.io/en/stable/cli/pip_index/
        """

        def ask() -> str:
            return json.dumps(
                json.loads(self._pip("index", "versions", "--json", name))["versions"]
            )

        told = self._remembered(f"{name}-releases.json", f"asking for the releases of {name}", ask)
        return tuple(sorted(json.loads(told), key=Version))

    def _remembered(self, name: str, what: str, ask: Callable[[], str]) -> str:
        """What ``ask`` returned the first time, kept in the folder; written atomically."""
        memory = self._folder / name
        with self._lock(name):
            if not memory.exists():
                with self._phase(what):
                    told = ask()
                draft = memory.with_suffix(f".{os.getpid()}")
                draft.write_text(told, encoding="utf-8")
                draft.replace(memory)
            return memory.read_text(encoding="utf-8")

    def forget_newest(self) -> None:
        """Makes ``newest`` and ``releases`` ask the index again."""
        for pattern in ("*.newest", "*-releases.json"):
            for memory in self._folder.glob(pattern):
                memory.unlink()

    def build_requirements(self) -> tuple[DistributionFile, ...]:
        """The build requirements that every cell's index offers."""

        def fetched(requirement: str) -> tuple[DistributionFile, ...]:
            return self._downloaded(requirement.replace("==", "-"), "--no-deps", requirement)

        with ThreadPoolExecutor() as pool:
            found = [each for files in pool.map(fetched, BUILD_REQUIREMENTS) for each in files]
        return tuple({each.filename: each for each in found}.values())

    def compiler(self) -> Compiler:
        """The machine's C compiler, or ziglang."""
        if found := system_compiler():
            return found
        tool = self.tool("ziglang", NEWEST)
        python = str(Path(tool.path).parent / "venv" / "bin" / "python")
        return Compiler(
            # PDM's builds set a PYTHONPATH whose sitecustomize hides what is installed elsewhere.
            command=(python, "-I", "-m", "ziglang", "cc"),
            # By default its cache is in the user's home.
            variables=(("ZIG_GLOBAL_CACHE_DIR", str(self._folder / "zig-cache")),),
            title=f"ziglang {tool.version} from the package index (no C compiler on the PATH works)",
        )

    def _downloaded(self, name: str, *asked: str) -> tuple[DistributionFile, ...]:
        """The wheels that ``pip download`` gets for ``asked``, kept in the folder ``name``."""
        folder = self._folder / "build-requirements" / name
        with self._lock(f"build-{name}"):
            if not (folder / "complete").exists():
                with self._phase(f"fetching {asked[-1]} for the builds"):
                    self._pip("download", "--only-binary", ":all:", "-d", str(folder), *asked)
                (folder / "complete").touch()
        return tuple(_published(path) for path in sorted(folder.glob("*.whl")))

    def _pip(self, *arguments: str) -> str:
        """The output of this environment's pip; errors name the last argument."""
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
        return self._run(command, arguments[-1])

    def _run(self, command: Sequence[str], what: str) -> str:
        # Two retries are enough, and a tool's files are compiled when they are imported.
        environ = {"PIP_RETRIES": "2", **os.environ, "PIP_NO_COMPILE": "1"}
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        if done.returncode:
            if "connection broken by" in done.stderr:  # pip's last error is about versions then
                raise ToolUnavailableError(what, "the package index cannot be reached")
            lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
            told = [line for line in lines if line.lower().startswith("error")] or lines
            reason = _MANY_VERSIONS.sub(r"newest: \1", told[0]) if told else ""
            raise ToolUnavailableError(what, reason or f"exit code {done.returncode}")
        return done.stdout

    def _lock(self, name: str) -> FileLock:
        self._folder.mkdir(parents=True, exist_ok=True)
        from filelock import FileLock  # noqa: PLC0415  (doctor runs without it, and locks nothing)

        return FileLock(self._folder / f".{name}.lock")


def commands_of(name: str) -> tuple[str, ...]:
    """The commands of the tool ``name``; the first prints its version."""
    return (TOOLS[name].commands if name in TOOLS else ()) or (name,)


def _requirement(name: str) -> str:
    return TOOLS[name].requirement if name in TOOLS else name


def _published(path: Path) -> DistributionFile:
    name, version, _, _ = parse_wheel_filename(path.name)
    try:
        with WheelFile(path) as wheel, wheel.open(f"{wheel.dist_info_path}/METADATA") as member:
            metadata = member.read()
    except (WheelError, OSError) as error:
        raise ToolUnavailableError(path.name, str(error)) from error
    raw, _ = parse_email(metadata)
    return DistributionFile(
        project=canonicalize_name(name),
        version=str(version),
        filename=path.name,
        content=path.read_bytes(),
        metadata=metadata,
        requires_python=raw.get("requires_python"),
    )


def _link(link: Path, target: Path) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(target)
