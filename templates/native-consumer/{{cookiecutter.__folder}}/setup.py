"""How the extension is compiled; everything else is in pyproject.toml."""

import runpy
{%- if cookiecutter.__abi3 %}
import sysconfig
{%- endif %}

{% if cookiecutter.language == "pybind11" %}import pybind11
{% endif %}from setuptools import Extension, setup

provider = runpy.run_path("tools/provider.py")["locate"]()
{%- if cookiecutter.__abi3 %}
# One wheel for every Python from this one on. Free-threaded builds have no such ABI before 3.15
# (https://peps.python.org/pep-0803/), and get a wheel of their own where somebody builds one.
ABI3 = not sysconfig.get_config_var("Py_GIL_DISABLED")
HEX_VERSION = "0x03{{ '%02X' % (cookiecutter.oldest_python.split('.')[-1] | int) }}0000"
{%- endif %}

setup(
    # Else setuptools takes what it compiled before, with another provider perhaps.
    options={
        "build_ext": {"force": True},
{%- if cookiecutter.__abi3 %}
        "bdist_wheel": {"py_limited_api": "cp3{{ cookiecutter.oldest_python.split('.')[-1] }}"} if ABI3 else {},
{%- endif %}
    },
    ext_modules=[
        Extension(
            "{{ cookiecutter.import_name }}._extension",
            ["src/{{ cookiecutter.import_name }}/{{ cookiecutter.__source }}"],
            include_dirs=[
                "src/{{ cookiecutter.import_name }}",
{%- if cookiecutter.language == "pybind11" %}
                pybind11.get_include(),
{%- endif %}
                *provider.include,
            ],
            define_macros=[
                *(tuple(each.split("=", 1)) for each in provider.defines),
{%- if cookiecutter.__abi3 %}
                *([("Py_LIMITED_API", HEX_VERSION)] if ABI3 else []),
{%- endif %}
            ],
{%- if cookiecutter.__abi3 %}
            py_limited_api=ABI3,
{%- endif %}
{%- if cookiecutter.__source == "_extension.cpp" %}
            extra_compile_args=["-std=c++20", "-fvisibility=hidden"],
            language="c++",
{%- endif %}
            extra_link_args=[
                *provider.link,
                *(f"-Wl,-rpath,{each}" for each in provider.runpath),
            ],
        )
    ],
)
