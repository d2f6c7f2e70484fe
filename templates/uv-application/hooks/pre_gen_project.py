"""Refuses answers that cannot work, all at once and before a file is written.

Standard library only: cookiecutter runs hooks with its own interpreter, which need not
have anything else (https://cookiecutter.readthedocs.io/en/stable/advanced/hooks.html).
"""

import json
import keyword
import re
import sys

ANSWERS = json.loads(r'{{ cookiecutter | tojson }}')

# https://packaging.python.org/en/latest/specifications/name-normalization/
NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
VERSION = r"\d+(?:\.\d+)*(?:(?:a|b|rc)\d+)?(?:\.post\d+)?(?:\.dev\d+)?"
CLAUSE = rf"(?:==|>=|<=|<|>|~=|!=){VERSION}"
SPECIFIER = rf"{CLAUSE}(?:,{CLAUSE})*"

SHAPES = [
    ("project", NAME, "use letters, digits, '.', '-' and '_', with a letter or digit at both ends"),
    ("oldest_python", r"3\.\d+", "give it as 3.11, 3.12 ..."),
    ("dependency", NAME, "use the name that it is installed by"),
    ("dependency_version", VERSION, "give one version, such as 4.6.1"),
    ("provider", NAME, "use the name that it is installed by"),
    ("provider_specifier", rf"(?:{SPECIFIER})?", "give a range such as >=1.2,<1.3, without spaces"),
    ("build_tool", rf"(?:{NAME}(?:{SPECIFIER})?)?", "give a requirement such as setuptools<81, or nothing"),
]

# What each remedy has to know, and in which form.
NEEDED = {
    "build-constraint": (r".*[<=~].*", "the range that the published wheels need, with an upper bound"),
    "override": (rf"=={VERSION}", "the one version to run with, as ==VERSION"),
    "dependency-metadata": (r".+", "the range to run with"),
}


def problem(name, reason):
    return f"{name} = {ANSWERS[name]!r}: {reason}"


def shapes():
    for name, pattern, advice in SHAPES:
        if not re.fullmatch(pattern, ANSWERS[name]):
            yield problem(name, f"not valid; {advice}")


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
    if chosen == "no-build-isolation" and not ANSWERS["build_tool"]:
        yield problem("build_tool", "without isolation the environment has to have what the build needs; name it")


def main():
    problems = [line for check in (shapes, names, remedy) for line in check()]
    if problems:
        print("Nothing was generated. These answers cannot work:", file=sys.stderr)
        print(*(f"  - {line}" for line in problems), sep="\n", file=sys.stderr)
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
