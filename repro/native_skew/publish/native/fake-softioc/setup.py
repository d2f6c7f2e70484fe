"""Builds the extension against the provider in the build environment."""

from fake_corelibs import path
from fake_corelibs.version import abi_requires
from setuptools import Extension, setup

extension = Extension(
    "fake_softioc._extension",
    ["fake_softioc/_extension.c"],
    include_dirs=[path.include_path],
    py_limited_api=True,
    # The file is named in full: a wheel cannot hold the libfakecore.so symlink.
    extra_link_args=[
        path.library,
        "-Wl,--enable-new-dtags,-rpath,$$ORIGIN/../fake_corelibs/lib",
    ],
)

setup(
    name="fake-softioc",
    version="$version",
    packages=["fake_softioc"],
    ext_modules=[extension],
    entry_points={"console_scripts": ["fake-softioc = fake_softioc:main"]},
    # What makes the difference: $stamp_reason
    install_requires=[$install_requires],
)
