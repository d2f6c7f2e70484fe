"""What is foretold of a lock of each tool, with the settings beside it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from native_skew.audit.command import audit as command
from native_skew.audit.errors import LockError
from native_skew.audit.locks import read
from native_skew.installers import TOOLS, BuildSettings, holds
from native_skew.installers.locks import Lock
from native_skew.scenarios.model import Sdist
from support.audit_output import Audit, AuditOutput, Serve
from support.locks import LOCKS
from support.release import NEW, OLD, OPEN, RANGE, Publish, counted, dynamic

HERE = "x86_64-unknown-linux-gnu"
# Which the wheels «here» are for.
TARGET = ("--python-version", "{}.{}".format(*sys.version_info), "--python-platform", HERE)
# The files that tell each tool to build the consumer, and to build it with the locked provider.
BUILT = {
    "uv": ("pyproject.toml", '[tool.uv]\nno-binary-package = ["fake-softioc"]\n'),
    "poetry": ("poetry.toml", '[installer]\nno-binary = ["fake-softioc"]\n'),
    "pdm": ("pyproject.toml", '[tool.pdm.resolution]\nno-binary = "fake-softioc"\n'),
}
HELD = {
    "uv": ("pyproject.toml", f'build-constraint-dependencies = ["fake-corelibs=={OLD}"]\n'),
    "poetry": (
        "pyproject.toml",
        f'[tool.poetry.build-constraints]\nfake-softioc = {{ "fake-corelibs" = "=={OLD}" }}\n',
    ),
    "pdm": ("pyproject.toml", f'[tool.pdm.resolution.overrides]\nfake-corelibs = "{OLD}"\n'),
}
UNTOLD = ("pipenv", "pylock", "requirements")


@pytest.fixture
def judged(publish: Publish, serve: Serve, audit: Audit, tmp_path: Path) -> object:
    """Judges a lock of ``kind`` with the older provider, or another."""

    def judge(
        kind: str, *more: str, provider: str = OLD, sdist: Sdist | None = None, **release: object
    ) -> AuditOutput:
        files = publish(sdist=sdist or dynamic(), **release)
        path = LOCKS[kind](tmp_path, provider, files)
        return audit(str(path), "--index-url", serve(files), *TARGET, *more)

    return judge


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text((path.read_text() if path.exists() else "") + text)


@pytest.mark.parametrize("kind", LOCKS)
def test_what_a_build_links_and_the_lock_lacks_will_break_in_every_tool_s_lock(
    kind: str, judged: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options: tuple[str, ...] = ()
    if kind in BUILT:
        write(tmp_path, *BUILT[kind])
    else:
        options = ("--no-binary", "Fake.Softioc")
    found = judged(kind, *options)  # type: ignore[operator]
    finding = found.of("lock-will-break")
    assert found.code == 1
    assert finding.location.file.endswith(str(found.report.subject))
    assert finding.evidence["locked"] == OLD
    assert finding.evidence["built_with"] == NEW
    assert finding.evidence["libraries"] == ("libfakecore.so.7.0.10.99.0",)
    assert "as the settings want" in finding.message
    tools = {each.tool.split()[0] for each in finding.advice}
    own = {"pylock": {"pip", "uv"}, "requirements": {"pip", "uv"}}.get(kind, {kind})
    assert tools <= own
    assert finding.advice

    if kind in HELD:  # the negative control: with the locked provider, nothing is reported
        write(tmp_path, *HELD[kind])
    else:
        limits = tmp_path / "limits.txt"
        limits.write_text(f"fake-corelibs=={OLD}\n")
        options += ("--build-constraint", str(limits))
    assert judged(kind, *options).rules() == ["lock-builds"]  # type: ignore[operator]


@pytest.mark.parametrize("kind", LOCKS)
def test_where_the_wheel_is_taken_nothing_is_built_and_nothing_said(
    kind: str, judged: object
) -> None:
    found = judged(kind)  # type: ignore[operator]
    assert "incomplete" not in found.rules()
    assert found.report.looked_at["packages built"] == 0


@pytest.mark.parametrize("variable", ["PIP_NO_BINARY", "UV_NO_BINARY_PACKAGE"])
def test_the_variables_of_the_lock_s_own_tool_count(
    variable: str, judged: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "fake_softioc")
    kind, other = ("pipenv", "uv") if variable.startswith("PIP") else ("uv", "pipenv")
    assert counted(judged(kind)) == ["lock-will-break"]  # type: ignore[operator]
    assert counted(judged(other)) == []  # type: ignore[operator]


def test_without_a_wheel_that_shows_it_a_build_may_break(judged: object) -> None:
    found = judged("uv", here=False)  # type: ignore[operator]
    assert counted(found) == ["lock-may-break"]
    assert "no wheel of this release shows" in found.of("lock-may-break").message


def test_what_fits_today_may_break_when_the_provider_s_next_release_is_out(judged: object) -> None:
    later = judged("uv", here=False, provider=NEW)  # type: ignore[operator]
    assert counted(later) == ["lock-may-break-later"]
    assert "stays with" in later.of("lock-may-break-later").message
    held = judged("uv", here=False, provider=OLD, sdist=dynamic(RANGE))  # type: ignore[operator]
    assert counted(held) == []


def test_a_build_that_is_matched_to_the_run_time_holds(judged: object, tmp_path: Path) -> None:
    write(
        tmp_path,
        "pyproject.toml",
        "[tool.uv.extra-build-dependencies]\n"
        'fake-softioc = [{ requirement = "fake-corelibs", match-runtime = true }]\n',
    )
    assert counted(judged("uv", here=False)) == []  # type: ignore[operator]


def test_a_requirement_that_is_added_to_the_build_is_part_of_it(
    judged: object, tmp_path: Path
) -> None:
    write(
        tmp_path,
        "pyproject.toml",
        f'[tool.uv.extra-build-dependencies]\nfake-softioc = ["fake-corelibs=={OLD}"]\n',
    )
    assert counted(judged("uv", here=False)) == []  # type: ignore[operator]


@pytest.mark.parametrize("value", ["1", "true", '"x"', "[1, [], {}]", "{ requirement = 1 }"])
def test_requirements_of_a_build_that_are_none_are_passed_over(
    judged: object, tmp_path: Path, value: str
) -> None:
    before = counted(judged("uv", here=False))  # type: ignore[operator]
    text = f"[tool.uv.extra-build-dependencies]\nfake-softioc = {value}\n"
    write(tmp_path, "pyproject.toml", text)
    assert counted(judged("uv", here=False)) == before  # type: ignore[operator]


@pytest.mark.parametrize("name", ["fake-softioc", ":all:"])
def test_a_build_in_the_environment_itself_holds(name: str, judged: object) -> None:
    found = judged("uv", "--no-build-isolation-package", name, here=False)  # type: ignore[operator]
    assert counted(found) == []


def test_a_setup_py_that_imports_what_its_build_lacks_will_not_build(judged: object) -> None:
    sdist = msgspec.convert({"build-requires": ["setuptools"], "requires-dist": [OPEN]}, Sdist)
    found = judged("uv", here=False, sdist=sdist)  # type: ignore[operator]
    assert counted(found) == ["lock-will-not-build"]
    remedies = [each.remedy for each in found.of("lock-will-not-build").advice]
    assert "match-runtime-rebuild" in remedies
    assert "build-constraint-rebuild" not in remedies, "it adds nothing to the build"


def test_where_building_is_off_nothing_fits_and_it_is_said(judged: object, tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", '[tool.uv]\nno-build-package = ["fake-softioc"]\n')
    found = judged("uv", here=False)  # type: ignore[operator]
    assert (found.code, found.rules()) == (0, ["lock-nothing-fits"])


def test_the_lock_of_a_project_s_folder_is_found(
    publish: Publish, serve: Serve, audit: Audit, tmp_path: Path
) -> None:
    files = publish(sdist=dynamic(), here=False)
    LOCKS["uv"](tmp_path, OLD, files)
    found = audit(str(tmp_path), "--index-url", serve(files), *TARGET)
    assert counted(found) == ["lock-may-break"]


def test_what_is_from_no_index_is_named_as_not_examined(
    publish: Publish, serve: Serve, audit: Audit, tmp_path: Path
) -> None:
    files = publish(sdist=dynamic(), here=False)
    path = LOCKS["uv"](tmp_path, OLD, files)
    path.write_text(
        path.read_text().replace(
            'dependencies = [{ name = "fake-softioc" }]',
            'dependencies = [{ name = "fake-softioc" }, { name = "other" }]',
        )
        + '\n[[package]]\nname = "other"\nversion = "1"\nsource = { git = "https://x.example/y" }\n'
    )
    found = audit(str(path), "--index-url", serve(files), *TARGET)
    assert found.report.not_examined == ("other (a repository)",)
    assert "incomplete" not in found.rules()


def test_a_lock_is_where_code_scanning_shows_it(
    publish: Publish, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the workspace: what lies elsewhere is at none of its files
    files = publish(sdist=dynamic(), here=False)
    path = LOCKS["poetry"](tmp_path, OLD, files)
    arguments = [str(path), "--index-url", serve(files), "--no-cache", "--sarif", *TARGET]
    done = CliRunner().invoke(command, arguments)
    (result,) = json.loads(done.stdout)["runs"][0]["results"]
    assert result["ruleId"] == "lock-may-break"
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.endswith("poetry.lock")


def test_an_sdist_that_cannot_be_had_leaves_the_lock_incomplete(
    publish: Publish, serve: Serve, audit: Audit, tmp_path: Path
) -> None:
    files = publish(sdist=dynamic(), here=False)
    path = LOCKS["uv"](tmp_path, OLD, files)
    served = tuple(each for each in files if each.project != "fake-softioc")
    found = audit(str(path), "--index-url", serve(served), *TARGET)
    assert found.code == 1
    assert found.report.not_examined
    assert found.of("incomplete").level == "warning"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("uv.lock", "version = 1\n"),
        ("uv.lock", "not [a lock"),
        ("uv.lock", "package = 3\n"),
        ("uv.lock", "[[package]]\nname = 3\nversion = []\nsource = 1\nwheels = 2\n"),
        ("poetry.lock", "[metadata]\npython-versions = '^x'\n[[package]]\nname='a'\n"),
        ("Pipfile.lock", "[" * 100_000),
        ("Pipfile.lock", "[]"),
        ("pylock.toml", "lock-version = '9.0'\n"),
        ("pylock.toml", "packages = [{}]\n"),
        ("requirements.txt", "fake-softioc>=1\n"),
    ],
)
def test_a_lock_that_is_none_could_not_be_looked_at(
    name: str, text: str, audit: Audit, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    found = audit(str(tmp_path / name), "--index-url", "http://127.0.0.1:9/", *TARGET)
    assert found.code == 2
    assert name in found.errors or "127.0.0.1" in found.errors


def test_nobody_is_asked_for_a_package_whose_name_is_none(audit: Audit, tmp_path: Path) -> None:
    text = '[[package]]\nname = "{}"\nversion = "1"\n'
    (tmp_path / "uv.lock").write_text("version = 1\n" + text.format("-rhttps://x/../y"))
    found = audit(str(tmp_path / "uv.lock"), "--index-url", "http://127.0.0.1:9/", *TARGET)
    assert (found.code, "127.0.0.1" in found.errors) == (2, False)
    (tmp_path / "uv.lock").write_text("version = 1\n" + text.format("named"))
    found = audit(str(tmp_path / "uv.lock"), "--index-url", "http://127.0.0.1:9/", *TARGET)
    assert "127.0.0.1" in found.errors


def test_without_an_index_no_lock_is_judged(audit: Audit, tmp_path: Path) -> None:
    path = LOCKS["requirements"](tmp_path, OLD, ())
    found = audit(str(path), "--no-index")
    assert (found.code, "--no-index" in found.errors) == (2, True)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_lock_or_refused(data: bytes) -> None:
    for tool in TOOLS.values():
        for kind in tool.locks:
            try:
                assert isinstance(kind.read(data), Lock)
            except (ValueError, TypeError, KeyError, AttributeError):
                continue


def test_a_fifo_is_no_lock(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "uv.lock")
    with pytest.raises(LockError, match="not a regular file"):
        read(tmp_path / "uv.lock", BuildSettings(), {})


def test_of_a_fork_the_package_counts_that_its_edge_names(tmp_path: Path) -> None:
    def package(version: str, system: str) -> str:
        return (
            f'[[package]]\nname = "lib"\nversion = "{version}"\nsource = {{ registry = "x" }}\n'
            f"resolution-markers = [\"sys_platform == '{system}'\"]\n"
        )

    (tmp_path / "uv.lock").write_text(
        '[[package]]\nname = "app"\nversion = "0"\nsource = { editable = "." }\n'
        "dependencies = [\n"
        '  { name = "lib", version = "1", marker = "sys_platform == \'linux\'" },\n'
        '  { name = "lib", version = "2", marker = "sys_platform == \'win32\'" },\n]\n'
        "[package.optional-dependencies]\n"
        'more = [{ name = "extra-lib", extra = ["gpu"] }]\n'
        + package("1", "linux")
        + package("2", "win32")
        + '[[package]]\nname = "extra-lib"\nversion = "3"\nsource = { registry = "x" }\n'
        '[package.optional-dependencies]\ngpu = [{ name = "gpu-lib" }]\n'
        '[[package]]\nname = "gpu-lib"\nversion = "4"\nsource = { registry = "x" }\n'
        '[[package]]\nname = "nobody-s"\nversion = "5"\nsource = { registry = "x" }\n'
    )
    lock = read(tmp_path / "uv.lock", BuildSettings(), {}).lock
    for system, version in (("linux", "1"), ("win32", "2")):
        found = {k: e.version for k, e in lock.selected({"sys_platform": system}).items()}
        assert found == {"app": "0", "lib": version, "extra-lib": "3", "gpu-lib": "4"}


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        (('extra = "a"', 'extra = "b"'), ("extra-3-app-a", "extra-3-app-b")),
        (('group = "a"', 'extra = "b"'), ("group-3-app-a", "extra-3-app-b")),
    ],
)
def test_each_of_conflicting_extras_and_groups_is_looked_at(
    choices: tuple[str, str], words: tuple[str, str], tmp_path: Path
) -> None:
    """https://docs.astral.sh/uv/concepts/projects/config/#conflicting-dependencies ."""
    first, second = (f"marker = \"extra == '{each}'\"" for each in words)
    tables = ["dev-dependencies" if "group" in e else "optional-dependencies" for e in choices]
    (tmp_path / "uv.lock").write_text(
        "conflicts = [[\n"
        + "".join(f'  {{ package = "app", {each} }},\n' for each in choices)
        + ']]\n[[package]]\nname = "app"\nversion = "0"\nsource = { editable = "." }\n'
        f'{tables[0]}.a = [{{ name = "lib", version = "1" }}, {{ name = "user" }}]\n'
        f'{tables[1]}.b = [{{ name = "lib", version = "2" }}, {{ name = "user" }}]\n'
        '[[package]]\nname = "user"\nversion = "7"\nsource = { registry = "x" }\ndependencies = [\n'
        f'  {{ name = "dep", version = "1", {first} }},\n'
        f'  {{ name = "dep", version = "2", {second} }},\n]\n'
        + "".join(
            f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "x" }}\n'
            for name in ("lib", "dep")
            for version in ("1", "2")
        )
    )
    lock = read(tmp_path / "uv.lock", BuildSettings(), {}).lock
    found = [{k: e.version for k, e in one.items()} for one in lock.selections({})]
    alike = {"app": "0", "user": "7"}
    assert found == [{**alike, "lib": each, "dep": each} for each in ("1", "2")]


