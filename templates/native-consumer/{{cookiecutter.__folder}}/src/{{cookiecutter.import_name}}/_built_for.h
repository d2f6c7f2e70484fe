/* What this module was built against: read from its file without running it. */
#ifdef __cplusplus
#define KEPT extern "C"
#else
#define KEPT extern
#endif
#ifdef _MSC_VER
#define EXPORTED __declspec(dllexport)
#define USED
#else
#define EXPORTED __attribute__((visibility("default")))
#define USED __attribute__((used))
#endif

KEPT EXPORTED const char {{ cookiecutter.import_name }}_built_against[];
USED const char {{ cookiecutter.import_name }}_built_against[] = {{ cookiecutter.__macro or 'PROVIDER_VERSION' }};

/* All providers, by the names of their distributions; _provider.py reads it. */
KEPT EXPORTED const char {{ cookiecutter.import_name }}_built_for[];
USED const char {{ cookiecutter.import_name }}_built_for[] = "native-skew: built for " BUILT_FOR;
