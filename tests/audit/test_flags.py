"""Each flag on the fake pair, end to end, and beside it the release that must not raise it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from native_skew.audit.rules import RULES
from native_skew.distributions.archives import DistributionFile, wheel_file
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
    # Nothing leads to its name but the RUNPATH:
    output = audit(SHARED, "--index-url", serve(publish(requires=())))
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
    module = linked(("libx.so.1@error",), ("$ORIGIN/../:100:[red]",), cc)
    module = module.replace(b"libx.so.1@error", b"libx.so.1\nerror")
    broken = b"Requires-Dist: lib (<<2)\n  forged: all is well\n" + core_metadata("pure", "1.0", ())
    tag = "cp312-cp312-manylinux_2_17_x86_64"
    file = wheel_file("pure", "1.0", tag, broken, {"pure/_x.so": module}, 1)
    output = audit("pure", "--index-url", serve((file,), False))
    told = [each.message for each in output.report.findings]
    assert any("libx.so.1\\nerror" in each for each in told)
    assert any("<<2" in each for each in told)
    lines = [line.strip() for each in told for line in each.splitlines()]
    assert not any(line.startswith(("error", "forged")) for line in lines)


def test_the_page_names_every_rule_with_its_level() -> None:
    page = (Path(__file__).parents[2] / "docs/tools/audit.md").read_text(encoding="utf-8")
    for rule in RULES:
        assert f"| `{rule.id}` | {rule.level} |" in page
    assert page.count("\n| `") == len(RULES)
