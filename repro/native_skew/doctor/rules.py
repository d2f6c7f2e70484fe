"""Everything that `doctor` can find."""

from __future__ import annotations

from collections.abc import Iterable

from native_skew.findings import Finding, Rule, ordered

SKEWED_LIBRARY = Rule(
    id="skewed-library",
    level="error",
    title="Built against another version of a library than the installed one",
    description=(
        "An extension module needs a shared library whose name contains another version "
        "than the one that the installed provider ships. Importing the module fails. The "
        "module was built with one version of the provider, and another one is installed."
    ),
)
STALE_BUILD = Rule(
    id="stale-build",
    level="error",
    title="The metadata fits the installed library, the compiled module does not",
    description=(
        "The consumer's own requirement is satisfied, but its extension module needs "
        "another version of the library. It was compiled earlier, and packed again with new "
        "metadata: a build tree was reused."
    ),
)
UNDEFINED_SYMBOL = Rule(
    id="undefined-symbol",
    level="error",
    title="A symbol that no library defines",
    description=(
        "An extension module needs symbols that are not defined by the interpreter, by any library "
        "that it loads, or by any library of its own distribution or of one that this requires. "
        "Importing it fails. Weak symbols and the interpreter's own do not count."
    ),
)
OLDER_LIBRARY = Rule(
    id="older-library",
    level="error",
    title="A library that lacks a version of its symbols",
    description=(
        "A file needs a version of a library's symbols, such as GLIBCXX_3.4.32, that the library "
        "found by the loader does not define: it is older than the one used in the build. "
        "The loader refuses at once. Versions that are needed weakly do not count."
    ),
)
OTHER_NUMPY = Rule(
    id="other-numpy",
    level="error",
    title="Compiled for another NumPy",
    description=(
        "An extension module was compiled with the headers of NumPy 1 while NumPy 2 is installed, "
        "or for a newer NumPy than the installed one. NumPy refuses it when it asks for the C API: "
        "an error if that makes the import fail, else a warning."
    ),
)
MISSING_LIBRARY = Rule(
    id="missing-library",
    level="error",
    title="A library that should come with the environment is not there",
    description=(
        "The loader looks for a library inside of the environment, where no installed "
        "distribution has put one of that name in any version."
    ),
)
MISSING_SYSTEM_LIBRARY = Rule(
    id="missing-system-library",
    level="error",
    title="A library of the operating system is not installed",
    description=(
        "No distribution ships the library, and the system has none of that name. Install it "
        "with the system's package manager. This is not skew between distributions."
    ),
)
MISSING_FILE = Rule(
    id="missing-file",
    level="error",
    title="A distribution's own file is not there",
    description=(
        "A distribution's RECORD lists modules or libraries that are not on the disk. Something "
        "removed them after the installation: another distribution that had the same files and "
        "was uninstalled, a clean-up, or an interrupted copy. It is a note if all of them are "
        "tests. If a .pth file is gone, imports do not search the folders that it adds."
    ),
)
OTHER_PYTHON = Rule(
    id="other-python",
    level="error",
    title="Modules of another Python",
    description=(
        "A distribution's modules are named for another version or kind of Python than the "
        "environment's, and there are none for this one: it does not import them. Or all "
        "packages lie in a folder of another version. Or a Requires-Python does not admit it, "
        "which is a warning."
    ),
)
MISSING_INTERPRETER = Rule(
    id="missing-interpreter",
    level="error",
    title="The environment's interpreter is gone",
    description=(
        "bin/python is a link to an interpreter that does not exist or lacks a library: it was "
        "removed or upgraded, or the environment was copied from another machine. Or no "
        "pyvenv.cfg tells it to which environment it belongs."
    ),
)
FOREIGN_ARCHITECTURE = Rule(
    id="foreign-architecture",
    level="error",
    title="For another architecture",
    description=(
        "A file is for another processor or word size than the process that would load it. The "
        "loader passes such libraries over, and an import of such a module fails."
    ),
)
FOREIGN_LIBC = Rule(
    id="foreign-libc",
    level="error",
    title="For another C library",
    description="A module for musl is installed beside an interpreter for glibc, or the reverse.",
)
DAMAGED_FILE = Rule(
    id="damaged-file",
    level="error",
    title="A module or library that cannot be loaded",
    description="The file is truncated, or otherwise not what the loader takes.",
)
MIXED_GENERATIONS = Rule(
    id="mixed-generations",
    level="warning",
    title="Two generations of one library in one process",
    description=(
        "A module loads another version, or another copy, of a library that the installed provider "
        "ships too. Both may end up in one process, each with its own state and layout."
    ),
)
OTHER_ABI = Rule(
    id="other-abi",
    level="warning",
    title="Imports, but was built against another ABI",
    description=(
        "The module exports the provider's version with which it was compiled, and the installed "
        "provider has another ABI. The library's name has no version that would tell the "
        "loader, so the import succeeds and results may be wrong."
    ),
)
VIOLATED_REQUIREMENT = Rule(
    id="violated-requirement",
    level="warning",
    title="A Requires-Dist that does not hold",
    description=(
        "What a distribution requires is not what is installed. No library or symbol was found "
        "to be missing because of that."
    ),
)
PRELOADED_LIBRARY = Rule(
    id="preloaded-library",
    level="note",
    title="A library off the search path, which its owner has to load first",
    description=(
        "The loader would not find the library, but an installed distribution ships it under "
        "the same name. Packages load such libraries before their modules: a name that is "
        "loaded already is not looked for again. The files do not show whether they do; "
        "--confirm does."
    ),
)
CHANGED_FILE = Rule(
    id="changed-file",
    level="note",
    title="A module or library is not the one that RECORD lists",
    description=(
        "A file has another size than its distribution's RECORD lists: another release, or another "
        "distribution, has put its own there. Some wheels are published so, and work: --confirm "
        "imports what imports these modules. Files that were only stripped, or were installed by "
        "conda or the system's package manager, do not count."
    ),
)
SHARED_FILE = Rule(
    id="shared-file",
    level="note",
    title="Two distributions own one file",
    description=(
        "Several installed distributions list the same file with different content. The file is "
        "that of the one installed last, and removing one of them removes it from the others. "
        "It is an error if the file is gone already."
    ),
)
OPTIONAL_MODULE = Rule(
    id="optional-module",
    level="note",
    title="An optional module lacks a library",
    description=(
        "A module cannot be loaded, and its package imports it only inside of functions, or "
        "where it handles a failure. What needs the module fails; all else works."
    ),
)
MISSING_DRIVER = Rule(
    id="missing-driver",
    level="note",
    title="A driver's library is not there",
    description=(
        "The library comes with a device's driver, and is absent on machines without that device."
    ),
)
IMPORT_FAILS = Rule(
    id="import-fails",
    level="error",
    title="An import fails",
    description=(
        "--confirm imported the module or its package, and that raised an exception, died by a "
        "signal, ended the process or did not end. Nothing in the files shows why."
    ),
)
FAILS_BY_ITSELF = Rule(
    id="fails-by-itself",
    level="note",
    title="A module that its package does without fails",
    description=(
        "--confirm imported the module by its own name, which failed; its package can be imported "
        "and does not import it. It may be optional, or for another module to load."
    ),
)
IMPORTS_AFTER_ALL = Rule(
    id="imports-after-all",
    level="note",
    title="A module imports in spite of an error found",
    description="--confirm imported the module. Something loads what its files lack before it.",
)
UNUSED_IGNORE = Rule(
    id="unused-ignore",
    level="note",
    title="An ignore that fits nothing",
    description="[tool.native-skew] ignores what was not found: it may hide what comes later.",
)

# In the order in which they stand above.
RULES = tuple(each for each in [*globals().values()] if isinstance(each, Rule))


def arranged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first; in each level, what the system lacks comes last.

    Otherwise a desktop's libraries, which a server does not need, would hide what repairs imports.
    """
    return ordered(sorted(findings, key=lambda each: each.rule == MISSING_SYSTEM_LIBRARY.id))
