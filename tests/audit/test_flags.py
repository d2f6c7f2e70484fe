"""Each flag on the fake pair, end to end, and beside it the release that must not raise it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from native_skew.audit.rules import RULES
from native_skew.distributions.archives import DistributionFile, sdist_file, wheel_file
from native_skew.distributions.metadata import core_metadata
from native_skew.toolchain.compiler import Compiler
from support.audit_output import Audit, Serve
from support.recorded_release import linked
from support.release import NEW, OLD, OPEN, RANGE, SHARED, Publish, counted, dynamic


@pytest.mark.parametrize(
    ("spelling", "build", "providers", "expected"),
    [
        ("requires-dist", OPEN, (OLD, NEW), ["skew-active"]),
        ("Requires-Dist", OPEN, (OLD, NEW), ["skew-active"]),
        ("requires-dist", OPEN, (OLD,), ["skew-latent"]),
        ("requires-dist", RANGE, (OLD, NEW), []),
        ("requires-dist", f"fake-corelibs=={OLD}", (OLD, NEW), []),
        # Its setup.py stamps all the same, which is what the last rule says.
        ("absent", OPEN, (OLD, NEW), ["build-outside-requirement", "sdist-claims-static"]),
        ("absent", RANGE, (OLD, NEW), ["sdist-claims-static"]),
    ],
)
def test_the_four_conditions(
    audit: Audit,
    serve: Serve,
    publish: Publish,
    spelling: str,
    build: str,
    providers: tuple[str, ...],
    expected: list[str],
) -> None:
    files = publish(sdist=dynamic(build, spelling), providers=providers)
    output = audit(SHARED, "--index-url", serve(files))
    assert counted(output) == expected
    assert output.code == bool(expected)


def test_a_sound_release_is_silent(audit: Audit, serve: Serve, publish: Publish) -> None:
    """Nothing computed, and a build takes what run time takes."""
    sdist = msgspec.structs.replace(dynamic(RANGE, "absent"), stamps=False)
    output = audit(SHARED, "--index-url", serve(publish(sdist=sdist)))
    assert (output.code, output.rules()) == (0, [])


def test_without_a_wheel_to_look_into_it_stays_a_suspicion(
    audit: Audit, serve: Serve, publish: Publish
) -> None:
    files = publish(sdist=dynamic(), here=False, foreign=(RANGE,))
    output = audit(SHARED, "--index-url", serve(files))
    assert (output.code, output.of("skew-active").level) == (1, "warning")
    quiet = publish(sdist=dynamic(), here=False, foreign=(RANGE,), providers=(OLD,))
    output = audit(SHARED, "--index-url", serve(quiet))
    assert (output.code, output.rules()) == (0, ["not-told"])


@pytest.mark.parametrize("spelling", ["requires-dist", "Requires-Dist"])
def test_an_sdist_alone(audit: Audit, serve: Serve, publish: Publish, spelling: str) -> None:
    output = audit(
        SHARED, "--index-url", serve(publish(sdist=dynamic(spelling=spelling), here=False))
    )
    assert ("dynamic-spelling" in output.rules()) == (spelling == "requires-dist")


def test_an_undeclared_library(audit: Audit, serve: Serve, publish: Publish) -> None:
    output = audit(SHARED, "--index-url", serve(publish(sdist=dynamic(), requires=())))
    found = output.of("undeclared-library")
    assert found.evidence["libraries"] == ("libfakecore.so.7.0.7.99.1",)
    assert found.evidence["provider"] == "fake-corelibs"
    # Nothing leads to its name but what its Python imports:
    output = audit(SHARED, "--index-url", serve(publish(requires=())))
    assert output.of("undeclared-library").evidence["provider"] == "fake-corelibs"
    # Or the RUNPATH alone:
    alone = [each for each in publish(requires=()) if each.project == "fake-softioc"]
    output = audit(SHARED, "--index-url", serve(tuple(alone)))
    assert output.of("undeclared-library").evidence["folders"] == ("fake_corelibs",)


@pytest.mark.parametrize(
    ("allowed", "wide"), [("fake-corelibs>=7.0.7.99.1.2", True), (RANGE, False)]
)
def test_a_range_wider_than_the_soname(
    audit: Audit, serve: Serve, publish: Publish, allowed: str, wide: bool
) -> None:
    output = audit(SHARED, "--index-url", serve(publish(requires=(allowed,))))
    assert output.rules() == (["range-too-wide"] if wide else [])
    assert output.code == wide


@pytest.mark.parametrize(
    ("rotten", "cap", "expected"), [(True, "", True), (False, "", False), (True, "<81", False)]
)
def test_a_rotten_build_requirement(
    audit: Audit, serve: Serve, publish: Publish, rotten: bool, cap: str, expected: bool
) -> None:
    files = publish(sdist=dynamic(cap=cap), rotten=rotten)
    output = audit(SHARED, "--index-url", serve(files))
    assert ("rotten-build-requirement" in output.rules()) == expected
    assert "skew-active" in output.rules()
    # Each advice holds by itself: what users are to write has both lines, or needs one.
    _, users = output.of("skew-active").advice
    lines = users.files["build-constraints.txt"].splitlines()
    assert lines == [RANGE, *(["setuptools<81"] if expected else [])]


def _pure(tag: str, requires: tuple[str, ...]) -> DistributionFile:
    return wheel_file("pure", "1.0", tag, core_metadata("pure", "1.0", requires), {}, 1)


@pytest.mark.parametrize(
    ("other", "level"),
    [
        (("Lib >=1.0 , <2.0", 'x ; extra == "a_b"'), None),  # the same, written otherwise
        (("lib<3",), "warning"),
        (("lib<2,>=1", 'x; extra=="a-b"', 'y; sys_platform == "haiku"'), "note"),
    ],
)
def test_files_that_disagree(
    audit: Audit, serve: Serve, other: tuple[str, ...], level: str | None
) -> None:
    first = _pure("cp312-cp312-win_amd64", ("lib<2,>=1", 'x; extra=="a-b"'))
    second = _pure("cp311-cp311-win_amd64", other)
    output = audit("pure==1.0", "--index-url", serve((first, second)))
    levels = {each.rule: each.level for each in output.report.findings}
    assert levels.get("files-disagree") == level
    assert output.code == (level == "warning")


def test_metadata_beside_a_wheel_that_is_not_the_wheels(audit: Audit, serve: Serve) -> None:
    file = _pure("cp312-cp312-manylinux_2_17_x86_64", ("lib<2",))
    assert audit("pure", "--index-url", serve((file,))).rules() == []
    lying = msgspec.structs.replace(file, metadata=core_metadata("pure", "1.0", ("lib<3",)))
    output = audit("pure", "--index-url", serve((lying,)))
    assert (output.code, output.rules()) == (1, ["sidecar-differs"])


def test_a_requirement_that_nobody_can_read(audit: Audit, serve: Serve) -> None:
    broken = b"Requires-Dist: lib (<<2)\n" + core_metadata("pure", "1.0", ())
    file = wheel_file("pure", "1.0", "py3-none-any", broken, {}, 1)
    output = audit("pure", "--index-url", serve((file,)))
    assert (output.code, output.rules()) == (1, ["unreadable-requirement"])


def test_names_that_would_be_lines_of_their_own(audit: Audit, serve: Serve, cc: Compiler) -> None:
    """In what a module needs, in where it looks, and in what METADATA cannot mean."""
    module = linked(("libx.so.1000000",), ("$ORIGIN/../:100:[red]",), cc)
    module = module.replace(b"libx.so.1000000", b"libx.so.1\nerror")
    broken = b"Requires-Dist: lib (<<2)\n  forged: all is well\n" + core_metadata("pure", "1.0", ())
    tag = "cp312-cp312-manylinux_2_17_x86_64"
    file = wheel_file("pure", "1.0", tag, broken, {"pure/_x.so": module}, 1)
    output = audit("pure", "--index-url", serve((file,), False))
    told = [each.message for each in output.report.findings]
    assert any("libx.so.1\\x0aerror" in each for each in told)
    assert any("<<2" in each for each in told)
    lines = [line.strip() for each in told for line in each.splitlines()]
    assert not any(line.startswith(("error", "forged")) for line in lines)


def test_the_page_names_every_rule_with_its_level() -> None:
    page = (Path(__file__).parents[2] / "docs/tools/audit.md").read_text(encoding="utf-8")
    for rule in RULES:
        assert f"| `{rule.id}` | {rule.level} |" in page
    assert page.count("\n| `") == len(RULES)


def _linux(
    name: str,
    version: str,
    members: dict[str, bytes],
    requires: tuple[str, ...] = (),
    python: str = "cp312-cp312",
) -> DistributionFile:
    tag = f"{python}-manylinux_2_17_x86_64"
    return wheel_file(name, version, tag, core_metadata(name, version, requires), members, 1)


@pytest.mark.parametrize(("floor", "wide"), [("1", True), ("2", False)])
def test_a_floor_that_is_too_low(
    audit: Audit, serve: Serve, cc: Compiler, floor: str, wide: bool
) -> None:
    files = [
        _linux("fakelib", each, {f"fakelib/libfake.so.{each}": linked((), (), cc)})
        for each in ("1", "2")
    ]
    members = {"user/m.so": linked(("libfake.so.2",), (), cc)}
    url = serve((*files, _linux("user", "1.0", members, (f"fakelib>={floor}",))))
    output = audit("user", "--index-url", url)
    assert output.rules() == ["range-too-wide"] * wide
    assert output.code == wide


def test_a_library_of_what_is_only_imported(audit: Audit, serve: Serve, cc: Compiler) -> None:
    """As torchaudio: it requires nothing, imports torch, and needs its library."""
    lib = _linux("fakelib", "1.0", {"fakelib/libfake.so": linked((), (), cc)})

    def found(text: bytes) -> list[str]:
        members = {"user/m.so": linked(("libfake.so",), (), cc), "user/__init__.py": text}
        return audit("user", "--index-url", serve((lib, _linux("user", "1.0", members)))).rules()

    assert found(b"import os, fakelib.x\n") == ["undeclared-library"]
    assert found(b"import os\n") == ["not-told"]


@pytest.mark.parametrize(
    ("build", "run", "expected"),
    [
        ("fakelib", "fakelib>=1", []),  # no newer version can leave it
        ("fakelib", "fakelib>=1,<3", ["skew-latent"]),
        ("fakelib<2.5", "fakelib>=1,<3", []),
        ("fakelib", "fakelib>=1,<2", ["skew-active"]),
    ],
)
def test_latent_only_where_a_newer_version_can_leave(
    audit: Audit, serve: Serve, cc: Compiler, build: str, run: str, expected: list[str]
) -> None:
    files = [
        _linux("fakelib", each, {"fakelib/libfake.so": linked((), (), cc)}) for each in ("1", "2")
    ]
    user = _linux("user", "1.0", {"user/m.so": linked(("libfake.so",), (), cc)}, (run,))
    core = b"Dynamic: Requires-Dist\n" + core_metadata("user", "1.0", (run,))
    pyproject = f'[build-system]\nrequires = ["setuptools", "{build}"]\n'.encode()
    sdist = sdist_file("user", "1.0", core, {"pyproject.toml": pyproject}, 1)
    assert counted(audit("user", "--index-url", serve((*files, user, sdist)))) == expected


@pytest.mark.parametrize(("stated", "expected"), [("==2.*", ["skew-active"]), (">=1,<3", [])])
def test_a_dynamic_sdist_that_says_something_else(
    audit: Audit, serve: Serve, cc: Compiler, stated: str, expected: list[str]
) -> None:
    """As metatomic-torch: wheels for all versions, and a build for the one that it finds."""
    lib = _linux("fakelib", "2.1", {"fakelib/libfake.so": linked((), (), cc)})
    members = {"user/m.so": linked(("libfake.so",), (), cc)}
    user = _linux("user", "1.0", members, ("fakelib>=1,<3",))
    core = b"Dynamic: Requires-Dist\n" + core_metadata("user", "1.0", (f"fakelib{stated}",))
    sdist = sdist_file(
        "user", "1.0", core, {"pyproject.toml": b"[build-system]\nrequires = []\n"}, 1
    )
    output = audit("user", "--index-url", serve((lib, user, sdist)))
    assert counted(output) == expected


@pytest.mark.parametrize(
    ("stated", "newest", "build", "expected"),
    [
        (">=1", "3.0", "", ["skew-active"]),
        (">=1", "2.9", "", ["skew-latent"]),
        (">=1", "3.0", "'fakelib<3'", []),
        (">=1,<3", "3.0", "", []),
    ],
)
def test_a_wheel_that_says_more_than_its_dynamic_sdist(
    audit: Audit,
    serve: Serve,
    cc: Compiler,
    stated: str,
    newest: str,
    build: str,
    expected: list[str],
) -> None:
    """As sphericart-torch 1.0.1: the backend in its sdist adds torch, and setup.py writes its range."""
    libs = [
        _linux("fakelib", each, {"fakelib/libfake.so": linked((), (), cc)})
        for each in ("2.1", newest)
    ]
    members = {"user/m.so": linked(("libfake.so",), (), cc)}
    user = _linux("user", "1.0", members, ("fakelib>=1,<3",))
    core = b"Dynamic: Requires-Dist\n" + core_metadata("user", "1.0", (f"fakelib{stated}",))
    table = f"[build-system]\nrequires = [{build}]\nbuild-backend = 'b'\nbackend-path = ['.']\n"
    sdist = sdist_file("user", "1.0", core, {"pyproject.toml": table.encode()}, 1)
    output = audit("user", "--index-url", serve((*libs, user, sdist)))
    assert counted(output) == expected
    assert all(output.of(each).level == "warning" for each in expected)


@pytest.mark.parametrize(("setup", "told"), [("Extension('x', [])", True), ("1", False)])
def test_an_sdist_alone_that_compiles_is_not_told(
    audit: Audit, serve: Serve, setup: str, told: bool
) -> None:
    members = {
        "setup.py": f"from setuptools import setup\nsetup(x=[{setup}])\n".encode(),
        "pyproject.toml": b"[build-system]\nrequires = ['setuptools', 'pyarrow']\n",
    }
    sdist = sdist_file("user", "1.0", core_metadata("user", "1.0", ()), members, 1)
    output = audit("user", "--index-url", serve((sdist,)))
    assert output.rules() == ["not-told"] * told
    assert output.code == 0