def test_metadata_that_is_given_makes_a_match_with_the_run_time_possible(
    judged: object, tmp_path: Path
) -> None:
    """Of an sdist alone that builds must tell of, uv refuses it without."""

    def remedies() -> bool:
        found = judged("uv", here=False)  # type: ignore[operator]
        finding = next(each for each in found.report.findings if each.advice)
        return "match-runtime-rebuild" in [each.remedy for each in finding.advice]

    assert not remedies()
    write(
        tmp_path,
        "pyproject.toml",
        '[[tool.uv.dependency-metadata]]\nname = "Fake.Softioc"\nrequires-dist = []\n',
    )
    assert remedies()


CHOICE = '{ package = "app", extra = "x" }, '


def test_a_lock_of_endless_conflicts_says_that_they_were_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "uv.lock").write_text(
        f"conflicts = [[{CHOICE * 65}]]\n"
        '[[package]]\nname = "app"\nversion = "0"\nsource = { editable = "." }\n'
    )
    lock = read(tmp_path / "uv.lock", BuildSettings(), {}).lock
    assert len(list(lock.selections({}))) == 1
    assert "conflicts" in lock.problems[0]


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("", True),
        ("sys_platform == 'linux'", True),
        ("sys_platform == 'win32'", False),
        ("extra == 'gpu'", True),
        ("extra == 'gpu' and sys_platform == 'win32'", False),
        ("'gpu' in extras", True),
        ("'dev' in dependency_groups and sys_platform == 'win32'", False),
        ("no marker", True),
    ],
)
def test_a_marker_holds_with_whatever_extra_is_asked_for(marker: str, expected: bool) -> None:
    assert holds(marker, {"sys_platform": "linux"}) is expected


def test_where_the_sdist_itself_rules_the_locked_one_out_no_build_is_told_to_have_it(
    judged: object,
) -> None:
    found = judged("uv", here=False, provider=NEW, sdist=dynamic(RANGE))  # type: ignore[operator]
    (advice,) = found.of("lock-may-break").advice
    assert "constraint-dependencies" in advice.files["pyproject.toml"]
    assert "build-constraint" not in advice.files["pyproject.toml"]
    assert "fake-corelibs" in advice.files["pyproject.toml"]
    assert advice.commands == ("uv sync",)
