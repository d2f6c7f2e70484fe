"""What `audit` wrote, and the types of the fixtures that run it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from native_skew.findings import Finding, Report

Serve = Callable[..., str]
Audit = Callable[..., "AuditOutput"]


class AuditOutput(msgspec.Struct, frozen=True):
    code: int
    report: Report
    errors: str

    def rules(self) -> list[str]:
        return [each.rule for each in self.report.findings]

    def of(self, rule: str) -> Finding:
        (found,) = [each for each in self.report.findings if each.rule == rule]
        return found
