"""Each flag on the fake pair, end to end, and beside it the release that must not raise it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from said import Audit, Serve

from repro import fakes
from repro.archives import PublishedFile, sdist_file, wheel_file
from repro.audit.rules import RULES
from repro.compiler import Compiler
from repro.interpreter import Interpreter
from repro.metadata import core_metadata
from repro.scenario import ConsumerRelease, ProviderRelease, Sdist, Wheel
from repro.workshop import Workshop

OLD, NEW = "7.0.7.99.1.2", "7.0.10.99.0.2"
RANGE = "fake-corelibs<7.0.7.99.2,>=7.0.7.99.1.2"
OPEN = "fake-corelibs>=7.0.7.99.1.2"
SETUPTOOLS = "setuptools"
SHARED = "fake-softioc==4.6.1"

Publish = Callable[..., tuple[PublishedFile, ...]]


@pytest.fixture
def publish(cc: Compiler, python: Interpreter) -> Publish:
    """Files of a release whose wheel here is built against the older provider."""

    def make(
        *,
        sdist: Sdist | None = None,
        requires: tuple[str, ...] = (RANGE,),
        foreign: tuple[str, ...] | None = None,
        here: bool = True,
        providers: tuple[str, ...] = (OLD, NEW),
        rotten: bool = False,
    ) -> tuple[PublishedFile, ...]:
        wheels = [Wheel(tag="here", requires_dist=requires, built_against=OLD)] if here else []
        if foreign is not None:
            wheels.append(Wheel(tag="cp311-cp311-macosx_11_0_arm64", requires_dist=foreign))
        release = ConsumerRelease(version="4.6.1", sdist=sdist, wheels=tuple(wheels))
        libraries = (
            ProviderRelease(version=each, needs_pkg_resources=rotten and each == OLD)
            for each in providers
        )
        return (
            *fakes.consumer_files(release, python, cc),
            *(fakes.provider_file(each, python, cc) for each in libraries),
        )

    return make


def dynamic(build: str = OPEN, spelling: str = "requires-dist", cap: str = "") -> Sdist:
    return msgspec.convert(
        {
            "build-requires": [SETUPTOOLS + cap, build],
            "requires-dist": [RANGE],
            "dynamic": spelling,
        },
        Sdist,
    )


def counted(said: object) -> list[str]:
    return sorted(e.rule for e in said.report.findings if e.level != "note")  # type: ignore[attr-defined]


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
    said = audit(SHARED, "--index-url", serve(files))
    assert counted(said) == expected
    assert said.code == bool(expected)


def test_a_sound_release_is_silent(audit: Audit, serve: Serve, publish: Publish) -> None:
    """Nothing computed, and a build takes what run time takes."""
    sdist = msgspec.structs.replace(dynamic(RANGE, "absent"), stamps=False)
    said = audit(SHARED, "--index-url", serve(publish(sdist=sdist)))
    assert (said.code, said.rules()) == (0, [])


def test_without_a_wheel_to_look_into_it_stays_a_suspicion(
    audit: Audit, serve: Serve, publish: Publish
) -> None:
    files = publish(sdist=dynamic(), here=False, foreign=(RANGE,))
    said = audit(SHARED, "--index-url", serve(files))
    assert (said.code, said.of("skew-active").level) == (1, "warning")
    quiet = publish(sdist=dynamic(), here=False, foreign=(RANGE,), providers=(OLD,))
    said = audit(SHARED, "--index-url", serve(quiet))
    assert (said.code, said.rules()) == (0, ["not-told"])


@pytest.mark.parametrize("spelling", ["requires-dist", "Requires-Dist"])
def test_an_sdist_alone(audit: Audit, serve: Serve, publish: Publish, spelling: str) -> None:
    said = audit(
        SHARED, "--index-url", serve(publish(sdist=dynamic(spelling=spelling), here=False))
    )
    assert ("dynamic-spelling" in said.rules()) == (spelling == "requires-dist")


def test_an_undeclared_library(audit: Audit, serve: Serve, publish: Publish) -> None:
    said = audit(SHARED, "--index-url", serve(publish(sdist=dynamic(), requires=())))
    found = said.of("undeclared-library")
    assert found.evidence["libraries"] == ("libfakecore.so.7.0.7.99.1",)
    assert found.evidence["provider"] == "fake-corelibs"
    # Nothing leads to its name but the RUNPATH:
    said = audit(SHARED, "--index-url", serve(publish(requires=())))
    assert said.of("undeclared-library").evidence["folders"] == ("fake_corelibs",)


@pytest.mark.parametrize(
    ("allowed", "wide"), [("fake-corelibs>=7.0.7.99.1.2", True), (RANGE, False)]
)
def test_a_range_wider_than_the_soname(
    audit: Audit, serve: Serve, publish: Publish, allowed: str, wide: bool
) -> None:
    said = audit(SHARED, "--index-url", serve(publish(requires=(allowed,))))
    assert said.rules() == (["range-too-wide"] if wide else [])
    assert said.code == wide


@pytest.mark.parametrize(
    ("rotten", "cap", "expected"), [(True, "", True), (False, "", False), (True, "<81", False)]
)
def test_a_rotten_build_requirement(
    audit: Audit, serve: Serve, publish: Publish, rotten: bool, cap: str, expected: bool
) -> None:
    files = publish(sdist=dynamic(cap=cap), rotten=rotten)
    said = audit(SHARED, "--index-url", serve(files))
    assert ("rotten-build-requirement" in said.rules()) == expected
    assert "skew-active" in said.rules()


def _pure(tag: str, requires: tuple[str, ...]) -> PublishedFile:
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
    said = audit("pure==1.0", "--index-url", serve((first, second)))
    levels = {each.rule: each.level for each in said.report.findings}
    assert levels.get("files-disagree") == level
    assert said.code == (level == "warning")


def test_metadata_beside_a_wheel_that_is_not_the_wheels(audit: Audit, serve: Serve) -> None:
    file = _pure("cp312-cp312-manylinux_2_17_x86_64", ("lib<2",))
    assert audit("pure", "--index-url", serve((file,))).rules() == []
    lying = msgspec.structs.replace(file, metadata=core_metadata("pure", "1.0", ("lib<3",)))
    said = audit("pure", "--index-url", serve((lying,)))
    assert (said.code, said.rules()) == (1, ["sidecar-differs"])


def test_a_requirement_that_nobody_can_read(audit: Audit, serve: Serve) -> None:
    broken = b"Requires-Dist: lib (<<2)\n" + core_metadata("pure", "1.0", ())
    file = wheel_file("pure", "1.0", "py3-none-any", broken, {}, 1)
    said = audit("pure", "--index-url", serve((file,)))
    assert (said.code, said.rules()) == (1, ["unreadable-requirement"])


def test_the_page_names_every_rule_with_its_level() -> None:
    page = (Path(__file__).parents[2] / "docs/tools/audit.md").read_text(encoding="utf-8")
    for rule in RULES:
        assert f"| `{rule.id}` | {rule.level} |" in page
    assert page.count("\n| `") == len(RULES)


# A folder, before the upload


def test_a_dist_folder(audit: Audit, serve: Serve, publish: Publish, tmp_path: Path) -> None:
    files = publish(sdist=dynamic())
    url = serve(files)
    dist = tmp_path / "dist"
    dist.mkdir()
    for each in files:
        if each.project == "fake-softioc":
            (dist / each.filename).write_bytes(each.content)
    said = audit(str(dist), "--index-url", url)
    assert (said.code, counted(said)) == (1, ["skew-active"])
    said = audit(str(dist), "--no-index")
    assert (said.code, said.rules()) == (0, ["not-told"])
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
    said = audit(*arguments, "--index-url", serve(publish()))
    assert said.code == 2
    assert word in said.errors


def test_one_bad_file_is_said_and_the_others_are_judged(
    audit: Audit, serve: Serve, publish: Publish, tmp_path: Path
) -> None:
    files = publish(sdist=dynamic())
    for each in files[:2]:
        (tmp_path / each.filename).write_bytes(each.content)
    (tmp_path / "fake_softioc-4.6.1-cp39-cp39-win_amd64.whl").write_bytes(b"no zip")
    said = audit(str(tmp_path), "--index-url", serve(files))
    assert said.code == 1
    assert "win_amd64.whl: not read (no zip file" in said.errors
    for each in tmp_path.glob("*linux*.whl"):
        each.unlink()
    for each in tmp_path.glob("*.tar.gz"):
        each.unlink()
    assert audit(str(tmp_path), "--index-url", serve(files)).code == 2


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


def _stamping(publish: Publish, workshop: Workshop, **more: object) -> tuple[PublishedFile, ...]:
    return (*publish(**more), *workshop.build_requirements)


def test_rebuild_sees_the_stamp(
    audit: Audit, serve: Serve, publish: Publish, workshop: Workshop
) -> None:
    files = _stamping(publish, workshop, sdist=dynamic())
    said = audit(SHARED, "--index-url", serve(files), "--rebuild")
    found = said.of("rebuilt-differs")
    assert found.evidence["published_requires"] == ("fake-corelibs<7.0.7.99.2,>=7.0.7.99.1.2",)
    assert found.evidence["built_requires"] == ("fake-corelibs<7.0.10.99.1,>=7.0.10.99.0.2",)
    assert "libfakecore.so.7.0.10.99.0" in found.evidence["needs"]


def test_rebuild_agrees_where_the_build_is_held(
    audit: Audit, serve: Serve, publish: Publish, workshop: Workshop
) -> None:
    files = _stamping(publish, workshop, sdist=dynamic(RANGE))
    said = audit(SHARED, "--index-url", serve(files), "--rebuild")
    assert (said.code, said.rules()) == (0, [])


def test_rebuild_of_what_does_not_build(
    audit: Audit, serve: Serve, publish: Publish, workshop: Workshop
) -> None:
    files = _stamping(publish, workshop, sdist=dynamic("fake-corelibs==99"))
    said = audit(SHARED, "--index-url", serve(files), "--rebuild")
    assert said.code == 2
    assert "does not build here" in said.errors


def test_without_rebuild_no_code_of_the_release_runs(audit: Audit, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    setup = f"open({str(mark)!r}, 'w')\n".encode()
    pkg_info = core_metadata("pure", "1.0", ())
    file = sdist_file("pure", "1.0", pkg_info, {"setup.py": setup}, 1)
    path = tmp_path / file.filename
    path.write_bytes(file.content)
    assert audit(str(path), "--no-index").code == 0
    assert not mark.exists()
