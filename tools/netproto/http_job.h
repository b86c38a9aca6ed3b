/* http_job.h - what the subcommands that speak HTTP share: their options, a client that is set up
 * by them, and what came of a request.
 *
 *     struct http_job job;
 *     http_job_init(&job, c);
 *     ... cli_parse() with HTTP_JOB_SHORTS, HTTP_JOB_LONGS and http_job_option() ...
 *     if ((status = http_job_begin(&job)) == CLI_DONE) {
 *         struct netp_fetch_cfg cfg = job.fetch;
 *         cfg.url = url;
 *         cfg.data = ...
 *         status = http_job_run(&job, &cfg, &result);
 *     }
 *     return http_job_end(&job, status);
 *
 * SPDX-License-Identifier: MIT */
#ifndef HTTP_JOB_H
#define HTTP_JOB_H

#include "cli.h"
#include "http_cookies.h"
#include "http_proxy.h"
#include <netproto/host/fetch.h>

/* Their names and values are those of curl where it has such. */
enum {
    OPT_LOCATION = 600,
    OPT_NO_LOCATION,
    OPT_MAX_REDIRS,
    OPT_POST301,
    OPT_NOPROXY,
    OPT_NETRC,
    OPT_PASSWORD_FILE,
    OPT_BEARER_FILE,
    OPT_BEARER,
    OPT_BASIC,
    OPT_COMPRESSED,
    OPT_NO_COMPRESSED,
    OPT_RETRY,
    OPT_RETRY_DELAY,
    OPT_LIMIT_RATE,
    OPT_RESOLVE,
    OPT_CACERT,
    OPT_CAPATH,
    OPT_CERT_STATUS,
    OPT_CERT,
    OPT_KEY,
    OPT_MAX_FILESIZE
};

#define HTTP_JOB_SHORTS "X:H:A:e:b:c:Lx:U:u:nr:z:k"
#define HTTP_JOB_LONGS                                                                             \
    {"request", required_argument, NULL, 'X'}, {"header", required_argument, NULL, 'H'},           \
        {"user-agent", required_argument, NULL, 'A'}, {"referer", required_argument, NULL, 'e'},   \
        {"cookie", required_argument, NULL, 'b'}, {"cookie-jar", required_argument, NULL, 'c'},    \
        {"location", no_argument, NULL, 'L'}, {"no-location", no_argument, NULL, OPT_NO_LOCATION}, \
        {"max-redirs", required_argument, NULL, OPT_MAX_REDIRS},                                   \
        {"post301", no_argument, NULL, OPT_POST301}, {"post302", no_argument, NULL, OPT_POST301},  \
        {"proxy", required_argument, NULL, 'x'}, {"proxy-user", required_argument, NULL, 'U'},     \
        {"noproxy", required_argument, NULL, OPT_NOPROXY}, {"user", required_argument, NULL, 'u'}, \
        {"password-file", required_argument, NULL, OPT_PASSWORD_FILE},                             \
        {"netrc", optional_argument, NULL, OPT_NETRC},                                             \
        {"bearer-file", required_argument, NULL, OPT_BEARER_FILE},                                 \
        {"oauth2-bearer", required_argument, NULL, OPT_BEARER},                                    \
        {"basic", no_argument, NULL, OPT_BASIC}, {"range", required_argument, NULL, 'r'},          \
        {"time-cond", required_argument, NULL, 'z'},                                               \
        {"compressed", no_argument, NULL, OPT_COMPRESSED},                                         \
        {"no-compressed", no_argument, NULL, OPT_NO_COMPRESSED},                                   \
        {"retry", required_argument, NULL, OPT_RETRY},                                             \
        {"retry-delay", required_argument, NULL, OPT_RETRY_DELAY},                                 \
        {"limit-rate", required_argument, NULL, OPT_LIMIT_RATE},                                   \
        {"resolve", required_argument, NULL, OPT_RESOLVE},                                         \
        {"cacert", required_argument, NULL, OPT_CACERT},                                           \
        {"capath", required_argument, NULL, OPT_CAPATH},                                           \
        {"cert-status", no_argument, NULL, OPT_CERT_STATUS}, {"insecure", no_argument, NULL, 'k'}, \
        {"cert", required_argument, NULL, OPT_CERT}, {"key", required_argument, NULL, OPT_KEY},    \
    {                                                                                              \
        "max-filesize", required_argument, NULL, OPT_MAX_FILESIZE                                  \
    }
