"""How the extension is compiled; everything else is in pyproject.toml."""

import runpy

from setuptools import Extension, setup

provider = runpy.run_path("tools/provider.py")["locate"]()

setup(
    ext_modules=[
        Extension(
            "{{ cookiecutter.import_name }}._extension",
            ["src/{{ cookiecutter.import_name }}/_extension.c"],
            include_dirs=[str(provider.include)],
            define_macros=[("PROVIDER_VERSION", f'"{provider.version}"')],
            library_dirs=[str(provider.library.parent)],
            # RUNPATH, not RPATH: some linkers still write the older one by default, and
            # it would also decide for the libraries that the provider's library needs.
            extra_link_args=[
                "-Wl,--no-as-needed",
                f"-l:{provider.library.name}",
                "-Wl,--enable-new-dtags",
                f"-Wl,-rpath,{provider.runpath}",
            ],
        )
    ],
)
