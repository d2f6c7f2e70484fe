"""A native module linked to the library of another distribution."""

import ctypes

from ._extension import built_against, core_version, maximum


def provider_version():
    """Returns the version of the library that the installed provider ships.

    Loaded by its path, as softioc does with epicscorelibs: where the module has been
    given another copy, there are now two generations of it in one process.
    """
    from fake_corelibs import path

    function = ctypes.CDLL(path.library).fakecore_version
    function.restype = ctypes.c_char_p
    return function().decode()


def versions():
    """Returns what the module was built against, what it got, and what is installed.

    ``maximum`` is read from a struct of the library's: 100, where the layouts agree.
    """
    return {
        "built_against": built_against(),
        "loaded": core_version(),
        "installed": provider_version(),
        "maximum": maximum(),
    }


def main():
    """Prints the three versions; they are equal where nothing is skewed."""
    print(versions())
