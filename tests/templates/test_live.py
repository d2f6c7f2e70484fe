"""One combination against the real epicscorelibs, from the public index: -m live."""

from __future__ import annotations

import re

import pytest

from native_skew.toolchain import user_index as live

from support.bakery import Bakery
from support.file_index import addresses
from .test_sessions import nox

pytestmark = [pytest.mark.live, pytest.mark.network]

OLDEST = "7.0.10.99.0.0"  # both ends of its range are published, and have one ABI
ANSWERS = {
    "distribution": "an-ioc",
    "version": "1.0",
    "provider_distribution": "epicscorelibs",
    "provider_library": "libdbCore.so",
    "provider_header": "epicsVersion.h",
    # What it has of that kind is the version of EPICS itself, not of the distribution.
    "provider_version_macro": "",
    "provider_version_function": "",
    "provider_oldest": OLDEST,
}


def test_real_provider_at_both_ends(bakery: Bakery) -> None:
    project = bakery.bake("native-consumer", **ANSWERS)
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


def test_real_provider_of_another_abi_is_refused_in_words(bakery: Bakery) -> None:
    """The control, with the pair of the issue: built for 7.0.10, run with 7.0.7."""
    project = bakery.bake("native-consumer", **ANSWERS)
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
