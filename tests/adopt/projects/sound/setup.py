"""Links with the library of another package, and finds it at run time."""

import numpy
from fake_corelibs import path
from setuptools import Extension, setup

RUNPATH = "$ORIGIN/../fake_corelibs/lib"

setup(
    ext_modules=[
        Extension(
            "sound._sound",
            ["sound/_sound.c"],
            include_dirs=[path.include_path, numpy.get_include()],
            extra_link_args=[path.library, f"-Wl,--enable-new-dtags,-rpath,{RUNPATH}"],
        )
    ]
)
