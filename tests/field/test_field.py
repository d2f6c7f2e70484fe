"""The field: its cases are read strictly, and their outcomes judged by the stated truth."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import msgspec
import pytest
from packaging.utils import canonicalize_name

from native_skew.errors import ResultFileError, UnknownNameError
from native_skew.field import case as cases
from native_skew.field import environments, peers, record
from native_skew.field.case import EnvironmentCase, Expect
from native_skew.field.command import KINDS, tried
from native_skew.field.errors import CaseError
from native_skew.field.place import own_variables
from native_skew.field.record import CaseResult, Followed, Imported, Peer, Said
from native_skew.findings import Finding, Location, Report
from native_skew.installers import with_lines
from native_skew.run import DEFAULT_WORK
from native_skew.site import tables
from native_skew.toolchain import Outcome

WORK = Path(__file__).parents[2] / DEFAULT_WORK
LOOK = Path(environments.__file__).with_name("look.py")


@pytest.fixture
def broken() -> EnvironmentCase:
    expect = (Expect(rule="missing-file", distribution="numpy", names=("libblas",)),)
    return EnvironmentCase(title="x", make="true", expect=expect)


def report(*findings: Finding) -> Report:
    return Report(
        command="doctor", subject=".venv", kit_version="0", looked_at={}, findings=findings
    )


def finding(
    rule: str = "missing-file", name: str = "libblas.so", owner: str = "numpy", level: str = "error"
) -> Finding:
    return Finding(
        rule=rule, level=level, message=f"lacks {name}", location=Location(distribution=owner)
    )  # type: ignore[arg-type]


def judged(case: EnvironmentCase, *reports: Report) -> str:
    said = tuple(Said(command="", exit_code=0) for _ in reports)
    return environments._verdict(case, said, list(reports))[0]


def test_every_case_can_be_read_and_has_a_kind_that_is_tried() -> None:
    known = cases.load_all()
    assert {each.kind for each in known.values()} <= {*KINDS}
    assert all(name == each.id for name, each in known.items())


def test_what_is_recorded_is_of_a_case_that_there_is() -> None:
    assert {*record.read_all()} <= {*cases.load_all()}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('kind = "environment"\ntitle = "x"\nmake = "y"\npackages = ["numpy>=2"]', "not pinned"),
        ('kind = "environment"\ntitle = "x"\nmake = "y"\npackages = ["numpy==2.*"]', "not pinned"),
        ('kind = "environment"\ntitle = "x"\nmake = "y"\nmends = false', "needs a because"),
        ('kind = "environment"\ntitle = "x"\nmake = "y"\nmisspelt = 1', "misspelt"),
        ('kind = "environment"\ntitle = "x"\nmake = "y"\nid = "z"', "remove the key"),
        ('kind = "other"\ntitle = "x"', "other"),
        ("kind", "not a valid case"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match=told):
        cases.load(path)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="no-such-case"):
        cases.select(("no-such-case",), ())


def test_found_is_the_rule_of_the_distribution_with_its_names(broken: EnvironmentCase) -> None:
    assert judged(broken, report(finding())) == "found"
    assert judged(broken, report(finding(owner="NumPy"))) == "found"
    assert judged(broken, report()) == "missed"
    for other in (
        finding(rule="damaged-file"), finding(name="libother.so"), finding(owner="scipy"),
    ):  # fmt: skip
        assert judged(broken, report(other)) == "wrong cause"
        assert [
            each.rule for each in cases.unexpected(report(other), broken.expect, broken.besides)
        ]
    assert judged(broken, report(finding(level="note"))) == "missed"
    assert not [*cases.unexpected(report(finding()), broken.expect, broken.besides)]


def test_what_only_an_import_shows_is_to_be_found_by_one(broken: EnvironmentCase) -> None:
    shown = msgspec.structs.replace(broken.expect[0], confirm=True)
    case = msgspec.structs.replace(broken, expect=(shown,))
    assert judged(case, report(), report(finding())) == "found by import"
    assert judged(case, report(finding()), report(finding())) == "found"
    assert judged(case, report(), report()) == "missed"
    assert judged(broken, report(), report(finding())) == "wrong cause"


def test_a_sound_one_is_silent_and_says_what_it_did_not_look_at() -> None:
    case = EnvironmentCase(title="x", make="true", not_examined=("another root",))
    assert judged(case, report()) == "missed"
    looked = Said(command="", exit_code=0, not_examined=("the libraries of another root",))
    assert environments._verdict(case, (looked,), [report()])[0] == "silent"
    assert environments._verdict(case, (looked,), [])[0] == "false alarm"


def test_a_result_is_good_where_all_of_it_is(tmp_path: Path) -> None:
    good = CaseResult(case="x", kind="environment", date="", kit_version="", verdict="found")
    assert good.good
    for wrong in (
        msgspec.structs.replace(good, mended=False),
        msgspec.structs.replace(good, verdict="missed"),
        msgspec.structs.replace(good, more=report(finding()).brief()),
    ):
        assert not wrong.good
    record.write(good, tmp_path)
    assert record.read_all(tmp_path) == {"x": good}
    (tmp_path / "x.json").write_text("{", encoding="utf-8")
    with pytest.raises(ResultFileError):
        record.read_all(tmp_path)


def test_lines_are_added_below_their_headings() -> None:
    had = '[tool.uv]\nconstraint-dependencies = ["a"]\n# a remark\n'
    added = '[tool.uv]\nconstraint-dependencies = ["b"]\nno-build = true\n'
    text = with_lines("pyproject.toml", had, added)
    assert "# a remark" in text
    assert 'constraint-dependencies = ["a", "b"]' in text
    assert "no-build = true" in text


def test_imports_are_tried_each_for_itself(tmp_path: Path) -> None:
    """A module that dies or raises is reported, and those after it are still tried."""
    sources = {
        "sound": "",
        "dies": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        "raises": "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ImportError('x') from e",
        "talks": "import sys; print('words'); sys.stderr.write('more')",
    }
    for name, source in sources.items():
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(LOOK), *sources, "absent"],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=True,
    )
    errors = json.loads(done.stdout)["errors"]
    assert errors["sound"] == errors["talks"] == ""
    assert errors["dies"] == "the process ended with -11"
    assert errors["raises"] == "ImportError: x <- ZeroDivisionError: division by zero"
    assert errors["absent"].startswith("ModuleNotFoundError")


@pytest.mark.slow
def test_a_case_is_made_tried_and_diagnosed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case with a false statement fails, and a sound one passes."""
    dies = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    make = f"""
        python3 -m venv --without-pip .venv
        echo '{dies}' > "$SITE/dies.py"
        mkdir "$SITE/dies-1.dist-info" "$SITE/native"
        printf 'Name: dies\\nVersion: 1\\n' > "$SITE/dies-1.dist-info/METADATA"
    """
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    version = ".".join(map(str, sys.version_info[:2]))
    sound = EnvironmentCase(title="x", id="x", python=version, make=make, by_itself={"dies": "so"})
    result = tried(sound, WORK)
    assert result.verdict == "silent", result.why
    assert result.truth
    assert result.truth.errors == {"dies": "the process ended with -11"}
    assert [each.exit_code for each in result.said] == [0, 0]
    unforeseen = msgspec.structs.replace(sound, by_itself={})
    assert tried(unforeseen, WORK).verdict == "not as stated"
    assert not [*tmp_path.iterdir()]


