"""Whether the files of a release agree, and who is misled: by metadata alone, without an index."""

from __future__ import annotations

import msgspec
import pytest

from native_skew.audit import consistency
from native_skew.audit.read import Examined
from native_skew.audit.release import File, Release
from native_skew.audit.resolver_metadata import ResolverMetadata, parse
from native_skew.audit.targets import targets_of
from native_skew.distributions import SourceTexts
from native_skew.findings import Finding, Location

MAC = "pure-1.0-cp312-cp312-macosx_11_0_arm64.whl"
LINUX = "pure-1.0-cp312-cp312-manylinux_2_17_x86_64.whl"
OTHER = "pure-1.0-cp312-cp312-win_amd64.whl"
SDIST = "pure-1.0.tar.gz"
LOCKS = "uv lock (and uv sync)"
PLACE = Location(distribution="pure", version="1.0")


def said(*requires: str, more: str = "", version: str = "2.2") -> ResolverMetadata:
    lines = [f"Metadata-Version: {version}", "Name: pure", "Version: 1.0"]
    lines += [f"Requires-Dist: {each}" for each in requires]
    return parse("\n".join([*lines, more]).encode())


def examined(
    files: dict[str, ResolverMetadata],
    source: SourceTexts | None = None,
    pythons: tuple[str, ...] = ("3.12",),
    **more: object,
) -> Examined:
    made = [File(filename=each, name="pure", version="1.0") for each in files]
    return Examined(
        release=Release(name="pure", version="1.0", files=tuple(made)),
        metadata=files,
        source=source,
        contents={},
        unopened=0,
        targets=targets_of("", pythons, ("x86_64-unknown-linux-gnu",)),
        errors=(),
        **more,  # type: ignore[arg-type]
    )


def found(files: dict[str, ResolverMetadata], source: SourceTexts | None = None) -> list[Finding]:
    return list(consistency.findings(examined(files, source)))


def test_files_that_say_the_same_are_silent() -> None:
    assert found({MAC: said("numpy<2", "b"), LINUX: said("b", "NumPy <2.0")}) == []


def test_a_release_whose_reader_is_misled_is_told_whole() -> None:
    (finding,) = found({MAC: said("numpy<3"), LINUX: said("numpy<2"), OTHER: said("numpy<3")})
    assert (finding.rule, finding.level, finding.location) == ("files-disagree", "warning", PLACE)
    assert finding.message == (
        f"3 files say 2 different things. 2 of them agree, e.g. {MAC}. Otherwise: "
        f"{LINUX}: «numpy<2» instead of «numpy<3». "
        + " ".join(
            f"{reader} reads a file that says other things than the one it installs for Python "
            f"3.12 on Linux x86_64: for Python 3.12 on Linux x86_64 it reads {MAC} and installs "
            f"{LINUX}: numpy is taken by «numpy<3», and the installed wheel says «numpy<2»."
            for reader in (LOCKS, "Poetry (from any other index)")
        )
    )
    assert finding.evidence == {
        "sets": 2,
        "files": 3,
        "groups": (
            f"2 × numpy<3; Requires-Python:  | {MAC} {OTHER}",
            f"1 × numpy<2; Requires-Python:  | {LINUX}",
        ),
        "noticed_by": (LOCKS, "Poetry (from any other index)"),
        "extras": (),
        "read": tuple(
            f"{reader} : Python 3.12 on Linux x86_64: {MAC} / {LINUX}"
            for reader in (LOCKS, "Poetry (from any other index)")
        ),
    }


def older(tag: str, *requires: str) -> tuple[str, ResolverMetadata]:
    return f"pure-1.0-{tag}-manylinux_2_17_x86_64.whl", said(*requires)


def test_a_lock_goes_by_the_file_of_its_projects_oldest_python() -> None:
    """As cadquery-ocp 7.8.1.1, which requires vtk, and for Python 3.13 cadquery-vtk."""
    files = dict([older("cp311-cp311", "vtk"), older("cp312-cp312", "cadquery-vtk")])
    both = examined(files, pythons=("3.11", "3.12"))
    (finding,) = consistency.findings(both)
    assert (
        f"{LOCKS}, in a project for Python 3.11 and later, reads a file that says other things than "
        "the one it installs for Python 3.12 on Linux x86_64: for Python 3.12 on Linux x86_64 it "
        "reads pure-1.0-cp311-cp311-manylinux_2_17_x86_64.whl and installs pure-1.0-cp312-cp312-"
        "manylinux_2_17_x86_64.whl: the installed wheel needs «cadquery-vtk», which is left out"
    ) in finding.message
    # The control: a project that begins with Python 3.12 reads what it installs.
    (finding,) = consistency.findings(examined(files))
    assert LOCKS not in finding.message


