"""The recorded cell that a name means."""

from __future__ import annotations

import pytest

from native_skew.export import command
from native_skew.export.errors import CellNameError
from native_skew.results.record import Result
from support.command import ISSUE


class TestNames:
    @pytest.mark.parametrize(
        "name",
        [
            f"{ISSUE}/uv-pip-install@0.9.21/nothing.cp311",
            f"{ISSUE}/uv-pip-install@0.9.21/nothing.cp311.json",
            f"{ISSUE}/uv-pip-install@0.9.21/nothing",
            "no-wheel-fits/uv-pip-install@0.9.21/nothing",
        ],
    )
    def test_whole_and_shortened(self, name: str, recorded: dict[str, Result]) -> None:
        found = command.find(name, recorded)
        assert found.cell.id == f"{ISSUE}/uv-pip-install@0.9.21/nothing.cp311"

    def test_a_part_alone_where_it_is_enough(self, recorded: dict[str, Result]) -> None:
        one = next(iter(recorded.values()))
        assert (
            command.find(
                "nothing" if one.cell.remedy == "nothing" else one.cell.remedy, {one.cell.id: one}
            )
            is one
        )

    def test_several_are_listed(self, recorded: dict[str, Result]) -> None:
        with pytest.raises(CellNameError, match="recorded cells; name one of") as caught:
            command.find(f"{ISSUE}/uv-pip-install/nothing", recorded)
        assert len(caught.value.candidates) > 1
        assert all(each in str(caught.value) for each in caught.value.candidates)

    def test_parts_out_of_order_are_no_name(self, recorded: dict[str, Result]) -> None:
        with pytest.raises(CellNameError):
            command.find("nothing/uv-pip-install@0.9.21/no-wheel-fits", recorded)

    def test_a_slip_is_answered_with_what_is_near(self, recorded: dict[str, Result]) -> None:
        with pytest.raises(CellNameError, match=r"uv-pip-install@0\.9\.21/nothing"):
            command.find(f"{ISSUE}/uv-pip-instal@0.9.21/nothing.cp311", recorded)