def test_the_tables_say_what_was_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    case = EnvironmentCase(
        title="a < b",
        id="x",
        make="true",
        follows=("https://example.org/1",),
        expect=(Expect(rule="missing-file"),),
    )
    mends = Followed(
        rule="missing-file",
        level="error",
        title="t",
        tool="pip",
        files={},
        commands=("pip install x",),
        outcome="mends",
    )
    result = CaseResult(
        case="x",
        kind="environment",
        date="",
        kit_version="",
        verdict="found",
        mended=True,
        advice=(mends,),
        peers=(Peer(tool="ldd -r", found="the cause"),),
    )
    quiet = msgspec.structs.replace(
        result, case="y", verdict="silent", truth=Imported(distributions=3, modules=7, imports=9)
    )
    known = {"x": case, "y": msgspec.structs.replace(case, id="y", expect=())}
    both = {"x": result, "y": quiet}
    monkeypatch.setattr(tables, "load_all", lambda: known)
    monkeypatch.setattr(tables, "read_all", lambda: both)
    broken = tables.field("broken")
    assert "a &lt; b" in broken
    assert "yes: <code>pip install x</code>" in broken
    assert "silent" not in broken
    assert "<td>3</td><td>7</td>" in tables.field("sound")
    assert "the cause" in tables.field("peers")
    assert "None is recorded" in tables.field("releases")


