/* http_script.c - an HTTP server for tests. SPDX-License-Identifier: MIT */
#include "http_script.h"
#include <errno.h>
#include <netproto/host/socket.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <cmocka.h>

static void drop(struct script_peer *p)
{
    struct script_peer **at = &p->script->peers;
    const struct linger linger = {1, 0};

    while (*at != p) {
        at = &(*at)->next;
    }
    *at = p->next;
    if (p->reset) {
        setsockopt(p->watch.fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    }
    netp_loop_unwatch(p->script->loop, &p->watch);
    close(p->watch.fd);
    p->script->open--;
    netp_listener_done(&p->script->listener);
    free(p->in);
    free(p->out);
    free(p);
}

const char *script_body(const char *request)
{
    const char *end = strstr(request, "\r\n\r\n");

    return end ? end + 4 : NULL;
}

const char *script_field(const char *request, const char *name)
{
    static char value[4096];
    size_t n = strlen(name);

    for (const char *line = strstr(request, "\r\n"); line && strncmp(line, "\r\n\r\n", 4) != 0;
         line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, name, n) == 0 && line[2 + n] == ':') {
            const char *from = line + 3 + n + strspn(line + 3 + n, " ");
            snprintf(value, sizeof value, "%.*s", (int)strcspn(from, "\r"), from);
            return value;
        }
    }
    return "";
}

/* Bytes of the first request in p->in; 0: it is not complete. */
static size_t request_size(const struct script_peer *p)
{
    const char *body = script_body(p->in), *end;
    size_t head, length;

    if (!body) {
        return 0;
    }
    head = (size_t)(body - p->in);
    if (p->script->early) {
        return p->nin;
    }
    if (strcasecmp(script_field(p->in, "Transfer-Encoding"), "chunked") == 0) {
        end = strstr(body, "0\r\n\r\n"); /* tests send no such data */
        return end ? (size_t)(end + 5 - p->in) : 0;
    }
    length = strtoul(script_field(p->in, "Content-Length"), NULL, 10);
    return head + length <= p->nin ? head + length : 0;
}

static bool flush(struct script_peer *p)
{
    ssize_t r = p->nout ? send(p->watch.fd, p->out, p->nout, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;

    if (r < 0 && errno != EAGAIN) {
        return false;
    }
    if (r > 0) {
        p->nout -= (size_t)r;
        memmove(p->out, p->out + r, p->nout);
    }
    return true;
}

/* Serves what has come; the peer may be gone behind it. */
static void serve(struct script_peer *p)
{
    struct script *s = p->script;
    size_t n;

    while (p->nin > 0 && !p->closing && (n = request_size(p)) > 0) {
        assert_true(n < sizeof s->last);
        memcpy(s->last, p->in, n);
        s->last[n] = '\0';
        p->nin -= n;
        memmove(p->in, p->in + n, p->nin);
        p->in[p->nin] = '\0';
        s->requests++;
        p->served++;
        s->serve(p, s->last);
    }
    if (!flush(p) || p->reset || (p->closing && p->nout == 0)) {
        drop(p);
        return;
    }
    netp_loop_watch(s->loop, &p->watch, NETP_WANT_IN | (p->nout ? NETP_WANT_OUT : 0u));
}

static void ready(void *arg, unsigned what)
{
    struct script_peer *p = arg;
    ssize_t n = 1;

    if (what & NETP_WANT_IN) {
        n = recv(p->watch.fd, p->in + p->nin, SCRIPT_REQUEST - p->nin - 1, MSG_DONTWAIT);
    }
    if ((what & NETP_WANT_IN) && n > 0) {
        p->nin += (size_t)n;
        p->in[p->nin] = '\0';
    }
    if (n == 0 || (n < 0 && errno != EAGAIN)) {
        drop(p);
        return;
    }
    serve(p);
}

static void accepted(void *arg, int fd, const struct netp_addr *peer)
{
    struct script *s = arg;
    struct script_peer *p = calloc(1, sizeof *p);

    (void)peer;
    assert_non_null(p);
    p->script = s;
    p->in = malloc(SCRIPT_REQUEST);
    assert_non_null(p->in);
    p->next = s->peers;
    s->peers = p;
    s->conns++;
    s->open++;
    p->watch = (struct netp_watch){.fd = fd, .ready = ready, .arg = p};
    assert_int_equal(netp_loop_watch(s->loop, &p->watch, NETP_WANT_IN), 0);
}

void script_open(struct script *s, struct netp_loop *loop)
{
    struct netp_addr any = {.fam = 4, .ip = {127, 0, 0, 1}};
    int fd = netp_tcp_listen(&any);

    assert_true(fd >= 0);
    s->loop = loop;
    s->port = netp_local_addr(fd).port;
    s->listener = (struct netp_listener){.accepted = accepted, .arg = s, .max = 1000};
    assert_int_equal(netp_listener_open(&s->listener, loop, fd), 0);
}

void script_hang_up(struct script *s)
{
    while (s->peers) {
        drop(s->peers);
    }
}

void script_close(struct script *s)
{
    script_hang_up(s);
    netp_listener_close(&s->listener);
}

void script_put_bytes(struct script_peer *p, const void *bytes, size_t n)
{
    p->out = realloc(p->out, p->nout + n + 1);
    assert_non_null(p->out);
    memcpy(p->out + p->nout, bytes, n);
    p->nout += n;
}

void script_put(struct script_peer *p, const char *format, ...)
{
    char text[16384];
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    assert_true(n >= 0 && n < (int)sizeof text);
    script_put_bytes(p, text, (size_t)n);
}

void script_end(struct script_peer *p)
{
    p->closing = true;
}

void script_reset(struct script_peer *p)
{
    p->closing = p->reset = true;
}
