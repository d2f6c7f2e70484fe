"""Recorded releases and fakes on a local index, and the command to judge them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # record.py and shelves.py

from repro.archives import PublishedFile
from repro.compiler import Compiler, system_compiler
from repro.findings import Finding, Report
from repro.index import Index
from repro.shelf import Shelf

Serve = Callable[..., str]
Audit = Callable[..., "Said"]


class Said(msgspec.Struct, frozen=True):
    code: int
    report: Report
    errors: str

    def rules(self) -> list[str]:
        return [each.rule for each in self.report.findings]

    def of(self, rule: str) -> Finding:
        (found,) = [each for each in self.report.findings if each.rule == rule]
        return found


@pytest.fixture(scope="session")
def cc() -> Compiler:
    found = system_compiler()
    assert found is not None
    return found


@pytest.fixture(scope="session")
def index() -> Iterator[Index]:
    with Index() as index:
        yield index


@pytest.fixture
def serve(index: Index, request: pytest.FixtureRequest) -> Serve:
    """Publishes files at an address of their own."""

    def publish(files: tuple[PublishedFile, ...], sidecars: bool = True) -> str:
        return index.publish(str(abs(hash(request.node.nodeid))), Shelf(files, sidecars=sidecars))

    return publish


@pytest.fixture
def audit(call: Callable[..., tuple[int, str, str]]) -> Audit:
    """Runs the command; never a traceback."""

    def run(*arguments: str, cached: str | None = None) -> Said:
        cache = ["--cache", cached] if cached else ["--no-cache"]
        code, out, errors = call("audit", "--json", *cache, *arguments)
        report = (
            msgspec.json.decode(out, type=Report)
            if out
            else Report(command="", subject="", kit_version="", looked_at={}, findings=())
        )
        return Said(code, report, errors)

    return run
