"""`native-skew new`, and the templates asked by hand: at a terminal, with odd answers."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pexpect
import pytest
import tomllib

from native_skew.distributions.archives import wheel_file
from native_skew.distributions.metadata import core_metadata

from support.bakery import LOWEST, OTHER_ABI, TEMPLATES, Bakery, environment
from support.file_index import publish, served

NEW = ("-m", "native_skew", "new")


@pytest.fixture
def env(bakery: Bakery, providers: dict[str, Path]) -> Iterator[dict[str, str]]:
    """Variables that lead pip to an index with the fake provider and nothing else."""
    publish(bakery.root / "index", providers.values())
    with served(bakery.root / "index") as address:
        yield {"PIP_INDEX_URL": address, "PIP_CONFIG_FILE": "/dev/null"}


def declared(project: Path) -> list[str]:
    pyproject = tomllib.loads((project / "pyproject.toml").read_text())
    return pyproject["project"]["dependencies"]


def test_provider_is_read_from_its_wheel(bakery: Bakery, env: dict[str, str]) -> None:
    output = bakery.root / "made"
    answers = ["distribution=mine", "provider_distribution=fake-corelibs"]
    command = [sys.executable, *NEW, "consumer", *answers, "--no-input", "--output-dir", output]
    bakery.run(*command, env=env)
    # The newest has an ABI of its own, and the SONAME says which parts of the version are that.
    assert declared(output / "mine") == [f"fake-corelibs>={OTHER_ABI},<7.0.10.99.1"]
    guard = (output / "mine/src/mine/_provider.py").read_text()
    for told in ('"fake_corelibs",', '"libfakecore.so",', 'library_folder="lib"', "abi_parts=5"):
        assert told in guard
    assert "#include <fakecore.h>" in (output / "mine/src/mine/_extension.c").read_text()


def test_provider_that_nobody_has_is_no_obstacle(bakery: Bakery, env: dict[str, str]) -> None:
    output = bakery.root / "made"
    command = [sys.executable, *NEW, "consumer", "provider_distribution=nobodys", "--no-input"]
    said = bakery.run(*command, "--output-dir", output, env=env)
    assert "nobodys: neither installed here nor to be had as a wheel" in said
    assert declared(output / "my-extension") == ["nobodys>=1.0.0,<1.1"]


OTHER_KINDS = {
    "the range": ("base>=2,<3", True),
    "its lowest end": ("base>=1.0,<2", True),
    "nothing": ("base>=1.5,<2", False),
    "nothing that is known": ("nobodys>=1,<2", False),
}


def plain_wheel(
    bakery: Bakery, name: str, version: str, requires: Sequence[str], library: str = "", headers: Sequence[str] = ()
) -> None:
    """A wheel in the test's folder, with a library and headers where they are named."""
    files = {f"{name}/{each}": b"" for each in ("__init__.py", *headers)}
    if library:
        bakery.run("cc", "-shared", "-x", "c", "-", "-o", library)
        files[f"{name}/lib/{library}"] = (bakery.root / library).read_bytes()
    metadata = core_metadata(name, version, requires)
    wheel = wheel_file(name, version, "py3-none-any", metadata, files, step=1)
    (bakery.root / wheel.filename).write_bytes(wheel.content)


def test_header_that_is_offered_is_of_the_provider(bakery: Bakery) -> None:
    """Neither one that it brings along of others, nor one about conversions."""
    headers = [f"include/{each}" for each in ("other/version.hpp", "upon/conversion.h", "upon/deep/version.h")]
    plain_wheel(bakery, "upon", "1.0", (), "libupon.so", headers)
    publish(bakery.root / "index", bakery.root.glob("*.whl"))
    command = [sys.executable, *NEW, "consumer", "provider_distribution=upon", "--no-input"]
    with served(bakery.root / "index") as address:
        bakery.run(*command, env={"PIP_INDEX_URL": address})
    source = bakery.root / "my-extension/src/my_extension/_extension.c"
    assert "#include <upon/deep/version.h>" in source.read_text()


