/* get_http.h - what `get` does for http and https URLs. SPDX-License-Identifier: MIT */
#ifndef GET_HTTP_H
#define GET_HTTP_H

#include "checksum.h"
#include "http_answer.h"

enum { OPT_CHECKSUM = 670 };
#define GET_HTTP_SHORTS HTTP_JOB_SHORTS "iIJR"
#define GET_HTTP_LONGS                                                                             \
    HTTP_JOB_LONGS, {"include", no_argument, NULL, 'i'}, {"head", no_argument, NULL, 'I'},         \
        {"fail-with-body", no_argument, NULL, OPT_FAIL_WITH_BODY},                                 \
        {"remote-header-name", no_argument, NULL, 'J'}, {"remote-time", no_argument, NULL, 'R'},   \
    {                                                                                              \
        "checksum", required_argument, NULL, OPT_CHECKSUM                                          \
    }
#define GET_HTTP_HELP                                                                              \
    "  -J, --remote-header-name  with -O: the name that the server tells; no\n"                    \
    "                           file is replaced\n"                                                \
    "  -R, --remote-time        the file gets the time of Last-Modified\n"                         \
    "      --checksum ALG:HEX   a digest that it must have: sha-256, sha-512, ...\n"               \
    "  -i, --include            the head, too, before the body\n"                                  \
    "  -I, --head               the head alone\n"                                                  \
    "      --fail-with-body     print what comes with a status of 400 or more, too\n"

struct get_http {
    struct http_job job;
    struct checksum checksum;
    bool include, head_only, header_name, remote_time, fail_with_body;

    /* of `get` */
    const char *output; /* -o; NULL: none */
    bool remote_name, resume;
    unsigned parallel;
};

/* Takes one of these options; false when its value is no good, or is no option of these. */
bool get_http_option(struct get_http *g, int opt, const char *value);

/* Fetches all of url[0..n), those that are http or https. The worst exit status. */
int get_http(struct get_http *g, char **url, int n);

#endif
