"""The advice for a case: the files and commands of today's tool, with the names of the case."""

from __future__ import annotations

from typing import Any

import pytest

from native_skew.installers import INSTALLERS, Cause, advise, is_requirement, tabs
from native_skew.installers.advice import constrain_advice
from native_skew.installers.remedies import REMEDIES

OLDER, NEWER = "lib==7.0.7", "lib==7.0.10"
CLEANED = ("uv cache clean user-x", "uv sync --reinstall-package user-x")
TABLE = "[tool.uv.extra-build-dependencies]\n"
OF_UV = {
    "override": (f'[tool.uv]\noverride-dependencies = ["{NEWER}"]\n', ("uv sync",)),
    "match-runtime-rebuild": (
        f'{TABLE}user-x = [{{requirement = "lib", match-runtime = true}}]\n',
        CLEANED,
    ),
    "build-constraint-rebuild": (
        f'[tool.uv]\nbuild-constraint-dependencies = ["{OLDER}"]\n',
        CLEANED,
    ),
    "build-requirement-rebuild": (f'{TABLE}user-x = ["{OLDER}"]\n', CLEANED),
}


def offered(cause: Cause, interface: str = "uv-sync", **changes: Any) -> dict[str, Any]:
    case: dict[str, Any] = {
        "consumer": ("user-x", "4.6.1"),
        "provider": ("lib", "7.0.7"),
        "built_against": "7.0.10",
        "from_source": True,
        "python": "3.11",
        "interface": interface,
    }
    found = advise(cause, **{**case, **changes})
    for each in found:
        remedy = REMEDIES[each.remedy]
        assert (each.title, each.trap, each.source) == (remedy.title, remedy.trap, remedy.source)
        assert each.tool == INSTALLERS[interface].title
    return {each.remedy: each for each in found}


def test_each_repair_is_what_the_tool_adds_to_the_plain_project() -> None:
    found = offered("stamped")
    shown = {name: (each.files["pyproject.toml"], each.commands) for name, each in found.items()}
    assert list(shown) == list(INSTALLERS["uv-sync"].repairs["stamped"])
    assert shown == OF_UV


def test_where_nothing_tells_the_tool_the_usual_ones_are_offered() -> None:
    case = {"consumer": ("user-x", "1"), "provider": ("lib", "1"), "built_against": "2"}
    found = advise("stamped", from_source=True, python="3.11", **case)  # type: ignore[arg-type]
    usual = {each.title for each in INSTALLERS.values() if each.tab and each.tab.by_default}
    assert {each.tool for each in found} == usual


def test_who_goes_with_the_provider_moves_with_it_where_it_is_moved() -> None:
    (moved,) = offered("stamped", "pip", fellows=("other",)).values()
    assert "--upgrade other user-x==4.6.1" in moved.commands[0]
    (kept,) = offered("symbol", "pip", fellows=("other",)).values()
    assert "other" not in kept.commands[0]


def test_without_the_version_that_it_was_built_with_no_remedy_names_it() -> None:
    assert list(offered("stamped", built_against="")) == list(OF_UV)[1:]
    assert not offered("stamped", "pip", built_against="")


@pytest.mark.parametrize(
    ("cause", "changes", "remedy", "command"),
    [
        ("stamped", {}, "require-newer", f"--no-binary user-x user-x==4.6.1 {NEWER}"),
        ("stamped", {"from_source": False}, "require-newer", f"user-x==4.6.1 {NEWER}"),
        (
            "symbol",
            {},
            "build-constraint-rebuild",
            "--no-binary user-x --build-constraint build-constraints.txt --no-cache-dir "
            f"--force-reinstall user-x==4.6.1 {OLDER}",
        ),
        # To build it again asks for no version of the provider.
        (
            "cached",
            {},
            "rebuild",
            "--no-binary user-x --no-cache-dir --force-reinstall user-x==4.6.1",
        ),
    ],
)
def test_what_pip_is_told(cause: Cause, changes: dict[str, Any], remedy: str, command: str) -> None:
    (first, *_) = offered(cause, "pip", **changes).values()
    assert first.remedy == remedy
    (typed,) = first.commands
    assert typed == f"pip --python .venv install {command}"
    constraints = {"build-constraints.txt": f"{OLDER}\n"}
    assert first.files == (constraints if "constraint" in remedy else {})


