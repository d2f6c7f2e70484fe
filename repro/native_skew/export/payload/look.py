"""Looks at the environment that run.sh made, and compares its verdict with the recorded one.

Usage: python3 look.py FOLDER EXIT_CODE, where FOLDER/probe has the output of probe.py in that
environment. Exits with 0 if the verdicts are equal, 3 if they are not, and otherwise if there is
nothing to compare. Needs only Python's standard library; the tool's output does not matter.
"""

import email.parser
import json
import pathlib
import shutil
import subprocess
import sys
from typing import Any

Facts = dict[str, Any]
Sites = list[pathlib.Path]
MARK = "native-skew:"
HERE = pathlib.Path(__file__).resolve().parent


def main(folder: pathlib.Path, exit_code: int) -> int:
    """Prints both verdicts; returns what to end with."""
    recorded = json.loads((HERE / "recorded.json").read_text(encoding="utf-8"))
    facts = probe_facts((folder / "probe").read_text(encoding="utf-8", errors="replace"))
    sites = [pathlib.Path(p) for p in facts.get("path", []) if p.endswith("/site-packages")]
    versions = installed(sites)
    if problem := no_answer(recorded, folder, exit_code, versions, facts):
        print(f"look.py: {problem}", file=sys.stderr)
        return 2
    checks = run_checks(folder, home_of(sites, recorded["consumer"]))
    complaints = [output for code, output in checks.values() if code]
    seen = {
        "verdict": judge(
            installed=recorded["consumer"] in versions,
            error=facts.get("error"),
            mismatch=mismatch(facts.get("versions")),
            complaints=bool(complaints),
            exit_code=exit_code,
        ),
        "import": (facts.get("error") or "succeeds") if recorded["consumer"] in versions else "–",
        "installed": versions.get(recorded["provider"], "–"),
    }
    print()
    for name, value in seen.items():
        print(f"{name:>9}, recorded: {recorded[name]}")
        print(f"{'seen':>19}: {value}")
    for name, (code, output) in checks.items():
        print(f"{name} check ends with {code}: {(output.splitlines() or ['–'])[-1]}")
    if not checks and seen["import"].startswith(("ImportError", "the process")):
        print("look.py: no tool is there to check the environment with", file=sys.stderr)
        return 2
    return 0 if seen["verdict"] == recorded["verdict"] else 3


def judge(
    installed: bool, error: str | None, mismatch: bool, complaints: bool, exit_code: int
) -> str:
    """The verdict, from what is there."""
    if not installed:
        return "refused"
    if error:
        return "broken, detected" if complaints else "broken, undetected"
    if mismatch or complaints:
        return "wrong result"
    return "refused" if exit_code else "works"


def no_answer(
    recorded: Facts, folder: pathlib.Path, exit_code: int, versions: Facts, facts: Facts
) -> str | None:
    """Why there is no answer of the tool at all; None if there is."""
    there = recorded["consumer"] in versions
    log = folder / "requests"
    requests = log.read_text().splitlines() if log.exists() else []
    if exit_code and not any(line.endswith((" 200", " 304")) for line in requests):
        return "the tool failed and never reached the index: this says nothing of it"
    if not exit_code and not there:
        return "the tool succeeded and installed nothing that could be found"
    if there and "imported" in facts and "versions" not in facts:
        return "it could not be seen which library the module runs with"
    return None


def probe_facts(text: str) -> Facts:
    """The probe's facts; a death while importing becomes an ``error``."""
    facts: Facts = {}
    for line in text.splitlines():
        if line.startswith(MARK):
            facts.update(json.loads(line[len(MARK) :]))
    others = facts.get("others", {})
    failed = [f"{name}: {said['error']}" for name, said in others.items() if "error" in said]
    if failed and "error" not in facts:
        facts["error"] = failed[0]
    if "path" in facts and "loaded" not in facts:
        facts.pop("imported", None)
        facts["error"] = "the process died while importing"
    return facts


def mismatch(versions: Facts | None) -> bool:
    """Whether the module runs with another ABI than it was built for, or with two."""
    if not versions:
        return False
    abi = [versions[each].rpartition(".")[0] for each in ("built_against", "loaded")]
    return bool(versions["loaded"] != versions["installed"] or abi[0] != abi[1])


def installed(sites: Sites) -> Facts:
    """Versions by name, of every distribution in the environment."""
    found = {}
    for info in (each for site in reversed(sites) for each in site.glob("*.dist-info/METADATA")):
        fields = email.parser.BytesHeaderParser().parsebytes(info.read_bytes())
        found[fields["Name"].lower().replace("_", "-")] = fields["Version"]
    return found


def home_of(sites: Sites, name: str) -> pathlib.Path | None:
    """The prefix of the environment that holds ``name``; a layer over it may be gone."""
    stem = name.replace("-", "_")
    return next((each.parents[2] for each in sites if list(each.glob(f"{stem}-*.dist-info"))), None)


def run_checks(folder: pathlib.Path, prefix: pathlib.Path | None) -> dict[str, tuple[int, str]]:
    """(exit code, output) of each available check, by its tool."""
    if prefix is None:
        return {}
    python = str(prefix / "bin" / "python")
    commands = {"pip": ["pip", "--python", python, "check"]}
    commands["uv"] = ["uv", "pip", "check", "--python", python]
    commands = {name: argv for name, argv in commands.items() if shutil.which(name)}
    if not commands:  # Python bundles pip
        subprocess.run([sys.executable, "-m", "venv", folder / "check"], check=False)
        pip = folder / "check" / "bin" / "pip"
        if pip.exists():
            commands["pip"] = [str(pip), "--python", python, "check"]
    checks = {}
    for name, argv in commands.items():
        done = subprocess.run(
            argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        checks[name] = done.returncode, done.stdout.strip()
    return checks


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), int(sys.argv[2])))
