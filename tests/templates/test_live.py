"""Consumers and an application of real providers, from the public index: -m live."""

from __future__ import annotations

import re

import pytest

from native_skew.toolchain import user_index as live

from support.bakery import Bakery
from support.file_index import addresses
from .test_sessions import nox

pytestmark = [pytest.mark.live, pytest.mark.network]

OLDEST = "7.0.10.99.0.0"  # both ends of its range are published, and have one ABI
# Two libraries, as softioc links to; what it has of a version is that of EPICS itself.
IOC = {
    "distribution": "an-ioc",
    "provider_library": "libdbCore.so libCom.so",
    "provider_header": "dbAccess.h",
    "provider_oldest": OLDEST,
}
OTHERS = {
    "libraries of two providers, in C++": {
        "distribution": "pvxs-user",
        "provider_distribution": "pvxslibs",
        "provider_library": "libpvxs.so libpvxsIoc.so",
        "more_providers": "epicscorelibs>=7.0.7.99.1.2,<7.0.7.99.2 libCom.so",
        "provider_oldest": "1.4.1",
        "language": "pybind11",
    },
    "libraries in the package's own folder": {
        "distribution": "arrow-user",
        "provider_distribution": "pyarrow",
        "provider_oldest": "26.0.0",
        "abi_granularity": "minor",
        "language": "pybind11",
    },
}


def test_real_provider_at_both_ends(bakery: Bakery) -> None:
    project = bakery.bake("native-consumer", pair=False, **IOC)
    bakery.commit(project)
    index = live.index_url()
    sessions = ["tests", "consistency", "install"]
    output = nox(bakery, project, index, "-s", *sessions)
    assert "2 files: 0 problems" in output
    seen = re.findall(r"built_against: (\S+)\nloaded: (\S+)\ninstalled: (\S+)", output)
    built_against = {each[0] for each in seen}
    assert len(built_against) == 1
    (newest,) = built_against
    assert newest.startswith("7.0.10.99.0.")
    assert newest != OLDEST
    # pip and uv, each with the lowest and with the highest.
    assert sorted(seen) == [(newest, OLDEST, OLDEST)] * 2 + [(newest, newest, newest)] * 2


@pytest.mark.parametrize("kind", OTHERS)
def test_other_real_providers(bakery: Bakery, kind: str) -> None:
    project = bakery.bake("native-consumer", pair=False, **OTHERS[kind])
    bakery.commit(project)
    output = nox(bakery, project, live.index_url(), "-s", "consistency", "install")
    assert "2 files: 0 problems" in output


def test_real_provider_of_another_abi_is_refused_in_words(bakery: Bakery) -> None:
    """The control, with the pair of the issue: built for 7.0.10, run with 7.0.7."""
    project = bakery.bake("native-consumer", pair=False, **IOC)
    env = addresses(bakery.home, live.index_url())
    bakery.run("uv", "venv", "target", env=env)
    target = bakery.root / "target/bin/python"
    install = ["uv", "pip", "install", "--python", target]
    bakery.run(*install, project, env=env)
    use = [target, "-c", "import an_ioc; an_ioc.main()"]
    bakery.run(*use)
    bakery.run(*install, "epicscorelibs==7.0.7.99.1.2", env=env)
    message = bakery.run(*use, fails=True)
    assert "an-ioc needs epicscorelibs<7.0.10.99.1,>=7.0.10.99.0.0" in message
    assert "but epicscorelibs 7.0.7.99.1.2 is installed" in message


def test_default_application_passes(bakery: Bakery) -> None:
    project = bakery.bake("uv-application", pair=False)
    env = addresses(bakery.home, live.index_url())
    bakery.run("uv", "run", "tools/sync.py", cwd=project, env=env)
    assert "passed" in bakery.run("uv", "run", "--no-sync", "pytest", cwd=project, env=env)