@pytest.mark.parametrize(
    ("cause", "tool", "remedy", "needs"),
    [
        ("symbol", "pip", "build-constraint-rebuild", "pip 25.3"),
        ("stamped", "pip", "require-newer", "pip 22.3"),  # --python
        ("symbol", "uv", "match-runtime-rebuild", "uv 0.8.5"),
        ("symbol", "uv", "build-requirement-rebuild", "uv 0.8.4"),
        ("stamped", "uv", "override", ""),
        ("symbol", "poetry", "build-constraint-rebuild", "Poetry 2.3.0"),
        ("cached", "poetry", "rebuild", "Poetry 2.0.0"),
        ("symbol", "pipenv", "build-constraint-rebuild", "Pipenv 2025.1.1"),
    ],
)
def test_how_old_the_tool_may_be(cause: Cause, tool: str, remedy: str, needs: str) -> None:
    (interface, *_) = (each.id for each in tabs().values() if each.tool == tool)
    assert offered(cause, interface)[remedy].needs == needs


def test_the_other_requirements_of_what_is_declared_anew() -> None:
    found = offered("shared", stamped="lib>=7.0.10", others=("numpy>=1",))
    (text,) = found["dependency-metadata"].files.values()
    assert '"numpy>=1"' in text
    assert '"lib>=7.0.10"' in text  # what the build stamped
    (text,) = offered("shared")["dependency-metadata"].files.values()
    assert f'requires-dist = ["{NEWER}"]' in text


def test_a_python_that_is_not_known_is_the_oldest_that_is_supported() -> None:
    for python, shown in (("3.12", "3.12"), ("", "3.10")):
        (one,) = constrain_advice("uv-run", ("user-x", "1"), "lib<2", "Title", python)
        assert f'requires-python = ">={shown}"' in one.files["pyproject.toml"]


@pytest.mark.parametrize(
    ("interface", "files", "commands"),
    [
        (
            "uv-sync",
            {"pyproject.toml": '[tool.uv]\nconstraint-dependencies = ["lib<2"]\n'},
            ("uv sync",),
        ),
        (
            "pip",
            {"constraints.txt": "lib<2\n"},
            ("pip --python .venv install --constraint constraints.txt user-x==1",),
        ),
        ("uv-run", None, ("uv run --with user-x==1 python -c 'import user_x'",)),
        ("pdm-install", {}, None),  # it has no way of that
    ],
)
def test_what_holds_the_run_time(
    interface: str, files: dict[str, str] | None, commands: tuple[str, ...] | None
) -> None:
    found = constrain_advice(interface, ("user-x", "1"), "lib<2", "Title", "3.11")
    if commands is None:
        assert found == ()
        return
    (one,) = found
    assert (one.commands, one.title, one.tool) == (commands, "Title", INSTALLERS[interface].title)
    assert (one.remedy, one.trap, one.source) == ("", "", "")
    assert files is None or one.files == files
    assert constrain_advice(interface, ("user-x", "1"), "-rhttps://x", "Title", "3.11") == ()


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("lib", True),
        ("lib==1", True),
        ("lib>=1,<2", True),
        ("lib[x]", False),
        ("lib; os_name == 'nt'", False),
        ("lib @ https://x.invalid/lib.whl", False),
        ("-rhttps://x.invalid", False),
        ("lib 1", False),
        ("", False),
    ],
)
def test_what_is_a_requirement_and_nothing_more(text: str, is_one: bool) -> None:
    assert is_requirement(text) is is_one


@pytest.mark.parametrize(
    "changes",
    [
        {"consumer": ("-rhttps://x", "1")},
        {"consumer": ("user-x", "1 --pre")},
        {"provider": ("lib[x]", "1")},
        {"provider": ("lib", "1; id")},
        {"built_against": "1 --pre"},
        {"fellows": ("--pre",)},
    ],
)
def test_no_forged_word_reaches_a_command_line(changes: dict[str, Any]) -> None:
    assert offered("stamped")
    assert offered("stamped", **changes) == {}
