/* post_data.h - -d, -F and the like: the options that make the body of a POST.
 * SPDX-License-Identifier: MIT */
#ifndef POST_DATA_H
#define POST_DATA_H

#include "http_body.h"
#include <netproto/http_multipart.h>

enum { OPT_DATA_RAW = 680, OPT_DATA_BINARY, OPT_DATA_URLENCODE, OPT_FORM_STRING, OPT_JSON_BODY };
#define POST_DATA_SHORTS "d:F:"
#define POST_DATA_LONGS                                                                            \
    {"data", required_argument, NULL, 'd'}, {"data-raw", required_argument, NULL, OPT_DATA_RAW},   \
        {"data-binary", required_argument, NULL, OPT_DATA_BINARY},                                 \
        {"data-urlencode", required_argument, NULL, OPT_DATA_URLENCODE},                           \
        {"form", required_argument, NULL, 'F'},                                                    \
        {"form-string", required_argument, NULL, OPT_FORM_STRING},                                 \
    {                                                                                              \
        "json-body", required_argument, NULL, OPT_JSON_BODY                                        \
    }
#define POST_DATA_HELP                                                                             \
    "  -d, --data DATA|@FILE    NAME=VALUE as it is, several with & between; of a\n"               \
    "                           FILE (- is standard input) all but line ends\n"                    \
    "      --data-urlencode DATA  NAME=VALUE or NAME@FILE: the value is escaped\n"                 \
    "      --data-raw DATA      as -d, but @ has no meaning\n"                                     \
    "      --data-binary DATA|@FILE  as -d, but a file of any size as it is\n"                     \
    "  -F, --form PART          multipart/form-data: NAME=VALUE, NAME=@FILE for a\n"               \
    "                           file, NAME=<FILE for what it holds; then ;type=TYPE\n"             \
    "                           and of a file ;filename=NAME\n"                                    \
    "      --form-string NAME=VALUE  as -F, but @, < and ; have no meaning\n"                      \
    "      --json-body TEXT|@FILE  JSON\n"

#define POST_DATA_MAX 80 /* of these options */

struct post_data {
    struct {
        int opt;
        const char *value;
    } given_[POST_DATA_MAX];
    size_t ngiven_;

    struct http_body body;
    const char *type; /* Content-Type; NULL: there is no body */
    bool json;        /* it is JSON, and such is wanted as answer */

    /* private: the parts of a multipart body, and texts that were made */
    struct netp_http_part part_[POST_DATA_MAX];
    struct http_piece file_[POST_DATA_MAX]; /* of each part that is a file */
    size_t nparts_;
    char *owned_[4 * POST_DATA_MAX];
    size_t nowned_;
    char type_[NETP_HTTP_MULTIPART_TYPE_LEN + 1];
};

/* Takes one of these options; false when it is none of them, or there are too many. */
bool post_data_option(struct post_data *d, int opt, const char *value);

/* Makes body and type of them. The exit status, of which it has told. */
int post_data_make(struct post_data *d, const struct cli *c);

void post_data_close(struct post_data *d);

#endif
