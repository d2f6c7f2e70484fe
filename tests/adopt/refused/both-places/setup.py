from fake_corelibs.version import abi_requires
from setuptools import setup

setup(install_requires=[abi_requires()])
