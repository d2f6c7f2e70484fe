import os
import sys

import epicscorelibs.path
import epicscorelibs.version
from epicscorelibs.config import get_config_var
from setuptools.command.develop import develop
from setuptools_dso import Extension, setup

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from an_ioc_version import __version__, get_cmdclass  # noqa: E402

sources = ["an_ioc/extension.c"]
statistics = os.path.join("statistics", get_config_var("OS_CLASS"))
for name in sorted(os.listdir(statistics)):
    if name.endswith(".c"):
        sources.append(os.path.join(statistics, name))

extension = Extension(
    name="an_ioc._extension",
    sources=sources,
    include_dirs=[epicscorelibs.path.include_path, statistics],
    dsos=["epicscorelibs.lib.dbCore", "epicscorelibs.lib.Com"],
    define_macros=get_config_var("CPPFLAGS"),
    extra_compile_args=get_config_var("CXXFLAGS"),
)


class Develop(develop):
    """Links the library's package beside this one, where RUNPATH looks for it."""

    def install_for_development(self):
        develop.install_for_development(self)
        link = os.path.join(self.egg_path, "epicscorelibs")
        if not os.path.exists(link):
            os.symlink(os.path.join(self.install_dir, "epicscorelibs"), link)


setup(
    cmdclass=dict(develop=Develop, **get_cmdclass()),
    version=__version__,
    ext_modules=[extension],
    install_requires=[
        # The ABI of the library.
        epicscorelibs.version.abi_requires(),
        "numpy>=1.18",  # arrays
        "epicsdbbuilder>=1.4",
    ],
    zip_safe=False,  # shared objects are loaded by path
)
