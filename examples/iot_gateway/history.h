/* history.h - what the devices have said, in SQLite. SPDX-License-Identifier: MIT */
#ifndef HISTORY_H
#define HISTORY_H

#include "devices.h"

bool history_open(const char *file); /* false, of which it has told */
void history_add(unsigned device);   /* what it says now */
/* The last readings of a device, the latest first, as JSON: [[seconds since 1970, degrees], ...],
 * with a NUL to out[0..cap); its length. */
size_t history_json(unsigned device, char *out, size_t cap);
void history_close(void);

#endif
