"""The consumer of the issue, with its metadata in setup.cfg and its requirements in here."""

import fake_corelibs.path
import fake_corelibs.version
from setuptools import Extension, setup

extension = Extension(
    name="fake_softioc._extension",
    sources=["fake_softioc/_extension.c"],
    include_dirs=[fake_corelibs.path.include_path],
    extra_link_args=[fake_corelibs.path.library, "-Wl,--enable-new-dtags,-rpath,$ORIGIN/../fake_corelibs/lib"],
)

setup(
    ext_modules=[extension],
    install_requires=[
        # The build requirement is in pyproject.toml.
        fake_corelibs.version.abi_requires(),
    ],
    zip_safe=False,
)