def test_a_wheel_is_packed_again_from_what_is_there(tmp_path: Path) -> None:
    site = tmp_path / "lib/python3.11/site-packages"
    info = site / "a_b-1.dist-info"
    info.mkdir(parents=True)
    (info / "WHEEL").write_text("Tag: cp311-cp311-linux_x86_64\n", encoding="utf-8")
    (site / "there.so").write_bytes(b"\x7fELF")
    (tmp_path / "script").touch()
    listed = "there.so,,\ngone.so,,\n../../../script,,\na_b-1.dist-info/WHEEL,,\n"
    (info / "RECORD").write_text(listed, encoding="utf-8")
    (wheel,) = peers._packed(tmp_path, {canonicalize_name("a-b")}, tmp_path / "wheels")
    assert wheel.name == "a_b-1-cp311-cp311-linux_x86_64.whl"
    names = {"there.so", "a_b-1.dist-info/WHEEL", "a_b-1.dist-info/RECORD"}
    assert {*zipfile.ZipFile(wheel).namelist()} == names
    assert peers._compiled(tmp_path, {canonicalize_name("a-b")}) == [site / "there.so"]
    assert not [*peers._packed(tmp_path, {canonicalize_name("other")}, tmp_path / "wheels")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("\tlibblas.so.3 => not found", "the cause"),
        ("undefined symbol: libblas_dot\t(/x.so)", "the cause"),
        ("undefined symbol: PyErr_Format\t(/numpy/x.so)", "nothing"),  # the interpreter's
        ("\tlibblas.so.3 => /usr/lib/libblas.so.3", "nothing"),
        ("numpy/x.so => not found", "the distribution"),
        ("libother.so => not found", "something else"),
        ("my-libblas.so => not found", "something else"),
    ],
)
def test_a_list_is_no_complaint(broken: EnvironmentCase, line: str, said: str) -> None:
    done = [Outcome(argv=(), exit_code=0, output=line)]
    asked = peers._judged(peers.QUESTIONS[0], broken.expect, done, str)
    assert asked.found == said


def test_who_checks_files_is_asked_of_them(
    broken: EnvironmentCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tool(name: str, text: str, code: int) -> None:
        path = tmp_path / name
        path.write_text(f'#!/bin/sh\nfor each; do :; done\necho "$each {text}"\nexit {code}\n')
        path.chmod(0o755)

    tool("twine", "asks for libblas.so", 1)
    tool("check-wheel-contents", "asks for libblas.so", 0)  # it ends well: no complaint
    tool("uv", "Connection refused", 2)
    monkeypatch.setattr(peers, "_found", lambda name, _: _there(tmp_path / name))
    wheel = tmp_path / "libblas-1-py3-none-any.whl"
    said = {each.tool: each for each in peers.of_files(broken.expect, [wheel])}
    assert said["twine check --strict"].found == "the cause"
    assert said["twine check --strict"].said == "… asks for libblas.so"
    assert said["check-wheel-contents"].found == "nothing"
    assert said["pyroma"].found == "not run"  # there is no sdist
    locks = {each.tool: each.found for each in peers.of_lock(broken.expect, tmp_path, "")}
    assert {*locks.values()} == {"not run"}


def _there(path: Path) -> str | None:
    return str(path) if path.exists() else None


def test_a_case_is_led_to_the_user_s_index_and_to_no_other_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = (
        "PIP_INDEX_URL",
        "PIP_CERT",
        "PIP_TRUSTED_HOST",
        "UV_DEFAULT_INDEX",
        "UV_INDEX_MINE_PASSWORD",
    )
    left_out = (
        "UV_PYTHON",
        "UV_PROJECT_ENVIRONMENT",
        "UV_CONSTRAINT",
        "PIP_TARGET",
        "PIP_PYTHON",
        "PYTHONPATH",
    )
    for name in (*kept, *left_out, "HTTPS_PROXY"):
        monkeypatch.setenv(name, "x")
    found = own_variables()
    assert {*kept, "HTTPS_PROXY"} <= set(found)
    assert not set(left_out) & set(found)
