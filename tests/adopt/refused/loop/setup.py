from setuptools import setup

setup(name="x", install_requires=[each.strip() for each in open("requirements.txt")])
