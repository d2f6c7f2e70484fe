/* The provider's library. Its functions tell a caller which library it was really given:
 * the version it was compiled as, and a struct whose layout is that of its header. */
#include "fakecore.h"

static const struct fakecore_limits limits = {.minimum = 1, .maximum = 100};

const char *fakecore_version(void) { return FAKECORE_VERSION; }

const struct fakecore_limits *fakecore_limits(void) { return &limits; }
