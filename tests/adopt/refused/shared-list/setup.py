from fake_corelibs.version import abi_requires
from setuptools import setup

requires = [abi_requires()]
setup(name="x", install_requires=requires, extras_require={"all": requires})
