"""`native-skew new`, and the templates used directly: at a terminal, with odd answers."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import PathDistribution
from pathlib import Path

import pexpect
import pytest
import tomllib
from click.testing import CliRunner

from native_skew.new import new as command
from native_skew.new import origin

from support import native_wheels
from support.bakery import LOWEST, OTHER_ABI, TEMPLATES, Bakery, environment
from support.file_index import publish, served

NEW = ("-m", "native_skew", "new")
New = Callable[..., str]


@pytest.fixture
def output(bakery: Bakery) -> Path:
    return bakery.root / "made"


@pytest.fixture
def new(bakery: Bakery, output: Path) -> New:
    """Runs the command, with an index that has the wheels in the test's folder and no others."""

    def run(*words: str, fails: bool = False, **env: str) -> str:
        publish(bakery.root / "index", bakery.root.glob("*.whl"))
        command = [sys.executable, *NEW, *words, "--no-input", "--output-dir", output]
        with served(bakery.root / "index") as address:
            return bakery.run(*command, env={"PIP_INDEX_URL": address} | env, fails=fails)

    return run


def declared(project: Path) -> list[str]:
    pyproject = tomllib.loads((project / "pyproject.toml").read_text())
    return pyproject["project"]["dependencies"]


def test_provider_is_read_from_its_wheel(
    bakery: Bakery, new: New, output: Path, providers: dict[str, Path]
) -> None:
    publish(bakery.root / "index", providers.values())
    new("consumer", "distribution=mine", "provider_distribution=fake-corelibs")
    # The newest has an ABI of its own, and the SONAME says which parts of the version are that.
    assert declared(output / "mine") == [f"fake-corelibs>={OTHER_ABI},<7.0.10.99.1"]
    guard = (output / "mine/src/mine/_provider.py").read_text()
    for told in ('"fake_corelibs",', '"libfakecore.so",', 'library_folder="lib"', "abi_parts=5"):
        assert told in guard
    assert "#include <fakecore.h>" in (output / "mine/src/mine/_extension.c").read_text()


def test_provider_that_nobody_has_is_no_obstacle(new: New, output: Path) -> None:
    said = new("consumer", "provider_distribution=nobodys")
    assert "nobodys: no shared library of it was found" in said
    assert declared(output / "my-extension") == ["nobodys>=1.0.0,<1.1"]


def plain_wheel(
    bakery: Bakery, name: str, version: str, requires: Sequence[str] = (), headers: Sequence[str] = ()
) -> Path:
    """A wheel of a provider in the test's folder."""
    files = {f"{name}/{each}": b"" for each in ("__init__.py", *headers)}
    files[f"{name}/lib/lib{name}.so"] = native_wheels.library(bakery, f"lib{name}.so")
    return native_wheels.wheel(bakery, name, version, files, requires)


def test_header_that_is_offered_is_of_the_provider(bakery: Bakery, new: New, output: Path) -> None:
    """Neither a header that it bundles, nor one about conversions."""
    headers = [f"include/{each}" for each in ("other/version.hpp", "upon/conversion.h", "upon/deep/version.h")]
    plain_wheel(bakery, "upon", "1.0", headers=headers)
    new("consumer", "provider_distribution=upon")
    source = output / "my-extension/src/my_extension/_extension.c"
    assert "#include <upon/deep/version.h>" in source.read_text()


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (b"namespace upon {}\n", "cpp"),
        (b'#ifdef __cplusplus\nextern "C" {\nclass Upon;\n}\n#endif\n', "c"),
        (b"/* of no\n * namespace */\n", "c"),
    ],
)
def test_language_is_that_of_the_header(
    bakery: Bakery, new: New, output: Path, header: bytes, language: str
) -> None:
    """What is offered can be taken: a header that includes one in C++ is not C."""
    library = native_wheels.library(bakery, "libupon.so")
    files = {"upon/lib/libupon.so": library, "upon/include/upon/deep/one.h": header}
    files["upon/include/upon.h"] = b'#include "upon/deep/one.h"\n'
    native_wheels.wheel(bakery, "upon", "1.0", files)
    new("consumer", "provider_distribution=upon")
    assert (output / f"my-extension/src/my_extension/_extension.{language}").exists()


