"""The consumer of the issue: what it requires is decided by what it was built with."""

from importlib.metadata import version

from fake_corelibs import path
from fake_corelibs.version import abi_requires
from setuptools import Extension, setup

module = Extension(
    "fake_softioc._extension",
    ["fake_softioc/_extension.c"],
    include_dirs=[path.include_path],
    extra_link_args=[path.library, "-Wl,--enable-new-dtags,-rpath,$ORIGIN/../fake_corelibs/lib"],
)
setup(ext_modules=[module], install_requires=[abi_requires(version("fake-corelibs"))])
