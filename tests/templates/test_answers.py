"""Answers: what cannot work is refused, all at once, and nothing is written."""

from __future__ import annotations

import shlex

import pytest
import tomllib
from cookiecutter.exceptions import FailedHookException

from support.bakery import LOWEST, Bakery

CONSUMER = [
    ({"distribution": "-bad-"}, "distribution = '-bad-': not valid"),
    ({"import_name": "class"}, "import_name = 'class': cannot be imported"),
    ({"import_name": "1st"}, "import_name = '1st': cannot be imported"),
    ({"import_name": "fake_corelibs"}, "is the provider's import name too"),
    ({"provider_distribution": "Fake_SoftIOC"}, "is the provider's own name"),
    ({"version": "one"}, "version = 'one': not valid; use numbers"),
    ({"summary": 'say "hi"'}, "summary = 'say \"hi\"': not valid"),
    ({"author": "back\\slash"}, "write one line without double quotes and backslashes"),
    ({"repository_url": "git@host:x"}, "give an address that starts with https://"),
    ({"oldest_python": "3.9"}, "give 3.11 or newer"),
    ({"provider_library": "fakecore"}, "give the file name without a version"),
    ({"provider_library_folder": "../lib"}, "give a folder inside the provider's package"),
    ({"provider_header": "fake core.h"}, "give the name as in #include"),
    ({"provider_header": "none"}, "provider_version_macro = 'FAKECORE_VERSION': is declared by a header"),
    ({"provider_version_macro": "1X"}, "use a C identifier"),
    ({"provider_oldest": "1.0rc1", "provider_below": "2"}, "use numbers with dots only"),
    ({"provider_below": "7.0.7.99.1.2"}, "the range from 7.0.7.99.1.2 to below it is empty"),
    ({"provider_below": "7.0.7.99.1.2.0"}, "to below it is empty"),
    ({"provider_below": "7.0.11"}, "the range holds more than one ABI"),
    ({"provider_below": "none"}, "only a stable one does not"),
    ({"language": "nanobind"}, "choose scikit-build-core"),
    ({"more_providers": "fake-corelibs>=1 libx.so"}, "names a distribution twice"),
    ({"more_providers": "other libx.so"}, "give each as NAME>=OLDEST,<NEXT libNAME.so"),
    ({"provider_excluded": "1.0;2.0"}, "give versions with spaces between"),
    ({"more_providers": "other>=2.0,<2 libx.so"}, "the range of other>=2.0,<2 is empty"),
    ({"more_providers": "other<2 libx.so"}, "give each as NAME>=OLDEST,<NEXT libNAME.so"),
    ({"provider_excluded": LOWEST}, "is the oldest release that you support"),
    ({"abi_granularity": "exact", "provider_below": "8"}, "says nothing beside exactly 7.0.7.99.1.2"),
    ({"import_name": "json"}, "is a module of Python's own"),
    ({"oldest_python": "3.012"}, "give it as 3.11, 3.12"),
    ({"repository_url": "https://me:secret@example.org/x"}, "'https://...@example.org/x': not valid"),
    *(({"provider_version_macro": word}, "is a keyword of C or C++") for word in ("int", "register", "class")),
    ({"provider_version_function": "typename"}, "is a keyword of C or C++"),
    ({"import_name": "print"}, "is a name that Python has built in"),
    ({"provider_import_name": "a..b"}, "provider_import_name = 'a..b': cannot be imported"),
    ({"provider_import_name": "json.lib"}, "is a module of Python's own"),
    ({"distribution": "x" * 61}, "is too long; use 60 characters at most"),
    ({"distribution": "ünïc"}, "distribution = 'ünïc': not valid"),
    ({"author": " "}, "author = ' ': not valid"),
    ({"summary": "two\nlines"}, "write one line"),
    *(({"summary": mark}, "write one line") for mark in ("\x7f", "\xa0", "a\u202eb")),
    *(({"version": version}, "not valid; use numbers") for version in ("", "1!2.0", "1.0+cpu", "v1", "1..2", "١.٢")),
    *(({"provider_oldest": version}, "use numbers with dots") for version in ("1!2.0", "1.0+cpu", "v1", "1.0.dev1")),
    ({"more_providers": "other==1,<1.0 libx.so"}, "the range of other==1,<1.0 is empty"),
    ({"more_providers": "other==1,!=1.0 libx.so"}, "the range of other==1,!=1.0 is empty"),
    ({"more_providers": "other>=2.0,<2.0rc1 libx.so"}, "the range of other>=2.0,<2.0rc1 is empty"),
    *(
        ({"provider_header": "torch/csrc/stable/library.h", "language": language}, f"language = '{language}': torch/csrc/")
        for language in ("c", "cython")
    ),
    (
        {"provider_distribution": "torch", "abi_granularity": "stable", "provider_header": "torch/extension.h"},
        "is not of torch's stable ABI",
    ),
    ({"provider_oldest": "7", "abi_granularity": "patch"}, "leaves nothing of 7 for the SONAME"),
]


