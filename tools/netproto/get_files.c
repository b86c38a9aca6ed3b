/* get_files.c - many files by HTTP, some at a time, over connections that are kept.
 * SPDX-License-Identifier: MIT */
#include "get_files.h"
#include <errno.h>
#include <netproto/host/download.h>
#include <netproto/host/socket.h>
#include <stdlib.h>
#include <string.h>

/* A file that is under way. */
struct file {
    struct batch *batch;
    struct netp_download *download; /* NULL: none is under way here */
    const char *url;
    char path[4096];
    uint64_t bytes, total;
    netp_ms begun;
};

struct batch {
    struct get_http *g;
    struct file *file; /* g->parallel of them */
    unsigned running;
    int left, worst; /* URLs that are not begun; exit status */
    uint64_t bytes;  /* of the files that are done */
    struct progress progress;
};

static void note_status(struct batch *b, int status)
{
    b->worst = status > b->worst ? status : b->worst;
}

static struct cli *cli_of(const struct file *f)
{
    return f->batch->g->job.c;
}

/* --- what a download calls ------------------------------------------------------------------- */

static void on_progress(void *arg, uint64_t bytes, uint64_t total)
{
    struct file *f = arg;
    struct batch *b = f->batch;
    uint64_t sum = b->bytes, all = b->left == 0 ? b->bytes : NETP_HTTP1_UNKNOWN;

    f->bytes = bytes;
    f->total = total;
    for (unsigned i = 0; i < b->g->parallel; i++) {
        const struct file *other = &b->file[i];
        if (other->download) {
            sum += other->bytes;
            all = all == NETP_HTTP1_UNKNOWN || other->total == NETP_HTTP1_UNKNOWN
                      ? NETP_HTTP1_UNKNOWN
                      : all + other->total;
        }
    }
    progress_show(&b->progress, sum, all);
}

static bool on_data(void *arg, const void *p, size_t n)
{
    (void)p;
    http_job_rate(&((struct file *)arg)->batch->g->job, n);
    return true;
}

static void on_again(void *arg, const struct netp_fetch_result *failed, uint64_t wait_ms)
{
    struct file *f = arg;
    char url[2048];

    cli_note(cli_of(f), "%s: %s; again in %.1f s", http_job_shown(f->url, url, sizeof url),
             failed->err == NETP_OK ? netp_http_reason((unsigned)failed->status) : failed->text,
             (double)wait_ms / 1000);
}

static void print_json(const struct file *f, const struct netp_download_result *r)
{
    printf("{\"url\": ");
    cli_json_string(r->fetch.url, strlen(r->fetch.url));
    printf(", \"status\": %d, \"file\": ", r->fetch.status);
    cli_json_string(f->path, strlen(f->path));
    printf(", \"bytes\": %llu, \"resumed\": %llu, \"redirects\": %u, \"seconds\": %.3f}\n",
           (unsigned long long)r->bytes, (unsigned long long)r->resumed, r->fetch.redirects,
           (double)(netp_now() - f->begun) / 1000);
}

static int tell(const struct file *f, const struct netp_download_result *r)
{
    if (r->fetch.stage == NETP_FETCH_LOCAL && r->fetch.sys_errno) {
        return cli_error(cli_of(f), CLI_LOCAL, "%s: %s", f->path, strerror(r->fetch.sys_errno));
    }
    if (r->wrong_digest) {
        return cli_error(cli_of(f), CLI_FAILED, "%s: %s", f->path, r->fetch.text);
    }
    if (r->fetch.err == NETP_OK && r->fetch.status < 400) {
        return cli_error(cli_of(f), CLI_FAILED, "%s: the server answers %d %s, which is no file",
                         r->fetch.url, r->fetch.status,
                         netp_http_reason((unsigned)r->fetch.status));
    }
    return http_job_tell(&f->batch->g->job, f->url, &r->fetch);
}

static void on_done(void *arg, const struct netp_download_result *r)
{
    struct file *f = arg;
    struct batch *b = f->batch;

    f->download = NULL;
    b->running--;
    b->bytes += r->bytes;
    if (b->g->parallel == 1 || !r->complete) {
        progress_end(&b->progress, b->bytes, b->bytes);
    }
    if (!r->complete) {
        note_status(b, tell(f, r));
        return;
    }
    if (r->unchanged) {
        cli_note(cli_of(f), "%s: it was complete already", f->path);
    }
    if (r->resumed) {
        cli_trace(cli_of(f), "%s: went on at byte %llu", f->path, (unsigned long long)r->resumed);
    }
    if (cli_of(f)->json) {
        print_json(f, r);
    }
}

