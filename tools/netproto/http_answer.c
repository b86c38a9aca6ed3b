/* http_answer.c - what becomes of an answer: its head, its body, a line of JSON.
 * SPDX-License-Identifier: MIT */
#include "http_answer.h"
#include <errno.h>
#include <netproto/host/socket.h>
#include <netproto/text.h>
#include <string.h>

bool http_answer_option(struct http_answer *a, int opt, const char *value)
{
    switch (opt) {
    case 'o':
        a->path = value;
        return *value != '\0';
    case 'i':
        return a->include = true;
    case OPT_FAIL_WITH_BODY:
        return a->fail_with_body = true;
    default:
        return false;
    }
}

static const char *name_of(const struct http_answer *a)
{
    return a->path ? a->path : "standard output";
}

/* Says why a callback returns false. */
static bool failed(struct http_answer *a)
{
    a->job->local_name = name_of(a);
    a->job->local_errno = errno;
    return false;
}

static bool put(struct http_answer *a, const void *p, size_t n)
{
    if (!output_write(&a->output_, p, n, a->at_)) {
        return failed(a);
    }
    a->at_ += n;
    a->job->given = a->output_.fd >= 0;
    return true;
}

/* --- the head -------------------------------------------------------------------------------- */

/* As it came: the parser takes no line that is folded, or holds a control character. */
static bool put_head(struct http_answer *a, const struct netp_fetch_head *head)
{
    const struct netp_http_head *h = head->head;
    struct netp_str reason = netp_http_str(head->text, h->reason);
    char line[40];
    int n = snprintf(line, sizeof line, "HTTP/1.%u %u ", h->minor, h->status);

    if (!put(a, line, (size_t)n) || !put(a, reason.p, reason.n) || !put(a, "\r\n", 2)) {
        return false;
    }
    for (uint16_t i = 0; i < h->nfield; i++) {
        struct netp_str name = netp_http_str(head->text, head->field[i].name);
        struct netp_str value = netp_http_str(head->text, head->field[i].value);
        if (!put(a, name.p, name.n) || !put(a, ": ", 2) || !put(a, value.p, value.n) ||
            !put(a, "\r\n", 2)) {
            return false;
        }
    }
    return put(a, "\r\n", 2);
}

static void json_head(const struct netp_fetch_head *head)
{
    const struct netp_http_head *h = head->head;

    printf("{\"url\": ");
    cli_json_string(head->url, strlen(head->url));
    printf(", \"status\": %u, \"fields\": [", h->status);
    for (uint16_t i = 0; i < h->nfield; i++) {
        struct netp_str name = netp_http_str(head->text, head->field[i].name);
        struct netp_str value = netp_http_str(head->text, head->field[i].value);
        printf(i ? ", [" : "[");
        cli_json_string(name.p, name.n);
        printf(", ");
        cli_json_string(value.p, value.n);
        printf("]");
    }
    printf("]}\n");
}

static bool open_output(struct http_answer *a, const struct netp_fetch_head *head)
{
    if (a->open_) {
        output_close(&a->output_); /* of a try before this one */
    }
    if (a->name_from_server && remote_name_of_head(head, a->name_)) {
        a->path = a->name_;
    }
    a->at_ = 0;
    if (!checksum_begin(&a->checksum)) {
        return failed(a);
    }
    a->open_ = output_open(&a->output_, a->path, a->sink) == 0;
    return a->open_ || failed(a);
}

/* Opens the output, unless nothing is to be written to it. */
static bool take_head(struct http_answer *a, const struct netp_fetch_head *head)
{
    unsigned status = head->head->status;
    bool body = status != 304 && (status < 400 || a->fail_with_body);
    bool show = a->include && (body || output_is_stream(a->path));

    if (!body && !show) {
        return true;
    }
    if (!open_output(a, head) || (show && !put_head(a, head))) {
        return false;
    }
    if (!body) {
        output_close(&a->output_);
        a->open_ = false;
    }
    return true;
}

static bool on_head(void *arg, const struct netp_fetch_head *head)
{
    struct http_answer *a = arg;

    http_job_head(a->job, head);
    if (!head->final) {
        return true;
    }
    a->total_ = head->decoded ? NETP_HTTP1_UNKNOWN : head->length;
    if (a->head_only && a->job->c->json) {
        json_head(head);
        return true;
    }
    return a->discard || take_head(a, head);
}

/* --- bodies ---------------------------------------------------------------------------------- */

static bool on_data(void *arg, const void *p, size_t n)
{
    struct http_answer *a = arg;

    if (a->open_ && !put(a, p, n)) {
        return false;
    }
    checksum_add(&a->checksum, p, n);
    progress_show(&a->progress_, a->at_, a->total_);
    http_job_rate(a->job, n);
    return true;
}

static ptrdiff_t on_read(void *arg, void *p, size_t n, uint64_t offset)
{
    struct http_answer *a = arg;
    ptrdiff_t r = a->read(a->read_arg, p, n, offset);

    if (r > 0) {
        http_job_rate(a->job, (uint64_t)r);
    }
    return r;
}

static void on_sent(void *arg, uint64_t bytes)
{
    struct http_answer *a = arg;

    progress_show(&a->progress_, bytes, a->read_total);
}

/* --- all of it ------------------------------------------------------------------------------- */

static int finish(struct http_answer *a, int status)
{
    if (status == CLI_DONE && a->open_ && !checksum_end(&a->checksum)) {
        status = cli_error(a->job->c, CLI_FAILED, "%s: its %s is another", a->shown_,
                           a->checksum.hash->name);
    }
    if (status == CLI_DONE && a->open_ && !output_commit(&a->output_)) {
        status = cli_error(a->job->c, CLI_LOCAL, "%s: %s", name_of(a), strerror(errno));
    }
    if (a->open_) {
        output_close(&a->output_);
        a->open_ = false;
    }
    return status;
}

int http_answer_fetch(struct http_answer *a, struct netp_fetch_cfg *cfg,
                      struct netp_fetch_result *result)
{
    uint64_t total;
    int status;

    a->open_ = false;
    a->at_ = 0;
    a->total_ = NETP_HTTP1_UNKNOWN;
    a->begun_ = netp_now();
    if (!a->path || !output_is_stream(a->path)) {
        snprintf(a->shown_, sizeof a->shown_, "%s", a->path ? a->path : "");
    }
    if (a->read) {
        cfg->read = on_read;
        cfg->body_n = a->read_total;
        cfg->sent = on_sent;
    }
    cfg->head = on_head;
    cfg->data = on_data;
    cfg->arg = a;
    if (!a->shown_[0] && !remote_name_of_url(cfg->url, a->shown_)) {
        snprintf(a->shown_, sizeof a->shown_, "%s", a->job->c->command);
    }
    progress_begin(&a->progress_, a->job->c, a->shown_);
    status = finish(a, http_job_run(a->job, cfg, result));
    total = result->received ? result->received : result->sent;
    progress_end(&a->progress_, total, total);
    return status;
}

void http_answer_json(const struct http_answer *a, const struct netp_fetch_result *result)
{
    printf("{\"url\": ");
    cli_json_string(result->url, strlen(result->url));
    printf(", \"status\": %d", result->status);
    if (a->path) {
        printf(", \"file\": ");
        cli_json_string(a->path, strlen(a->path));
    }
    printf(", \"bytes\": %llu, \"sent\": %llu, \"redirects\": %u, \"seconds\": %.3f}\n",
           (unsigned long long)result->received, (unsigned long long)result->sent,
           result->redirects, (double)(netp_now() - a->begun_) / 1000);
}
