"""A repair is what the second of two states of a project has more, or no more."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from native_skew.errors import SkewError
from native_skew.installers import difference
from native_skew.installers.repair import with_lines
from native_skew.results import Result, repair_of
from native_skew.results.record import CommandRecord, StepRecord
from test_comparison import CELL, RESULT


def step(title: str, files: dict[str, str], *commands: str) -> StepRecord:
    typed = (CommandRecord(argv=tuple(c.split()), exit_code=0, output="") for c in commands)
    return StepRecord(title=title, files=files, commands=tuple(typed))


def repaired(*steps: StepRecord, start: str = "after-failure") -> Result:
    return replace(RESULT, cell=replace(CELL, start=start), steps=steps)  # type: ignore[type-var]


def test_a_repair_is_what_the_last_step_adds_to_those_before() -> None:
    plain = step("install", {"a.txt": "one\n", "b.txt": "b\n"}, "uv venv", "uv sync")
    tried = step("try", {"a.txt": "one\ntwo\n"}, "uv sync")
    first = step("repair", {"a.txt": "one\ntwo\nthree\n"}, "uv cache clean x")
    second = step(
        "repair", {"c.txt": "c\n"}, "python -m venv .venv", "python -m pip list", "uv sync"
    )
    found = repair_of(repaired(plain, tried, first, second))
    assert found.files == {"a.txt": "three\n", "c.txt": "c\n"}
    # Nobody is told to make the environment that they have.
    assert found.commands == (
        ("uv", "cache", "clean", "x"),
        ("python", "-m", "pip", "list"),
        ("uv", "sync"),
    )


@pytest.mark.parametrize(
    "result",
    [repaired(step("install", {}), start="fresh"), repaired()],
    ids=["fresh", "nothing ran"],
)
def test_what_starts_from_nothing_repairs_nothing(result: Result) -> None:
    with pytest.raises(SkewError, match="it starts fresh; cite a cell") as told:
        repair_of(result)
    assert str(told.value).startswith(result.cell.id)


@pytest.mark.parametrize(
    ("before", "after", "added"),
    [
        ("", "a = 1\n", "a = 1\n"),
        ("a = 1\n", "a = 1\n", ""),
        ("a = 1\n", "a = 2\n", "a = 2\n"),
        ("[t]\na = 1\n", "[t]\na = 1\nb = 2\n", "[t]\nb = 2\n"),
        ("[t.u]\na = 1\n", "[t.u]\na = 1\n[t.v]\na = 1\n", "[t.v]\na = 1\n"),
        ('a = ["x"]\n', 'a = ["x", "y"]\n', 'a = ["y"]\n'),
        ('a = ["x", "y"]\n', 'a = ["y"]\n', ""),
        ('a = ["x"]\n', 'a = ["y"]\n', 'a = ["y"]\n'),
        ('[t]\na = ["x"]\nb = ["x"]\n', '[t]\na = []\nb = ["x"]\n', ""),
        ('[u]\na = ["x"]\n[v]\na = ["x"]\n', '[u]\na = []\n[v]\na = ["x"]\n', ""),
        # An empty list that is new says something; one that was emptied adds nothing.
        ("", "a = []\n", "a = []\n"),
        ("a = 1\n", "a = []\n", "a = []\n"),
        ("a = true\n", "a = false\n", "a = false\n"),
        ("a = false\n", "a = false\n", ""),
        ("a = [1, 2]\n", "a = [2]\n", ""),
        ("[t]\na = 1\n", 't = "x"\n', 't = "x"\n'),
        ('t = "x"\n', "[t]\na = 1\n", "[t]\na = 1\n"),
    ],
)
@pytest.mark.parametrize("name", ["pyproject.toml", "Pipfile"])
def test_tables(name: str, before: str, after: str, added: str) -> None:
    found = difference({name: before}, [({name: after}, ())])
    assert found.files == ({name: added} if added else {})


def test_lines_of_other_files() -> None:
    before = {"a.txt": "one\ntwo\nthree\n", "b.txt": "b\n"}
    found = difference(before, [({"a.txt": "zero\none\nthree\n", "c.txt": "c\nd\n"}, ())])
    assert found.files == {"a.txt": "zero\n", "c.txt": "c\nd\n"}
    assert found.commands == ()
    # Of what is written twice the last counts.
    twice = difference(before, [({"b.txt": "x\n"}, [("t", "1")]), ({"b.txt": "b\n"}, [("t", "2")])])
    assert (twice.files, twice.commands) == ({}, (("t", "1"), ("t", "2")))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('[project]\nname = "x"\n', '[project]\nname = "x"\n\n[tool.t]\na = ["1"]\n'),
        ('[tool.t]\na = ["1"]\n', '[tool.t]\na = ["1", "2"]\nb = true\n'),
        ("[tool.t.u]\na = 1\n", "[tool.t.u]\na = 2\nb = 1\n"),
    ],
)
def test_the_way_back(before: str, after: str) -> None:
    lines = difference({"x.toml": before}, [({"x.toml": after}, ())]).files["x.toml"]
    made = with_lines("x.toml", f"# kept\n{before}", lines)
    assert made.startswith("# kept\n")
    assert difference({"x.toml": made}, [({"x.toml": after}, ())]).files == {}
    assert difference({"x.toml": after}, [({"x.toml": made}, ())]).files == {}


SCRIPT = """\
# /// script
# requires-python = ">=3.11"
# dependencies = ["softioc==4.6.1"]
# ///

import softioc
"""


def test_a_script_s_metadata_is_tables() -> None:
    after = SCRIPT.replace('4.6.1"]', '4.6.1", "setuptools"]\n#\n# [tool.uv]\n# no-index = false')
    found = difference({"script.py": SCRIPT}, [({"script.py": after}, ())])
    added = '# dependencies = ["setuptools"]\n#\n# [tool.uv]\n# no-index = false\n'
    assert (found.files, found.changed) == ({"script.py": added}, {"script.py": False})
    assert with_lines("script.py", SCRIPT, added) == after
    # Without a script that is there it is a file like others.
    assert difference({}, [({"script.py": SCRIPT}, ())]).files == {"script.py": SCRIPT}


@pytest.mark.parametrize(
    ("name", "before", "after", "changed"),
    [
        ("pyproject.toml", '[t]\na = ["x==1"]\n', '[t]\na = ["x==1", "y"]\n', False),
        ("pyproject.toml", '[t]\na = ["x==1"]\n', '[t]\na = ["x>=2"]\n', True),
        ("requirements.in", "x==1\n", "x==1\ny\n", False),
        ("requirements.in", "x==1\n", "x>=2\n", True),
    ],
)
def test_what_takes_another_s_place_is_told(
    name: str, before: str, after: str, *, changed: bool
) -> None:
    assert difference({name: before}, [({name: after}, ())]).changed == {name: changed}
    assert difference({}, [({name: after}, ())]).changed == {}
