/* tftp.c - a download and an upload, each with the client or the server as the victim.
 * SPDX-License-Identifier: MIT */
#include "world.h"

#include <errno.h>
#include <netproto/host/file.h>
#include <netproto/host/socket.h>
#include <netproto/host/tftp_client.h>
#include <netproto/host/tftpd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define TOTAL_MS 80000 /* of time that runs FAULTS_SPEED times as fast */

/* --- the client ------------------------------------------------------------------------------ */

struct client {
    struct netp_tftp_job job;
    struct netp_sink sink;
    struct netp_source source;
    char path[128], file[128];
    bool put;
    int err, file_errno; /* of the transfer; of the local file, when it never began */
    atomic_bool over;
};

static bool on_write(void *arg, const void *p, size_t n, uint64_t offset)
{
    return netp_sink_write(&((struct client *)arg)->sink, p, n, offset) == 0;
}

static bool on_commit(void *arg)
{
    return netp_sink_commit(&((struct client *)arg)->sink) == 0;
}

static ptrdiff_t on_read(void *arg, void *p, size_t n, uint64_t offset)
{
    return netp_source_read(&((struct client *)arg)->source, p, n, offset);
}

/* A download from the root in small blocks, which the server sends as segments; an upload in large
 * ones. Both are over NETP_SINK_BUFFER. */
static void client_init(struct client *c, const struct world *w, bool put, const char *file)
{
    memset(c, 0, sizeof *c);
    c->put = put;
    netp_tftp_job_init(&c->job);
    snprintf(c->path, sizeof c->path, "%s/%s", w->root, put ? "from" : "to");
    snprintf(c->file, sizeof c->file, "%s", file);
    c->job.file = c->file;
    c->job.blksize = put ? 8192 : 1400;
    c->job.windowsize = put ? 4 : 16;
    c->job.retries = 4;
    c->job.total_ms = TOTAL_MS;
    c->job.arg = c;
}

static void client_run(void *arg)
{
    struct client *c = arg;
    struct netp_tftp_job *job = &c->job;
    int r = c->put
                ? netp_source_open(&c->source, NULL, c->path)
                : netp_sink_open(&c->sink, NULL, c->path, NETP_SINK_CREATE | NETP_SINK_OVERWRITE);

    if (r != 0) {
        c->err = NETP_E_IO;
        c->file_errno = errno;
    } else if (c->put) {
        job->read = on_read;
        job->size = c->source.size;
        c->err = netp_tftp_put(job);
        netp_source_close(&c->source);
    } else {
        job->write = on_write;
        job->commit = on_commit;
        c->err = netp_tftp_get(job);
        netp_sink_abort(&c->sink);
    }
    c->over = true;
}

/* A failure says what was the matter: an errno, or the server's word, or how it ended. */
static void client_check(struct world *w, const struct client *c)
{
    const struct netp_fail *f = &c->job.fail;
    int e = c->file_errno ? c->file_errno : c->job.sys_errno;

    if (c->err == NETP_OK) {
        return;
    }
    if (c->err != NETP_E_REFUSED && c->err != NETP_E_TIMEOUT && e != w->error) {
        world_wrong(w, "%s, errno %s", netp_strerror(c->err), e ? faults_name(e) : "0");
    }
    if (c->file_errno) {
        return;
    }
    if (f->code != (enum netp_err)c->err) {
        world_wrong(w, "the client returns %s, but notes %s", netp_strerror(c->err),
                    netp_strerror(f->code));
    }
    if (!f->where[0]) {
        world_wrong(w, "%s, but no word where", netp_strerror(c->err));
    }
}

/* --- the server ------------------------------------------------------------------------------ */

struct server {
    struct netp_loop *loop;
    struct netp_tftpd *d;
    unsigned reports;
    int sys_errno;
    bool silent; /* a failure was reported without a sentence */
    atomic_bool stop;
};

static void on_report(void *arg, const struct netp_tftpd_report *r)
{
    struct server *s = arg;

    s->reports++;
    s->silent |= r->err != NETP_OK && !r->message[0];
}

