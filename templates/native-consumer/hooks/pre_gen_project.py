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
TEMPLATE = "native-consumer"

# https://packaging.python.org/en/latest/specifications/name-normalization/
NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
VERSION = r"\d+(?:\.\d+)*(?:(?:a|b|rc)\d+)?(?:\.post\d+)?(?:\.dev\d+)?"
RELEASE = r"\d+(?:\.\d+)*(?:\.post\d+)?"
LIBRARY = r"lib[A-Za-z0-9_+-][A-Za-z0-9_.+-]*\.so"
FOLDER = r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*|\."
HEADER = r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*/)*[A-Za-z0-9_][A-Za-z0-9_.-]*"
# Of providers whose headers are in C++ alone, or by a name that says so.
CPP_HEADER = r"(?:arrow|pvxs|torch)/.*|.*\.(?:hh|hpp|hxx)"
# https://docs.pytorch.org/docs/stable/notes/libtorch_stable_abi.html
STABLE_TORCH_HEADER = r"torch/csrc/(?:stable|inductor/aoti_torch/c)/.*|torch/headeronly/.*"
# Of C23 and C++20 (C's 6.4.1, C++'s [lex.key] and [lex.digraph]).
C_KEYWORDS = set("""
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t char8_t class co_await
    co_return co_yield compl concept const const_cast consteval constexpr constinit continue decltype default delete do
    double dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable namespace
    new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast requires restrict
    return short signed sizeof static static_assert static_cast struct switch template this thread_local throw true try
    typedef typeid typename typeof typeof_unqual union unsigned using virtual void volatile wchar_t while xor xor_eq
""".split())
C_NAME = r"(?:[A-Za-z_][A-Za-z0-9_]*)?"
LINE = r"(?! )[^\"\\]+(?<! )"
CLAUSE = rf"(?:==|>=|<|!=){VERSION}"
MORE = rf"\s*{NAME}(?:==|>=){VERSION}(?:,{CLAUSE})*(?:\s+{LIBRARY})+\s*"

SHAPES = [
    ("distribution", NAME, "use letters, digits, '.', '-' and '_', with a letter or digit at both ends"),
    ("version", VERSION, "use numbers with dots, such as 1.2.0 or 1.2.0rc1"),
    ("summary", LINE, "write one line without double quotes and backslashes, and no space around it"),
    ("author", LINE, "write one line without double quotes and backslashes, and no space around it"),
    ("repository_url", r"(?:https://[^\s\"'<>\\/@]+(?:/[^\s\"'<>\\]*)?)?", "give an address that starts with https:// and has no password, or nothing"),
    ("oldest_python", r"3\.[1-9]\d*", "give it as 3.11, 3.12 ..."),
    ("provider_distribution", NAME, "use the name that people install it by"),
    ("provider_library", rf"{LIBRARY}(?:\s+{LIBRARY})*", "give the file name without a version, such as libfoo.so"),
    ("provider_library_folder", FOLDER, "give a folder inside the provider's package, such as lib"),
    ("provider_include_folder", rf"(?:{FOLDER})(?:\s+(?:{FOLDER}))*", "give a folder inside the provider's package, such as include"),
    ("provider_header", HEADER, "give the name as in #include <...>, such as foo.h"),
    ("provider_version_macro", C_NAME, "use a C identifier, or nothing"),
    ("provider_version_function", C_NAME, "use a C identifier, or nothing"),
    ("provider_oldest", RELEASE, "use numbers with dots only, such as 1.2.0 or 1.2.0.post1"),
    ("provider_below", rf"(?:{RELEASE})?", "use numbers with dots only, such as 1.3"),
    ("provider_excluded", rf"(?:{VERSION}(?:\s+{VERSION})*)?", "give versions with spaces between, or nothing"),
    ("more_providers", rf"(?:{MORE}(?:;{MORE})*)?", "give each as NAME>=OLDEST,<NEXT libNAME.so, with ';' between, or nothing"),
]
# What "none" may be written for, where Enter would take a default.
MAY_BE_NONE = {"repository_url", "provider_version_macro", "provider_version_function", "provider_below", "provider_excluded", "more_providers"}

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
        answer = ANSWERS[name]
        if not (answer.isprintable() and re.fullmatch(pattern, answer, re.ASCII)) and not (answer == "none" and name in MAY_BE_NONE):
            yield problem(name, f"not valid; {advice}")
    for name in ("provider_version_macro", "provider_version_function"):
        if ANSWERS[name] in C_KEYWORDS:
            yield problem(name, "is a keyword of C or C++; give the name that the header has")
    for name in ("distribution", "import_name"):
        if len(ANSWERS[name]) > LONGEST:
            yield problem(name, f"is too long; use {LONGEST} characters at most")


def import_names():
    for name in ("import_name", "provider_import_name"):
        answer = ANSWERS[name]
        parts = answer.split(".") if name == "provider_import_name" else [answer]
        if not all(each.isidentifier() and each.isascii() and not keyword.iskeyword(each) for each in parts):
            yield problem(name, "cannot be imported; use letters, digits and '_', no keyword")
        elif parts[0] in sys.stdlib_module_names:
            yield problem(name, "is a module of Python's own; choose another")
    if ANSWERS["import_name"] in dir(builtins):
        yield problem("import_name", "is a name that Python has built in; choose another")
    if ANSWERS["import_name"] == ANSWERS["provider_import_name"]:
        yield problem("import_name", "is the provider's import name too; choose another")


