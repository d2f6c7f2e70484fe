"""Refuses answers that cannot work, all at once and before a file is written.

Standard library only: cookiecutter runs hooks with its own interpreter, which need not
have anything else (https://cookiecutter.readthedocs.io/en/stable/advanced/hooks.html).
"""

import builtins
import json
import keyword
import operator
import os
import re
import shlex
import sys

ANSWERS = json.loads(r'{{ cookiecutter | tojson }}')
TEMPLATE = "native-provider"

# https://packaging.python.org/en/latest/specifications/name-normalization/
DISTRIBUTION = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
VERSION = r"(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))*(?:(?:a|b|rc)\d+)?(?:\.post\d+)?(?:\.dev\d+)?"
LIBRARY = r"lib[A-Za-z_][A-Za-z0-9_.+-]*\.so"
CLAUSE = rf"(?:==|>=|<|!=){VERSION}"
PROVIDER = rf"\s*{DISTRIBUTION}(?:==|>=){VERSION}(?:,{CLAUSE})*(?:\s+{LIBRARY})+\s*"
PYTHON = r"3\.[1-9]\d*"
URL = r"(?:https://[^\s\"'<>\\/@]+(?:/[^\s\"'<>\\]*)?)?"
LINE = r"(?! )[^\"\\]+(?<! )"

SHAPES = [
    ("distribution", DISTRIBUTION, "use letters, digits, '.', '-' and '_', with a letter or digit at both ends"),
    ("version", VERSION, "use numbers with dots and no leading zero, such as 1.2.0 or 1.2.0rc1"),
    ("summary", LINE, "write one line without double quotes and backslashes, and no space around it"),
    ("author", LINE, "write one line without double quotes and backslashes, and no space around it"),
    ("repository_url", URL, "give an address that starts with https:// and has no password, or nothing"),
    ("oldest_python", PYTHON, "give it as 3.11, 3.12 ..."),
    ("library", LIBRARY, "give the file name without a version, such as libfoo.so"),
    ("providers", rf"(?:{PROVIDER}(?:;{PROVIDER})*)?", "give each as NAME>=OLDEST,<NEXT libNAME.so, with ';' between, or nothing"),
]

# What orders a version is in `release`; ~= ends somewhere, which is left out.
SIGNS = {"==": operator.eq, "!=": operator.ne, ">=": operator.ge, "~=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
# What a line of the generated project holds.
LONGEST = 60
FREE_PARTS = {"exact": 0, "patch": 1, "minor": 2}


def problem(name, reason):
    shown = re.sub(r"//[^/@]*@", "//...@", ANSWERS[name])
    return name, f"{name} = {shown!r}: {reason}"


def shapes():
    for name, pattern, advice in SHAPES:
        may_be_none = name in ("repository_url", "providers")
        if not (ANSWERS[name].isprintable() and re.fullmatch(pattern, ANSWERS[name], re.ASCII)) and not (may_be_none and ANSWERS[name] == "none"):
            yield problem(name, f"not valid; {advice}")
    for name in ("distribution", "import_name"):
        if len(ANSWERS[name]) > LONGEST:
            yield problem(name, f"is too long; use {LONGEST} characters at most")


def import_name():
    answer = ANSWERS["import_name"]
    if not answer.isidentifier() or not answer.isascii() or keyword.iskeyword(answer):
        yield problem("import_name", "cannot be imported; use letters, digits and '_', no keyword")
    elif answer in sys.stdlib_module_names:
        yield problem("import_name", "is a module of Python's own; choose another")
    elif answer in dir(builtins):
        yield problem("import_name", "is a name that Python has built in; choose another")


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


def providers():
    names = [re.sub(r"[-_.]+", "-", each).lower() for each in re.findall(rf"(?:^|;)\s*({DISTRIBUTION})(?=[=>])", ANSWERS["providers"])]
    if len({*names, re.sub(r"[-_.]+", "-", ANSWERS["distribution"]).lower()}) <= len(names):
        yield problem("providers", "names a distribution twice, or yours; give each once")
    for each in ANSWERS["providers"].split(";"):
        if re.fullmatch(PROVIDER, each) and is_empty(each.split()[0]):
            yield problem("providers", f"the range of {each.split()[0]} is empty; give a later end")


def granularity():
    release = re.match(r"\d+(?:\.\d+)*", ANSWERS["version"])
    if release and release[0].count(".") + 1 <= FREE_PARTS[ANSWERS["abi_granularity"]]:
        yield problem(
            "abi_granularity",
            f"leaves nothing of {ANSWERS['version']} for the SONAME; write more parts of the version,"
            " or choose a finer one",
        )


def python():
    answer = ANSWERS["oldest_python"]
    if re.fullmatch(PYTHON, answer) and int(answer[2:]) < 11:
        yield problem("oldest_python", "the tests read TOML with the standard library; give 3.11 or newer")


CHECKS = (shapes, import_name, providers, granularity, python)


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
