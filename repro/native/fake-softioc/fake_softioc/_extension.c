/* The consumer's module: what it was compiled against, and what it runs with. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <fakecore.h>

/* Exported, so that the version can be read from the file without running it. */
__attribute__((visibility("default"), used))
const char fake_softioc_built_against[] = FAKECORE_VERSION;

static PyObject *built_against(PyObject *self, PyObject *args) {
    return PyUnicode_FromString(fake_softioc_built_against);
}

static PyObject *core_version(PyObject *self, PyObject *args) {
    return PyUnicode_FromString(fakecore_version());
}

static PyObject *maximum(PyObject *self, PyObject *args) {
    return PyLong_FromLong(fakecore_limits()->maximum);
}

static PyMethodDef methods[] = {
    {"built_against", built_against, METH_NOARGS, "The provider's version when compiled."},
    {"core_version", core_version, METH_NOARGS, "The provider's version as loaded."},
    {"maximum", maximum, METH_NOARGS, "The upper bound, 100 in every version."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_extension", NULL, -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__extension(void) { return PyModule_Create(&module); }
