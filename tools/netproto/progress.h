/* progress.h - the progress bar. SPDX-License-Identifier: MIT */
#ifndef PROGRESS_H
#define PROGRESS_H

#include "cli.h"

struct progress {
    const char *name;
    netp_ms begun, shown;
    bool on, drawn;
    int wait; /* ms before the first drawing */
};

/* name: of what is transferred, kept by the caller. */
void progress_begin(struct progress *p, const struct cli *c, const char *name);
/* May be called with every packet. total: UINT64_MAX when it is not known. */
void progress_show(struct progress *p, uint64_t bytes, uint64_t total);
/* Draws the last state, if any was drawn, and ends the line. */
void progress_end(struct progress *p, uint64_t bytes, uint64_t total);

#endif