def test_provider_of_the_active_environment_is_read(bakery: Bakery) -> None:
    """Of nobody's index, and without a header: then none is included, and the project builds."""
    bakery.python("-m", "venv", "--without-pip", bakery.root / "venv")
    plain_wheel(bakery, "inhouse", "2.1", (), "libinhouse.so")
    site = next(bakery.root.glob("venv/lib/python*/site-packages"))
    bakery.installed(str(site.relative_to(bakery.root)), *bakery.root.glob("*.whl"))
    command = [*NEW, "consumer", "provider_distribution=inhouse", "--no-input"]
    nowhere = {"PIP_NO_INDEX": "1", "VIRTUAL_ENV": str(bakery.root / "venv")}
    bakery.run(sys.executable, *command, env=nowhere)
    project = bakery.root / "my-extension"
    assert declared(project) == ["inhouse==2.1"]
    (wheel,) = bakery.build(project, site, "--wheel")
    both = bakery.installed("both", wheel, *bakery.root.glob("inhouse*.whl"))
    assert "built_against: 2.1" in bakery.python("-c", "import my_extension as m; m.main()", site=both)


def test_provider_without_a_library_is_refused(bakery: Bakery) -> None:
    plain_wheel(bakery, "headers", "1.0", ())
    publish(bakery.root / "index", bakery.root.glob("*.whl"))
    output = bakery.root / "made"
    with served(bakery.root / "index") as address:
        said = bakery.run(
            sys.executable, *NEW, "consumer", "provider_distribution=headers", "--no-input",
            "--output-dir", output, env={"PIP_INDEX_URL": address}, fails=True,
        )  # fmt: skip
    assert "headers 1.0: ships no shared library that an extension could link to" in said
    assert not output.exists()


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_providers_that_exclude_each_other_are_said(bakery: Bakery, kind: str) -> None:
    """One provider requires the other, and in a range of its own."""
    for version in ("1.0", "1.5", "2.0"):
        plain_wheel(bakery, "base", version, ())
    plain_wheel(bakery, "upon", "1.0", ["base>=1.5,<2"], "libupon.so")
    publish(bakery.root / "index", bakery.root.glob("*.whl"))
    requirement, contradictory = OTHER_KINDS[kind]
    output = bakery.root / "made"
    answers = ["provider_distribution=upon", "provider_oldest=1.0", f"more_providers={requirement} libbase.so"]
    with served(bakery.root / "index") as address:
        said = bakery.run(
            sys.executable, *NEW, "consumer", *answers, "--no-input", "--output-dir", output,
            env={"PIP_INDEX_URL": address}, fails=contradictory,
        )  # fmt: skip
    assert ("but none that can be installed together" in said) is contradictory
    assert output.exists() is not contradictory


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nobodys=1"], "nobodys=1: no such answer; known are distribution,"),
        (["ci=gitlab"], "ci=gitlab: no such answer; known are github, none"),
        (["ci"], "ci: no such answer; known are NAME=VALUE"),
        (["version=one"], "version = 'one': not valid"),
        (["summary={{ x"], "summary: not valid; write it without {{, {% and {#"),
        (["author={{ 6 * 7 }}"], "author: not valid; write it without {{, {% and {#"),
    ],
)
def test_wrong_word_is_said_in_one_line(bakery: Bakery, words: list[str], said: str) -> None:
    output = bakery.root / "made"
    command = [*NEW, "provider", *words, "--no-input", "--output-dir", output]
    message = bakery.python(*command, fails=True)
    assert said in message
    assert "Traceback" not in message
    assert not output.exists() or not any(output.iterdir())


def test_folder_that_is_taken_is_said(bakery: Bakery) -> None:
    command = [*NEW, "provider", "--no-input", "--output-dir", bakery.root]
    bakery.python(*command)
    assert "is there already; name another place" in bakery.python(*command, fails=True)


def test_missing_extra_is_named(bakery: Bakery) -> None:
    code = (
        "import sys; sys.modules['cookiecutter'] = None; sys.argv = ['native-skew', 'new']\n"
        "from native_skew.cli import main; main()"
    )
    message = bakery.python("-c", code, fails=True)
    assert "pip install 'native-skew[new]'" in message
    assert "Traceback" not in message


