from fake_corelibs import path
from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension(
            "in_config._it",
            ["in_config/it.c"],
            extra_link_args=["-l:libfakecore.so.7.0.7.99.1"],
            library_dirs=[path.lib_path],
            runtime_library_dirs=[path.lib_path],
        ),
    ],
)
