/* cmd_put.c - netproto put FILE URL: sends a file. SPDX-License-Identifier: MIT */
#include "progress.h"
#include "tftp_job.h"
#include <errno.h>
#include <netproto/host/file.h>
#include <netproto/host/socket.h>
#include <stdio.h>
#include <string.h>

struct put {
    struct cli *c;
    struct netp_tftp_job tftp;
    struct netp_source source;
    struct progress progress;
};

static const struct option longs[] = {TFTP_JOB_LONGS, {0}};

static bool own(void *arg, int opt, const char *value)
{
    return tftp_job_option(&((struct put *)arg)->tftp, opt, value);
}

static ptrdiff_t read_bytes(void *arg, void *p, size_t n, uint64_t offset)
{
    return netp_source_read(&((struct put *)arg)->source, p, n, offset);
}

static void on_progress(void *arg, uint64_t bytes, uint64_t total)
{
    progress_show(&((struct put *)arg)->progress, bytes, total);
}

static int put_tftp(struct put *p, const struct url *u, const char *text)
{
    struct netp_tftp_job *job = &p->tftp;
    int status;

    job->read = read_bytes;
    job->progress = on_progress;
    job->arg = p;
    job->size = p->source.size;
    status = tftp_job_run(p->c, job, u, text);
    progress_end(&p->progress, job->bytes, p->source.size);
    return status;
}

static int put_file(struct put *p, const struct url *u, const char *text)
{
    struct netp_sink to;
    char buf[65536];
    ptrdiff_t n = -1;
    uint64_t at = 0;

    if (netp_sink_open(&to, NULL, u->path, NETP_SINK_CREATE | NETP_SINK_OVERWRITE) == 0) {
        while ((n = netp_source_read(&p->source, buf, sizeof buf, at)) > 0 &&
               netp_sink_write(&to, buf, (size_t)n, at) == 0) {
            at += (uint64_t)n;
        }
    }
    if (n != 0 || netp_sink_commit(&to) != 0) {
        netp_sink_abort(&to);
        return cli_error(p->c, CLI_LOCAL, "%s: %s", text, strerror(errno));
    }
    p->tftp.bytes = at;
    return CLI_DONE;
}

/* A URL that ends with "/", or has no path, takes the file's own name. */
static const char *complete(struct url *u, const char *file)
{
    const char *slash = strrchr(file, '/');
    size_t n = strlen(u->path);

    if (n && u->path[n - 1] != '/') {
        return NULL;
    }
    file = slash ? slash + 1 : file;
    if (n + strlen(file) >= sizeof u->path) {
        return "the path is too long";
    }
    snprintf(u->path + n, sizeof u->path - n, "%s", file);
    return NULL;
}

static int send_file(struct put *p, const char *file, const char *text)
{
    struct url u;
    const char *fault = url_parse(&u, text);
    netp_ms begun = netp_now();
    int status;

    if (fault || (fault = complete(&u, file)) != NULL) {
        return cli_usage(p->c, "%s: %s", text, fault);
    }
    if (strcmp(u.scheme, "tftp") != 0 && strcmp(u.scheme, "file") != 0) {
        return cli_usage(p->c, "%s: '%s:' is no scheme that can be sent to", text, u.scheme);
    }
    if (netp_source_open(&p->source, NULL, file) != 0) {
        return cli_error(p->c, CLI_LOCAL, "%s: %s", file, strerror(errno));
    }
    progress_begin(&p->progress, p->c, file);
    status = strcmp(u.scheme, "tftp") == 0 ? put_tftp(p, &u, text) : put_file(p, &u, text);
    netp_source_close(&p->source);
    if (status == CLI_DONE && p->c->json) {
        printf("{\"url\": ");
        cli_json_string(text, strlen(text));
        printf(", \"bytes\": %llu, \"seconds\": %.3f}\n", (unsigned long long)p->tftp.bytes,
               (double)(netp_now() - begun) / 1000);
    }
    return status;
}

static int run(struct cli *c, int argc, char **argv)
{
    struct put p = {.c = c};
    int first;

    netp_tftp_job_init(&p.tftp);
    first = cli_parse(c, &cmd_put, argc, argv, "", longs, own, &p);
    if (first < 0) {
        return CLI_LEAVE(first);
    }
    if (argc - first != 2) {
        return cli_usage(c, "not a FILE and a URL");
    }
    return send_file(&p, argv[first], argv[first + 1]);
}

const struct cli_command cmd_put = {"put", "FILE URL",
                                    "Send a file by tftp: and file:", TFTP_JOB_HELP, run};
