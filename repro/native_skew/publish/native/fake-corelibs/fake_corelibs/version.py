"""The version installed, and the range of versions with the same ABI.

Modelled on epicscorelibs.version: BASE.99.ABI.SRC, where ABI is part of the SONAME.
"""
$extra_import
version = "$version"
abi_version = "$abi"


def abi_requires():
    """The requirement that a consumer built now has at run time, as a string."""
    return "$abi_requires"
