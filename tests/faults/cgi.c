/* cgi.c - a server of scripts as the victim: cat(1), which answers what it is sent.
 * SPDX-License-Identifier: MIT */
#include "httpd_asked.h"

#include <netproto/host/cgi.h>
#include <stdio.h>
#include <string.h>

#define BODY "Content-Type: a/b\n\nall of it"

/* An answer is all of it, an error of the server, or cut. */
static bool exchange(struct world *w, const char *request)
{
    const struct netp_cgi_dir_cfg cfg = {
        .prefix = "/cgi-bin/", .directory = "/bin", .document_root = "/", .max_spool = 1000};
    static struct asked a;
    struct netp_loop *loop = netp_loop_new();
    struct netp_cgi_dir *scripts = loop ? netp_cgi_dir_new(loop, &cfg) : NULL;
    bool whole;

    a = (struct asked){.head = request};
    if (scripts) {
        asked_run(&a, loop, netp_cgi_handle, scripts);
    }
    netp_cgi_dir_free(scripts);
    netp_loop_free(loop);
    whole = strstr(a.answer, "HTTP/1.1 200 ") && strstr(a.answer, "\r\n9\r\nall of it\r\n0\r\n");
    if (!whole && a.n > 0 && strstr(a.answer, "\r\n0\r\n")) {
        world_wrong(w, "half an answer looks whole: %.100s", a.answer);
    }
    if (!whole && a.n > 0 && a.answer[9] != '5' && a.answer[9] != '2' && a.answer[9] != '4') {
        world_wrong(w, "%.100s", a.answer);
    }
    return whole;
}

#define POST "POST /cgi-bin/cat/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"

static bool stream(struct world *w)
{
    static char request[300];

    snprintf(request, sizeof request, POST "Content-Length: %zu\r\n\r\n%s", strlen(BODY), BODY);
    return exchange(w, request);
}

static bool spool(struct world *w)
{
    static char request[300];

    snprintf(request, sizeof request,
             POST "Transfer-Encoding: chunked\r\n\r\n%zx\r\n%s\r\n0\r\n\r\n", strlen(BODY), BODY);
    return exchange(w, request);
}

const struct scenario scenarios_cgi[] = {
    {"cgi-stream", stream, 0}, {"cgi-spool", spool, 0}, {NULL, NULL, 0}};