extern const char http_job_help[];

#define HTTP_JOB_FIELDS  48
#define HTTP_JOB_RESOLVE 16

struct http_job {
    struct cli *c;

    /* for a command to look at and to change before http_job_begin() */
    struct netp_http_client_cfg cfg;
    struct netp_fetch_cfg fetch; /* what the options say of each request: to be copied, and given
                                    url and callbacks */
    unsigned retry;              /* repetitions */
    uint32_t retry_delay_ms;     /* 0: one second, and twice as long each time */
    uint64_t limit_rate;         /* bytes a second; 0: any */
    bool
        given; /* to be set when some of an answer was given away, so that it can't be done again */
    const char *local_name; /* to be set, with errno, when a callback fails for a reason here */
    int local_errno;
    /* to be set by a callback that returns false and tells why by itself: it is no failure */
    bool stopped;

    /* there between begin and end */
    struct netp_loop *loop;
    struct netp_http_client *client;

    /* private: what the above points to */
    struct netp_http1_pair field_[HTTP_JOB_FIELDS];
    struct netp_str secret_[HTTP_JOB_FIELDS];
    struct netp_http_resolve resolve_[HTTP_JOB_RESOLVE];
    char *owned_[HTTP_JOB_FIELDS + 16]; /* memory of texts that were made */
    size_t nowned_;
    const char *user_, *password_file_, *bearer_file_, *netrc_;
    const char *cookie_, *referer_, *range_, *time_name_, *time_; /* values of fields */
    bool use_netrc_;
    struct http_cookies cookies_;
    struct http_proxy proxy_;
    netp_ms end_; /* of --timeout */
    uint64_t retry_after_ms_;
    uint64_t rate_next_us_; /* when --limit-rate lets more pass */
};

void http_job_init(struct http_job *job, struct cli *c);

/* Takes one of these options; false when its value is no good, or is no option of these. */
bool http_job_option(struct http_job *job, int opt, const char *value);

/* Adds a field to those of all requests, unless the user has one of that name; value is kept by the
 * caller. false: there are too many. */
bool http_job_field(struct http_job *job, const char *name, const char *value);

/* Reads what the options name, asks for a password if it must, and makes the client. CLI_DONE, or
 * the exit status, of which it has told. */
int http_job_begin(struct http_job *job);

/* Does a request, again as --retry says while nothing of the answer was given away. Returns the
 * exit status, of which it has told: CLI_FAILED for a status from 400 on, too. */
int http_job_run(struct http_job *job, const struct netp_fetch_cfg *cfg,
                 struct netp_fetch_result *result);

/* For a callback head() of a command, first of all: notes when the server wants to be asked again.
 */
void http_job_head(struct http_job *job, const struct netp_fetch_head *head);

/* Tells of a result that is a failure; the exit status. url is the one that was given. */
int http_job_tell(const struct http_job *job, const char *url,
                  const struct netp_fetch_result *result);

/* For callbacks: n more bytes have come or gone; waits if that was faster than --limit-rate. */
void http_job_rate(struct http_job *job, uint64_t n);

/* Writes the cookies, closes the connections and gives back all; also when begin was not called or
 * has failed. Returns status, or that of writing the cookies if it is worse. */
int http_job_end(struct http_job *job, int status);

/* url without user and password, for messages: up to n - 1 bytes into buf, which is returned. */
const char *http_job_shown(const char *url, char *buf, size_t n);

#endif
