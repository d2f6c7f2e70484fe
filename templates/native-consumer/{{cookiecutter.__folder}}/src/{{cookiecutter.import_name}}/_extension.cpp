{%- set bound = cookiecutter.language == "nanobind" -%}
// The module: what it was compiled against, and what it runs with.
#include <string>
{% if bound %}
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
{%- else %}
#include <pybind11/pybind11.h>
{%- endif %}
#include <{{ cookiecutter.provider_header }}>

#include "_built_for.h"

static std::string built_against() { return {{ cookiecutter.import_name }}_built_against; }
{% if cookiecutter.__function %}
static std::string core_version() { return {{ cookiecutter.__function }}(); }
{% endif %}
{{ "NB_MODULE" if bound else "PYBIND11_MODULE" }}(_extension, m) {
    m.def("built_against", &built_against, "The provider's version when compiled.");
{%- if cookiecutter.__function %}
    m.def("core_version", &core_version, "The provider's version as loaded.");
{%- endif %}
}