class Terminal:
    """A person at a command that asks."""

    def __init__(self, bakery: Bakery, command: str, env: dict[str, str]) -> None:
        self.child = pexpect.spawn(
            "sh",
            ["-c", command],
            cwd=str(bakery.root),
            env=environment(bakery.home) | env,
            encoding="utf-8",
            dimensions=(100, 400),
            timeout=120,
        )

    def answer(self, answers: dict[str, str]) -> str:
        """Gives these where they are asked for, else presses Enter; what was printed last."""
        question = re.compile(r"\[(\d+)/(\d+)\][^\r\n]*(?:\r\n[^\r\n]*)*?(?:\)|\]|:): ?$", re.MULTILINE)
        asked = []
        while self.child.expect([question, pexpect.EOF]) == 0:
            text = self.child.match[0]
            asked.append(text)
            given = next((value for part, value in answers.items() if part in text), "")
            self.child.sendline(given)
        self.child.close()
        self.asked = asked
        return str(self.child.before)


def test_by_hand_only_the_wrong_answer_is_asked_again(
    bakery: Bakery, env: dict[str, str]
) -> None:
    python = shlex.quote(sys.executable)
    first = Terminal(bakery, f"{python} -m native_skew new provider", env)
    said = first.answer({"Name of your distribution": "Odd.Name_x", "Its version": "one"})
    assert first.child.exitstatus == 2
    assert "version = 'one': not valid" in said
    (line,) = (each.strip() for each in said.splitlines() if "native-skew new" in each)
    again = Terminal(bakery, line.replace("native-skew", f"{python} -m native_skew", 1), env)
    again.answer({"Its version": "2.0.1"})
    assert again.child.exitstatus == 0
    assert len(again.asked) == 1
    (project,) = bakery.root.glob("odd-name*/pyproject.toml")
    assert tomllib.loads(project.read_text())["project"]["version"] == "2.0.1"


# What is odd and allowed: by a word of the question.
ODD = {
    "native-consumer": {
        "Name of your distribution": "Some.Rather-Long_Name",
        "File name of its library": "libx++-2.so liby.so",
        "Folder of the libraries": ".",
        "Folder of its headers": "include other/include",
        "Oldest release of the provider": "1.2.3.post1",
        "Bad releases": "1.2.5 1.2.6",
        "More providers": "other>=2,<3 libother.so",
    },
    "native-provider": {"Name of your distribution": "x", "File name of the library": "libx++-2.so"},
    "uv-application": {"Build requirements to hold back": "none", "Modules of it": "softioc"},
}


@pytest.mark.parametrize("template", ODD)
def test_template_asked_by_hand(bakery: Bakery, template: str) -> None:
    settings = bakery.settings()
    command = f"cookiecutter --config-file {settings} {TEMPLATES / template}"
    terminal = Terminal(bakery, command, {})
    said = terminal.answer(ODD[template])
    assert terminal.child.exitstatus == 0, said
    asked = json.loads((TEMPLATES / template / "cookiecutter.json").read_text())["__prompts__"]
    assert len(terminal.asked) == len(asked)
    (pyproject,) = bakery.root.glob("*/pyproject.toml")
    text = pyproject.read_text()
    tomllib.loads(text)
    if template == "native-consumer":
        assert declared(pyproject.parent) == [
            "epicscorelibs>=1.2.3.post1,<1.3,!=1.2.5,!=1.2.6",
            "other>=2,<3",
        ]
        bakery.python(pyproject.parent / "tools/consistency.py")
    bakery.run("ruff", "check", "--no-cache", pyproject.parent)
    bakery.run("ruff", "format", "--no-cache", "--check", pyproject.parent)


def test_what_is_empty_stays_empty(bakery: Bakery) -> None:
    """Enter where a question says (empty: none) is nothing, and so is the word none."""
    for given in ("", "none"):
        project = bakery.bake("native-consumer", folder=given or "x", pair=False, repository_url=given)
        source = (project / "src/my_extension/_built_for.h").read_text()
        assert "= PROVIDER_VERSION;" in source
        assert "project.urls" not in (project / "pyproject.toml").read_text()
        assert LOWEST not in source
