/* http_job.c - a client that is set up by the options, and requests by it.
 * SPDX-License-Identifier: MIT */
#include "http_job.h"
#include "secret.h"
#include "text_file.h"
#include <errno.h>
#include <netproto/host/random.h>
#include <netproto/host/resolve.h>
#include <netproto/host/socket.h>
#include <netproto/http_field.h>
#include <netproto/http_retry.h>
#include <netproto/machine.h>
#include <netproto/text.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RETRY_FIRST_MS 1000u
#define RETRY_MAX_MS   600000u
#define STALL_MS       60000u
#define PIECE          262144u /* bytes that a callback may be given at a time, and then waits for */

void http_job_init(struct http_job *job, struct cli *c)
{
    memset(job, 0, sizeof *job);
    job->c = c;
}

static uint32_t clamp_ms(uint64_t ms)
{
    return ms == NETP_NEVER ? 0 : ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

/* --- beginning ------------------------------------------------------------------------------- */

/* Gives a text to the job, which frees it. */
static const char *keep(struct http_job *job, char *text)
{
    job->owned_[job->nowned_++] = text;
    return text;
}

static int read_user(struct http_job *job)
{
    const char *colon = strchr(job->user_, ':');
    char *user = strndup(job->user_, strcspn(job->user_, ":"));
    char *password =
        colon ? strdup(colon + 1)
              : secret_find(job->c, job->password_file_, "NETPROTO_PASSWORD", job->user_);

    job->fetch.user = keep(job, user);
    job->fetch.password = keep(job, password);
    if (user && password) {
        return CLI_DONE;
    }
    return job->password_file_ ? CLI_LOCAL : CLI_USAGE;
}

static int read_netrc(struct http_job *job)
{
    const char *home = getenv("HOME"), *file = job->netrc_;
    char path[4096], *text;
    size_t n;

    if (!file) {
        snprintf(path, sizeof path, "%s/.netrc", home ? home : "");
        file = path;
    }
    text = text_file_read(file, &n);
    if (!text) {
        return cli_error(job->c, CLI_LOCAL, "%s: %s", file, strerror(errno));
    }
    job->cfg.netrc = netp_str_make(keep(job, text), n);
    return CLI_DONE;
}

/* Whether they fit into a field; what does not would be left out of the request. */
static bool can_be_sent(const struct http_job *job)
{
    const struct netp_fetch_cfg *f = &job->fetch;
    char out[3072];
    bool good = (!f->user || netp_http_basic_format(out, sizeof out, netp_str_of(f->user),
                                                    netp_str_of(f->password)) > 0) &&
                (!f->token || netp_http_bearer_format(out, sizeof out, netp_str_of(f->token)) > 0);

    explicit_bzero(out, sizeof out);
    return good;
}

static int read_login(struct http_job *job)
{
    if (job->user_) {
        int status = read_user(job);
        if (status != CLI_DONE) {
            return status;
        }
    }
    if (job->bearer_file_ &&
        !(job->fetch.token = keep(job, secret_read(job->c, job->bearer_file_)))) {
        return CLI_LOCAL;
    }
    if (!can_be_sent(job)) {
        return cli_usage(job->c, "user, password or token is too long, or no good in a field");
    }
    return job->use_netrc_ ? read_netrc(job) : CLI_DONE;
}

static bool add_fields(struct http_job *job)
{
    const char *const fields[][2] = {{"Cookie", job->cookie_},
                                     {"Referer", job->referer_},
                                     {"Range", job->range_},
                                     {job->time_name_, job->time_}};

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (fields[i][1] && !http_job_field(job, fields[i][0], fields[i][1])) {
            return false;
        }
    }
    return true;
}

static void print_trace(void *arg, char kind, struct netp_str line)
{
    (void)arg;
    fprintf(stderr, "%c %.*s\n", kind, (int)line.n, line.p);
}

/* What the common options say. */
static int read_common(struct http_job *job)
{
    struct cli *c = job->c;
    struct netp_http_client_cfg *cfg = &job->cfg;

    cfg->fam = c->fam;
    cfg->connect_ms = clamp_ms(c->connect_timeout_ms);
    cfg->trace = c->verbose ? print_trace : NULL;
    job->end_ = netp_after(netp_now(), c->timeout_ms);
    job->fetch.timeout_ms = clamp_ms(c->timeout_ms);
    if (job->limit_rate) { /* who waits here does not stall there */
        cfg->stall_ms = clamp_ms(STALL_MS + (uint64_t)PIECE * 1000 / job->limit_rate);
    }
    if (c->bind && netp_resolve(c->bind, 0, c->fam, &cfg->local, 1) <= 0) {
        return cli_error(c, CLI_LOCAL, "no local address '%s'", c->bind);
    }
    if (cfg->tls.insecure) {
        cli_error(c, CLI_DONE, "--insecure: certificates are not verified");
    }
    return CLI_DONE;
}

