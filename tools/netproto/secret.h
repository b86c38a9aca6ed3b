/* secret.h - passwords and tokens: from files, the environment or the terminal.
 * SPDX-License-Identifier: MIT */
#ifndef SECRET_H
#define SECRET_H

#include "cli.h"

/* The first line of a file, or NULL, of which it has told. To be freed by secret_free(). */
char *secret_read(const struct cli *c, const char *file);

/* A password for who has no other: of file if that is not NULL, else of the environment variable
 * `name`, else asked for on the terminal, if there is one. NULL, of which it has told. To be freed
 * by secret_free(). */
char *secret_find(const struct cli *c, const char *file, const char *name, const char *who);

/* Overwrites and frees it. NULL is harmless. */
void secret_free(char *secret);

#endif
