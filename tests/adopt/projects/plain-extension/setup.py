#!/usr/bin/env python
"""Builds the client."""

import os
from importlib.metadata import version

import pvxslibs
from setuptools import Extension, setup

HERE = os.path.dirname(pvxslibs.__file__)

setup(
    name="client",
    version="0.3",
    packages=["client"],
    package_data={"client": ["*.pyi", "lib/libpvxs.so*"]},
    ext_modules=[
        Extension(
            "client.native._client",
            ["client/native/client.cpp"],
            include_dirs=[os.path.join(HERE, "include")],
            library_dirs=[os.path.join(HERE, "lib")],
            libraries=["pvxs", "m"],
        )
    ],
    install_requires=["pvxslibs>=%s" % version("pvxslibs"), "numpy"],
)
