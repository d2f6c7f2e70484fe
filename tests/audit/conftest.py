"""Recorded releases and fakes on a local index, and the command to judge them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from click.testing import CliRunner

from native_skew.audit.command import audit as command
from native_skew.distributions.archives import DistributionFile
from native_skew.errors import ExitCode, SkewError
from native_skew.findings import Report
from native_skew.publish import fakes
from native_skew.publish.index import Index
from native_skew.publish.publication import Publication
from native_skew.scenarios.model import ConsumerRelease, ProviderRelease, Sdist, Wheel
from native_skew.toolchain.compiler import Compiler
from native_skew.toolchain.interpreter import Interpreter
from support.audit_output import Audit, AuditOutput, Serve
from support.compiler import compiler
from support.release import NEW, OLD, RANGE, Publish


@pytest.fixture(autouse=True)
def _straight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is asked directly, without the user's proxies and passwords."""
    monkeypatch.setattr("native_skew.audit.transport.BACKOFF", 0)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("NETRC", "/dev/null")


@pytest.fixture(scope="session")
def cc() -> Compiler:
    return compiler()


@pytest.fixture(scope="session")
def index() -> Iterator[Index]:
    with Index() as index:
        yield index


@pytest.fixture
def serve(index: Index, request: pytest.FixtureRequest) -> Serve:
    """Publishes files at an address of their own."""

    def publish(files: tuple[DistributionFile, ...], sidecars: bool = True) -> str:
        return index.publish(
            str(abs(hash(request.node.nodeid))), Publication(files, sidecars=sidecars)
        )

    return publish


@pytest.fixture
def audit() -> Audit:
    """Runs the command in this process, as `native-skew` does; never a traceback."""

    def run(*arguments: str, cached: str | None = None) -> AuditOutput:
        cache = ["--cache", cached] if cached else ["--no-cache"]
        done = CliRunner().invoke(command, ["--json", *cache, *arguments])
        code, errors = done.exit_code, done.stderr
        if isinstance(done.exception, SkewError):
            code, errors = ExitCode.COULD_NOT_RUN, str(done.exception)
        elif done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        report = msgspec.json.decode(done.stdout, type=Report) if done.stdout else _NOTHING
        return AuditOutput(code, report, errors)

    return run


_NOTHING = Report(command="", subject="", kit_version="", looked_at={}, findings=())


@pytest.fixture
def publish(cc: Compiler, python: Interpreter) -> Publish:
    """Files of a release whose wheel here is built against the older provider."""

    def make(
        *,
        sdist: Sdist | None = None,
        requires: tuple[str, ...] = (RANGE,),
        foreign: tuple[str, ...] | None = None,
        here: bool = True,
        providers: tuple[str, ...] = (OLD, NEW),
        rotten: bool = False,
    ) -> tuple[DistributionFile, ...]:
        wheels = [Wheel(tag="here", requires_dist=requires, built_against=OLD)] if here else []
        if foreign is not None:
            wheels.append(Wheel(tag="cp311-cp311-macosx_11_0_arm64", requires_dist=foreign))
        release = ConsumerRelease(version="4.6.1", sdist=sdist, wheels=tuple(wheels))
        libraries = (
            ProviderRelease(version=each, needs_pkg_resources=rotten and each == OLD)
            for each in providers
        )
        return (
            *fakes.consumer_files(release, python, cc),
            *(fakes.provider_file(each, python, cc) for each in libraries),
        )

    return make
