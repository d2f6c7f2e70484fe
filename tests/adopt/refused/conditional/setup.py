import sys

from fake_corelibs.version import abi_requires
from setuptools import setup

requires = [abi_requires()]
if sys.platform == "linux":
    requires.append("numpy")
setup(name="x", install_requires=requires)
