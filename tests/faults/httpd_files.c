/* httpd_files.c - a server of files as the victim. SPDX-License-Identifier: MIT */
#include "httpd_asked.h"

#include <errno.h>
#include <netproto/host/httpd_files.h>
#include <netproto/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Runs a request; the status of its answer, 0 without one. *answer: what came with it. */
static unsigned exchange(struct world *w, const char *head, size_t nbody, struct netp_str *answer)
{
    const struct netp_httpd_files_cfg cfg = {
        .root = w->root, .flags = NETP_HTTPD_FILES_LIST | NETP_HTTPD_FILES_WRITE};
    static struct asked a; /* it is large */
    struct netp_loop *loop = netp_loop_new();
    struct netp_httpd_files *files = netp_httpd_files_new(&cfg);
    char *at;

    memset(&a, 0, sizeof a);
    a.head = head;
    a.body = w->now;
    a.nbody = nbody;
    if (loop && files) {
        asked_run(&a, loop, netp_httpd_files_handle, files);
    }
    netp_httpd_files_free(files);
    netp_loop_free(loop);
    at = memmem(a.answer, a.n, "\r\n\r\n", 4);
    *answer = at ? netp_str_make(at + 4, a.n - (size_t)(at + 4 - a.answer)) : NETP_STR("");
    return at ? (unsigned)strtoul(a.answer + 9, NULL, 10) : 0;
}

#define ASK(method, rest) method " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" rest "\r\n"

/* Judges an answer of 200 that should be p[0..n). One that is cut is seen to be, by its length. */
static bool judge(struct world *w, unsigned status, struct netp_str body, const void *p, size_t n)
{
    bool same = body.n == n && memcmp(body.p, p, n) == 0;

    if (status == 200 && !same && (body.n >= n || memcmp(body.p, p, body.n) != 0)) {
        world_wrong(w, "200, but not the file");
    }
    if (status != 0 && status != 200 && status < 500 && w->error != EACCES) {
        world_wrong(w, "%u", status);
    }
    return status == 200 && same;
}

static bool small(struct world *w)
{
    struct netp_str body;
    unsigned status = exchange(w, ASK("GET /to", ""), 0, &body);

    return judge(w, status, body, w->old, sizeof w->old);
}

static bool large(struct world *w)
{
    struct netp_str body;
    unsigned status = exchange(w, ASK("GET /from", ""), 0, &body);

    return judge(w, status, body, w->now, sizeof w->now);
}

/* A text, which a thread looks at; this build has no gzip to make of it. */
static bool text(struct world *w)
{
    struct netp_str body;
    char from[128], to[128];
    unsigned status;

    faults_exempt = true;
    snprintf(from, sizeof from, "%s/from", w->root);
    snprintf(to, sizeof to, "%s/from.txt", w->root);
    (void)!link(from, to);
    faults_exempt = false;
    status = exchange(w, ASK("GET /from.txt", "Accept-Encoding: gzip\r\n"), 0, &body);
    faults_exempt = true;
    unlink(to);
    faults_exempt = false;
    return judge(w, status, body, w->now, sizeof w->now);
}

static bool ranges(struct world *w)
{
    struct netp_str body;
    unsigned status = exchange(w, ASK("GET /from", "Range: bytes=0-9,100-200\r\n"), 0, &body);

    return status == 206 && body.n > 111 && memcmp(body.p + body.n - 4, "--\r\n", 4) == 0;
}

static bool list(struct world *w)
{
    struct netp_str body;
    unsigned status = exchange(w, ASK("GET /", "Accept: application/json\r\n"), 0, &body);
    bool whole = body.n > 4 && memcmp(body.p + body.n - 4, "\n]}\n", 4) == 0;

    if (status == 200 && whole && w->error == 0 && !memmem(body.p, body.n, "\"from\"", 6)) {
        world_wrong(w, "the list lacks a name");
    }
    return status == 200 && whole;
}

static bool put(struct world *w)
{
    static char head[200];
    struct netp_str body;
    unsigned status;

    snprintf(head, sizeof head, ASK("PUT /to", "Content-Length: %zu\r\n"), sizeof w->now);
    status = exchange(w, head, sizeof w->now, &body);
    if (status / 100 == 2 && world_to(w) != WORLD_NEW) {
        world_wrong(w, "%u, but not the file", status);
    }
    return status / 100 == 2;
}

const struct scenario scenarios_httpd_files[] = {{"files-small", small, 0},
                                                 {"files-large", large, 0},
                                                 {"files-text", text, 0},
                                                 {"files-ranges", ranges, 0},
                                                 {"files-list", list, 0},
                                                 {"files-put", put, 0},
                                                 {"files-put-new", put, WORLD_FRESH},
                                                 {NULL, NULL, 0}};