@pytest.mark.parametrize(
    ("builds", "read"), [(("2-cp311", "10-cp311"), 1), (("2-cp311", "1-cp311"), 0)]
)
def test_a_lock_goes_by_the_highest_build_number(builds: tuple[str, str], read: int) -> None:
    """As mkl-fft 2.0.0, whose files have 1 to 23."""
    names = [f"pure-1.0-{each}-cp311-macosx_11_0_arm64.whl" for each in builds]
    files = dict([*((name, said(name[9])) for name in names), older("0-cp311-cp311", "own")])
    (finding,) = consistency.findings(examined(files, pythons=("3.11",)))
    assert f"it reads {names[read]} and installs" in finding.message


def test_where_nobody_is_misled_it_is_a_note() -> None:
    """No file of it is installed on the targets examined."""
    (finding,) = found({OTHER: said("numpy<2"), MAC: said("numpy<3")})
    assert (finding.level, finding.evidence["noticed_by"]) == ("note", ())
    assert "no resolver would notice" in finding.message
    assert finding.evidence["read"] == ()


def outcome(read: ResolverMetadata, installed: ResolverMetadata, file: str = LINUX) -> str:
    """The consequence that is reported for projects that lock with uv."""
    (finding,) = found({MAC: read, file: installed})
    _, _, told = finding.message.partition(f"{file}: ")
    return told.partition(f"{LOCKS}")[2].partition(f"{file}: ")[2].partition(". ")[0]


@pytest.mark.parametrize(
    ("read", "installed", "told"),
    [
        (said(), said("a>=1"), "the installed wheel needs «a>=1», which is left out"),
        (said("a>=1"), said(), "«a>=1» is installed besides"),
        (said("a>=1"), said("a<1"), "a is taken by «a>=1», and the installed wheel says «a<1»"),
        (
            said("a", "c>=1"),
            said("b", "c<1"),
            "the installed wheel needs «b», which is left out; c is taken by «c>=1», and the "
            "installed wheel says «c<1»; «a» is installed besides",
        ),
        (
            said(more="Requires-Python: >=3.13"),
            said(),
            "it is refused for its Requires-Python",
        ),
        (
            said(),
            said(more="Requires-Python: >=3.13"),
            "it is installed for a Python that it rules out",
        ),
        (
            said(*(f"a{n}" for n in range(6))),
            said(),
            "; ".join(f"«a{n}» is installed besides" for n in range(6)),
        ),
        (
            said(*(f"a{n}" for n in range(8))),
            said(),
            "; ".join(f"«a{n}» is installed besides" for n in range(6)) + "; and 2 more",
        ),
    ],
)
def test_what_comes_of_it(read: ResolverMetadata, installed: ResolverMetadata, told: str) -> None:
    if "refused" in told:  # uv skips a wheel that excludes the Python; Poetry does not
        (finding,) = found({MAC: read, LINUX: installed})
        assert f"{LINUX}: {told}." in finding.message
        return
    assert outcome(read, installed) == told


def test_a_marker_that_does_not_hold_here_is_no_difference() -> None:
    (finding,) = found({MAC: said("a; os_name == 'nt'"), LINUX: said()})
    assert finding.level == "note"
    (finding,) = found({MAC: said("a; os_name == 'posix'"), LINUX: said()})
    assert (finding.level, "«a» is installed besides" in finding.message) == ("warning", True)


@pytest.mark.parametrize(("version", "told"), [("2.2", True), ("2.1", False)])
def test_what_a_build_will_say_is_known_of_a_static_sdist_alone(version: str, told: bool) -> None:
    files = {MAC: said("a>=1"), SDIST: said("a<1", version=version)}
    (finding,) = found(files)
    assert finding.level == ("warning" if told else "note")
    built = f"it reads {MAC} and builds {SDIST}: a is taken by «a>=1», and the sdist says «a<1»"
    assert (built in finding.message) is told


def test_who_asks_for_an_extra_is_misled_alone() -> None:
    gpu = said('gpu; extra == "cuda"', more="Provides-Extra: cuda\n")
    (finding,) = found({MAC: said(), LINUX: gpu})
    assert finding.evidence["extras"] == ("cuda",)
    assert f"{LOCKS}, asked for pure[cuda], reads" in finding.message
    assert finding.evidence["read"] == tuple(
        f"{reader} cuda: Python 3.12 on Linux x86_64: {MAC} / {LINUX}"
        for reader in (LOCKS, "Poetry (from any other index)")
    )
    assert (
        f'{LINUX}: «gpu; extra == "cuda"» instead of nothing, extras «cuda» instead of nothing'
        in (finding.message)
    )
    # Who is misled without an extra is not reported again with it.
    (finding,) = found({MAC: said("a"), LINUX: gpu})
    assert finding.evidence["extras"] == ()


