"""The command: folders, what cannot be examined, the cache, the output forms, --rebuild."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from native_skew.audit.errors import RebuildError
from native_skew.distributions.archives import DistributionFile, sdist_file
from native_skew.distributions.metadata import core_metadata
from native_skew.run.session import Session
from native_skew.scenarios.model import Sdist
from support.audit_output import Audit, Serve
from support.release import OPEN, RANGE, SETUPTOOLS, SHARED, Publish, counted, dynamic

# A folder, before the upload


def test_a_dist_folder(audit: Audit, serve: Serve, publish: Publish, tmp_path: Path) -> None:
    files = publish(sdist=dynamic())
    url = serve(files)
    dist = tmp_path / "dist"
    dist.mkdir()
    for each in files:
        if each.project == "fake-softioc":
            (dist / each.filename).write_bytes(each.content)
    output = audit(str(dist), "--index-url", url)
    assert (output.code, counted(output)) == (1, ["skew-active"])
    output = audit(str(dist), "--no-index")
    assert (output.code, output.rules()) == (0, ["not-told"])
    one = next(dist.glob("*.whl"))
    assert audit(str(one), "--no-index").report.looked_at["files"] == 1


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("nowhere/dist",), "is no file, and no requirement either"),
        (("fake-softioc>=1",), "names more than one version"),
        (("fake-softioc==9.9",), "has no files on this index"),
        (("absent-project",), "there is no such project"),
        (("pure==1.0", "--no-index"), "--no-index asks nobody else"),
    ],
)
def test_what_cannot_be_looked_at_ends_with_2(
    audit: Audit, serve: Serve, publish: Publish, arguments: tuple[str, ...], word: str
) -> None:
    output = audit(*arguments, "--index-url", serve(publish()))
    assert output.code == 2
    assert word in output.errors


def test_one_bad_file_is_said_and_the_others_are_judged(
    audit: Audit, serve: Serve, publish: Publish, tmp_path: Path
) -> None:
    files = publish(sdist=dynamic())
    for each in files[:2]:
        (tmp_path / each.filename).write_bytes(each.content)
    (tmp_path / "fake_softioc-4.6.1-cp39-cp39-win_amd64.whl").write_bytes(b"no zip")
    output = audit(str(tmp_path), "--index-url", serve(files))
    assert output.code == 1
    assert "win_amd64.whl: not read (no zip file" in output.errors
    for each in tmp_path.glob("*linux*.whl"):
        each.unlink()
    for each in tmp_path.glob("*.tar.gz"):
        each.unlink()
    assert audit(str(tmp_path), "--index-url", serve(files)).code == 2


def test_an_sdist_that_names_nobody_leaves_the_wheels_judged(
    audit: Audit, publish: Publish, tmp_path: Path
) -> None:
    wheel = next(each for each in publish() if each.filename.endswith(".whl"))
    nameless = sdist_file("fake-softioc", "4.6.1", b"Metadata-Version: 2.1\n", {}, 1)
    for each in (wheel, nameless):
        (tmp_path / each.filename).write_bytes(each.content)
    output = audit(str(tmp_path), "--no-index")
    assert (output.code, output.report.looked_at["files"]) == (1, 1)
    assert f"{nameless.filename}: not read (" in output.errors


def test_what_was_read_is_not_fetched_again(
    audit: Audit, serve: Serve, publish: Publish, tmp_path: Path
) -> None:
    url = serve(publish(sdist=dynamic()))
    first = audit(SHARED, "--index-url", url, cached=str(tmp_path))
    again = audit(SHARED, "--index-url", url, cached=str(tmp_path))
    assert again.report.findings == first.report.findings
    assert again.report.looked_at["requests"] == 2  # the two pages
    for each in tmp_path.rglob("*.json"):
        each.write_bytes(b"{}")  # damaged: read anew
    third = audit(SHARED, "--index-url", url, cached=str(tmp_path))
    assert third.report.looked_at["requests"] == first.report.looked_at["requests"]


@pytest.mark.slow
def test_the_other_forms(
    call: Callable[..., tuple[int, str, str]], serve: Serve, publish: Publish
) -> None:
    url = serve(publish(sdist=dynamic()))
    common = ("audit", SHARED, "--index-url", url, "--no-cache")
    code, out, _ = call(*common)
    assert code == 1
    assert "skew-active" in out
    code, out, _ = call(*common, "--github")
    assert out.startswith("::error title=skew-active")
    code, out, _ = call(*common, "--sarif")
    assert json.loads(out)["runs"][0]["results"][0]["ruleId"] == "skew-active"


# --rebuild


def _stamping(publish: Publish, session: Session, **more: object) -> tuple[DistributionFile, ...]:
    return (*publish(**more), *session.build_requirements)


@pytest.fixture
def _compiler(session: Session) -> None:
    if session.compiler.environ:
        pytest.skip("--rebuild builds with the machine's own C compiler, and there is none")


@pytest.mark.usefixtures("_compiler")
def test_rebuild_sees_the_stamp(
    audit: Audit, serve: Serve, publish: Publish, session: Session
) -> None:
    files = _stamping(publish, session, sdist=dynamic())
    output = audit(SHARED, "--index-url", serve(files), "--rebuild")
    found = output.of("rebuilt-differs")
    assert found.evidence["published_requires"] == ("fake-corelibs<7.0.7.99.2,>=7.0.7.99.1.2",)
    assert found.evidence["built_requires"] == ("fake-corelibs<7.0.10.99.1,>=7.0.10.99.0.2",)
    assert "libfakecore.so.7.0.10.99.0" in found.evidence["needs"]


@pytest.mark.usefixtures("_compiler")
def test_rebuild_agrees_where_the_build_is_held(
    audit: Audit, serve: Serve, publish: Publish, session: Session
) -> None:
    files = _stamping(publish, session, sdist=dynamic(RANGE))
    output = audit(SHARED, "--index-url", serve(files), "--rebuild")
    assert (output.code, output.rules()) == (0, [])


def test_rebuild_of_what_does_not_build(
    audit: Audit, serve: Serve, publish: Publish, session: Session
) -> None:
    files = _stamping(publish, session, sdist=dynamic("fake-corelibs==99"))
    output = audit(SHARED, "--index-url", serve(files), "--rebuild")
    assert output.code == 2
    assert "does not build here" in output.errors


@pytest.mark.usefixtures("_compiler")
def test_rebuild_judges_what_the_built_module_needs(
    audit: Audit, serve: Serve, publish: Publish, session: Session
) -> None:
    sdist = msgspec.convert(
        {"build-requires": [SETUPTOOLS, OPEN], "requires-dist": [], "stamps": False}, Sdist
    )
    files = _stamping(publish, session, sdist=sdist, here=False)
    address = serve(files)
    assert "undeclared-library" not in audit(SHARED, "--index-url", address).rules()
    found = audit(SHARED, "--index-url", address, "--rebuild").of("undeclared-library")
    assert found.evidence["provider"] == "fake-corelibs"
    assert found.evidence["libraries"] == ("libfakecore.so.7.0.10.99.0",)


def test_a_build_is_held_against_the_wheel_for_the_same_python_alone(
    audit: Audit, serve: Serve, publish: Publish, session: Session
) -> None:
    files = _stamping(publish, session, sdist=dynamic(RANGE), foreign=("something-else",))
    output = audit(SHARED, "--index-url", serve(files), "--rebuild")
    assert "rebuilt-differs" not in output.rules()


def test_a_build_has_a_limit_and_its_failure_a_cause(
    audit: Audit, serve: Serve, publish: Publish, session: Session
) -> None:
    files = _stamping(publish, session, sdist=dynamic())
    slow = audit(SHARED, "--index-url", serve(files), "--rebuild", "--build-limit", "1")
    assert (slow.code != 0, "not built within 1 seconds" in slow.errors) == (True, True)


@pytest.mark.parametrize(
    ("output", "cause"),
    [
        ("ModuleNotFoundError: No module named 'pkg_resources'", "gone since setuptools 82"),
        ("ModuleNotFoundError: No module named 'torch'", "do not bring the module torch"),
        ("x.c:1:10: fatal error: mpi.h: No such file or directory", "the header mpi.h"),
        ("/usr/bin/ld: cannot find -lodbc: No such file", "library odbc is not there"),
        ("error: command 'gcc' failed: No such file or directory", "no compiler"),
        ("Unknown compiler(s): [['cc']]", "no compiler"),
        ("error: something", "nobody without a wheel"),
    ],
)
def test_the_cause_of_a_failed_build_is_named(output: str, cause: str) -> None:
    assert cause in str(RebuildError("x-1.tar.gz", 1, output))


def test_without_rebuild_no_code_of_the_release_runs(audit: Audit, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    setup = f"open({str(mark)!r}, 'w')\n".encode()
    pkg_info = core_metadata("pure", "1.0", ())
    file = sdist_file("pure", "1.0", pkg_info, {"setup.py": setup}, 1)
    path = tmp_path / file.filename
    path.write_bytes(file.content)
    assert audit(str(path), "--no-index").code == 0
    assert not mark.exists()
