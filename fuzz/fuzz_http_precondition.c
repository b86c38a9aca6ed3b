/* Conditional requests: the order of RFC 9110 section 13.2.2 by a second reading of each field.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/http_date.h>
#include <netproto/http_precondition.h>
#include <netproto/text.h>

#include <string.h>

#define FIELDS   20
#define MODIFIED 784111777 /* Sun, 06 Nov 1994 08:49:37 GMT */

struct request {
    struct netp_http_head head;
    const char *text;
    int64_t now;
    const struct netp_http_selected *selected;
};

/* The last line of a name; n: how many there are. */
static struct netp_str last(const struct request *q, const char *name, unsigned *n)
{
    struct netp_str line = {NULL, 0};

    for (*n = 0; netp_http_head_find(&q->head, q->text, netp_str_of(name), *n, &line); (*n)++) {
    }
    return line;
}

/* '-': not there; '!': malformed; 'y' or 'n'. Line by line: an entity tag in two halves is none. */
static char tags(const struct request *q, const char *name, bool strong)
{
    const struct netp_http_etag *own = q->selected->etag;
    struct netp_http_etag etag;
    struct netp_str list;
    char found = '-';
    int r = 0;

    for (unsigned i = 0;
         r == 0 && netp_http_head_find(&q->head, q->text, netp_str_of(name), i, &list); i++) {
        found = found == 'y' ? 'y' : 'n';
        if (netp_str_eq(list, NETP_STR("*"))) {
            found = own != NULL ? 'y' : found;
            continue;
        }
        while ((r = netp_http_etag_next(&list, &etag)) > 0) {
            if (own != NULL && netp_str_eq(etag.tag, own->tag) &&
                !(strong && (etag.weak || own->weak))) {
                found = 'y';
            }
        }
    }
    return r < 0 ? '!' : found;
}

/* '-': to be ignored; '<', '=' or '>': the date to that of the representation. */
static char date(const struct request *q, const char *name)
{
    unsigned n;
    struct netp_str s = last(q, name, &n);
    int64_t t;

    if (n != 1 || q->selected->modified == NETP_HTTP_NOT_DATED ||
        netp_http_date_parse(s, q->now, &t) != NETP_OK) {
        return '-';
    }
    return t < q->selected->modified ? '<' : t > q->selected->modified ? '>' : '=';
}

static bool may_be_partial(const struct request *q)
{
    struct netp_http_etag etag;
    unsigned nrange, n;

    last(q, "Range", &nrange);
    if (nrange != 1) {
        return false;
    }
    struct netp_str s = last(q, "If-Range", &n);
    if (n != 1) {
        return n == 0;
    }
    if (netp_http_etag_parse(s, &etag) == NETP_OK) {
        return q->selected->etag != NULL && !etag.weak && !q->selected->etag->weak &&
               netp_str_eq(etag.tag, q->selected->etag->tag);
    }
    return date(q, "If-Range") == '=' && q->now > q->selected->modified;
}

static enum netp_http_precondition by_steps(const struct request *q)
{
    struct netp_str method = netp_http_str(q->text, q->head.method);
    bool get = netp_str_eq(method, NETP_STR("GET"));
    bool safe = get || netp_str_eq(method, NETP_STR("HEAD"));
    char match = tags(q, "If-Match", true), none = tags(q, "If-None-Match", false);

    if (match != '-' ? match != 'y' : date(q, "If-Unmodified-Since") == '<') {
        return NETP_HTTP_FAILED;
    }
    if (none == 'y' || (none == '!' && !safe)) {
        return safe ? NETP_HTTP_NOT_MODIFIED : NETP_HTTP_FAILED;
    }
    if (none == '-' && safe && strchr("=>", date(q, "If-Modified-Since")) != NULL) {
        return NETP_HTTP_NOT_MODIFIED;
    }
    return get && may_be_partial(q) ? NETP_HTTP_PARTIAL : NETP_HTTP_GO_ON;
}

static void judge(struct request *q, const char *what)
{
    static const char *const names[] = {"", "go on", "partial", "304", "412"};
    struct netp_str range = {NULL, 0};
    enum netp_http_precondition r =
        netp_http_precondition(&q->head, q->text, q->selected, q->now, &range);
    enum netp_http_precondition want = by_steps(q);

    FUZZ_CHECK(r == want, "%s, by steps %s", names[r], names[want]);
    FUZZ_OUTCOME("%s: %s", what, names[r]);
    if (r == NETP_HTTP_PARTIAL) {
        FUZZ_CHECK(range.p >= q->text, "elsewhere");
        FUZZ_OUTCOME("%.*s", (int)range.n, range.p);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct netp_http_etag strong = {{"xyzzy", 5}, false}, weak = {{"xyzzy", 5}, true};
    static const struct {
        const char *what;
        struct netp_http_selected selected;
        int64_t age;
    } worlds[] = {
        {"strong", {&strong, MODIFIED}, 60},
        {"weak", {&weak, MODIFIED}, 0},
        {"undated", {&strong, NETP_HTTP_NOT_DATED}, 60},
        {"absent", {NULL, NETP_HTTP_NOT_DATED}, 60},
    };
    char *p = (char *)fuzz_copy(data, size);
    struct netp_http_field field[FIELDS];
    struct request q = {.text = p};

    netp_http_head_init(&q.head, NETP_HTTP_HEAD_REQUEST, field, FIELDS, 0);
    if (netp_http_head_parse(&q.head, p, size) > 0) {
        for (size_t i = 0; i < sizeof worlds / sizeof *worlds; i++) {
            q.selected = &worlds[i].selected;
            q.now = MODIFIED + worlds[i].age;
            judge(&q, worlds[i].what);
        }
    }
    free(p);
    return 0;
}
