"""Where a case runs: in its own folder on this machine, or in a bare Debian root.

The user's settings of pip and uv apply, so that their index is used; those of an active environment
do not.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from native_skew.errors import WorkFolderError
from native_skew.field.case import EnvironmentCase
from native_skew.field.errors import NotMadeError
from native_skew.findings import plain
from native_skew.installers import NEWEST
from native_skew.toolchain import Outcome, Processes, Toolbox, find

_LIMIT = 1800.0  # seconds for one script: some build from source
_SUITE = "bookworm"
_INSIDE = "/opt/case"  # the case's folder in a root
# Variables that would make a process use another environment than the case's: nox sets UV_PYTHON
# for its sessions.
_OF_OTHERS = ("PYTHON", "VIRTUAL_ENV", "CONDA", "LD_", "PIP_", "UV_")
# Exceptions: where pip and uv find packages.
_OF_THE_INDEX = re.compile(
    r"(?:PIP|UV)_\w*(?:INDEX|FIND_LINKS|CONFIG_FILE|CERT|TLS|HOST|PROXY|KEYRING|TIMEOUT|RETRIES)\w*"
)
# Passed on to a root, for a machine behind a mirror; folders of this machine do not exist there.
_PASSED_ON = ("SSL_CERT_FILE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_NOT_PASSED_ON = ("FIND_LINKS", "CONFIG_FILE")
_IN_NAMESPACES = (
    'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"'
)


class Workplace:
    """A case's folder and the processes in it; tools and roots are kept in ``work``."""

    def __init__(self, case: EnvironmentCase, work: Path, processes: Processes) -> None:
        self._case, self._processes = case, processes
        self._roots = work.resolve() / "field" / "roots"
        uv = Toolbox(work.resolve() / "tools").tool("uv", NEWEST)
        self.versions = {"uv": uv.version}
        self._uv = Path(uv.path)
        self._python = "/usr/bin/python3" if case.root else find(case.python).path
        try:
            self._roots.mkdir(parents=True, exist_ok=True)
            # Not below the work folder, where tools would find the project around it.
            self._work = Path(tempfile.mkdtemp(prefix="native-skew-field-")).resolve()
        except OSError as error:
            raise WorkFolderError(
                Path(error.filename or self._roots), error.strerror or "unwritable"
            ) from error
        self._top, self._aside = self._work / "top", self._work / "aside"
        self.root = self._top if case.root else None
        self.folder = self._top / (_INSIDE.lstrip("/") if self.root else "case")

    def __enter__(self) -> Workplace:
        try:
            if self.root:
                self._make_root(self.root)
            self.folder.mkdir(parents=True)
            (self._work / "tmp").mkdir()
            text = "".join(f"{each}\n" for each in self._case.packages)
            (self.folder / "requirements.txt").write_text(text, encoding="utf-8")
        except OSError as error:
            self.remove()
            place = Path(error.filename or self._work)
            raise WorkFolderError(place, error.strerror or "unwritable") from error
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def remove(self) -> None:
        """Deletes everything, including the caches."""
        shutil.rmtree(self._work, ignore_errors=True)

    def copy(self) -> None:
        """Moves everything aside, including the caches, and continues in a copy at the same path.

        The copy's files are hard links: installing writes new ones.
        """
        self._top.rename(self._aside)
        self._processes.run(
            ["cp", "-al", str(self._aside), str(self._top)],
            cwd=self._work, environ=dict(os.environ), limit=_LIMIT,
        )  # fmt: skip

    def restore(self) -> None:
        """Moves the original back."""
        shutil.rmtree(self._top, ignore_errors=True)
        self._aside.rename(self._top)

    @property
    def python(self) -> str:
        """The environment's interpreter, as seen by its processes."""
        return f"{self._home}/.venv/bin/python"

    @property
    def _home(self) -> str:
        return _INSIDE if self.root else str(self.folder)

    def run(self, script: str) -> Outcome:
        """Runs ``script`` with ``sh`` in the folder, with the environment active.

        All prompts are answered with yes.
        """
        line = f"yes 2>/dev/null | {{ {script}\n}}"
        return self.start(["sh", "-ec", line])

    def start(self, argv: Sequence[str], limit: float = _LIMIT) -> Outcome:
        """Runs a command in the folder, or in the root."""
        environ = self._environ()
        if not self.root:
            return self._processes.run(argv, cwd=self.folder, environ=environ, limit=limit)
        inside = [
            *("unshare", "--mount", "--pid", "--fork", "--kill-child"),
            *("sh", "-c", _IN_NAMESPACES, str(self.root)),
            *("sh", "-c", 'cd "$0" && exec "$@"', _INSIDE, *argv),
        ]
        return self._processes.run(inside, cwd=self.root, environ=environ, limit=limit)

    def within(self, path: Path) -> str:
        """``path`` as seen by the processes."""
        return f"/{path.relative_to(self.root)}" if self.root else str(path)

    def without_paths(self, text: str) -> str:
        """``text`` on one line, without the case's paths."""
        return plain(text.replace(str(self.folder), "CASE").replace(str(self._work), "WORK"))

    def from_outside(self, argv: Sequence[str], limit: float = _LIMIT) -> Outcome:
        """Runs a command of this machine in the folder."""
        environ = {**own_variables(), "NO_COLOR": "1"}
        return self._processes.run(argv, cwd=self.folder, environ=environ, limit=limit)

    def may_run(self, words: Sequence[str]) -> bool:
        """Whether a command may be run here: none that would change this machine."""
        if self.root:
            return self.start(["sh", "-c", 'command -v "$0"', words[0]]).exit_code == 0
        if words[0] == "rm":
            paths = [Path(each) for each in words[1:] if not each.startswith("-")]
            return all(
                each.is_relative_to(self.folder) and ".." not in each.parts for each in paths
            )
        # An interpreter creates environments, and changes only the active one.
        if re.fullmatch(r"python3\.\d+", words[0]):
            return True
        found = self.start(["sh", "-c", 'command -v "$0"', words[0]])
        path = str(self.folder / found.output)  # which may be relative, as .venv/bin/python
        return path.startswith((f"{self._home}/.venv/bin/", f"{self._uv}/"))

    def _environ(self) -> dict[str, str]:
        venv, version = f"{self._home}/.venv", self._case.python
        path = [f"{venv}/bin"]
        if self.root:
            base = {
                name: value
                for name, value in own_variables().items()
                if name.upper().startswith(_PASSED_ON)
                or (_OF_THE_INDEX.fullmatch(name) and not name.endswith(_NOT_PASSED_ON))
            }
            path += ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
            base |= {"HOME": "/root", "DEBIAN_FRONTEND": "readline"}
        else:
            base = own_variables()
            path += [str(self._uv), base.get("PATH", os.defpath)]
            base |= {
                "UV_CACHE_DIR": str(self._top / "cache" / "uv"),
                "PIP_CACHE_DIR": str(self._top / "cache" / "pip"),
                "TMPDIR": str(self._work / "tmp"),
            }
        return base | {
            "PATH": os.pathsep.join(path),
            "VIRTUAL_ENV": venv,
            "PYTHON": self._python,
            "SITE": f"{venv}/lib/python{version}/site-packages",
            "UV_PYTHON_DOWNLOADS": "never",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",  # its last words are not the failure's
            "QT_QPA_PLATFORM": "offscreen",
            "LC_ALL": "C.UTF-8",
            "NO_COLOR": "1",
        }

    def _make_root(self, root: Path) -> None:
        """Unpacks a bare root, which is made once for each set of packages."""
        names = ",".join(("ca-certificates", *self._case.root))
        mark = hashlib.sha256(names.encode()).hexdigest()[:12]
        packed = self._roots / f"{_SUITE}-{mark}.tar"
        if not packed.exists():
            part = self._work / "root.tar"
            self._must(
                "mmdebstrap",
                ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={names}",
                 # A mirror may lag behind.
                 '--aptopt=Acquire::Check-Valid-Until "false"', _SUITE, str(part)],
            )  # fmt: skip
            shutil.move(part, packed)
        root.mkdir()
        self._must("tar", ["tar", "-xf", str(packed), "-C", str(root)])
        shutil.copyfile("/etc/resolv.conf", root / "etc/resolv.conf")
        given = os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE")
        certificates = Path(given or "/etc/ssl/certs/ca-certificates.crt")
        if certificates.exists():
            target = root / certificates.relative_to("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(certificates, target)
        shutil.copyfile((self._uv / "uv").resolve(), root / "usr/local/bin/uv")
        (root / "usr/local/bin/uv").chmod(0o755)

    def _must(self, what: str, argv: Sequence[str]) -> None:
        done = self._processes.run(argv, cwd=self._work, environ=dict(os.environ), limit=_LIMIT)
        if done.exit_code:
            raise NotMadeError(what, done.output)


def own_variables() -> dict[str, str]:
    """The user's variables without those of another environment than the case's."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_OF_OTHERS) or _OF_THE_INDEX.fullmatch(name)
    }
