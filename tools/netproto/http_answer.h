/* http_answer.h - what becomes of an answer: its head, its body, a line of JSON.
 * SPDX-License-Identifier: MIT */
#ifndef HTTP_ANSWER_H
#define HTTP_ANSWER_H

#include "checksum.h"
#include "http_job.h"
#include "output.h"
#include "progress.h"
#include "remote_name.h"

enum { OPT_FAIL_WITH_BODY = 650 };
#define HTTP_ANSWER_SHORTS "o:i"
#define HTTP_ANSWER_LONGS                                                                          \
    {"output", required_argument, NULL, 'o'}, {"include", no_argument, NULL, 'i'},                 \
    {                                                                                              \
        "fail-with-body", no_argument, NULL, OPT_FAIL_WITH_BODY                                    \
    }
#define HTTP_ANSWER_HELP                                                                           \
    "  -o, --output FILE        write there, when it is complete; - is standard\n"                 \
    "                           output, which is the default\n"                                    \
    "  -i, --include            the head, too, before the body\n"                                  \
    "      --fail-with-body     print what comes with a status of 400 or more, too\n"

struct http_answer {
    struct http_job *job;
    /* for the command to set */
    const char *path;         /* NULL: standard output */
    unsigned sink;            /* NETP_SINK_*, of a file */
    bool include;             /* the head is written, too */
    bool fail_with_body;      /* what comes with a failure is written, too */
    bool head_only;           /* the fields are the answer (HEAD) */
    bool name_from_server;    /* the file is named by Content-Disposition, where it is there */
    bool discard;             /* nothing is written */
    struct checksum checksum; /* of the body that is written */
    ptrdiff_t (*read)(void *arg, void *p, size_t n, uint64_t offset); /* of the request's body */
    void *read_arg;
    uint64_t read_total; /* bytes, or NETP_HTTP1_CHUNKED */

    /* private */
    struct output output_;
    struct progress progress_;
    netp_ms begun_;
    bool open_;
    uint64_t at_, total_;
    char name_[REMOTE_NAME_CAP], shown_[REMOTE_NAME_CAP];
};

/* Takes one of the options above; false when it is none of them. */
bool http_answer_option(struct http_answer *a, int opt, const char *value);

/* Does the request cfg, whose callbacks and arg must be free, and puts the answer where it belongs.
 * The exit status; of a failure it has told. */
int http_answer_fetch(struct http_answer *a, struct netp_fetch_cfg *cfg,
                      struct netp_fetch_result *result);

/* The line for --json. */
void http_answer_json(const struct http_answer *a, const struct netp_fetch_result *result);

#endif
