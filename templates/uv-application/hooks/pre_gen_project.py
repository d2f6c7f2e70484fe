"""Refuses answers that cannot work, all at once and before a file is written.

Standard library only: cookiecutter runs hooks with its own interpreter, which need not
have anything else (https://cookiecutter.readthedocs.io/en/stable/advanced/hooks.html).
"""

import json
import keyword
import operator
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

# What orders a version is in `release`; ~= ends somewhere, which is left out.
SIGNS = {"==": operator.eq, "!=": operator.ne, ">=": operator.ge, "~=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
# What a line of the generated project holds.
LONGEST = 60
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
        if not (answer.isprintable() and re.fullmatch(pattern, answer, re.ASCII)) and not (answer == "none" and name in MAY_BE_NONE):
            yield problem(name, f"not valid; {advice}")
    for name in ("project", "dependency", "dependency_import_name", "provider"):
        if len(ANSWERS[name]) > LONGEST:
            yield problem(name, f"is too long; use {LONGEST} characters at most")


def numbers(text):
    parts = [int(part) for part in text.strip(".").split(".")]
    while parts and parts[-1] == 0:
        parts.pop()
    return parts


def release(text):
    """What versions are ordered by, as packaging does it."""
    base, pre, number, post, dev = re.fullmatch(r"([\d.]+)(?:(a|b|rc)(\d+))?(?:\.post(\d+))?(?:\.dev(\d+))?", text).groups()
    early = (pre, int(number)) if pre else ("a", -1) if dev and not post else ("z", 0)
    return numbers(base), early, int(post or -1), int(dev) if dev else float("inf")


def is_empty(specifier):
    """Whether no release meets all clauses: none of their bounds, and nothing below, between and above these."""
    clauses = [(sign, (release(version), 0)) for sign, version in re.findall(r"(==|>=|<=|~=|!=|<|>)([^,\s]+)", specifier)]
    places = [(([-1],), 0), *((bound, after) for _, (bound, _) in clauses for after in (0, 1))]
    return not any(all(SIGNS[sign](place, bound) for sign, bound in clauses) for place in places)


def ranges():
    for name in ("provider_specifier", "other_requirements", "build_tool"):
        for each in re.split(r"[;\s]+", ANSWERS[name]):
            if re.fullmatch(rf"(?:{NAME})?{SPECIFIER}", each, re.ASCII) and is_empty(each):
                yield problem(name, f"no release is in {each}; give another range")


def python():
    answer = ANSWERS["oldest_python"]
    if re.fullmatch(r"3\.\d+", answer, re.ASCII) and int(answer[2:]) < 11:
        yield problem("oldest_python", "the checks are written for 3.11; give 3.11 or newer")


def names():
    answer = ANSWERS["dependency_import_name"]
    parts = answer.split(".")
    if not all(part.isidentifier() and not keyword.iskeyword(part) for part in parts):
        yield problem("dependency_import_name", "cannot be imported; use letters, digits and '_'")
    for module in ANSWERS["imports"].split():
        if any(keyword.iskeyword(part) for part in module.split(".")):
            yield problem("imports", f"{module} has a keyword of Python's in it")
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


CHECKS = (shapes, ranges, python, names, remedy)


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
