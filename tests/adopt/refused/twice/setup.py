from fake_corelibs import path
from setuptools import Extension, setup

setup(ext_modules=[Extension("x", ["x.c"], library_dirs=[path.lib_path])])
