"""Real releases, as recorded from the public index: what is found, and what is not."""

from __future__ import annotations

import pytest

from native_skew.toolchain.compiler import Compiler
from support.audit_output import Audit, Serve
from support.recorded_release import FOLDER, published, recorded

_WHEELS = {"softioc-4.6.1": 18, "softioc-4.7.2": 23, "p4p-4.3.0": 25, "scipy-1.18.1": 60}


@pytest.mark.parametrize("name", _WHEELS)
def test_recordings_are_whole_and_small(name: str) -> None:
    data = recorded(name)
    project = name.rpartition("-")[0]
    assert sum(e[0].endswith(".whl") for e in data.pages[project]) == _WHEELS[name]
    assert data.date.startswith("20")
    assert sum(each.stat().st_size for each in (FOLDER / name).iterdir()) < 80_000


@pytest.mark.parametrize("sidecars", [True, False])
def test_softioc_4_6_1_is_active(audit: Audit, serve: Serve, cc: Compiler, sidecars: bool) -> None:
    url = serve(published("softioc-4.6.1", cc), sidecars)
    output = audit("softioc==4.6.1", "--index-url", url)
    assert output.code == 1
    # The eighteen wheels and the sdist agree: agreement alone would miss it.
    assert sorted(output.rules()) == ["rotten-build-requirement", "skew-active"]
    active = output.of("skew-active")
    assert active.level == "error"
    assert active.evidence["provider"] == "epicscorelibs"
    assert active.evidence["newest_for_builds"] == "7.0.10.99.0.2"
    assert active.evidence["requires_dist"] == "<7.0.7.99.2,>=7.0.7.99.1.2a1"
    assert "libdbCore.so.7.0.7.99.1" in active.evidence["libraries"]
    assert "3.13" in str(active.evidence["built_on"])
    assert output.of("rotten-build-requirement").evidence["version"] == "7.0.7.99.1.2"
    assert output.report.looked_at["files"] == 19


def test_softioc_4_7_2_is_latent(audit: Audit, serve: Serve, cc: Compiler) -> None:
    output = audit("softioc==4.7.2", "--index-url", serve(published("softioc-4.7.2", cc)))
    assert (output.code, output.rules()) == (1, ["skew-latent"])
    assert output.of("skew-latent").evidence["newest_for_builds"] == "7.0.10.99.0.2"


@pytest.mark.slow
def test_p4p_4_3_0_has_five_sets(audit: Audit, serve: Serve, cc: Compiler) -> None:
    output = audit("p4p==4.3.0", "--index-url", serve(published("p4p-4.3.0", cc)))
    assert output.code == 1
    assert sorted(output.rules()) == ["files-disagree", "skew-latent", "skew-latent"]
    disagree = output.of("files-disagree")
    assert (disagree.evidence["sets"], disagree.evidence["files"]) == (5, 26)
    assert disagree.level == "warning"
    assert "«numpy<2,>=1.21.6» instead of «numpy<3,>=1.15»" in disagree.message
    assert disagree.evidence["noticed_by"] == (
        "uv lock (and uv sync)",
        "Poetry (from any other index)",
    )
    latent = {e.evidence["provider"] for e in output.report.findings if e.rule == "skew-latent"}
    assert latent == {"epicscorelibs", "pvxslibs"}


@pytest.mark.slow
def test_scipy_is_silent(audit: Audit, serve: Serve, cc: Compiler) -> None:
    output = audit("scipy", "--index-url", serve(published("scipy-1.18.1", cc)))
    assert (output.code, output.rules()) == (0, [])
    assert output.report.looked_at["files"] == 61


@pytest.mark.live
@pytest.mark.parametrize(
    ("release", "code", "rules"),
    [
        ("softioc==4.6.1", 1, {"skew-active", "rotten-build-requirement"}),
        ("softioc==4.7.2", 1, {"skew-latent"}),
        ("p4p==4.3.0", 1, {"skew-latent", "files-disagree"}),
        ("scipy==1.18.1", 1, {"incomplete"}),
    ],
)
def test_the_public_index_says_the_same(
    audit: Audit,
    release: str,
    code: int,
    rules: set[str],
    pytestconfig: pytest.Config,
) -> None:
    if "live" not in str(pytestconfig.getoption("markexpr")):
        pytest.skip("asks the public index: pytest -m live")
    output = audit(release)
    assert output.code == code, output
    assert {e.rule for e in output.report.findings if e.level != "note"} == rules
