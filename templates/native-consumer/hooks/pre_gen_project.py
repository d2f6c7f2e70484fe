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
RELEASE = re.compile(r"\d+(?:\.\d+)*")
# A package's own version may also be a pre-, post- or development release.
VERSION = re.compile(r"\d+(?:\.\d+)*(?:(?:a|b|rc)\d+)?(?:\.post\d+)?(?:\.dev\d+)?")
LIBRARY = re.compile(r"lib[A-Za-z0-9_+-][A-Za-z0-9_.+-]*\.so")
FOLDER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
HEADER = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*/)*[A-Za-z0-9_][A-Za-z0-9_.-]*\.(?:h|hpp|hh)")
C_NAME = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_]*)?")
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
    ("provider_distribution", DISTRIBUTION, "use the name that people install it by"),
    ("provider_library", LIBRARY, "give the file name without a version, such as libfoo.so"),
    ("provider_library_folder", FOLDER, "give a folder inside the provider's package, such as lib"),
    ("provider_include_folder", FOLDER, "give a folder inside the provider's package, such as include"),
    ("provider_header", HEADER, "give the name as in #include <...>, such as foo.h"),
    ("provider_version_macro", C_NAME, "use a C identifier, or nothing"),
    ("provider_version_function", C_NAME, "use a C identifier, or nothing"),
    ("provider_oldest", RELEASE, "use numbers with dots only, such as 1.2.0"),
    ("provider_below", RELEASE, "use numbers with dots only, such as 1.3"),
]

FREE_PARTS = {"exact": 0, "patch": 1, "minor": 2}


def problem(name, reason):
    return f"{name} = {ANSWERS[name]!r}: {reason}"


def shapes():
    for name, pattern, advice in SHAPES:
        if not pattern.fullmatch(ANSWERS[name]):
            yield problem(name, f"not valid; {advice}")


def import_names():
    for name in ("import_name", "provider_import_name"):
        answer = ANSWERS[name]
        if not answer.isidentifier() or not answer.isascii() or keyword.iskeyword(answer):
            yield problem(name, "cannot be imported; use letters, digits and '_', no keyword")
    if ANSWERS["import_name"] == ANSWERS["provider_import_name"]:
        yield problem("import_name", "is the provider's import name too; choose another")


def distributions():
    mine, provider = (
        re.sub(r"[-_.]+", "-", ANSWERS[name]).lower()
        for name in ("distribution", "provider_distribution")
    )
    if mine == provider:
        yield problem("distribution", "is the provider's own name; choose another")


def python():
    answer = ANSWERS["oldest_python"]
    if PYTHON.fullmatch(answer) and int(answer[2:]) < 11:
        yield problem("oldest_python", "the build reads TOML with the standard library; give 3.11 or newer")


def release(text):
    parts = [int(part) for part in text.split(".")]
    while parts and parts[-1] == 0:
        parts.pop()
    return parts


def abi_range():
    """The range must hold a release, and no more than one ABI.

    With two ABIs in it a build may take the newer and a user may run the older one.
    """
    oldest, below = ANSWERS["provider_oldest"], ANSWERS["provider_below"]
    granularity = ANSWERS["abi_granularity"]
    if not (RELEASE.fullmatch(oldest) and RELEASE.fullmatch(below)):
        return
    parts = oldest.split(".")
    kept = len(parts) - FREE_PARTS[granularity]
    if kept < 1:
        yield problem(
            "abi_granularity",
            f"leaves nothing of {oldest} for the SONAME; write more parts of the version, or choose a finer one",
        )
    elif granularity != "exact":
        ceiling = ".".join([*parts[: kept - 1], str(int(parts[kept - 1]) + 1)])
        yield from range_within(release(oldest), release(below), ceiling)


def range_within(oldest, below, ceiling):
    if below <= oldest:
        yield problem(
            "provider_below",
            f"the range from {ANSWERS['provider_oldest']} to below it is empty; give a later release",
        )
    if below > release(ceiling):
        yield problem(
            "provider_below",
            f"the range holds more than one ABI: the one of {ANSWERS['provider_oldest']} ends before {ceiling};"
            f" give {ceiling} at most",
        )


def main():
    checks = (shapes, import_names, distributions, python, abi_range)
    problems = [line for check in checks for line in check()]
    if problems:
        print("Nothing was generated. These answers cannot work:", file=sys.stderr)
        print(*(f"  - {line}" for line in problems), sep="\n", file=sys.stderr)
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
