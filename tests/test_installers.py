"""Remedies and installers: each request is rendered for each tool, or refused with a reason."""

from __future__ import annotations

import sys

import pytest
from msgspec.structs import replace
from packaging.version import Version

from native_skew import scenarios
from native_skew.errors import UnknownNameError
from native_skew.installers import abi_requirement
from native_skew.installers.base import Plan, RenderContext, Unsupported
from native_skew.installers.registry import INSTALLERS, parse_choice
from native_skew.installers.remedies import REMEDIES, find
from native_skew.installers.request import FEATURES, Request, used_features
from native_skew.scenarios import request_of, roles_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SCENARIO = scenarios.find("stamped-wheel-elsewhere")
CAST = roles_of(SCENARIO, "no-binary")
ASKED = request_of(SCENARIO, "no-binary")
NEW = "9999"  # as a release that is out of reach
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
INDEX = "http://127.0.0.1:8000/simple/"


def context(version: str = NEW) -> RenderContext:
    return RenderContext(
        module="fake_softioc",
        python="/usr/bin/python3",
        python_version=HERE,
        tool_version=Version(version),
        index_url=INDEX,
    )


def rendered(installer: str, remedy: str, version: str = NEW) -> list[Plan]:
    used = INSTALLERS[installer]
    requests = REMEDIES[remedy].apply(ASKED, CAST)
    return [used.render(each, context(version)) for each in requests]


@pytest.mark.parametrize("remedy", REMEDIES)
@pytest.mark.parametrize("installer", INSTALLERS)
def test_every_remedy_renders_or_says_why_not(installer: str, remedy: str) -> None:
    try:
        plans = rendered(installer, remedy)
    except Unsupported as unsupported:
        reason = str(unsupported)
        plans = []
    else:
        reason = ""
    assert plans or len(reason) > 15
    for plan in plans:
        commands = plan.commands_of("install")
        assert plan.commands
        assert all(word for command in commands for word in command)
        for name, text in {**plan.files, **plan.user_files}.items():
            if name.endswith(".toml"):
                assert tomllib.loads(text)
        mentioned = " ".join(word for command in commands for word in command)
        mentioned += "".join((*plan.files.values(), *plan.environ.values()))
        for name in plan.files:
            if name.endswith((".txt", ".in")):
                assert name in mentioned, f"{name} is written and never used"


@pytest.mark.parametrize("remedy", [name for name in REMEDIES if name != "nothing"])
def test_a_remedy_changes_what_is_asked(remedy: str) -> None:
    changed = REMEDIES[remedy].apply(ASKED, CAST)
    assert changed != (ASKED,)
    assert all(isinstance(each, Request) for each in changed)


def test_doing_nothing_asks_for_just_what_the_scenario_asks() -> None:
    assert REMEDIES["nothing"].apply(ASKED, CAST) == (ASKED,)
    assert used_features(ASKED) == ("build_from_source",)
    assert set(FEATURES) == set(Request.__struct_fields__) - {
        "requirements",
        "locked",
        "requires_python",
    }


def test_the_lines_are_those_that_a_user_types() -> None:
    (plan,) = rendered("uv-pip-install", "build-constraint")
    assert plan.commands == (
        (
            *("uv", "pip", "install", "--no-binary", "fake-softioc"),
            *("--build-constraint", "build-constraints.txt", "fake-softioc==4.6.1"),
        ),
    )
    assert plan.files == {"build-constraints.txt": "fake-corelibs<7.0.10.99.0\n"}


def test_match_runtime_stands_where_each_interface_reads_it() -> None:
    entry = {"fake-softioc": [{"requirement": "fake-corelibs", "match-runtime": True}]}
    for installer in ("uv-pip-install", "uv-pip-sync", "uv-sync", "uv-lock-sync", "uv-run"):
        (plan,) = rendered(installer, "match-runtime")
        project = tomllib.loads(plan.files["pyproject.toml"])
        assert project["tool"]["uv"]["extra-build-dependencies"] == entry
    (plan,) = rendered("uv-tool", "match-runtime")
    assert tomllib.loads(plan.user_files["uv/uv.toml"])["extra-build-dependencies"] == entry


@pytest.mark.parametrize(
    ("installer", "remedy", "version"),
    [
        ("pip", "build-constraint", "25.2"),
        ("pip", "match-runtime", "26.3"),
        ("pip", "override", "26.3"),
        ("uv-sync", "match-runtime", "0.8.4"),
        ("pip-lock", "nothing", "26.0"),
        ("poetry-install", "build-constraint", "2.2.1"),
        ("poetry-install", "override", "2.5.1"),
        ("pdm-install", "reinstall", "2.29.3"),
        ("pdm-lock-sync", "constrain-older", "2.29.3"),
        ("pipenv", "constrain-older", "2026.10.3"),
        ("pip-tools", "no-build-isolation", "7.6.2"),
        ("hatch-pip", "override", "1.18.2"),
    ],
)
def test_what_a_version_has_not_is_unsupported(installer: str, remedy: str, version: str) -> None:
    with pytest.raises(Unsupported):
        rendered(installer, remedy, version)


