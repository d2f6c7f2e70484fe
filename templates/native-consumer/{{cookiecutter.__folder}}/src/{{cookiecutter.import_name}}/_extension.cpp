{%- set bound = cookiecutter.language == "nanobind" -%}
// The module: what it was compiled against, and what it runs with.
#include <string>
{% if bound %}
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
{%- else %}
#include <pybind11/pybind11.h>
{%- endif %}
{%- if cookiecutter.__header %}
#include <{{ cookiecutter.__header }}>
{%- endif %}

#include "_built_for.h"

{{ "NB_MODULE" if bound else "PYBIND11_MODULE" }}(_extension, m) {
    m.def(
        "built_against", [] { return std::string({{ cookiecutter.import_name }}_built_against); },
        "The provider's version when compiled.");
{%- if cookiecutter.__function %}
    m.def(
        "core_version",
        [] {
{%- if cookiecutter.__function == "aoti_torch_abi_version" %}
            const auto version = aoti_torch_abi_version(); // Its first three bytes are the release.
            const auto part = [=](int byte) { return std::to_string(version >> 8 * byte & 255); };
            return part(7) + "." + part(6) + "." + part(5);
{%- else %}
            return std::string({{ cookiecutter.__function }}());
{%- endif %}
        },
        "The provider's version as loaded.");
{%- endif %}
}
