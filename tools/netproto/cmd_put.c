/* cmd_put.c - netproto put FILE URL: sends a file. SPDX-License-Identifier: MIT */
#include "http_answer.h"
#include "http_body.h"
#include "tftp_job.h"
#include <errno.h>
#include <netproto/host/file.h>
#include <netproto/host/socket.h>
#include <netproto/text.h>
#include <netproto/url.h>
#include <stdio.h>
#include <string.h>

struct put {
    struct cli *c;
    struct netp_tftp_job tftp;
    struct netp_source source;
    struct progress progress;
    struct http_job http;
    struct http_answer answer;
};

static const struct option longs[] = {TFTP_JOB_LONGS, HTTP_JOB_LONGS, HTTP_ANSWER_LONGS, {0}};

static bool own(void *arg, int opt, const char *value)
{
    struct put *p = arg;

    if (tftp_job_has(opt)) {
        return tftp_job_option(&p->tftp, opt, value);
    }
    return http_answer_option(&p->answer, opt, value) || http_job_option(&p->http, opt, value);
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
    char shown[2048];
    int status;

    text = http_job_shown(text, shown, sizeof shown);
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

/* --- http ------------------------------------------------------------------------------------ */

/* url, with the file's own name behind it if that ends with "/"; buf has room for it. */
static const char *complete_url(const char *url, const char *file, char *buf, size_t cap)
{
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
    size_t n = strlen(url);
    ptrdiff_t r;

    if (n == 0 || url[n - 1] != '/' || n >= cap) {
        return url;
    }
    memcpy(buf, url, n);
    r = netp_url_encode(NETP_URL_PART_SEGMENT, buf + n, cap - 1 - n, name, strlen(name));
    if (r < 0) {
        return url;
    }
    buf[n + (size_t)r] = '\0';
    return buf;
}

static int send_http(struct put *p, const char *file, const char *url)
{
    struct http_body body = {.npieces = 0};
    struct netp_fetch_cfg cfg;
    struct netp_fetch_result result;
    char buf[8192];
    int status;

    if (http_body_file(&body, file) != 0) {
        return cli_error(p->c, CLI_LOCAL, "%s: %s", file, strerror(errno));
    }
    cfg = p->http.fetch;
    cfg.url = complete_url(url, file, buf, sizeof buf);
    cfg.method = cfg.method ? cfg.method : "PUT";
    http_body_set(&body, &cfg);
    p->answer.job = &p->http;
    p->answer.sink = NETP_SINK_CREATE | NETP_SINK_OVERWRITE;
    p->answer.discard = p->c->json && !p->answer.path;
    p->answer.read = http_body_read;
    p->answer.read_arg = &body;
    p->answer.read_total = body.total;
    status = http_answer_fetch(&p->answer, &cfg, &result);
    if (status == CLI_DONE && p->c->json) {
        http_answer_json(&p->answer, &result);
    }
    http_body_close(&body);
    return status;
}

static int run(struct cli *c, int argc, char **argv)
{
    struct put p = {.c = c};
    int first, status;

    netp_tftp_job_init(&p.tftp);
    http_job_init(&p.http, c);
    first = cli_parse(c, &cmd_put, argc, argv, HTTP_JOB_SHORTS HTTP_ANSWER_SHORTS, longs, own, &p);
    if (first < 0) {
        status = CLI_LEAVE(first);
    } else if (argc - first != 2) {
        status = cli_usage(c, "not a FILE and a URL");
    } else if (url_is_http(argv[first + 1])) {
        status = http_job_begin(&p.http);
        status = status == CLI_DONE ? send_http(&p, argv[first], argv[first + 1]) : status;
    } else {
        status = send_file(&p, argv[first], argv[first + 1]);
    }
    return http_job_end(&p.http, status);
}

const struct cli_command cmd_put = {
    "put",
    "FILE URL",
    "Send a file, or - for standard input, by http:, https:, tftp: and file:",
    HTTP_ANSWER_HELP TFTP_JOB_HELP,
    run,
    http_job_help};
