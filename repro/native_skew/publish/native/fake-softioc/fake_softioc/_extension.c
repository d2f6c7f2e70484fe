/* The consumer's module: what it was compiled against, and what it runs with. */
#include <stddef.h>
#include <fakecore.h>

/* The few names of Python's stable ABI that this module uses, so that it compiles without
 * Python.h, which many machines lack, and one file serves every Python from 3.10 on.
 * https://docs.python.org/3/c-api/stable.html */
typedef struct _object PyObject;

typedef struct {
    const char *name;
    PyObject *(*function)(PyObject *, PyObject *);
    int flags;
    const char *doc;
} PyMethodDef;

typedef struct {
    struct { ptrdiff_t references; void *type; void *init; ptrdiff_t index; void *copy; } base;
    const char *name, *doc;
    ptrdiff_t size;
    PyMethodDef *methods;
    void *slots, *traverse, *clear, *free;
} PyModuleDef;

PyObject *PyModule_Create2(PyModuleDef *, int);
PyObject *PyUnicode_FromString(const char *);
PyObject *PyLong_FromLong(long);

enum { METH_NOARGS = 4, STABLE_ABI = 3 };

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

static PyModuleDef module = {
    .base = {.references = 1}, .name = "_extension", .size = -1, .methods = methods,
};

__attribute__((visibility("default")))
PyObject *PyInit__extension(void) { return PyModule_Create2(&module, STABLE_ABI); }
