#include <Python.h>
#include <fakecore.h>

static PyObject *core_version(PyObject *self, PyObject *args) {
    return PyUnicode_FromString(fakecore_version());
}

static PyMethodDef methods[] = {
    {"core_version", core_version, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_extension", NULL, 0, methods};

PyMODINIT_FUNC PyInit__extension(void) { return PyModuleDef_Init(&module); }
