/* The module: what it was compiled against, and what it runs with. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
{%- if cookiecutter.__header %}
#include <{{ cookiecutter.__header }}>
{%- endif %}

#include "_built_for.h"

static PyObject *get_built_against(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(args)) {
    return PyUnicode_FromString({{ cookiecutter.import_name }}_built_against);
}

{% if cookiecutter.__function -%}
static PyObject *get_core_version(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(args)) {
{%- if cookiecutter.__function == "aoti_torch_abi_version" %}
    uint64_t version = aoti_torch_abi_version(); /* Its first three bytes are the release. */
    return PyUnicode_FromFormat("%d.%d.%d", (int)(version >> 56), (int)(version >> 48 & 255),
                                (int)(version >> 40 & 255));
{%- else %}
    return PyUnicode_FromString({{ cookiecutter.__function }}());
{%- endif %}
}

{% endif -%}
static PyMethodDef methods[] = {
    {"built_against", get_built_against, METH_NOARGS, "The provider's version when compiled."},
{%- if cookiecutter.__function %}
    {"core_version", get_core_version, METH_NOARGS, "The provider's version as loaded."},
{%- endif %}
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_extension", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__extension(void) { return PyModuleDef_Init(&module); }