def test_what_the_next_version_has_is_rendered() -> None:
    assert rendered("pip", "build-constraint", "25.3")
    assert rendered("uv-sync", "match-runtime", "0.8.5")
    assert rendered("pip-lock", "nothing", "26.1")
    assert rendered("poetry-install", "build-constraint", "2.3.0")


def test_each_tool_says_it_in_its_own_words() -> None:
    (poetry,) = rendered("poetry-lock-sync", "build-constraint")
    assert poetry.commands_of("install") == (("poetry", "lock"), ("poetry", "sync"))
    assert tomllib.loads(poetry.files["pyproject.toml"])["tool"]["poetry"] == {
        "package-mode": False,
        "build-constraints": {"fake-softioc": {"fake-corelibs": "<7.0.10.99.0"}},
        "source": [{"name": "local", "url": INDEX, "priority": "primary"}],
    }
    assert "[[tool.poetry.source]]\n" in poetry.files["pyproject.toml"]
    (pdm,) = rendered("pdm-install", "override")
    assert tomllib.loads(pdm.files["pyproject.toml"])["tool"]["pdm"]["resolution"] == {
        "no-binary": ["fake-softioc"],
        "overrides": {"fake-corelibs": "==7.0.10.99.0.2"},
    }
    (pipenv,) = rendered("pipenv", "build-constraint")
    variable = ("env", "PIP_BUILD_CONSTRAINT=build-constraints.txt", "pipenv")
    assert pipenv.commands_of("install") == ((*variable, "lock"), (*variable, "sync"))
    (pip_tools,) = rendered("pip-tools", "nothing")
    assert pip_tools.files == {"requirements.in": "--no-binary fake-softioc\nfake-softioc==4.6.1\n"}
    (hatch,) = rendered("hatch-uv", "override")
    environment = tomllib.loads(hatch.files["pyproject.toml"])["tool"]["hatch"]["envs"]["default"]
    assert environment["env-vars"] == {"UV_OVERRIDE": "overrides.txt"}
    assert "python" not in environment, "a version here is what emptied a base interpreter"


@pytest.mark.parametrize("installer", ["uv-sync", "poetry-install", "pdm-install"])
def test_the_pythons_that_are_asked_for_stand_in_the_project(installer: str) -> None:
    used = INSTALLERS[installer]
    for asked, written in (("", f">={HERE}"), (">=3.9", ">=3.9")):
        request = Request(requirements=("fake-softioc",), requires_python=asked)
        project = used.render(request, context()).files["pyproject.toml"]
        assert tomllib.loads(project)["project"]["requires-python"] == written


def test_pip_compile_locks_for_no_other_python_than_its_own() -> None:
    used = INSTALLERS["pip-tools"]
    other = replace(context(), python_version="3.99")
    with pytest.raises(Unsupported, match="the Python that it runs on"):
        used.render(ASKED, other)


def test_abi_requirements_are_those_of_the_real_provider() -> None:
    assert abi_requirement("lib", "7.0.7.99.1.2") == "lib>=7.0.7.99.1.2,<7.0.7.99.2"
    assert CAST.older_range == "fake-corelibs>=7.0.7.99.1.2,<7.0.7.99.2"
    assert CAST.newer_range == "fake-corelibs>=7.0.10.99.0.2,<7.0.10.99.1"
    assert CAST.below_newer == "fake-corelibs<7.0.10.99.0"


@pytest.mark.parametrize(
    ("text", "ids", "version"),
    [
        ("pip", ["pip"], None),
        ("uv-sync==0.9.21", ["uv-sync"], "0.9.21"),
        ("uv==0.9.21", [i.id for i in INSTALLERS.values() if i.tool == "uv"], "0.9.21"),
    ],
)
def test_choices(text: str, ids: list[str], version: str | None) -> None:
    choice = parse_choice(text)
    assert [each.id for each in choice.installers] == ids
    assert choice.version == version
    assert parse_choice(f"pip={sys.executable}").binary == sys.executable


@pytest.mark.parametrize("text", ["", "apt", "uv==", "uv=", "uv=/no/such/file", "uv sync"])
def test_wrong_choices_are_one_line(text: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        parse_choice(text)
    assert "\n" not in str(caught.value)


def test_an_unknown_remedy_suggests_the_near_one() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'match-runtime'"):
        find("match-runtimes")


@pytest.mark.parametrize("installer", INSTALLERS)
def test_locking_and_installing_are_the_two_halves_of_a_plan(installer: str) -> None:
    (plan,) = rendered(installer, "nothing")
    lock, sync = plan.commands_of("lock"), plan.commands_of("sync")
    assert plan.commands_of("install") == (*lock, *sync)
    assert bool(lock) == bool(plan.lock_files) == ("locks" in INSTALLERS[installer].groups)
    assert sync


def test_a_lock_made_elsewhere_is_told_of_the_build_where_it_is_installed() -> None:
    locked = replace(ASKED, locked=True)
    for installer, word in (("pip-tools", "--no-binary fake-softioc"), ("pipenv", "PIP_NO_BINARY")):
        here = " ".join(INSTALLERS[installer].render(locked, context()).commands[-1])
        there = " ".join(INSTALLERS[installer].render(ASKED, context()).commands[-1])
        assert word in here
        assert word not in there
