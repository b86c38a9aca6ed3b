/* httpd_env.c - variables that scripts of netproto httpd get beside those of the request.
 * SPDX-License-Identifier: MIT */
#include "httpd_job.h"
#include <netproto/text.h>
#include <string.h>

/* What a request decides must not be said twice. */
static bool is_taken(struct netp_str name)
{
    static const char *const taken[] = {
        "AUTH_TYPE",       "CONTENT_LENGTH",  "CONTENT_TYPE", "GATEWAY_INTERFACE", "HTTPS",
        "PATH_INFO",       "PATH_TRANSLATED", "QUERY_STRING", "REMOTE_ADDR",       "REMOTE_HOST",
        "REMOTE_IDENT",    "REMOTE_PORT",     "REMOTE_USER",  "REQUEST_METHOD",    "REQUEST_URI",
        "SCRIPT_FILENAME", "SCRIPT_NAME",     "SERVER_ADDR",  "SERVER_NAME",       "SERVER_PORT",
        "SERVER_PROTOCOL", "SERVER_SOFTWARE"};

    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        if (netp_str_eq(name, netp_str_of(taken[i]))) {
            return true;
        }
    }
    return name.n >= 5 && memcmp(name.p, "HTTP_", 5) == 0;
}

static bool is_name(struct netp_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9')) {
            return false;
        }
    }
    return s.n > 0;
}

bool httpd_env_add(struct httpd_job *job, const char *value)
{
    const char *sign = strchr(value, '=');
    struct netp_str name = netp_str_make(value, sign ? (size_t)(sign - value) : 0);

    if (!is_name(name) || is_taken(name)) {
        return false;
    }
    if (netp_str_eq(name, NETP_STR("PATH"))) {
        job->script_path = sign + 1;
        return true;
    }
    if (job->nenv == HTTPD_ENV) {
        return false;
    }
    job->env[job->nenv++] = value;
    return true;
}
