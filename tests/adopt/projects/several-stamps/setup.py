import epicscorelibs.path
import epicscorelibs.version
import numpy
import pvxslibs.path
import pvxslibs.version
from setuptools_dso import Extension, setup

setup(
    name="bindings",
    version="4.0",
    ext_modules=[
        Extension(
            "bindings._bindings",
            ["bindings/bindings.cpp"],
            include_dirs=[numpy.get_include(), epicscorelibs.path.include_path, pvxslibs.path.include_path],
            dsos=["pvxslibs.lib.pvxs", "epicscorelibs.lib.Com"],
        )
    ],
    install_requires=[
        epicscorelibs.version.abi_requires(),
        pvxslibs.version.abi_requires(),
        # Built with a version, it runs with later ones.
        "numpy >=%s" % numpy.version.short_version,
        "ply",
    ],
)
