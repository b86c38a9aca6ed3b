/* SPDX-License-Identifier: MIT */
#include "http1.h"

#include <string.h>

static int run(const char *name, void *m, const void *p, size_t n, netp_ms now)
{
    for (size_t i = 0; i < subject_http1.ncmd; i++) {
        if (strcmp(subject_http1.cmd[i].name, name) == 0) {
            return subject_http1.cmd[i].run(m, p, n, now);
        }
    }
    return 1000;
}

#define DO(name)                                                                                   \
    int do_##name(void *m, const void *p, size_t n, netp_ms now)                                   \
    {                                                                                              \
        return run(#name, m, p, n, now);                                                           \
    }

DO(head)
DO(send)
DO(body)
DO(lend)
DO(end)
DO(trailers)
DO(pause)
DO(finish)

int do_lend_stable(void *m, const void *p, size_t n, netp_ms now)
{
    return netp_http1_lend_body(m, p, n, NETP_OUT_STABLE, now);
}

int is_idle(void *m, const void *p, size_t n, netp_ms now)
{
    (void)p;
    (void)n;
    (void)now;
    return netp_http1_is_idle(m);
}

void http1_check(const struct tr_case *c, size_t n)
{
    tr_check(&subject_http1.machine, c, n);
}
