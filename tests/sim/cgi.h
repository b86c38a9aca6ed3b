/* tests/sim/cgi.h - a CGI script that answers into a pipe, and the machine of the server that reads
 * it, in a world.
 *
 * SPDX-License-Identifier: MIT
 *
 * cgi_plan.c draws what the script says and what has to come of it, cgi.c lets it run. */
#ifndef SIM_CGI_H
#define SIM_CGI_H

#include "stream.h"

#include <netproto/http_cgi.h>

enum { CGI_TEXT_MAX = 2048, CGI_BODY_MAX = 700, CGI_HEAD_CAP = 600, CGI_FIELDS = 16 };

/* What a script says, and what the server is to make of it. */
struct cgi_plan {
    char text[CGI_TEXT_MAX];
    size_t nhead, n; /* bytes of the head, of all */
    int bad;         /* what the head fails with; 0: it is sound */
    enum netp_cgi_kind kind;
    uint16_t status;
    const char *location; /* NULL: none */
    uint64_t length;      /* what it says; NETP_CGI_UNKNOWN: nothing */
    bool has_body;        /* one may follow */
    uint64_t fields;      /* those for the client: their sum */
};

struct cgi_world {
    struct world w;
    struct cgi_plan plan;
    struct netp_cgi m;
    struct machine mc;
    struct stream pipe;
    unsigned flags;    /* of the machine */
    netp_ms write_at;  /* when the script goes on; NETP_NEVER: it waits for room, or has ended */
    netp_ms leave_at;  /* when the client goes, and the server with it */
    uint32_t think_ms; /* at most, between two pieces */
    size_t written, read;
    bool killed, ended; /* is to be, at the end of its text; is read to its end */
    bool head, end;     /* events that have come */
    uint64_t taken;     /* bytes of body */
    char mem[CGI_HEAD_CAP];
    struct netp_http_field field[CGI_FIELDS];
};

void cgi_plan_draw(struct world *w, struct cgi_plan *p);

/* The sum of fields, one more. */
static inline uint64_t cgi_sum(uint64_t sum, struct netp_str name, struct netp_str value)
{
    for (size_t i = 0; i < name.n; i++) {
        sum = sum * 31 + (uint8_t)name.p[i];
    }
    for (size_t i = 0; i < value.n; i++) {
        sum = sum * 37 + (uint8_t)value.p[i];
    }
    return sum + 1;
}

static inline uint8_t cgi_byte(uint64_t at)
{
    return (uint8_t)(at * 7 + at / 256);
}

#endif