def test_each_way_in_which_files_differ() -> None:
    (finding,) = found(
        {LINUX: said(), OTHER: said(), MAC: said(more="Requires-Python: >=3.9\nProvides-Extra: x")}
    )
    assert f"{MAC}: Requires-Python >=3.9 instead of any, extras «x» instead of nothing." in (
        finding.message
    )
    old = said(more="Requires-Python: >=3.9")
    (finding,) = found({LINUX: old, OTHER: old, MAC: said()})
    assert f"{MAC}: Requires-Python any instead of >=3.9." in finding.message
    many = said(*(f"a{n}" for n in range(7)))
    (finding,) = found({LINUX: many, OTHER: many, MAC: said("b")})
    listed = ", ".join(f"«a{n}»" for n in range(6))
    assert f"{MAC}: «b» instead of {listed} and 1 more." in finding.message
    six = said(*(f"a{n}" for n in range(6)))
    (finding,) = found({LINUX: six, OTHER: six, MAC: said("b")})
    assert f"{MAC}: «b» instead of {listed}." in finding.message


@pytest.mark.parametrize(("number", "more"), [(7, ""), (8, "and 1 more sets"), (9, "and 2 more")])
def test_of_many_sets_the_first_are_told(number: int, more: str) -> None:
    wheels = {
        f"pure-1.0-cp3{n}-cp3{n}-macosx_11_0_arm64.whl": said(f"a=={n}")
        for n in range(10, 10 + number)
    }
    (finding,) = found(wheels)
    assert finding.evidence["sets"] == number
    assert finding.message.count("instead of") == 6
    assert (more in finding.message) is True
    assert ("more sets" in finding.message) is bool(more)


def test_a_group_is_named_by_its_first_and_their_number() -> None:
    files = {LINUX: said(), OTHER: said(), MAC: said("a"), "pure-1.0-py3-none-any.whl": said("b")}
    alike = {f"pure-1.0-cp31{n}-none-win32.whl": said("a") for n in range(2)}
    (finding,) = found({**files, **alike})
    assert f"3 of them agree, e.g. {MAC}." in finding.message
    assert " and 1 more: nothing instead of «a»" in finding.message
    assert "pure-1.0-py3-none-any.whl: «b» instead of «a»" in finding.message


def test_a_requirement_that_nobody_can_read() -> None:
    (finding,) = found({LINUX: said("a !", "b")})
    assert finding.message == "«a !» does not follow the specification."
    assert finding.location == Location(file=LINUX, distribution="pure", version="1.0")


def source(setup: str, *build: str) -> SourceTexts:
    return SourceTexts(
        pkg_info=b"", setup_py=setup, build_requires=build, backend="setuptools.build_meta"
    )


STAMPING = "import some_libs.version\nsetup(install_requires=some_libs.version.abi_requires())\n"
DYNAMIC = "Dynamic: requires-dist"


@pytest.mark.parametrize(
    ("metadata", "texts", "claims"),
    [
        (said("a"), source(STAMPING, "some-libs"), True),
        (said("a"), source(STAMPING, "Some_Libs>=1"), True),
        (said("a", version="2.1"), source(STAMPING, "some-libs"), False),
        (said("a", more=DYNAMIC), source(STAMPING, "some-libs"), False),
        (said("a"), source(STAMPING, "other"), False),
        (said("a"), source("setup()\n", "some-libs"), False),
    ],
)
def test_an_sdist_that_promises_what_its_build_makes(
    metadata: ResolverMetadata, texts: SourceTexts, claims: bool
) -> None:
    rules = [each for each in found({SDIST: metadata}, texts) if each.rule != "dynamic-spelling"]
    assert [each.rule for each in rules] == ["sdist-claims-static"] * claims
    if claims:
        (finding,) = rules
        assert finding.location == Location(file=SDIST, distribution="pure", version="1.0")
        assert finding.evidence == {"stamped_by": ("some_libs",), "metadata_version": "2.2"}
        assert "PKG-INFO (Metadata 2.2) promises" in finding.message
        assert "from some_libs, a build requirement" in finding.message


@pytest.mark.parametrize(
    ("spelling", "wheels", "told"),
    [
        ("requires-dist", False, True),
        ("REQUIRES-DIST", False, True),
        ("Requires-Dist", False, False),
        ("requires-dist", True, False),  # then no resolver reads the sdist
        ("license-file", False, False),
    ],
)
def test_a_spelling_that_uv_does_not_know(spelling: str, wheels: bool, told: bool) -> None:
    files = {SDIST: said("a", more=f"Dynamic: {spelling}")}
    if wheels:
        files[LINUX] = said("a")
    findings = found(files, source("setup()\n"))
    assert len(findings) == told
    for each in findings:
        assert each.evidence == {"spelling": spelling}
        assert each.location.file == SDIST
        assert f"«Dynamic: {spelling}»" in each.message


def test_without_the_sdist_s_texts_nothing_is_said_of_it() -> None:
    unread = msgspec.structs.replace(examined({SDIST: said()}, source(STAMPING)), metadata={})
    assert list(consistency.findings(unread)) == []
    assert found({SDIST: said("a", more=DYNAMIC)}, None) == []
    assert found({LINUX: said("a")}, source(STAMPING, "some-libs")) == []