def test_provider_of_the_active_environment_is_read(
    bakery: Bakery, new: New, output: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Not on the index, and without a header: none is included, and the project builds."""
    elsewhere = Bakery(tmp_path_factory.mktemp("elsewhere"))
    bakery.python("-m", "venv", "--without-pip", bakery.root / "venv")
    site = next(bakery.root.glob("venv/lib/python*/site-packages"))
    inhouse = plain_wheel(elsewhere, "inhouse", "2.1")
    bakery.installed(str(site.relative_to(bakery.root)), inhouse)
    new("consumer", "provider_distribution=inhouse", VIRTUAL_ENV=str(bakery.root / "venv"))
    project = output / "my-extension"
    assert declared(project) == ["inhouse==2.1"]
    (wheel,) = bakery.build(project, site, "--wheel")
    both = bakery.installed("both", wheel, inhouse)
    assert "built_against: 2.1" in bakery.python("-c", "import my_extension as m; m.main()", site=both)


def test_provider_without_a_library_is_refused(bakery: Bakery, new: New, output: Path) -> None:
    native_wheels.wheel(bakery, "headers", "1.0", {"headers/__init__.py": b""})
    said = new("consumer", "provider_distribution=headers", fails=True)
    assert "headers 1.0: ships no shared library that an extension could link to" in said
    assert not output.exists()


OTHER_KINDS = {
    "the range": ("base>=2,<3", True),
    "its lowest end": ("base>=1.0,<2", True),
    "nothing": ("base>=1.5,<2", False),
    "nothing that is known": ("nobodys>=1,<2", False),
}


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_providers_that_exclude_each_other_are_said(
    bakery: Bakery, new: New, output: Path, kind: str
) -> None:
    """One provider requires the other, and in a range of its own."""
    for version in ("1.0", "1.5", "2.0"):
        plain_wheel(bakery, "base", version)
    plain_wheel(bakery, "upon", "1.0", ["base>=1.5,<2"])
    requirement, contradictory = OTHER_KINDS[kind]
    answers = ["provider_distribution=upon", "provider_oldest=1.0", f"more_providers={requirement} libbase.so"]
    said = new("consumer", *answers, fails=contradictory)
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
def test_wrong_word_is_said_in_one_line(
    new: New, output: Path, words: list[str], said: str
) -> None:
    message = new("provider", *words, fails=True)
    assert said in message
    assert "Traceback" not in message
    assert not output.exists() or not any(output.iterdir())


def test_what_is_offered_beside_an_answer_is_not_refused(new: New, output: Path) -> None:
    new("consumer", "provider_distribution=nobodys", "language=nanobind")
    assert (output / "my-extension/CMakeLists.txt").exists()


def direct_url(**more: object) -> str:
    return json.dumps({"url": "https://example.org/kit", **more})


@pytest.mark.parametrize(
    ("direct", "built_by", "source"),
    [
        (None, "", "native-skew[audit]"),
        (direct_url(vcs_info={"vcs": "git"}), "", "native-skew[audit] @ git+https://example.org/kit"),
        (direct_url(archive_info={}), "https://example.org/own", "native-skew[audit] @ git+https://example.org/own"),
        (direct_url(dir_info={}), "", ""),
        (direct_url(vcs_info={"vcs": "git"}, url="file:///kit"), "", ""),
    ],
)
def test_projects_install_the_kit_from_where_it_came(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, direct: str | None, built_by: str, source: str
) -> None:
    urls = f"Project-URL: Source, {built_by}\n" if built_by else ""
    (tmp_path / "METADATA").write_text(f"Metadata-Version: 2.4\nName: native-skew\n{urls}")
    if direct:
        (tmp_path / "direct_url.json").write_text(direct)
    installed = PathDistribution(tmp_path)
    monkeypatch.setattr("importlib.metadata.distribution", lambda name: installed)
    assert origin.source("audit") == source


@pytest.mark.parametrize("kind", ["consumer", "provider"])
def test_audit_of_a_project_is_the_kit_that_made_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(origin, "source", lambda extra: f"native-skew[{extra}]")
    words = [kind, "--no-input", "--no-index", "--output-dir", str(tmp_path)]
    assert CliRunner().invoke(command, words).exit_code == 0
    (workflow,) = tmp_path.glob("my-*/.github/workflows/wheels.yml")
    assert "pipx run --spec 'native-skew[audit]' native-skew audit dist/\n" in workflow.read_text()


def test_folder_that_is_taken_is_said(new: New) -> None:
    new("provider")
    assert "exists already; name another place" in new("provider", fails=True)


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

    def __init__(self, bakery: Bakery, command: str) -> None:
        self.child = pexpect.spawn(
            "sh",
            ["-c", command],
            cwd=str(bakery.root),
            env=environment(bakery.home),
            encoding="utf-8",
            dimensions=(100, 400),
            timeout=120,
        )

    def answer(self, answers: dict[str, str]) -> str:
        """Gives these answers to their questions, else presses Enter; returns the last output."""
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


def test_by_hand_only_the_wrong_answer_is_asked_again(bakery: Bakery) -> None:
    python = shlex.quote(sys.executable)
    first = Terminal(bakery, f"{python} -m native_skew new provider")
    said = first.answer({"Name of your distribution": "Odd.Name_x", "Its version": "one"})
    assert first.child.exitstatus == 2
    assert "version = 'one': not valid" in said
    (line,) = (each.strip() for each in said.splitlines() if "native-skew new" in each)
    again = Terminal(bakery, line.replace("native-skew", f"{python} -m native_skew", 1))
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
    terminal = Terminal(bakery, command)
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
    """Enter at a question with (empty: none) means nothing, and so does the word none."""
    for given in ("", "none"):
        project = bakery.bake("native-consumer", folder=given or "x", pair=False, repository_url=given)
        source = (project / "src/my_extension/_built_for.h").read_text()
        assert "= PROVIDER_VERSION;" in source
        assert "project.urls" not in (project / "pyproject.toml").read_text()
        assert LOWEST not in source
