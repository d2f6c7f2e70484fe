"""Exported folders: run without the kit they show the recorded verdict, and no other."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from native_skew.export.folder import export
from native_skew.results.record import Result
from native_skew.run.session import Session
from support.command import ISSUE
from support.exported_cell import Replay, Run


@pytest.mark.parametrize(
    ("scenario", "installer", "remedy", "verdict"),
    [
        (ISSUE, "uv-pip-install", "match-runtime", "works"),
        (ISSUE, "uv-pip-install", "nothing", "broken, detected"),
        ("stale-build-tree/new-environment", "uv-sync", "match-runtime", "broken, undetected"),
        (ISSUE, "uv-pip-install", "library-path", "wrong result"),
        (ISSUE, "uv-pip-install", "constrain-newer", "refused"),
        (ISSUE, "poetry-lock-sync", "nothing", "broken, detected"),
        ("lock-elsewhere/wheel-there", "uv-lock-sync", "nothing", "broken, detected"),
        ("lock-elsewhere/released-since", "uv-lock-sync", "override", "refused"),
    ],
)
def test_a_folder_shows_the_recorded_verdict(
    scenario: str,
    installer: str,
    remedy: str,
    verdict: str,
    run: Run,
    replay: Replay,
    tool: Callable[[Result], Path],
    session: Session,
    tmp_path: Path,
) -> None:
    result = run(scenario, installer, remedy)
    assert result.verdict == verdict
    export(result, tmp_path / "cell", session)
    code, output = replay(tmp_path / "cell", tool(result))
    assert code == 0, output
    assert f"the recorded verdict: {verdict}" in output
    lines = output.splitlines()
    facts = [
        (line.partition(", recorded: ")[2], after.partition("seen: ")[2])
        for line, after in itertools.pairwise(lines)
        if "seen: " in after
    ]
    assert len(facts) == 3
    assert facts[0] == (verdict, verdict)
    assert all(recorded == seen for recorded, seen in facts), output


class TestAltered:
    """Negative controls: a folder that is not the recorded one exits with another code."""

    @pytest.fixture
    def works(self, right: Result, session: Session, tmp_path: Path) -> tuple[Result, Path]:
        export(right, tmp_path / "cell", session)
        return right, tmp_path / "cell"

    def test_another_configuration_is_another_verdict(
        self, works: tuple[Result, Path], replay: Replay, tool: Callable[[Result], Path]
    ) -> None:
        result, folder = works
        script = folder / "run.sh"
        text = script.read_text(encoding="utf-8")
        script.write_text(text.replace("match-runtime = true", "match-runtime = false"))
        code, output = replay(folder, tool(result))
        assert code == 1
        assert "seen: broken, detected" in output
        assert "not the recorded verdict, which is: works" in output

    def test_without_the_tool_nothing_is_said(
        self, works: tuple[Result, Path], replay: Replay
    ) -> None:
        code, output = replay(works[1])
        assert code == 2
        assert "uv is not on the PATH" in output

    def test_a_python_of_another_version_is_not_used(
        self, works: tuple[Result, Path], replay: Replay, tool: Callable[[Result], Path]
    ) -> None:
        script = works[1] / "run.sh"
        text = script.read_text(encoding="utf-8")
        script.write_text(
            text.replace("sys.version_info[:2] != (3,", "sys.version_info[:2] != (2,")
        )
        code, output = replay(works[1], tool(works[0]))
        assert code == 2
        assert "set PYTHON to its path" in output

    def test_a_lost_index_is_no_refusal(
        self,
        run: Run,
        replay: Replay,
        tool: Callable[[Result], Path],
        session: Session,
        tmp_path: Path,
    ) -> None:
        result = run(ISSUE, "uv-pip-install", "constrain-newer")
        folder = tmp_path / "lost"
        export(result, folder, session)
        assert replay(folder, tool(result))[0] == 0
        shutil.rmtree(folder / "index" / "step-1")
        code, output = replay(folder, tool(result))
        assert code == 2
        assert "never reached the index" in output

    def test_the_users_own_settings_do_not_reach_it(
        self, works: tuple[Result, Path], replay: Replay, tool: Callable[[Result], Path]
    ) -> None:
        hostile = {
            "UV_INDEX_URL": "http://127.0.0.1:9/",
            "UV_NO_CONFIG": "1",
            "PIP_INDEX_URL": "http://127.0.0.1:9/",
            "PYTHONPATH": "/nowhere",
            "LD_LIBRARY_PATH": "/nowhere",
        }
        code, output = replay(works[1], tool(works[0]), **hostile)
        assert code == 0, output