PROVIDER = [
    ({"providers": "fake-corelibs>=1 libx.so"}, "names a distribution twice, or yours"),
    ({"version": "1.02.0"}, "no leading zero"),
    ({"import_name": "ctypes"}, "is a module of Python's own"),
    ({"providers": "fake-corelibs libx.so"}, "give each as NAME>=OLDEST,<NEXT libNAME.so"),
    ({"distribution": "a b"}, "distribution = 'a b': not valid"),
    ({"import_name": "for"}, "cannot be imported"),
    ({"version": "1.x"}, "use numbers with dots"),
    ({"library": "lib2x.so"}, "give the file name without a version"),
    ({"version": "1.2", "abi_granularity": "minor"}, "leaves nothing of 1.2 for the SONAME"),
    ({"oldest_python": "3.8"}, "give 3.11 or newer"),
    ({"import_name": "set"}, "is a name that Python has built in"),
    ({"distribution": "x" * 61}, "is too long; use 60 characters at most"),
    ({"author": "a\u202eb"}, "write one line"),
    ({"providers": "other>=2,<2rc1 libx.so"}, "the range of other>=2,<2rc1 is empty"),
    ({"version": "1.0+cpu"}, "use numbers with dots"),
]
APPLICATION = [
    ({"project": "fake-softioc"}, "are three distributions"),
    ({"dependency_version": "latest"}, "give one version"),
    ({"dependency_import_name": "a-b"}, "cannot be imported"),
    ({"provider_specifier": "> 1"}, "give a range such as"),
    ({"remedy": "override", "provider_specifier": ">=1"}, "the remedy override needs the one version"),
    ({"remedy": "build-constraint", "provider_specifier": ">1"}, "with an upper bound"),
    ({"remedy": "dependency-metadata", "provider_specifier": ""}, "needs the range to run with"),
    ({"remedy": "no-build-isolation", "build_tool": ""}, "has to have what the build needs"),
    ({"provider_specifier": ">1,<=1"}, "no release is in >1,<=1"),
    ({"build_tool": "setuptools==81,<81"}, "no release is in setuptools==81,<81"),
    ({"imports": "class.a"}, "has a keyword of Python's in it"),
    ({"dependency_version": "1!2.0"}, "give one version"),
    ({"oldest_python": "3.9"}, "give 3.11 or newer"),
]
REFUSED = {"native-consumer": CONSUMER, "native-provider": PROVIDER, "uv-application": APPLICATION}


@pytest.mark.parametrize(
    ("template", "answers", "reason"),
    [(template, *row) for template, rows in REFUSED.items() for row in rows],
)
def test_answer_is_refused_with_the_reason(
    bakery: Bakery,
    capfd: pytest.CaptureFixture[str],
    template: str,
    answers: dict[str, str],
    reason: str,
) -> None:
    with pytest.raises(FailedHookException):
        bakery.bake(template, **answers)
    assert reason in capfd.readouterr().err
    assert not any((bakery.root / "baked").iterdir())


def test_all_problems_are_reported_at_once(
    bakery: Bakery, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(FailedHookException):
        bakery.bake("native-consumer", distribution="../x", import_name="a-b", provider_below="1")
    message = capfd.readouterr().err
    assert message.count("  - ") == 3
    # What was good is kept: a command says so, and asks for the others.
    (command,) = (line for line in message.splitlines() if line.startswith("  cookiecutter "))
    kept = dict(word.partition("=")[::2] for word in shlex.split(command)[2:])
    assert kept["provider_oldest"] == LOWEST
    assert not kept.keys() & {"distribution", "import_name", "provider_below"}
    assert not any((bakery.root / "baked").iterdir())


def test_end_that_was_offered_from_a_wrong_oldest_is_not_kept(
    bakery: Bakery, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(FailedHookException):
        bakery.bake("native-consumer", provider_oldest="v1.2")
    message = capfd.readouterr().err
    assert "provider_library=" in message
    assert "provider_below=" not in message


def test_unknown_granularity_is_refused(bakery: Bakery) -> None:
    with pytest.raises(ValueError, match=r"abi_granularity.*patch.*minor.*exact"):
        bakery.bake("native-consumer", abi_granularity="major")
    assert not any((bakery.root / "baked").iterdir())


@pytest.mark.parametrize(
    ("oldest", "granularity", "requirement"),
    [
        ("7.0.7.99.1.2", "patch", "fake-corelibs>=7.0.7.99.1.2,<7.0.7.99.2"),
        ("7.0.7.99.1.2", "exact", "fake-corelibs==7.0.7.99.1.2"),
        ("2.4.1", "minor", "fake-corelibs>=2.4.1,<3"),
        ("2.4.1", "patch", "fake-corelibs>=2.4.1,<2.5"),
        ("2.4.1.post2", "patch", "fake-corelibs>=2.4.1.post2,<2.5"),
        ("2.4.1", "soname", "fake-corelibs>=2.4.1,<2.5"),
        ("2.4.1", "stable", "fake-corelibs>=2.4.1"),
    ],
)
def test_range_follows_from_the_granularity(
    bakery: Bakery, oldest: str, granularity: str, requirement: str
) -> None:
    project = bakery.bake("native-consumer", provider_oldest=oldest, abi_granularity=granularity)
    pyproject = tomllib.loads((project / "pyproject.toml").read_text())
    assert requirement in pyproject["build-system"]["requires"]
    assert pyproject["project"]["dependencies"] == [requirement]
    bakery.python(project / "tools/consistency.py")
