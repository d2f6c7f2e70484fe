"""What a scenario says of a cell: the verdict it must have, and why."""

from __future__ import annotations

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from native_skew.installers import INSTALLERS
from native_skew.scenarios.cell import Cell
from native_skew.scenarios.model import Expectation, Scenario


def expected_of(scenario: Scenario, cell: Cell, *, supported: bool = True) -> Expectation | None:
    """The first entry of ``scenario`` that fits ``cell``; None where it states nothing.

    Nothing is stated of a tool's version that does not have the installer's interface yet.

    Args:
        scenario: the cell's.
        cell: which variant, installer, version and remedy.
        supported: whether the installer can do what the cell asks.

    """
    if not INSTALLERS[cell.installer].is_in(cell.version):
        return None
    names = {cell.installer, *INSTALLERS[cell.installer].groups}
    for each in scenario.expect:
        if (
            (supported or each.verdict == "unsupported")
            and (not each.installers or not names.isdisjoint(each.installers))
            and (not each.variants or cell.variant in each.variants)
            and cell.remedy in each.remedies
            and cell.start == each.start
            and (not each.tool_versions or _has_version(cell, Requirement(each.tool_versions)))
            and SpecifierSet(each.pythons).contains(cell.python_version)
        ):
            return each
    return None


def _has_version(cell: Cell, wanted: Requirement) -> bool:
    tool = INSTALLERS[cell.installer].tool
    return tool == wanted.name and wanted.specifier.contains(cell.version, prereleases=True)
