"""``--confirm``: imports the modules, each in a child process, and compares.

The one part of `doctor` that runs anything of the environment, and only when asked.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from native_skew.doctor import rules
from native_skew.doctor.environment import Environment
from native_skew.doctor.errors import NothingToConfirmError
from native_skew.doctor.extension_modules import ExtensionModule
from native_skew.findings import Finding, Location, Report, ordered

_LIMIT = 120.0  # seconds for one import
_IMPORT = "import importlib, sys; importlib.import_module(sys.argv[1])"
# What the loader says, as dlerror() gives it; other errors are not about libraries.
_LOADER = re.compile(
    r"cannot open shared object file|undefined symbol|invalid ELF header|file too short|"
    r"wrong ELF class|cannot map|version `[^']+' not found|symbol not found|"
    r"Error loading shared library|Error relocating"
)


def confirmed(
    report: Report, modules: Iterable[ExtensionModule], environment: Environment
) -> Report:
    """``report`` with what the imports add to it or speak against.

    Raises:
        NothingToConfirmError: the environment has no interpreter.

    """
    program = environment.program
    if program is None:
        raise NothingToConfirmError(environment.subject)
    found = list(modules)
    with (
        tempfile.TemporaryDirectory() as folder,
        ThreadPoolExecutor(max_workers=os.cpu_count()) as pool,
    ):
        errors = dict(
            zip(
                (module.name for module in found),
                pool.map(lambda module: _import_error(program, module.name, folder), found),
                strict=True,
            )
        )
    more = list(_compared(report, found, errors, environment))
    return msgspec.structs.replace(
        report,
        findings=ordered([*report.findings, *more]),
        looked_at={**report.looked_at, "imports": len(errors)},
    )


def _compared(
    report: Report, modules: list[ExtensionModule], errors: dict[str, str], environment: Environment
) -> Iterator[Finding]:
    blamed = {
        name for each in report.findings if each.level == "error" for name in _modules_of(each)
    }
    for module in modules:
        error = errors[module.name]
        place = Location(
            file=environment.relative(module.file.path),
            distribution=module.owner.name,
            version=module.owner.version,
        )
        if error and module.name not in blamed and _LOADER.search(error):
            yield rules.IMPORT_FAILS.finding(
                f"`import {module.name}` fails: {error}", place, {"module": module.name}
            )
        elif not error and module.name in blamed:
            yield rules.IMPORTS_AFTER_ALL.finding(
                f"`import {module.name}` succeeds, though an error is found in its files: "
                "something loads or provides first what is missing.",
                place,
                {"module": module.name},
            )


def _modules_of(finding: Finding) -> tuple[str, ...]:
    several, one = finding.evidence.get("modules"), finding.evidence.get("module")
    names = several if isinstance(several, tuple) else ()
    return (*names, one) if isinstance(one, str) else names


def _import_error(program: Path, name: str, folder: str) -> str:
    """The last line of the traceback; empty where the import succeeds."""
    try:
        done = subprocess.run(
            [str(program), "-c", _IMPORT, name],
            cwd=folder,  # nothing of the working folder is imported
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_LIMIT,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return f"no end after {_LIMIT:.0f} s"
    except OSError as error:
        return f"{program}: {error.strerror}"
    if not done.returncode:
        return ""
    lines = done.stderr.strip().splitlines()
    return lines[-1] if lines else f"the process ended with {done.returncode}"
