/* The provider's library. Its one function returns the version it was compiled
 * as, so that a caller learns which library it was really given at run time. */
#include "fakecore.h"

const char *fakecore_version(void) { return FAKECORE_VERSION; }
