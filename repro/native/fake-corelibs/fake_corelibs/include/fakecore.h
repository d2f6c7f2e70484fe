/* Public header of fake-corelibs $version. */
#ifndef FAKECORE_H
#define FAKECORE_H

/* The distribution's version; a consumer keeps it as what it was built against. */
#define FAKECORE_VERSION "$version"

/* Returns the version of the library loaded, a static string. */
const char *fakecore_version(void);

#endif
