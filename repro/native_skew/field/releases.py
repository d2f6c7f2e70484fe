"""Tries cases of the kinds ``release``, ``lock`` and ``sdist``: what audit and adopt say."""

from __future__ import annotations

import io
import os
import shlex
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from native_skew.audit import AuditError, IndexClient, Transport, linux_wheels
from native_skew.field import peers
from native_skew.field.case import (
    Case,
    LockCase,
    ReleaseCase,
    SdistCase,
    has,
    unexpected,
)
from native_skew.field.errors import NotMadeError
from native_skew.field.record import CaseResult, CaseVerdict, Said
from native_skew.findings import Report, plain
from native_skew.installers import NEWEST
from native_skew.toolchain import Processes, Toolbox, user_indexes

_LIMIT, _SDIST_BYTES, _SHOWN = 900.0, 200 << 20, 4000
_FILE_BYTES = 200 << 20  # the largest file that other tools are run on
# That audit did not examine everything is not a wrong finding about the release.
_NOT_OF_THE_RELEASE = ("incomplete",)


def audited(case: ReleaseCase, work: Path, result: CaseResult) -> CaseResult:
    """``result`` with what audit says about a release; raises NotMadeError if audit fails."""
    judged = _asked(case, work, work, list(case.audit), result)
    if not _counts(case):
        return judged
    with tempfile.TemporaryDirectory(dir=work / "field") as folder:
        files = [*_files(case.audit[0], Path(folder))]
        return msgspec.structs.replace(judged, peers=tuple(peers.of_files(case.expect, files)))


def of_a_lock(case: LockCase, work: Path, result: CaseResult) -> CaseResult:
    """``result`` with what audit says about the lock that uv makes of a project today.

    Raises:
        NotMadeError: uv cannot lock it, or audit fails.

    """
    uv = Toolbox(work.resolve() / "tools").tool("uv", NEWEST)
    command = str(Path(uv.path) / "uv")
    with tempfile.TemporaryDirectory(prefix="native-skew-field-") as folder:
        place = Path(folder)
        (place / "pyproject.toml").write_text(case.project, encoding="utf-8")
        for argv in (["lock"], ["export", "-q", "-o", peers.EXPORTED]):
            done = Processes().run(
                [command, *argv], cwd=place, environ={**os.environ}, limit=_LIMIT
            )
            if done.exit_code:
                raise NotMadeError(case.id, done.output)
        judged = _asked(case, work, place, ["uv.lock", *case.audit], result)
        said = peers.of_lock(case.expect, place, uv.path) if _counts(case) else ()
        return msgspec.structs.replace(judged, versions={"uv": uv.version}, peers=tuple(said))


def _counts(case: Case) -> bool:
    """Whether it is broken, so that other tools may find that too."""
    return any(each.level != "note" for each in case.expect)


def _files(release: str, folder: Path) -> Iterator[Path]:
    """The sdist of ``name==version``, and the wheel for Linux that audit reads first."""
    name, _, version = release.partition("==")
    with Transport() as transport:
        found = IndexClient(user_indexes(folder), transport).release(name, version)
        for each in (found.sdist, *linux_wheels(found)[:1]):
            if each and (each.size or 0) <= _FILE_BYTES:
                path = folder / each.filename
                with path.open("wb") as stream:
                    transport.download(each.url, stream, each.size, each.hashes)
                yield path


def _asked(
    case: ReleaseCase | LockCase, work: Path, folder: Path, what: list[str], result: CaseResult
) -> CaseResult:
    cache = work.resolve() / "field" / "audit"
    cache.mkdir(parents=True, exist_ok=True)
    asked = ["audit", *what]
    output = _kit(folder, [*asked, "--json", "--cache", str(cache)])[1]
    try:
        report = msgspec.json.decode(output[: output.rindex("}") + 1], type=Report)
    except (ValueError, msgspec.MsgspecError):
        raise NotMadeError(case.id, output) from None
    said = Said(
        command=shlex.join(["native-skew", *asked]),
        exit_code=report.exit_code,
        findings=report.brief(),
        not_examined=report.not_examined,
    )
    lacking = [each for each in case.expect if not has(each, report)]
    more = tuple(unexpected(report, case.expect, _NOT_OF_THE_RELEASE))
    verdict: CaseVerdict = "found" if case.expect else "false alarm" if more else "silent"
    if lacking:
        verdict = "wrong cause" if more else "missed"
    why = "; ".join(f"not found: {e.rule} with {', '.join(e.names)}" for e in lacking)
    return msgspec.structs.replace(result, verdict=verdict, why=why, said=(said,), more=more)


def adopted(case: SdistCase, work: Path, result: CaseResult) -> CaseResult:
    """``result`` with what adopt proposes for the folder of a published sdist.

    Raises:
        NotMadeError: the index does not have the sdist, or it cannot be unpacked.

    """
    (work / "field").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=work / "field") as place:
        folder = _unpacked(case.sdist, Path(place))
        asked = ["adopt", folder.name]
        code, output = _kit(Path(place), asked)
    said = Said(command=shlex.join(["native-skew", *asked]), exit_code=code, output=output[:_SHOWN])
    added = [
        line[1:].strip()
        for line in output.splitlines()
        if line.startswith("+") and not line.startswith("+++ ")
    ]
    lacking = [each for each in case.changes if each not in added]
    foreign = [each for each in added if each and each not in case.changes]
    verdict: CaseVerdict = "found" if case.changes else "silent"
    why = ""
    if lacking:
        verdict, why = "missed", f"not proposed: {lacking[0]}"
    elif foreign:
        verdict, why = "false alarm", f"proposed: {plain(foreign[0])}"
    elif not all(each in output for each in case.says):
        verdict, why = "missed", f"it does not say all of {', '.join(case.says)}"
    return msgspec.structs.replace(result, verdict=verdict, why=why, said=(said,))


def _kit(folder: Path, arguments: list[str]) -> tuple[int, str]:
    done = Processes().run(
        [sys.executable, "-m", "native_skew", *arguments],
        cwd=folder, environ={**os.environ, "NO_COLOR": "1"}, limit=_LIMIT,
    )  # fmt: skip
    return done.exit_code, done.output


def _unpacked(wanted: str, folder: Path) -> Path:
    """The folder of the sdist ``name==version``, below ``folder``."""
    name, _, version = wanted.partition("==")
    try:
        with Transport() as transport:
            release = IndexClient(user_indexes(folder), transport).release(name, version)
            if (file := release.sdist) is None or not file.filename.endswith(".tar.gz"):
                raise NotMadeError(wanted, "it has no sdist that is a .tar.gz")
            content = io.BytesIO(transport.get(file.url, limit=_SDIST_BYTES).body)
        with tarfile.open(fileobj=content) as archive:
            archive.extractall(folder, filter="data")
    except (AuditError, OSError, tarfile.TarError) as error:
        raise NotMadeError(wanted, str(error)) from error
    return next(each for each in folder.iterdir() if each.is_dir())
