# cython: language_level=3
"""The module: what it was compiled against, and what it runs with."""

cdef extern from {{ '"<' ~ cookiecutter.__header ~ '>"' if cookiecutter.__header else "*" }}:
{%- if cookiecutter.__function %}
    const char *loaded_version "{{ cookiecutter.__function }}"()
{%- else %}
    pass
{%- endif %}

cdef extern from "_built_for.h":
    const char {{ cookiecutter.import_name }}_built_against[]


def built_against():
    """The provider's version when compiled."""
    return {{ cookiecutter.import_name }}_built_against.decode()
{%- if cookiecutter.__function %}


def core_version():
    """The provider's version as loaded."""
    return loaded_version().decode()
{%- endif %}
