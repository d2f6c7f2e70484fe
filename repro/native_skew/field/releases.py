"""The kinds ``release`` and ``sdist``: what audit says of a release, and adopt of a project."""

from __future__ import annotations

import io
import os
import shlex
import sys
import tarfile
import tempfile
from pathlib import Path

import msgspec

from native_skew.audit import AuditError, SeveralIndexes, Transport
from native_skew.field.case import ReleaseCase, SdistCase, is_expected, unexpected
from native_skew.field.errors import NotMadeError
from native_skew.field.record import Result, Said, Verdict
from native_skew.findings import Report, plain
from native_skew.toolchain import Processes, user_indexes

_LIMIT, _SDIST_BYTES, _SHOWN = 900.0, 200 << 20, 4000
# Of what was not looked at, audit says so; that is no wrong word of the release.
_NOT_OF_THE_RELEASE = ("incomplete",)


def audited(case: ReleaseCase, work: Path, result: Result) -> Result:
    """``result`` with what audit says of a release.

    Raises:
        NotMadeError: audit could not look.

    """
    cache = work.resolve() / "field" / "audit"
    cache.mkdir(parents=True, exist_ok=True)
    asked = ["audit", *case.audit]
    output = _kit(work, [*asked, "--json", "--cache", str(cache)])[1]
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
    lacking = [
        each for each in case.expect if not any(is_expected(each, f) for f in report.findings)
    ]
    more = tuple(unexpected(report, case.expect, _NOT_OF_THE_RELEASE))
    verdict: Verdict = "found" if case.expect else "false alarm" if more else "silent"
    if lacking:
        verdict = "wrong cause" if more else "missed"
    why = "; ".join(f"not found: {e.rule} with {', '.join(e.names)}" for e in lacking)
    return msgspec.structs.replace(result, verdict=verdict, why=why, said=(said,), more=more)


def adopted(case: SdistCase, work: Path, result: Result) -> Result:
    """``result`` with what adopt proposes for the folder of a published sdist.

    Raises:
        NotMadeError: the index has no such sdist, or it cannot be unpacked.

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
    verdict: Verdict = "found" if case.changes else "silent"
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
            release = SeveralIndexes(user_indexes(folder), transport).release(name, version)
            if (file := release.sdist) is None or not file.filename.endswith(".tar.gz"):
                raise NotMadeError(wanted, "it has no sdist that is a .tar.gz")
            content = io.BytesIO(transport.get(file.url, limit=_SDIST_BYTES).body)
        with tarfile.open(fileobj=content) as archive:
            archive.extractall(folder, filter="data")
    except (AuditError, OSError, tarfile.TarError) as error:
        raise NotMadeError(wanted, str(error)) from error
    return next(each for each in folder.iterdir() if each.is_dir())
