"""For any build file there is a proposal or a clear message, and never a traceback."""

from __future__ import annotations

import ast
import copy

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.version import Version

from native_skew.adopt import ranges
from native_skew.adopt.causes import Wishes
from native_skew.adopt.plan import Proposal, propose
from native_skew.adopt.ranges import GRANULARITIES, Granularity
from native_skew.errors import SkewError

BUILD = """[build-system]
requires = ["setuptools", "fake-corelibs>=1.2"]
build-backend = "setuptools.build_meta"
"""
PROJECT = """
[project]
name = "x"
dynamic = ["dependencies", "version"]
"""
ENTRIES = [
    '"numpy"', "'fake-corelibs>=1.1'", "abi_requires()", 'f"fake-corelibs=={version}"', "*more",
    '"fake-corelibs>=%s" % version("fake-corelibs")', "name if x else other", "lambda: 1", "None",
    '"é>=1"', '"fake-corelibs>=1.2,<1.3; python_version > \'3\'"', "  # ä comment\n", "[1]",
]  # fmt: skip
ARGUMENTS = ['name="x"', "**more", "ext_modules=[e]", "package_data={'x': ['lib*.so']}", "*args"]
LINKS = ["[]", "links", "['-lfoo', path.library]", "['a', '-Wl,-rpath,$ORIGIN/x'] + links", "None"]


@st.composite
def scripts(draw: st.DrawFn) -> str:
    """An arbitrary setup.py, valid or not."""
    entries = ",\n ".join(draw(st.lists(st.sampled_from(ENTRIES), max_size=4)))
    arguments = draw(st.lists(st.sampled_from(ARGUMENTS), max_size=3))
    position = draw(st.integers(0, len(arguments)))
    arguments.insert(position, f"install_requires=[{entries}]")
    separator = draw(st.sampled_from([", ", ",\n    ", ", # é\n  "]))
    return (
        "from fake_corelibs import path\nfrom fake_corelibs.version import abi_requires, version\n"
        f"e = Extension('é.x', extra_link_args={draw(st.sampled_from(LINKS))})\n"
        f"setup({separator.join(arguments)})\n"
    )


def proposed(files: dict[str, str]) -> Proposal | None:
    try:
        return propose(files, Wishes())
    except SkewError:
        return None


@given(script=scripts(), project=st.sampled_from(["", PROJECT]))
def test_proposal_is_sound_and_settles_it(script: str, project: str) -> None:
    proposal = proposed({"pyproject.toml": BUILD + project, "setup.py": script})
    if proposal is None:
        return
    ast.parse(proposal.after["setup.py"])
    again = proposed(dict(proposal.after))
    assert again is not None
    assert again.after == proposal.after
    assert all(finding.by_hand for finding in again.findings)


@pytest.mark.slow
@given(text=st.text())
def test_any_text_as_any_build_file(text: str) -> None:
    for name in ("pyproject.toml", "setup.py", "setup.cfg", "meson.build", "CMakeLists.txt"):
        proposal = proposed({name: text})
        assert proposal is None or proposal.after == {name: text}


VALUES = st.sampled_from(
    [1, "x", True, [], ["fake-corelibs"], [1], {}, {"x": 1}, ["dependencies"], "dependencies",
     "auditwheel repair {wheel}", {"linux": 1}, {"repair-wheel-command": ["x"]}, [{"x": 1}]]
)  # fmt: skip
KEYS = [
    ("build-system",), ("build-system", "requires"), ("build-system", "build-backend"),
    ("project",), ("project", "dynamic"), ("project", "dependencies"), ("tool",),
    ("tool", "cibuildwheel"), ("tool", "cibuildwheel", "linux"), ("tool", "poetry"),
    ("tool", "cibuildwheel", "build-frontend"), ("tool", "setuptools"),
    ("tool", "setuptools", "dynamic"), ("tool", "setuptools", "package-data"),
    ("tool", "cibuildwheel", "linux", "repair-wheel-command"),
]  # fmt: skip
SOUND = BUILD + PROJECT + "\n[tool.cibuildwheel.linux]\narchs = ['auto64']\n"
LINKED = """from fake_corelibs import path
setup(
    ext_modules=[Extension("x._x", [], library_dirs=[path.lib_path], libraries=["fakecore"])],
    install_requires=["fake-corelibs"],
)
"""


@given(changes=st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=3))
def test_any_type_in_the_place_of_any_setting(changes: dict[tuple[str, ...], object]) -> None:
    document = tomlkit.parse(SOUND).unwrap()
    for keys, value in changes.items():
        table = document
        for key in keys[:-1]:
            inner = table.setdefault(key, {})
            table = inner if isinstance(inner, dict) else {}
        table[keys[-1]] = copy.deepcopy(value)
    files = {"pyproject.toml": tomlkit.dumps(document), "setup.py": LINKED}
    proposal = proposed(files)
    if proposal:
        tomlkit.parse(proposal.after["pyproject.toml"])


@given(
    release=st.lists(st.integers(0, 99), min_size=1, max_size=6),
    granularity=st.sampled_from(GRANULARITIES),
)
def test_range_holds_its_oldest_and_no_other_abi(
    release: list[int], granularity: Granularity
) -> None:
    oldest = Version(".".join(map(str, release)))
    found = ranges.one_abi(oldest, granularity)
    free = {"exact": 0, "patch": 1, "minor": 2}[granularity]
    if found is None:
        assert len(release) <= free
        return
    assert oldest in found
    kept = release[: len(release) - free]
    following = Version(".".join(map(str, [*kept[:-1], kept[-1] + 1])))
    assert following not in found
    later = Version(".".join(map(str, [*kept, *[100] * free])))
    assert later in found
    assert ranges.is_bounded(found)
    assert Requirement(ranges.written(Requirement("x"), found)).specifier == found
