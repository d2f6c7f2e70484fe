from setuptools import setup

VERSION = "1.0"
setup(name="x", install_requires=[f"x-core=={VERSION}", "fake-corelibs"])