def normalized(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def distributions():
    provider = normalized(ANSWERS["provider_distribution"])
    if normalized(ANSWERS["distribution"]) == provider:
        yield problem("distribution", "is the provider's own name; choose another")
    if re.fullmatch(rf"{MORE}(?:;{MORE})*", ANSWERS["more_providers"]):
        more = [normalized(re.match(rf"\s*({NAME})(?=[=<>!])", each)[1]) for each in ANSWERS["more_providers"].split(";")]
        if len({provider, normalized(ANSWERS["distribution"]), *more}) < len(more) + 2:
            yield problem("more_providers", "names a distribution twice, or yours; give each once")
        for each in ANSWERS["more_providers"].split(";"):
            if is_empty(each.split()[0]):
                yield problem("more_providers", f"the range of {each.split()[0]} is empty; give a later end")


def is_empty(specifier):
    """Whether no release meets all clauses: none of their bounds, and nothing below, between and above these."""
    clauses = [(sign, (release(version), 0)) for sign, version in re.findall(r"(==|>=|<=|~=|!=|<|>)([^,\s]+)", specifier)]
    places = [(([-1],), 0), *((bound, after) for _, (bound, _) in clauses for after in (0, 1))]
    return not any(all(SIGNS[sign](place, bound) for sign, bound in clauses) for place in places)


def python():
    answer = ANSWERS["oldest_python"]
    if re.fullmatch(r"3\.\d+", answer) and int(answer[2:]) < 11:
        yield problem("oldest_python", "the build reads TOML with the standard library; give 3.11 or newer")


def language():
    if ANSWERS["language"] == "nanobind" and ANSWERS["build_backend"] != "scikit-build-core":
        yield problem("build_backend", "nanobind is built with CMake; choose scikit-build-core")
    if ANSWERS["language"] in ("c", "cython") and re.fullmatch(CPP_HEADER, ANSWERS["provider_header"]):
        yield problem("language", f"{ANSWERS['provider_header']} is in C++; choose c++, pybind11 or nanobind")
    if ANSWERS["provider_header"] == "none":
        for name in ("provider_version_macro", "provider_version_function"):
            if ANSWERS[name] not in ("", "none"):
                yield problem(name, "is declared by a header; name that")
    if ANSWERS["provider_import_name"] == "torch" and ANSWERS["abi_granularity"] == "stable":
        if not re.fullmatch(STABLE_TORCH_HEADER, ANSWERS["provider_header"]):
            yield problem("provider_header", "is not of torch's stable ABI; give one of torch/csrc/stable, or choose exact or patch")


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


def abi_range():
    """The range must hold a release, and no more than one ABI.

    With two ABIs in it a build may take the newer and a user may run the older one.
    """
    oldest, below = ANSWERS["provider_oldest"], ANSWERS["provider_below"]
    granularity = ANSWERS["abi_granularity"]
    if not re.fullmatch(RELEASE, oldest):
        return
    if granularity == "exact":
        for name in ("provider_below", "provider_excluded"):
            if ANSWERS[name] not in ("", "none"):
                yield problem(name, f"says nothing beside exactly {oldest}; leave it empty")
    if oldest in ANSWERS["provider_excluded"].split():
        yield problem("provider_excluded", "is the oldest release that you support; give a later provider_oldest")
    parts = oldest.partition(".post")[0].split(".")
    if granularity in FREE_PARTS and len(parts) <= FREE_PARTS[granularity]:
        yield problem(
            "abi_granularity",
            f"leaves nothing of {oldest} for the SONAME; write more parts of the version, or choose a finer one",
        )
    elif below in ("", "none"):
        if granularity not in ("exact", "stable"):
            yield problem("provider_below", f"is needed: the ABI of {oldest} ends somewhere; only a stable one does not")
    elif re.fullmatch(RELEASE, below) and granularity != "exact":
        kept = len(parts) - FREE_PARTS.get(granularity, 0)
        ceiling = ".".join([*parts[: kept - 1], str(int(parts[kept - 1]) + 1)])
        yield from range_within(below, ceiling if granularity in FREE_PARTS else None)


def range_within(below, ceiling):
    if release(below) <= release(ANSWERS["provider_oldest"]):
        yield problem(
            "provider_below",
            f"the range from {ANSWERS['provider_oldest']} to below it is empty; give a later release",
        )
    if ceiling and release(below) > release(ceiling):
        yield problem(
            "provider_below",
            f"the range holds more than one ABI: the one of {ANSWERS['provider_oldest']} ends before {ceiling};"
            f" give {ceiling} at most",
        )


CHECKS = (shapes, import_names, distributions, python, language, abi_range)


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
        wrong = {name for name, _ in found}
        # Where the next ABI begins was offered from it.
        wrong |= {"provider_below"} if "provider_oldest" in wrong else set()
        print(f"  {again(wrong)}", file=sys.stderr)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