static bool server_open(struct server *s, const struct world *w, unsigned most)
{
    struct netp_tftpd_cfg cfg;

    memset(s, 0, sizeof *s);
    netp_tftpd_cfg_init(&cfg);
    cfg.root = w->root;
    cfg.listen = (struct netp_addr){{127, 0, 0, 1}, 0, 0, 4};
    cfg.create = cfg.overwrite = true;
    cfg.max_transfers = most;
    cfg.rto_ms = 300;
    cfg.retries = 4;
    cfg.report = on_report;
    cfg.arg = s;
    errno = 0;
    s->loop = netp_loop_new();
    s->d = s->loop ? netp_tftpd_open(s->loop, &cfg) : NULL;
    s->sys_errno = errno;
    return s->d != NULL;
}

static void server_close(struct server *s)
{
    if (s->d) {
        netp_tftpd_close(s->d);
    }
    netp_loop_free(s->loop);
}

static void server_run(void *arg)
{
    struct server *s = arg;

    while (!s->stop) {
        netp_loop_turn(s->loop, netp_now() + 10);
    }
}

/* Serves a client that runs in a thread of its own. */
static void serve(struct world *w, struct server *s, struct client *c)
{
    bool exempt = faults_exempt;
    struct peer p;

    faults_exempt = true;
    c->job.server = netp_tftpd_addr(s->d);
    faults_exempt = exempt;
    peer_start(&p, client_run, c);
    while (!c->over) {
        if (netp_loop_turn(s->loop, netp_now() + 10) != 0) {
            world_wrong(w, "the loop has ended: %s", strerror(errno));
        }
    }
    peer_join(&p);
}

/* --- scenarios ------------------------------------------------------------------------------- */

static bool judge(struct world *w, const struct client *c)
{
    client_check(w, c);
    if (c->err == NETP_OK && world_to(w) != WORLD_NEW) {
        world_wrong(w, "success, but not the file");
    }
    return c->err == NETP_OK;
}

static bool client_is_victim(struct world *w, bool put)
{
    struct server s;
    struct client c;
    struct peer p;

    faults_exempt = true;
    client_init(&c, w, put, put ? "to" : "from");
    if (!server_open(&s, w, 2)) {
        world_wrong(w, "no server: %s", strerror(errno));
        return false;
    }
    c.job.server = netp_tftpd_addr(s.d);
    peer_start(&p, server_run, &s);
    faults_exempt = false;
    client_run(&c);
    faults_exempt = true;
    s.stop = true;
    peer_join(&p);
    server_close(&s);
    return judge(w, &c);
}

/* After the transfer that a fault has hit comes one that must succeed. */
static bool server_is_victim(struct world *w, bool put)
{
    struct server s;
    struct client c, next;
    bool done;

    faults_exempt = true;
    client_init(&c, w, put, put ? "to" : "from");
    client_init(&next, w, true, "to");
    faults_exempt = false;
    if (!server_open(&s, w, 2)) {
        server_close(&s);
        if (!s.sys_errno) {
            world_wrong(w, "no server, but no errno");
        }
        return false;
    }
    serve(w, &s, &c);
    faults_exempt = true;
    if (c.err == NETP_E_TIMEOUT && !s.reports) {
        world_wrong(w, "the server has given up without a word to anybody");
    }
    if (s.silent) {
        world_wrong(w, "a report without a sentence");
    }
    done = judge(w, &c);
    serve(w, &s, &next);
    if (next.err != NETP_OK || world_to(w) != WORLD_NEW) {
        world_wrong(w, "the next transfer fails: %s", netp_strerror(next.err));
    }
    faults_exempt = false;
    server_close(&s);
    return done;
}

static bool get_client(struct world *w)
{
    return client_is_victim(w, false);
}

static bool put_client(struct world *w)
{
    return client_is_victim(w, true);
}

static bool get_server(struct world *w)
{
    return server_is_victim(w, false);
}

static bool put_server(struct world *w)
{
    return server_is_victim(w, true);
}

/* It can take no transfer at all, and says so. */
static bool busy_server(struct world *w)
{
    struct server s;
    struct client c;
    bool open;

    faults_exempt = true;
    client_init(&c, w, false, "from");
    open = server_open(&s, w, 0);
    faults_exempt = false;
    if (open) {
        serve(w, &s, &c);
    }
    faults_exempt = true;
    server_close(&s);
    client_check(w, &c);
    return c.err == NETP_E_REFUSED;
}

const struct scenario scenarios_tftp[] = {
    {"tftp-get-client", get_client, 0},   {"tftp-put-client", put_client, 0},
    {"tftp-get-server", get_server, 0},   {"tftp-put-server", put_server, 0},
    {"tftp-busy-server", busy_server, 0}, {NULL, NULL, 0}};
