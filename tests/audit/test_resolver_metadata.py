"""Requirements in one form, and which ranges lie within which."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from native_skew.audit.providers import is_within
from native_skew.audit.resolver_metadata import ResolverMetadata, parse, understood


def metadata(*requires: str, more: str = "", end: str = "\n") -> ResolverMetadata:
    lines = ["Metadata-Version: 2.2", "Name: My_Pkg", "Version: 1.0"]
    lines += [f"Requires-Dist: {each}" for each in requires]
    return parse(end.join([*lines, *more.splitlines(), "", "text"]).encode())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["a>=1,<2"], ["A <2.0, >=1.0"]),
        (["ruamel.yaml"], ["ruamel_yaml"]),
        (["a>=1", "a<3"], ["a<3,>=1"]),
        (["b", "a"], ["a", "b"]),
        (["a[x,y_z]"], ["a[Y-z, X]"]),
        (["a; os_name=='nt'"], ['a ; os_name == "nt"']),
        (
            ["a; os_name=='nt' and extra=='B_c'"],
            ["a; extra == 'b-c' and (os_name == 'nt')"],
        ),
        (
            ["a; (python_version>'3' or os_name=='nt') and extra=='x'"],
            ["a; extra=='x' and (os_name=='nt' or python_version>'3')"],
        ),
        (["a @ https://x.invalid/a.whl"], ["A@https://x.invalid/a.whl"]),
        (["a==1.0.*"], ["a == 1.0.*"]),
    ],
)
def test_the_same_meaning_is_the_same_text(one: list[str], other: list[str]) -> None:
    assert metadata(*one).requires_dist == metadata(*other, end="\r\n").requires_dist


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["a>=1"], ["a>1"]),
        (["a~=1.4"], ["a~=1.4.0"]),
        (["a"], ["a[x]"]),
        (
            ["a; os_name=='nt' or os_name=='posix' and extra=='x'"],
            ["a; (os_name=='nt' or os_name=='posix') and extra=='x'"],
        ),
        (["a==1.0.*"], ["a==1.*"]),
        (["a===1.0"], ["a==1.0"]),
        (["a"], ["a @ https://x.invalid/a.whl"]),
    ],
)
def test_another_meaning_is_another_text(one: list[str], other: list[str]) -> None:
    assert metadata(*one).requires_dist != metadata(*other).requires_dist


@given(st.permutations(["a>=1", "a<3", "b; os_name=='nt'", "c[x]>2", "d"]), st.randoms())
def test_order_does_not_count(requires: list[str], chance: random.Random) -> None:
    spaced = [each.replace(">", " >") if chance.random() < 0.5 else each for each in requires]
    assert metadata(*spaced) == metadata(*sorted(requires))


def test_all_that_resolvers_read() -> None:
    found = metadata(
        "b; extra == 'X_y'", "a @ https://bob:pw@x.invalid/a.whl?token=1", "no !", "x @ https://u:p@h/ !",
        more="Requires-Python: >=3.9, <4.0\nProvides-Extra: X_y\nProvides-Extra: a\nDynamic: License",
    )  # fmt: skip
    assert found == ResolverMetadata(
        name="my-pkg",
        version="1.0",
        metadata_version="2.2",
        requires_dist=("a @ https://x.invalid/a.whl ", 'b; extra == "x-y"'),
        requires_python="<4,>=3.9",
        extras=("a", "x-y"),
        dynamic=("License",),
        problems=("no !", "x @ https://h/ !"),
    )
    assert found.names() == {"a"}
    assert metadata("b; os_name == 'nt'", "c; extra == 'x'", "D_d").names() == {"b", "d-d"}
    forged = metadata("\x1b[31m !", more="Requires-Python: any\x1b[31m\nDynamic: x\x1b")
    assert forged.problems == ("\\x1b[31m !", "Requires-Python: any\\x1b[31m")
    assert (forged.requires_python, forged.dynamic) == ("any\\x1b[31m", ("x\\x1b",))


def test_what_applies() -> None:
    found = metadata(
        "a; os_name == 'nt'", "b; extra == 'x'", "c", "d; extra == 'y' or os_name == 'nt'"
    )
    nt, posix = {"os_name": "nt"}, {"os_name": "posix"}
    for environment, extra, names in (
        (nt, "", "acd"),
        (posix, "", "c"),
        (posix, "x", "bc"),
        (posix, "y", "cd"),
        (nt, "x", "abcd"),
    ):
        assert "".join(each.name for each in found.applicable(environment, extra)) == names


def test_dynamic_in_any_spelling_and_what_promises_more() -> None:
    assert metadata(more="Dynamic: requires-dist").is_dynamic
    assert metadata(more="Dynamic: REQUIRES-DIST").is_dynamic
    assert not metadata(more="Dynamic: license-file").is_dynamic
    assert metadata().promises_static
    assert not metadata(more="Dynamic: Requires-Dist").promises_static
    for version, promises in (
        ("2.1", False),
        ("2.2", True),
        ("2.10", True),
        ("3.0", True),
        ("x", False),
    ):
        text = f"Metadata-Version: {version}\nName: a\nVersion: 1\n".encode()
        assert parse(text).promises_static is promises


_VERSIONS = ["0.9", "1.0.dev1", "1.0a1", "1.0", "1.0.1", "1.4", "1.4.2", "1.5", "2.0a1", "2.0", "3"]
_SPECIFIERS = st.lists(
    st.builds(
        str.__add__,
        st.sampled_from([">=", "<", "<=", ">", "==", "~=", "!="]),
        st.sampled_from(["1.0", "1.4", "1.4.2", "1.5", "2.0", "2.0a1"]),
    ),
    min_size=1,
    max_size=3,
).map(",".join)


@given(_SPECIFIERS, _SPECIFIERS)
def test_what_lies_within_has_no_version_outside(inner: str, outer: str) -> None:
    one, other = SpecifierSet(inner), SpecifierSet(outer)
    if is_within(one, other):
        for version in _VERSIONS:
            if one.contains(version, prereleases=True):
                assert other.contains(version, prereleases=True), Version(version)
    assert is_within(one, one)
    assert is_within(one, SpecifierSet(""))


@pytest.mark.parametrize(
    ("inner", "outer", "within"),
    [
        ("==2.14.0", "==2.14", True),
        (">=7.0.7.99.1.1a3", "<7.0.7.99.2,>=7.0.7.99.1.2a1", False),
        (">=1,<2", ">=1,<2", True),
        (">=1.2,<2", ">=1,<3", True),
        (">=1", ">=1,<100000", False),
        ("~=1.4.2", ">=1.4,<1.5", True),
        ("~=1.4", ">=1.4,<1.5", False),
        ("==1.4.*", "<1.5", True),
        ("", "<2", False),
    ],
)
def test_ranges(inner: str, outer: str, within: bool) -> None:
    assert is_within(SpecifierSet(inner), SpecifierSet(outer)) == within


def test_what_no_tool_can_read_is_passed_over() -> None:
    deep = f"x; {'(' * 5000}python_version > '3'{')' * 5000}"
    assert [str(each) for each in understood(("numpy>=1", "no version", deep))] == ["numpy>=1"]
