#include "{{ cookiecutter.__stem }}.h"

const char *{{ cookiecutter.__stem }}_version(void) { return {{ cookiecutter.__stem | upper }}_VERSION; }

int {{ cookiecutter.__stem }}_sum(const {{ cookiecutter.__stem }}_point *point) { return point->x + point->y; }