/* --- beginning ------------------------------------------------------------------------------- */

/* The name of the file; the exit status. */
static int choose_path(struct file *f)
{
    const struct get_http *g = f->batch->g;
    char url[2048];

    if (!g->remote_name) {
        size_t n = strlen(g->output);
        if (n >= sizeof f->path) {
            return cli_error(g->job.c, CLI_LOCAL, "%s: %s", g->output, strerror(ENAMETOOLONG));
        }
        memcpy(f->path, g->output, n + 1);
        return CLI_DONE;
    }
    return remote_name_of_url(f->url, f->path)
               ? CLI_DONE
               : cli_usage(g->job.c, "%s: its path ends without a name for -O",
                           http_job_shown(f->url, url, sizeof url));
}

static void set_cfg(struct file *f, struct netp_download_cfg *cfg)
{
    struct get_http *g = f->batch->g;

    cfg->fetch = g->job.fetch;
    cfg->fetch.url = f->url;
    cfg->fetch.data = g->job.limit_rate ? on_data : NULL;
    cfg->path = f->path;
    cfg->flags =
        (g->resume ? NETP_DOWNLOAD_CONTINUE : 0u) | (g->remote_time ? NETP_DOWNLOAD_TIME : 0u);
    cfg->tries = g->job.retry;
    cfg->first_ms = g->job.retry_delay_ms;
    cfg->hash = g->checksum.hash;
    memcpy(cfg->digest, g->checksum.digest, sizeof cfg->digest);
    cfg->progress = on_progress;
    cfg->again = on_again;
    cfg->done = on_done;
    cfg->arg = f;
}

static void begin_file(struct file *f, const char *url)
{
    struct batch *b = f->batch;
    struct netp_download_cfg cfg = {0};
    int status;

    f->url = url;
    f->bytes = 0;
    f->total = NETP_HTTP1_UNKNOWN;
    f->begun = netp_now();
    status = choose_path(f);
    if (status != CLI_DONE) {
        note_status(b, status);
        return;
    }
    set_cfg(f, &cfg);
    if (b->g->parallel == 1) {
        b->bytes = 0;
        progress_begin(&b->progress, b->g->job.c, f->path);
    }
    f->download = netp_download_start(b->g->job.client, &cfg);
    if (!f->download) {
        note_status(b, cli_error(b->g->job.c, CLI_LOCAL, "%s", strerror(errno)));
        return;
    }
    b->running++;
}

static void fill(struct batch *b, char **url, int n)
{
    for (unsigned i = 0; i < b->g->parallel && b->left > 0; i++) {
        while (!b->file[i].download && b->left > 0) {
            begin_file(&b->file[i], url[n - b->left--]);
        }
    }
}

/* --timeout is over. */
static void stop(struct batch *b)
{
    for (unsigned i = 0; i < b->g->parallel; i++) {
        if (b->file[i].download) {
            netp_download_cancel(b->file[i].download);
            b->file[i].download = NULL;
        }
    }
    b->left = 0;
    b->running = 0;
    note_status(b, cli_error(b->g->job.c, CLI_TIMEOUT, "it was not done in time"));
}

int get_files(struct get_http *g, char **url, int n)
{
    struct batch b = {.g = g, .left = n, .file = calloc(g->parallel, sizeof *b.file)};

    if (!b.file) {
        return cli_error(g->job.c, CLI_LOCAL, "no memory");
    }
    for (unsigned i = 0; i < g->parallel; i++) {
        b.file[i].batch = &b;
    }
    if (g->parallel > 1) {
        progress_begin(&b.progress, g->job.c, "all");
    }
    while (b.left > 0 || b.running > 0) {
        fill(&b, url, n);
        if (b.running > 0 && netp_loop_turn(g->job.loop, g->job.end_) != 0) {
            note_status(&b, cli_error(g->job.c, CLI_LOCAL, "%s", strerror(errno)));
            break;
        }
        if (netp_now() >= g->job.end_) {
            stop(&b);
        }
    }
    if (g->parallel > 1) {
        progress_end(&b.progress, b.bytes, b.bytes);
    }
    free(b.file);
    return b.worst;
}
