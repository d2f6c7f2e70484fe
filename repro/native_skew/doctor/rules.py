"""Everything that `doctor` can find."""

from __future__ import annotations

from collections.abc import Iterable

from native_skew.findings import Finding, Rule, ordered

SKEWED_LIBRARY = Rule(
    id="skewed-library",
    level="error",
    title="Built against another version of a library than the installed one",
    description=(
        "An extension module needs a shared library under a name that holds another version "
        "than the one which the installed provider ships. Importing the module fails. The "
        "module was built with one version of the provider, and another one is installed."
    ),
)
STALE_BUILD = Rule(
    id="stale-build",
    level="error",
    title="The metadata fits the installed library, the compiled module does not",
    description=(
        "The consumer's own requirement is satisfied, and yet its extension module needs "
        "another version of the library. It was compiled earlier, and packed again with new "
        "metadata: a build tree was reused."
    ),
)
UNDEFINED_SYMBOL = Rule(
    id="undefined-symbol",
    level="error",
    title="A symbol that no library defines",
    description=(
        "An extension module needs symbols that neither the interpreter, nor any library that "
        "it loads, nor any library of its own distribution or of one that this requires defines. "
        "Importing it fails. Weak symbols and the interpreter's own are not counted."
    ),
)
OLDER_LIBRARY = Rule(
    id="older-library",
    level="error",
    title="A library that lacks a version of its symbols",
    description=(
        "A file needs a version of a library's symbols, such as GLIBCXX_3.4.32, which the library "
        "that the loader finds does not define: it is older than the one that was built with. "
        "The loader refuses at once. Versions that are needed weakly are not counted."
    ),
)
OTHER_NUMPY = Rule(
    id="other-numpy",
    level="error",
    title="Compiled for another NumPy",
    description=(
        "An extension module was compiled with the header of NumPy 1 while NumPy 2 is installed, "
        "or for a newer NumPy than the installed one. NumPy refuses it when it asks for the C API: "
        "where that ends the import it is an error, else a warning."
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
        "removed them after it was installed: another distribution that held the same files and "
        "was uninstalled, a clean-up, a copy that was cut short. Where all of them are tests, it "
        "is a note. Where a .pth file is gone, imports do not search where it leads."
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
        "bin/python is a link to an interpreter that is not there, or one that lacks a library: it "
        "was removed or upgraded, or the environment was copied from another machine. Or no "
        "pyvenv.cfg tells it which environment it is of."
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
        "A module loads a library that another version, or another copy, of the installed "
        "provider's library stands beside. Both may end up in one process, each with its own "
        "state and layout."
    ),
)
OTHER_ABI = Rule(
    id="other-abi",
    level="warning",
    title="Imports, but was built against another ABI",
    description=(
        "The module exports the provider's version that it was compiled with, and the installed "
        "provider is of another ABI. The library's name has no version that would tell the "
        "loader, so that the import succeeds and answers may be wrong."
    ),
)
VIOLATED_REQUIREMENT = Rule(
    id="violated-requirement",
    level="warning",
    title="A Requires-Dist that does not hold",
    description=(
        "What a distribution says it requires is not what is installed. No missing library or "
        "symbol was found that would follow from it."
    ),
)
PRELOADED_LIBRARY = Rule(
    id="preloaded-library",
    level="note",
    title="A library off the search path, which its owner has to load first",
    description=(
        "The loader would not find the library, but an installed distribution ships it under "
        "the very name. Packages load such libraries before their modules: a name that is "
        "loaded already is not looked for again. Whether they do is not seen in the files; "
        "--confirm tells."
    ),
)
CHANGED_FILE = Rule(
    id="changed-file",
    level="note",
    title="A module or library is not the one that RECORD lists",
    description=(
        "A file has another size than its distribution's RECORD lists: another release, or another "
        "distribution, has put its own there. Some wheels are published so, and work: --confirm "
        "imports what imports these modules. Nothing is said of what was only stripped, and of "
        "what conda or the system's package manager installed."
    ),
)
SHARED_FILE = Rule(
    id="shared-file",
    level="note",
    title="Two distributions own one file",
    description=(
        "Several installed distributions list the same file with different content. The one "
        "installed last is what is there, and removing one of them removes it from the others. "
        "Where it is gone already, that is an error."
    ),
)
OPTIONAL_MODULE = Rule(
    id="optional-module",
    level="note",
    title="An optional module lacks a library",
    description=(
        "A module cannot be loaded, and its package imports it only inside of functions, or "
        "where it takes a failure. What needs the module fails, all else works."
    ),
)
MISSING_DRIVER = Rule(
    id="missing-driver",
    level="note",
    title="A driver's library is not there",
    description=(
        "The library comes with a device's driver, and is absent where there is no such device."
    ),
)
IMPORT_FAILS = Rule(
    id="import-fails",
    level="error",
    title="An import fails",
    description=(
        "--confirm imported the module or its package, and that raised an exception, died by a "
        "signal, ended the process or did not end, of which nothing was found in the files."
    ),
)
FAILS_BY_ITSELF = Rule(
    id="fails-by-itself",
    level="note",
    title="A module that its package does without fails",
    description=(
        "--confirm imported the module by its own name, which failed; its package imports, and "
        "has not imported it. It may be optional, or for another module to load."
    ),
)
IMPORTS_AFTER_ALL = Rule(
    id="imports-after-all",
    level="note",
    title="A module imports in spite of an error found",
    description="--confirm imported the module. Something loads first what its files lack.",
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
    """Errors first; in a level what the system lacks comes last.

    Else a desktop's libraries, which a server does without, would hide what mends an import.
    """
    return ordered(sorted(findings, key=lambda each: each.rule == MISSING_SYSTEM_LIBRARY.id))
