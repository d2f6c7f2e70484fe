"""«Unsupported» is a claim about a tool: it names its source, and the versions that were looked at."""

from __future__ import annotations

import sys
from collections import Counter

import pytest
from msgspec.structs import replace
from packaging.requirements import Requirement
from packaging.version import Version

from native_skew import scenarios
from native_skew.installers import (
    INSTALLERS,
    TOOLS,
    RenderContext,
    Request,
    Unsupported,
    pip_tools,
)
from native_skew.installers.request import FEATURES, DependencyMetadata
from native_skew.results import Result
from native_skew.run import step_plans_of

ASKED = Request(requirements=("fake-softioc==4.6.1",))
LIMIT = ("fake-corelibs<8",)
USED: dict[str, object] = {
    "build_from_source": ("fake-softioc",),
    "no_binary_variable": ("fake-softioc",),
    "constraints": LIMIT,
    "build_constraints": LIMIT,
    "overrides": LIMIT,
    "dependency_metadata": (
        DependencyMetadata(name="fake-softioc", version="4.6.1", requires_dist=LIMIT),
    ),
    "match_runtime": (("fake-softioc", "fake-corelibs"),),
    "build_requirements": (("fake-softioc", "fake-corelibs<8"),),
    "no_build_isolation": ("fake-softioc",),
    "ignore_configuration": True,
    "upgrade": ("fake-pvxslibs",),
    "reinstall": ("fake-softioc",),
    "refresh": True,
    "clean_cache": ("fake-softioc",),
    "rebuild": ("fake-softioc",),
    "empty_cache": True,
    "library_path": "fake-corelibs==7.0.10.99.0.2",
    "constraint_variable": LIMIT,
    "lock_platforms": ("linux",),
}
# Their lock is made anew each time, and moves everything.
ALREADY_DONE = {
    (installer, "upgrade") for installer in ("pip-lock", "pip-lock-uv", "pdm-lock-sync", "pipenv")
}


def context(version: str) -> RenderContext:
    return RenderContext(
        module="fake_softioc",
        python="/usr/bin/python3",
        python_version=f"{sys.version_info.major}.{sys.version_info.minor}",
        tool_version=Version(version),
        index_url="http://127.0.0.1:8000/simple/",
    )


def require_sourced(answer: Unsupported, tool: str, version: str) -> None:
    assert answer.source.startswith("https://"), (tool, str(answer))
    stated = Requirement(answer.versions)
    assert stated.name == tool, str(answer)
    assert stated.specifier.contains(version), f"{answer}: looked up for {stated}, not {version}"


def newest(tool: str, recorded: dict[str, Result]) -> str:
    """The newest release of which something is recorded; of a new tool, the newest looked at."""
    versions = {
        r.cell.version for r in recorded.values() if INSTALLERS[r.cell.installer].tool == tool
    }
    looked_at = Requirement(TOOLS[tool].looked_up or f"{tool}==9999").specifier
    return max(versions or {each.version for each in looked_at}, key=Version)


@pytest.mark.parametrize("feature", FEATURES)
@pytest.mark.parametrize("installer", INSTALLERS)
def test_a_feature_is_rendered_or_its_lack_has_a_source(
    installer: str, feature: str, recorded: dict[str, Result]
) -> None:
    used = INSTALLERS[installer]
    version = newest(used.tool, recorded)
    asked = replace(ASKED, **{feature: USED[feature]})
    try:
        plan = used.render(asked, context(version))
    except Unsupported as answer:
        require_sourced(answer, used.tool, version)
    else:
        plain = used.render(ASKED, context(version))
        assert (plan != plain) is ((installer, feature) not in ALREADY_DONE), (
            "it is taken no notice of"
        )


def test_what_is_recorded_as_unsupported_is_so_by_that_source(
    recorded: dict[str, Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what the laboratory itself cannot ask; no recorded cell is contradicted by its tool."""
    pythons = Counter(_python(result.cell.python) for result in recorded.values())
    ((ran_on, _),) = pythons.most_common(1)
    monkeypatch.setattr(pip_tools, "_OWN_PYTHON", ran_on)
    known = scenarios.load_all()
    looked_at = 0
    for result in recorded.values():
        cell = result.cell
        where = replace(
            context(cell.version),
            module=known[cell.scenario].module,
            python_version=_python(cell.python),
        )
        try:
            step_plans_of(known[cell.scenario], cell, where)
        except Unsupported as answer:
            require_sourced(answer, INSTALLERS[cell.installer].tool, cell.version)
            stated = "unsupported", str(answer)
            looked_at += 1
        else:
            stated = result.verdict, result.because
            assert result.verdict != "unsupported", f"{cell.id}: it is no longer; record it anew"
        assert (result.verdict, result.because) == stated, f"{cell.id}: record it anew"
    assert looked_at > 500


def _python(tag: str) -> str:
    return f"{tag[2]}.{tag[3:]}"


def test_a_tool_says_where_it_is_described_and_what_was_looked_up() -> None:
    for tool in TOOLS.values():
        assert tool.documentation.startswith("https://"), tool.name
        assert Requirement(tool.looked_up).name == tool.name


def test_what_has_no_source_or_is_of_other_versions_is_found() -> None:
    """The control."""
    with pytest.raises(AssertionError):
        require_sourced(Unsupported("no way"), "pip", "26.3")
    with pytest.raises(AssertionError, match=r"not 26\.4"):
        require_sourced(
            Unsupported("no way", source="https://pip.pypa.io", versions="pip<=26.3"), "pip", "26.4"
        )
