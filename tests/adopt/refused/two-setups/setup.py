import sys

from fake_corelibs.version import abi_requires
from setuptools import setup

if "--pure" in sys.argv:
    setup(name="x")
else:
    setup(name="x", install_requires=[abi_requires()])
