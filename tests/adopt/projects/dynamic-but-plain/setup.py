from fake_corelibs import path
from setuptools import Extension, setup

links = ["-Wl,--enable-new-dtags,-rpath,$ORIGIN/fake_corelibs/lib"]
links.append(path.library)
setup(version="1.0", ext_modules=[Extension("plain", ["plain.c"], extra_link_args=links)], install_requires=["fake-corelibs>=7.0.7.99.1.2,<7.0.7.99.2"])
