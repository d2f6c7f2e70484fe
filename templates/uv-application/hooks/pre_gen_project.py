"""Refuses answers that cannot work, all at once and before a file is written.

Standard library only: cookiecutter runs hooks with its own interpreter, which need not
have anything else (https://cookiecutter.readthedocs.io/en/stable/advanced/hooks.html).
"""

import json
import keyword
import os
import re
import shlex
import sys

ANSWERS = json.loads(r'{{ cookiecutter | tojson }}')
TEMPLATE = "uv-application"

# https://packaging.python.org/en/latest/specifications/name-normalization/
NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
VERSION = r"\d+(?:\.\d+)*(?:(?:a|b|rc)\d+)?(?:\.post\d+)?(?:\.dev\d+)?"
CLAUSE = rf"(?:==|>=|<=|<|>|~=|!=){VERSION}"
SPECIFIER = rf"{CLAUSE}(?:,{CLAUSE})*"
MODULE = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
BUILD = rf"{NAME}(?:{SPECIFIER})?"
OTHER = rf"\s*{BUILD}\s*"

SHAPES = [
    ("project", NAME, "use letters, digits, '.', '-' and '_', with a letter or digit at both ends"),
    ("oldest_python", r"3\.\d+", "give it as 3.11, 3.12 ..."),
    ("dependency", NAME, "use the name that it is installed by"),
    ("dependency_version", VERSION, "give one version, such as 4.6.1"),
    ("provider", NAME, "use the name that it is installed by"),
    ("provider_specifier", rf"(?:{SPECIFIER})?", "give a range such as >=1.2,<1.3, without spaces"),
    ("imports", rf"{MODULE}(?:\s+{MODULE})*", "give names such as package.module, with spaces between"),
    ("other_requirements", rf"(?:{OTHER}(?:;{OTHER})*)?", "give requirements such as numpy>=1.20, with ; between, or nothing"),
    ("build_tool", rf"(?:{BUILD}(?:\s+{BUILD})*)?", "give requirements such as setuptools<81, or nothing"),
]
# What "none" may be written for, where Enter would take a default.
MAY_BE_NONE = {"provider_specifier", "other_requirements", "build_tool"}

# What a line of the generated project holds.
LONGEST = 50
# What each remedy has to know, and in which form.
NEEDED = {
    "build-constraint": (r".*[<=~].*", "the range that the published wheels need, with an upper bound"),
    "override": (rf"=={VERSION}", "the one version to run with, as ==VERSION"),
    "dependency-metadata": (r".+", "the range to run with"),
}


def problem(name, reason):
    return name, f"{name} = {ANSWERS[name]!r}: {reason}"


def shapes():
    for name, pattern, advice in SHAPES:
        answer = ANSWERS[name]
        if not re.fullmatch(pattern, answer, re.ASCII) and not (answer == "none" and name in MAY_BE_NONE):
            yield problem(name, f"not valid; {advice}")
    for name in ("project", "dependency", "dependency_import_name", "provider"):
        if len(ANSWERS[name]) > LONGEST:
            yield problem(name, f"is too long; use {LONGEST} characters at most")


def names():
    answer = ANSWERS["dependency_import_name"]
    parts = answer.split(".")
    if not all(part.isidentifier() and not keyword.iskeyword(part) for part in parts):
        yield problem("dependency_import_name", "cannot be imported; use letters, digits and '_'")
    canonical = {name: re.sub(r"[-_.]+", "-", ANSWERS[name]).lower() for name in ("project", "dependency", "provider")}
    if len(set(canonical.values())) < len(canonical):
        yield problem("project", "project, dependency and provider are three distributions; give three names")


def remedy():
    chosen = ANSWERS["remedy"]
    if chosen in NEEDED:
        pattern, what = NEEDED[chosen]
        if not re.fullmatch(pattern, ANSWERS["provider_specifier"]):
            yield problem("provider_specifier", f"the remedy {chosen} needs {what}")
    if chosen == "no-build-isolation" and ANSWERS["build_tool"] in ("", "none"):
        yield problem("build_tool", "without isolation the environment has to have what the build needs; name it")


CHECKS = (shapes, names, remedy)


def again(wrong):
    """The command that keeps the good answers; a shell can be given it as it is."""
    good = {k: v for k, v in ANSWERS.items() if not k.startswith("_") and k not in wrong}
    pairs = [f"{name}={answer}" for name, answer in good.items()]
    template, folder = ANSWERS.get("_template", ""), ANSWERS.get("_repo_dir")
    if os.environ.get("NATIVE_SKEW_NEW"):
        words = ["native-skew", "new", TEMPLATE.split("-")[1], *pairs]
    elif folder is None:  # cruft
        words = ["cruft", "create", template, "--directory", f"templates/{TEMPLATE}", "--extra-context", json.dumps(good)]
    elif re.search(r"://|^[\w.-]+@|^\w\w:|\.zip$", template):
        words = ["cookiecutter", template, "--directory", f"templates/{TEMPLATE}", *pairs]
    else:
        words = ["cookiecutter", folder, *pairs]
    return shlex.join(words)


def main():
    found = [each for check in CHECKS for each in check()]
    if found:
        print("Nothing was generated. These answers cannot work:", file=sys.stderr)
        print(*(f"  - {line}" for _, line in found), sep="\n", file=sys.stderr)
        print("This asks again, and Enter takes the answers that were good:", file=sys.stderr)
        print(f"  {again({name for name, _ in found})}", file=sys.stderr)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
