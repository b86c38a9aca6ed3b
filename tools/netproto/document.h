/* document.h - what `links` and `feed` read: what is behind a URL of http, https or file, or
 * standard input. SPDX-License-Identifier: MIT */
#ifndef DOCUMENT_H
#define DOCUMENT_H

#include "http_job.h"
#include <netproto/http_field.h>

enum { OPT_BASE = 700 };
#define DOCUMENT_LONGS                                                                             \
    {                                                                                              \
        "base", required_argument, NULL, OPT_BASE                                                  \
    }
#define DOCUMENT_HELP                                                                              \
    "      --base URL           what relative URLs in it are relative to, instead of its own;\n"   \
    "                           - needs one\n"

struct document {
    struct http_job http;
    const char *base; /* NULL: the document's own URL */

    /* Of the command. false: no more of it is wanted, and the command knows why. */
    /* It begins; again, if --retry fetches it once more. What is not known is empty. */
    bool (*begin)(void *arg, struct netp_str url, const struct netp_http_media *media);
    bool (*data)(void *arg, const void *p, size_t n);
    void *arg;

    bool begun_;
};

void document_init(struct document *d, struct cli *c);

/* Takes one of the options, those of HTTP among them. */
bool document_option(struct document *d, int opt, const char *value);

/* Reads the document at url; "-" is standard input. The exit status, which is that of reading, and
 * CLI_DONE if it was stopped; of a failure it has told. */
int document_read(struct document *d, const char *url);

/* The exit status for what a reader of the document says, which it tells unless all is well. */
int document_tell(const struct document *d, const char *url, int err, const char *what);

/* Why there is no URL, after an error of netp_page_resolve(). */
const char *document_no_url(int err);

/* Prints text of others on a line: ends of lines are spaces, other control characters "?". */
void document_print(struct netp_str s);

/* Prints a member of an object, "name": "s", and what goes before it. */
void document_json(const char *before, const char *name, struct netp_str s);

#endif
