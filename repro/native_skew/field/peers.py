"""What other tools say about the same files: whether they name what is broken, and its owner.

They are run as users run them: loaders' tools on each compiled file, checks on the environment,
``auditwheel`` on wheels, which are packed again from what RECORD lists; on a release, tools that
check its files; on a lock, tools that check it.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
from packaging.utils import NormalizedName, canonicalize_name

from native_skew.distributions import metadata
from native_skew.field.case import EnvironmentCase, Expect
from native_skew.field.place import Workplace
from native_skew.field.record import Named, Peer
from native_skew.toolchain import Outcome, Processes

_Run = Callable[[Sequence[str]], Outcome]  # runs a tool on some files

_FILES, _LIMIT, _SHOWN = 60, 300.0, 300
# The output of a tool whose service does not answer.
_UNANSWERED = re.compile(r"could not be audited|error sending request|Connection|Max retries")
# A complaint, as opposed to a mere list of what a file needs.
_COMPLAINT = re.compile(
    r"not found|undefined symbol: (?!_?Py)|(?<!interpreter )=> None|not a dynamic|wrong ELF|too short|error"
)


class _Question(msgspec.Struct, frozen=True, kw_only=True):
    """How a tool is run."""

    tool: str  # its command
    argv: tuple[str, ...]  # the arguments
    about: str  # ``files``, ``wheels``, ``sdists``, ``environment`` or ``lock``
    complains: bool = False  # whether all its output counts if it fails
    inside: bool = False  # whether it is run in a root, if it exists there
    online: bool = False  # whether it uses a service, which may not answer

    @property
    def name(self) -> str:
        """What is typed."""
        return " ".join((self.tool, *self.argv))


QUESTIONS = (
    _Question(tool="ldd", argv=("-r",), about="files", inside=True),
    _Question(tool="libtree", argv=(), about="files"),
    _Question(tool="lddtree", argv=(), about="files"),
    _Question(tool="auditwheel", argv=("show",), about="wheels"),
    _Question(tool="elfdeps", argv=("--requires",), about="wheels"),
    _Question(tool="uv", argv=("pip", "check"), about="environment", complains=True, inside=True),
    _Question(tool="pip", argv=("check",), about="environment", complains=True, inside=True),
)
_OF_FILES = (
    _Question(tool="twine", argv=("check", "--strict"), about="files", complains=True),
    _Question(tool="check-wheel-contents", argv=(), about="wheels", complains=True),
    _Question(tool="pyroma", argv=(), about="sdists", complains=True),
    _Question(tool="abi3audit", argv=(), about="wheels", complains=True),
    _Question(tool="auditwheel", argv=("show",), about="wheels"),
)
EXPORTED = "exported.txt"  # a lock for tools that read only requirements
_OF_LOCKS = (
    *(
        _Question(tool=tool, argv=argv, about="lock", complains=True, online=True)
        for tool, argv in (
            ("uv", ("lock", "--check")),
            ("uv", ("sync", "--dry-run")),
            ("uv", ("audit",)),
            ("pip-audit", ("--disable-pip", "-r", EXPORTED)),
        )
    ),
)


def of_files(expect: Sequence[Expect], files: Sequence[Path]) -> Iterator[Peer]:
    """What each tool that checks files before an upload says about ``files``."""
    about = {
        "files": [[str(each) for each in files]] if files else [],
        "wheels": [[str(each)] for each in files if each.suffix == ".whl"],
        "sdists": [[str(each)] for each in files if each.suffix != ".whl"],
    }
    hidden = [part for each in files for part in (str(each), each.name)]
    for question in _OF_FILES:
        run = _in_folder(question, Path.cwd())
        yield _told(question, expect, about[question.about], run, _without(hidden))


def of_lock(expect: Sequence[Expect], folder: Path, path: str) -> Iterator[Peer]:
    """What each tool that checks a lock says about the project in ``folder``; ``path`` has uv."""
    for question in _OF_LOCKS:
        run = _in_folder(question, folder, path)
        yield _told(question, expect, [[]], run, _without([str(folder)]))


def ask(case: EnvironmentCase, place: Workplace) -> Iterator[Peer]:
    """What each tool says about a broken environment."""
    venv = place.folder / ".venv"
    owners = {canonicalize_name(each.distribution) for each in case.expect if each.distribution}
    files = [place.within(each) for each in _compiled(venv, owners)][:_FILES]
    wheels = [str(each) for each in _packed(venv, owners, place.folder / "wheels")]
    about = {"files": [files] if files else [], "wheels": [[each] for each in wheels]}
    for question in QUESTIONS:
        turns = about.get(question.about, [[]])
        yield _told(question, case.expect, turns, _at(question, place), place.without_paths)


def _told(
    question: _Question,
    expect: Sequence[Expect],
    turns: Sequence[Sequence[str]],
    run: _Run | None,
    without_paths: Callable[[str], str],
) -> Peer:
    """What a tool says; it is run once for each of ``turns``."""
    if run is None or not turns:
        return Peer(tool=question.name, found="not run")
    done = [run(each) for each in turns]
    if question.online and any(_UNANSWERED.search(each.output) for each in done):
        return Peer(tool=question.name, found="not run", said="its service does not answer here")
    return _judged(question, expect, done, without_paths)


def _in_folder(question: _Question, folder: Path, path: str = "") -> _Run | None:
    """Runs a tool in ``folder``; None if it is not installed."""
    if not (command := _found(question.tool, path)):
        return None
    asked = [command, *question.argv]
    # The active environment is the kit's.
    variables = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"} | {"NO_COLOR": "1"}
    return lambda more: Processes().run(
        [*asked, *more], cwd=folder, environ=variables, limit=_LIMIT
    )


def _at(question: _Question, place: Workplace) -> _Run | None:
    """Runs a tool in ``place``; None if it is not there, or cannot look into a root."""
    if place.root:
        if not (question.inside and place.may_run((question.tool,))):
            return None
        return lambda more: place.start([question.tool, *question.argv, *more], _LIMIT)
    if question.tool == "pip":
        command = [sys.executable, "-m", "pip", "--python", place.python]
    elif found := _found(question.tool):
        command = [found]
    else:
        return None
    # The tool runs in its own environment, with the case's active.
    return lambda more: place.from_outside([*command, *question.argv, *more], _LIMIT)


def _without(hidden: Sequence[str]) -> Callable[[str], str]:
    """Replaces each of ``hidden`` by an ellipsis, the longest first."""
    pattern = re.compile("|".join(map(re.escape, sorted(hidden, key=len, reverse=True))))
    return lambda line: pattern.sub("…", line)


def _found(tool: str, first: str = "") -> str | None:
    beside = str(Path(sys.executable).parent)
    path = (first, beside, os.environ.get("PATH", os.defpath))
    return shutil.which(tool, path=os.pathsep.join(filter(None, path)))


def _judged(
    question: _Question,
    expect: Sequence[Expect],
    done: Sequence[Outcome],
    without_paths: Callable[[str], str],
) -> Peer:
    lines = [
        without_paths(line.strip())
        for each in done
        for line in each.output.splitlines()
        if (each.exit_code if question.complains else _COMPLAINT.search(line))
    ]
    causes = [each.names[0] for each in expect if each.names]
    owners = [each.distribution for each in expect if each.distribution]
    kinds: tuple[tuple[Named, list[str]], ...] = (
        ("the cause", causes), ("the distribution", owners), ("something else", [""]),
    )  # fmt: skip
    for known, wanted in kinds:
        for line in lines:
            # «torch» is not named by «metatensor-torch».
            if any(
                re.search(rf"(?<![\w-]){re.escape(each)}", line, re.IGNORECASE) for each in wanted
            ):
                return Peer(tool=question.name, found=known, said=line[:_SHOWN])
    return Peer(tool=question.name, found="nothing")


def _compiled(venv: Path, names: set[NormalizedName]) -> list[Path]:
    """The ELF files of the distributions ``names``, or of the whole environment for none."""
    chosen = {
        each.resolve()
        for info in _infos(venv, names)
        for each in _listed(info)
        if names and ".so" in each.name
    }
    found = []
    for path in sorted(chosen or venv.rglob("*.so*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    found.append(path)
    return found


def _infos(venv: Path, names: set[NormalizedName]) -> list[Path]:
    """The dist-info folders of the distributions ``names``."""
    found = sorted(venv.glob("lib/python3*/site-packages/*.dist-info"))
    return [each for each in found if canonicalize_name(each.name.partition("-")[0]) in names]


def _listed(info: Path) -> list[Path]:
    """The files in RECORD that exist."""
    listed = importlib.metadata.Distribution.at(info).files or ()
    return [path for each in listed if (path := Path(str(each.locate()))).is_file()]


def _packed(venv: Path, names: set[NormalizedName], folder: Path) -> Iterator[Path]:
    """Wheels of the distributions ``names``, packed from their files on disk."""
    for info in _infos(venv, names):
        if not (info / "WHEEL").exists():
            continue
        folder.mkdir(exist_ok=True)
        tags = metadata.wheel_values((info / "WHEEL").read_bytes(), "Tag")
        path = folder / f"{info.name.removesuffix('.dist-info')}-{tags[-1]}.whl"
        inside = [each for each in _listed(info) if ".." not in each.relative_to(info.parent).parts]
        with zipfile.ZipFile(path, "w") as wheel:
            for each in inside:
                if each != info / "RECORD":
                    wheel.write(each, each.relative_to(info.parent))
            # Without scripts, which are elsewhere in a wheel.
            lines = (f"{each.relative_to(info.parent)},,\n" for each in inside)
            wheel.writestr(f"{info.name}/RECORD", "".join(lines))
        yield path