static int make_client(struct http_job *job)
{
    struct netp_tls_fail fail = {.text = "no memory"};

    job->loop = netp_loop_new();
    job->client = job->loop ? netp_http_client_new(job->loop, &job->cfg, &fail) : NULL;
    return job->client ? CLI_DONE : cli_error(job->c, CLI_LOCAL, "%s", fail.text);
}

int http_job_begin(struct http_job *job)
{
    int status = read_common(job);

    if (status == CLI_DONE && !add_fields(job)) {
        status = cli_usage(job->c, "more than %d fields", HTTP_JOB_FIELDS);
    }
    if (status == CLI_DONE) {
        status = http_proxy_open(&job->proxy_, job->c, &job->cfg.proxy);
    }
    if (status == CLI_DONE) {
        status = read_login(job);
    }
    if (status == CLI_DONE) {
        status = http_cookies_open(&job->cookies_, job->c);
    }
    job->cfg.jar = job->cookies_.mem ? &job->cookies_.jar : NULL;
    return status == CLI_DONE ? make_client(job) : status;
}

int http_job_end(struct http_job *job, int status)
{
    int saved = job->client ? http_cookies_save(&job->cookies_, job->c) : CLI_DONE;

    netp_http_client_free(job->client);
    netp_loop_free(job->loop);
    http_cookies_free(&job->cookies_);
    http_proxy_free(&job->proxy_);
    while (job->nowned_ > 0) {
        secret_free(job->owned_[--job->nowned_]);
    }
    job->client = NULL;
    job->loop = NULL;
    return saved > status ? saved : status;
}

/* --- requests -------------------------------------------------------------------------------- */

static void wait_ms(uint64_t ms)
{
    struct timespec left = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};

    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

void http_job_rate(struct http_job *job, uint64_t n)
{
    uint64_t now = netp_now() * 1000;

    if (job->limit_rate) {
        if (job->rate_next_us_ < now) {
            job->rate_next_us_ = now; /* a pause is not made up for */
        }
        job->rate_next_us_ += n * 1000000 / job->limit_rate;
        wait_ms((job->rate_next_us_ - now) / 1000);
    }
}

void http_job_head(struct http_job *job, const struct netp_fetch_head *head)
{
    struct netp_str value;

    job->retry_after_ms_ = 0;
    if (netp_http_head_find(head->head, head->text, NETP_STR("Retry-After"), 0, &value)) {
        (void)netp_http_retry_after(value, time(NULL), &job->retry_after_ms_);
    }
}

/* Whether to do it again, after a wait; false: no. */
static bool again(struct http_job *job, const struct netp_fetch_cfg *cfg,
                  const struct netp_fetch_result *r, unsigned attempt)
{
    uint32_t random = 0, first = job->retry_delay_ms ? job->retry_delay_ms : RETRY_FIRST_MS;
    uint64_t ms;
    char url[2048];

    if (attempt > job->retry || job->given || ((cfg->flags & NETP_FETCH_ONCE) && r->sent > 0) ||
        !(r->err == NETP_OK ? netp_http_retry_status((unsigned)r->status)
                            : netp_http_retry_error(r->err))) {
        return false;
    }
    (void)netp_random(&random, sizeof random);
    ms = netp_http_retry_delay(attempt, random, job->retry_after_ms_, first,
                               first > RETRY_MAX_MS ? first : RETRY_MAX_MS);
    if (ms == NETP_NEVER || netp_after(netp_now(), ms) >= job->end_) {
        return false;
    }
    cli_note(job->c, "%s: %s; again in %.1f s", http_job_shown(cfg->url, url, sizeof url),
             r->err == NETP_OK ? netp_http_reason((unsigned)r->status) : r->text,
             (double)ms / 1000);
    wait_ms(ms);
    return true;
}

int http_job_run(struct http_job *job, const struct netp_fetch_cfg *cfg,
                 struct netp_fetch_result *result)
{
    struct netp_fetch_cfg now_cfg = *cfg;
    unsigned attempt = 1;

    job->given = job->stopped = false;
    job->local_name = NULL;
    do {
        netp_ms now = netp_now();
        if (job->end_ != NETP_NEVER) {
            now_cfg.timeout_ms = now < job->end_ ? clamp_ms(job->end_ - now) : 1;
        }
        job->retry_after_ms_ = 0;
        netp_fetch_run(job->client, &now_cfg, result);
    } while (again(job, cfg, result, attempt++));
    return job->stopped ? CLI_DONE : http_job_tell(job, cfg->url, result);
}
