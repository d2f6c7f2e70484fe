"""A new installer is one file: laboratory, expectations, doctor and site use it."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from native_skew import installers, scenarios
from native_skew.errors import UnknownNameError
from native_skew.installers import INSTALLERS, TOOLS, advise, parse_choice, registry, tabs
from native_skew.results import Result
from native_skew.run import Session
from native_skew.scenarios import Cell, expected_of
from native_skew.site.citations import Citations
from native_skew.site.result_index import ResultIndex
from native_skew.toolchain import Sandbox, Tool, commands_of, environment

WHERE = "stamped-wheel-elsewhere/no-wheel-fits"
FILE = '''\
"""wrapper: hands everything on to uv."""

from msgspec.structs import replace

from native_skew.installers import uv
from native_skew.installers.base import Installer, PackagingTool, Plan, RenderContext, Tab
from native_skew.installers.request import Request

_UV_PIP_INSTALL = uv.TOOL.installers[0]


def _render(request: Request, context: RenderContext) -> Plan:
    plan = _UV_PIP_INSTALL.render(request, context)
    return replace(plan, commands=tuple(("wrap", *words[1:]) for words in plan.commands))


_INSTALL = Installer(
    id="wrapper-install",
    title="wrap pip install",
    tool="wrapper",
    render=_render,
    groups=_UV_PIP_INSTALL.groups,
    tab=Tab("Wrapper", 99),
    repairs={"stamped": ("override",)},
)
TOOL = PackagingTool(
    name="wrapper",
    title="Wrapper",
    installers=(_INSTALL,),
    extras=("all",),
    commands=("wrap",),
    variables={"WRAPPER_CACHE": "{cache}/wrapper"},
    files={"{user_configuration}/wrapper.toml": "quiet = true"},
    installer_file="wrapper",
)
'''
# It works where its own variable and file are there, and the user's are not.
SCRIPT = """\
#!/bin/sh
[ "$1" = --version ] && exec "{uv}" --version
[ "$(cat "$XDG_CONFIG_HOME/wrapper.toml")" = "quiet = true" ] || exit 7
case "$WRAPPER_CACHE" in */cache-1/wrapper) exec "{uv}" "$@";; esac
exit 8
"""
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def _added(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One file more in the folder that the registry reads."""
    folder = tmp_path_factory.mktemp("added")
    (folder / "wrapper.py").write_text(FILE, encoding="utf-8")
    installers.__path__.append(str(folder))
    registry.fill()
    yield
    installers.__path__.remove(str(folder))
    sys.modules.pop("native_skew.installers.wrapper")
    registry.fill()


@pytest.fixture(scope="module")
def wrapper(_added: None, session: Session, tmp_path_factory: pytest.TempPathFactory) -> Tool:
    uv = Path(session.toolbox.tool("uv", "newest").path) / "uv"
    script = tmp_path_factory.mktemp("bin") / "wrap"
    script.write_text(SCRIPT.format(uv=uv), encoding="utf-8")
    script.chmod(0o755)
    return session.toolbox.own("wrapper", str(script))


def test_without_its_file_nobody_knows_it() -> None:
    assert "wrapper" not in TOOLS
    assert "Wrapper" not in tabs()
    with pytest.raises(UnknownNameError):
        parse_choice("wrapper-install")


@pytest.mark.usefixtures("_added")
def test_it_is_chosen_fetched_and_listed_like_any_other() -> None:
    assert [each.id for each in parse_choice("wrapper==1.0").installers] == ["wrapper-install"]
    assert TOOLS["wrapper"].requirement == "wrapper[all]"
    assert TOOLS["wrapper"].default_versions == ("newest",)
    assert commands_of("wrapper") == ("wrap",)
    assert list(INSTALLERS)[-1] == "wrapper-install", "without an order it is the last"
    assert list(tabs())[-1] == "Wrapper"


@pytest.mark.usefixtures("_added")
def test_every_cell_sets_its_variables_and_files(tmp_path: Path) -> None:
    sandbox = Sandbox(root=tmp_path, index_url="")
    sandbox.prepare()
    assert environment(sandbox, ())["WRAPPER_CACHE"] == f"{tmp_path}/cache-1/wrapper"
    assert (sandbox.user_configuration / "wrapper.toml").read_text("utf-8") == "quiet = true"


@pytest.mark.usefixtures("_added")
def test_it_is_expected_what_its_groups_are_expected() -> None:
    compared = 0
    for scenario in scenarios.load_all().values():
        for variant, remedy in itertools.product(scenario.variant_names(), scenario.all_remedies):
            own, like = (
                expected_of(scenario, cell(scenario.id, variant, each, remedy))
                for each in ("wrapper-install", "uv-pip-install")
            )
            if like and "uv-pip-install" not in like.installers:  # that is its alone
                assert own == like
                compared += 1
    assert compared > 50


def cell(scenario: str, variant: str, installer: str, remedy: str) -> Cell:
    return Cell(
        scenario=scenario,
        variant=variant,
        installer=installer,
        version="9999",
        remedy=remedy,
        python="cp311",
    )


@pytest.mark.parametrize(
    ("remedy", "verdict"), [("nothing", "broken, detected"), ("override", "works")]
)
def test_its_cells_run(
    wrapper: Tool, run: Run, monkeypatch: pytest.MonkeyPatch, remedy: str, verdict: str
) -> None:
    monkeypatch.setenv("WRAPPER_CACHE", "/the/user/has/set/another")
    result = run(WHERE, "wrapper-install", remedy, tool=wrapper)
    assert result.verdict == verdict == result.expected
    assert result.cell.version == wrapper.version


def test_it_has_its_tab_on_the_site(wrapper: Tool, run: Run) -> None:
    cells = [
        run(WHERE, "uv-sync", "override"),
        run(WHERE, "wrapper-install", "override", tool=wrapper),
    ]
    citations = Citations(ResultIndex(cells), lambda: "errors/page.md")
    page = citations.fix({"uv project": "override"}, WHERE)
    assert not citations.problems
    _, _, tab = page.partition('=== "Wrapper"')
    assert "wrap pip install" in tab


@pytest.mark.usefixtures("_added")
def test_doctor_advises_it_where_it_installed() -> None:
    def tools(installer: str) -> set[str]:
        found = advise(
            "stamped",
            consumer=("fake-softioc", "4.6.1"),
            provider=("fake-corelibs", "7.0.7.99.1.2"),
            built_against="7.0.10.99.0.2",
            from_source=True,
            installer=installer,
            python="3.11",
        )
        return {each.tool for each in found}

    assert tools("wrapper 1.0") == {"wrap pip install"}
    assert "wrap pip install" not in tools("")
    assert "wrap pip install" not in tools("uv")
