"""Changes the code in small ways, one at a time, and asks whether a test fails: ``nox -s mutants``.

mutmut makes the mutants and runs, of a module's own tests for every change, those that reach the
changed function, the shortest first. A seed draws them from the modules in ``OWN_TESTS``. One that
no test notices is explained in ``tests/programs/mutants.toml``, by its function and the
line, or is a failure. A mutant that changes nothing but the letters of a sentence is not one to
notice: texts are not repeated in tests.

https://mutmut.readthedocs.io/
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / ".native-skew" / "mutants"
EXPLAINED = Path(__file__).with_suffix(".toml")
# Verdicts, comparison, repairs, the rules of doctor and audit, and what guards untrusted files;
# each with the tests that it is to be noticed by.
_OF_ARCHIVES = ("distributions", "audit/test_hostile_archives.py", "doctor/test_wheels.py")
_WHAT_MENDS = "doctor/test_what_mends.py"
_OF_MODULES = (
    *(f"doctor/test_{each}.py" for each in ("explanations", "pkg_resources", "facts")),
    _WHAT_MENDS,
)
OWN_TESTS = {
    "verdict": ("test_observing.py",),
    "observe/judgement": ("test_observing.py",),
    "results/comparison": ("test_comparison.py",),
    "results/repairs": ("test_repair_difference.py",),
    "installers/repair": ("test_repair_difference.py",),
    "installers/advice": ("test_advice.py", "doctor/test_advice_tool.py"),
    "doctor/explain": _OF_MODULES,
    "doctor/pins": ("doctor/test_pins.py", _WHAT_MENDS),
    "doctor/skew": _OF_MODULES,
    "binaries/numpy_c_api": ("doctor/test_numpy.py",),
    "doctor/other_builds": ("doctor/test_numpy.py", *_OF_MODULES),
    "doctor/wheels": ("doctor/test_wheels.py",),
    "audit/consistency": ("audit/test_consistency.py",),
    "audit/judge": ("audit/test_judging.py", "audit/test_hostile_index.py"),
    "audit/ranges": ("audit/test_transport.py", "audit/test_hostile_archives.py"),
    "audit/resolver_metadata": ("audit/test_resolver_metadata.py", "audit/test_readers.py"),
    "distributions/archives": _OF_ARCHIVES,
    "distributions/installed": ("distributions", "test_observing.py", _WHAT_MENDS),
    "distributions/regular_files": ("distributions",),
    "distributions/zips": _OF_ARCHIVES,
}
NOTICED = ("killed", "timeout", "segfault")
# What starts the command takes long, and elsewhere mutmut does not find its settings.
_STARTING = {"call", "start"}  # fixtures
LEFT_OUT = ("doctor/test_ci.py", "doctor/test_settings.py::test_the_command_obeys")
SETTINGS = """
[tool.mutmut]
source_paths = ["src/native_skew"]
only_mutate = {modules}
pytest_add_cli_args = ["-m", "quick", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "programs.mutants"]
pytest_add_cli_args_test_selection = {tests}
also_copy = {others}
"""


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """As a plugin: the shortest tests run first, since a run stops at the first failure."""
    items[:] = [each for each in items if not _STARTING & {*getattr(each, "fixturenames", ())}]
    with contextlib.suppress(OSError):
        known = json.loads(Path("mutmut-stats.json").read_text(encoding="utf-8"))
        items.sort(key=lambda each: known["duration_by_test"].get(each.nodeid, 0))


def laid_out(modules: Iterable[str], tests: Iterable[str]) -> None:
    """A copy of the repository in which mutmut finds the package below ``src``, as it expects.

    Both names lead to one folder, so that a process that a test starts gets the mutant too.
    """
    shutil.rmtree(WORK, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (WORK / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, WORK / name)
    (WORK / "mutants" / "repro").mkdir(parents=True)
    for folder in (WORK, WORK / "mutants"):
        (folder / "src").symlink_to("repro")
    others = {each.name for each in WORK.iterdir()} - {"mutants", "repro", "src", "tests", ".git"}
    with (WORK / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(
            SETTINGS.format(
                modules=json.dumps([f"src/native_skew/{each}.py" for each in modules]),
                tests=json.dumps(
                    [f"tests/{each}" for each in tests]
                    + [f"--deselect=tests/{each}" for each in LEFT_OUT]
                ),
                others=json.dumps(sorted(others)),
            )
        )


def prefix(module: str) -> str:
    """``native_skew.audit.judge.`` of ``audit/judge``."""
    return f"native_skew.{module.replace('/', '.')}."


def mutants_of(module: str) -> list[str]:
    """The names of all mutants of a module, none of which is made yet."""
    from mutmut.mutation.file_mutation import mutate_file_contents

    path = ROOT / "repro" / "native_skew" / f"{module}.py"
    made = mutate_file_contents(str(path), path.read_text(encoding="utf-8"))
    return [prefix(module) + each for each in made.mutant_names]


def mutmut(*arguments: str, quiet: bool = True) -> str:
    """What mutmut prints, captured or shown at once."""
    command = [sys.executable, "-m", "mutmut", *arguments]
    done = subprocess.run(
        command, cwd=WORK, stdout=subprocess.PIPE if quiet else None, text=True, check=False
    )
    if done.returncode:
        sys.exit(
            f"mutmut {arguments[0]} ended with {done.returncode}\n{(done.stdout or '')[-4000:]}"
        )
    return done.stdout or ""


def statuses() -> dict[str, str]:
    """The outcome for each mutant."""
    lines = mutmut("results", "--all", "true").splitlines()
    pairs = (line.strip().rpartition(": ") for line in lines if ".x" in line or "ǁ" in line)
    return {name: status for name, _, status in pairs}


def change(name: str) -> tuple[str, str]:
    """The lines that a mutant removes, and those that replace them."""
    lines = mutmut("show", name).splitlines()
    taken, put = (
        " ".join(
            line[1:].strip() for line in lines if re.match(rf"\{sign}(?!\{sign}\{sign})", line)
        )
        for sign in "-+"
    )
    return taken, put


def is_wording(taken: str, put: str) -> bool:
    """Whether only the letters of a sentence differ; a single word is a name, which matters."""
    text = re.compile(r"""(["'])(?:(?!\1).)* (?:(?!\1).)*\1""")
    return taken != put and text.sub("", taken) == text.sub("", put)


def function_of(name: str) -> str:
    """``native_skew.verdict.worst`` of a mutant's name."""
    return re.sub(r"\.xǁ(\w+)ǁ(\w+)__mutmut_\d+$|\.x_(\w+?)__mutmut_\d+$", _plain, name)


def _plain(match: re.Match[str]) -> str:
    return "." + ".".join(filter(None, match.groups()))


def main() -> int:
    """Draws and runs mutants, and prints those that no test noticed; 1 if one is unexplained."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--module", action="append", help="only of this one, as audit/judge")
    asked = parser.parse_args()
    laid_out(OWN_TESTS, ())
    os.chdir(WORK)  # where mutmut reads its settings
    names = sorted(name for each in asked.module or OWN_TESTS for name in mutants_of(each))
    drawn = random.Random(asked.seed).sample(names, min(asked.count, len(names)))
    explained = tomllib.loads(EXPLAINED.read_text(encoding="utf-8")).get("explained", [])
    known = {(each["function"], each["line"]) for each in explained}
    survived = unexplained = wording = 0
    for tests in dict.fromkeys(OWN_TESTS.values()):
        modules = [each for each, own in OWN_TESTS.items() if own == tests]
        ours = [each for each in drawn if each.startswith(tuple(map(prefix, modules)))]
        if not ours:
            continue
        laid_out(modules, tests)
        mutmut("run", *ours, quiet=False)
        found = statuses()
        for name in (each for each in ours if found[each] not in NOTICED):
            survived += 1
            taken, put = change(name)
            if is_wording(taken, put):
                wording += 1
            elif not {(function_of(name), taken), (function_of(name), put)} & known:
                unexplained += 1
                print(f"{name}: {found[name]}\n  - {taken}\n  + {put}", flush=True)
    print(
        f"{len(drawn)} of {len(names)} mutants, seed {asked.seed}: {len(drawn) - survived} "
        f"noticed, {wording} of wording alone, "
        f"{survived - wording - unexplained} explained, {unexplained} unexplained"
    )
    return min(unexplained, 1)


if __name__ == "__main__":
    sys.exit(main())
