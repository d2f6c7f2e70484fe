from importlib.metadata import PackageNotFoundError, version

from setuptools import setup

try:
    installed = version("torch")
except PackageNotFoundError:
    installed = "2.8.0"

setup(install_requires=["packaging", f"torch=={installed}"])
