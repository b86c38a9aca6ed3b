/* counters.h - what is in use, for a page and for tests. SPDX-License-Identifier: MIT */
#ifndef COUNTERS_H
#define COUNTERS_H

#include "text.h"

/* Appends a JSON object of numbers. */
void counters_put(struct text *t);

#endif
