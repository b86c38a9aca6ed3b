/* text_file.h - a small file as a whole, in memory. SPDX-License-Identifier: MIT */
#ifndef TEXT_FILE_H
#define TEXT_FILE_H

#include <stddef.h>

#define TEXT_FILE_MAX (64u << 20) /* bytes */

/* All of a file ("-": of standard input) with a NUL behind it; *n is its length without that. NULL
 * with errno; EFBIG: it is longer than TEXT_FILE_MAX. To be freed. */
char *text_file_read(const char *path, size_t *n);

#endif
