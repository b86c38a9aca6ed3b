/* httpd_marks.h - what is remembered for a while, by a keyed hash, in bounded memory.
 * SPDX-License-Identifier: MIT */
#ifndef HTTPD_MARKS_H
#define HTTPD_MARKS_H

#include <netproto/netp.h>

#define MARK_KEY 32
#define MARKS    256 /* of which any four can have the same place */

struct mark {
    uint8_t key[MARK_KEY];
    unsigned n;
    netp_ms until;
};

struct marks {
    struct mark v[MARKS];
};

/* NULL: it is not remembered. The comparison of keys takes the same time whatever they are. */
struct mark *marks_find(struct marks *m, const uint8_t key[MARK_KEY], netp_ms now);
/* The same, or a new one with n 0 in the place of that which ends first. */
struct mark *marks_make(struct marks *m, const uint8_t key[MARK_KEY], netp_ms now);

#endif
