/* get_files.h - many files by HTTP, some at a time, over connections that are kept.
 * SPDX-License-Identifier: MIT */
#ifndef GET_FILES_H
#define GET_FILES_H

#include "get_http.h"

/* Fetches url[0..n) to files, on a job that has begun. The worst exit status. */
int get_files(struct get_http *g, char **url, int n);

#endif
