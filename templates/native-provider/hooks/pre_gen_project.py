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
DISTRIBUTION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
VERSION = re.compile(r"\d+(?:\.\d+)*(?:(?:a|b|rc)\d+)?(?:\.post\d+)?(?:\.dev\d+)?")
LIBRARY = re.compile(r"lib[A-Za-z_][A-Za-z0-9_.+-]*\.so")
PYTHON = re.compile(r"3\.\d+")
URL = re.compile(r"(?:https://[^\s\"'<>\\]+)?")
LINE = re.compile(r"[^\"\\\x00-\x1f]+")

SHAPES = [
    ("distribution", DISTRIBUTION, "use letters, digits, '.', '-' and '_', with a letter or digit at both ends"),
    ("version", VERSION, "use numbers with dots, such as 1.2.0 or 1.2.0rc1"),
    ("summary", LINE, "write one line without double quotes and backslashes"),
    ("author", LINE, "write one line without double quotes and backslashes"),
    ("repository_url", URL, "give an address that starts with https://, or nothing"),
    ("oldest_python", PYTHON, "give it as 3.11, 3.12 ..."),
    ("library", LIBRARY, "give the file name without a version, such as libfoo.so"),
]

FREE_PARTS = {"exact": 0, "patch": 1, "minor": 2}


def problem(name, reason):
    return f"{name} = {ANSWERS[name]!r}: {reason}"


def shapes():
    for name, pattern, advice in SHAPES:
        if not pattern.fullmatch(ANSWERS[name]):
            yield problem(name, f"not valid; {advice}")


def import_name():
    answer = ANSWERS["import_name"]
    if not answer.isidentifier() or not answer.isascii() or keyword.iskeyword(answer):
        yield problem("import_name", "cannot be imported; use letters, digits and '_', no keyword")


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
    if PYTHON.fullmatch(answer) and int(answer[2:]) < 11:
        yield problem("oldest_python", "the tests read TOML with the standard library; give 3.11 or newer")


def main():
    problems = [line for check in (shapes, import_name, granularity, python) for line in check()]
    if problems:
        print("Nothing was generated. These answers cannot work:", file=sys.stderr)
        print(*(f"  - {line}" for line in problems), sep="\n", file=sys.stderr)
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
