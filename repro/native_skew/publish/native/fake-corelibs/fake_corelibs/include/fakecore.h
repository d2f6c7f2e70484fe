/* Public header of fake-corelibs $version. */
#ifndef FAKECORE_H
#define FAKECORE_H

/* The distribution's version; a consumer keeps it as what it was built against. */
#define FAKECORE_VERSION "$version"

/* The bounds of a record. A release that changes this struct changes the ABI. */
struct fakecore_limits {
    int $first_field;
    int $second_field;
};
$new_symbol
/* Returns the version of the library loaded, a static string. */
const char *fakecore_version(void);

/* Returns the bounds, a static struct: 1 and 100. */
const struct fakecore_limits *fakecore_limits(void);

#endif
