/* http_fault.c - what came of a request, in a line and as an exit status.
 * SPDX-License-Identifier: MIT */
#include "http_job.h"
#include <string.h>

const char *http_job_shown(const char *url, char *buf, size_t n)
{
    const char *slashes = strstr(url, "://");
    size_t head = slashes ? (size_t)(slashes - url) + 3 : 0;
    size_t authority = strcspn(url + head, "/?#");
    const char *rest = url + head;

    for (size_t i = 0; i < authority; i++) {
        if (url[head + i] == '@') {
            rest = url + head + i + 1;
        }
    }
    if (snprintf(buf, n, "%.*s%s", (int)head, url, rest) < 0) {
        buf[0] = '\0';
    }
    return buf;
}

static int tls_status(enum netp_tls_code code)
{
    if (code >= NETP_TLS_FILE) {
        return CLI_LOCAL;
    }
    if (code <= NETP_TLS_CERT || code == NETP_TLS_CLIENT_CERT) {
        return CLI_FAILED; /* it was not verified, or we were refused */
    }
    return code == NETP_TLS_IO ? CLI_CONNECT : CLI_PROTOCOL;
}

static int status_of(const struct netp_fetch_result *r)
{
    if (r->err == NETP_E_TIMEOUT) {
        return CLI_TIMEOUT;
    }
    switch (r->stage) {
    case NETP_FETCH_URL:
        return CLI_USAGE;
    case NETP_FETCH_RESOLVE:
    case NETP_FETCH_CONNECT:
        return CLI_CONNECT;
    case NETP_FETCH_TLS:
        return tls_status(r->tls);
    case NETP_FETCH_LOCAL:
        return CLI_LOCAL;
    case NETP_FETCH_REDIRECT:
        return r->err == NETP_E_SYNTAX ? CLI_PROTOCOL : CLI_FAILED;
    default:
        return cli_status(r->err);
    }
}

int http_job_tell(const struct http_job *job, const char *url,
                  const struct netp_fetch_result *result)
{
    char shown[2048];

    if (job->local_name) {
        return cli_error(job->c, CLI_LOCAL, "%s: %s", job->local_name, strerror(job->local_errno));
    }
    http_job_shown(result->url[0] ? result->url : url, shown, sizeof shown);
    if (result->err != NETP_OK) {
        return cli_error(job->c, status_of(result), "%s: %s", shown, result->text);
    }
    if (result->status >= 400) {
        return cli_error(job->c, CLI_FAILED, "%s: the server answers %d %s", shown, result->status,
                         netp_http_reason((unsigned)result->status));
    }
    return CLI_DONE;
}
