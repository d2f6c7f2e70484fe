import json

from setuptools import setup

setup(name="x", **json.load(open("setup.json")))
