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

/* The lines of a name, joined by commas; n: how many. */
static struct netp_str joined(const struct request *q, const char *name, char *out, unsigned *n)
{
    struct netp_str line;
    size_t at = 0;

    for (*n = 0; netp_http_head_find(&q->head, q->text, netp_str_of(name), *n, &line); (*n)++) {
        if (*n > 0) {
            out[at++] = ',';
        }
        memcpy(out + at, line.p, line.n);
        at += line.n;
    }
    return netp_str_make(out, at);
}

/* '-': not there; '!': malformed; 'y' or 'n'. */
static char tags(const struct request *q, const char *name, bool strong)
{
    char text[NETP_HTTP_HEAD_MAX], found = 'n';
    unsigned n;
    struct netp_str list = joined(q, name, text, &n);
    struct netp_http_etag etag;
    int r;

    if (n == 0) {
        return '-';
    }
    if (netp_str_eq(list, NETP_STR("*"))) {
        return q->selected->etag != NULL ? 'y' : 'n';
    }
    while ((r = netp_http_etag_next(&list, &etag)) > 0) {
        if (q->selected->etag != NULL && netp_str_eq(etag.tag, q->selected->etag->tag) &&
            !(strong && (etag.weak || q->selected->etag->weak))) {
            found = 'y';
        }
    }
    return r < 0 ? '!' : found;
}

/* '-': to be ignored; '<', '=' or '>': the date to that of the representation. */
static char date(const struct request *q, const char *name)
{
    char text[NETP_HTTP_HEAD_MAX];
    unsigned n;
    struct netp_str s = joined(q, name, text, &n);
    int64_t t;

    if (n != 1 || q->selected->modified == NETP_HTTP_NOT_DATED ||
        netp_http_date_parse(s, q->now, &t) != NETP_OK) {
        return '-';
    }
    return t < q->selected->modified ? '<' : t > q->selected->modified ? '>' : '=';
}

static bool may_be_partial(const struct request *q)
{
    char text[NETP_HTTP_HEAD_MAX];
    struct netp_http_etag etag;
    unsigned nrange, n;

    joined(q, "Range", text, &nrange);
    if (nrange != 1) {
        return false;
    }
    struct netp_str s = joined(q, "If-Range", text, &n);
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

/* "*" is a list of its own: on one line of several it has no meaning that readers agree on. */
static bool has_star(const struct request *q, const char *name)
{
    struct netp_str line;
    unsigned n = 0;
    bool star = false;

    while (netp_http_head_find(&q->head, q->text, netp_str_of(name), n, &line)) {
        star = star || netp_str_eq(line, NETP_STR("*"));
        n++;
    }
    return star && n > 1;
}

static void judge(struct request *q, const char *what)
{
    static const char *const names[] = {"", "go on", "partial", "304", "412"};
    struct netp_str range = {NULL, 0};
    enum netp_http_precondition r =
        netp_http_precondition(&q->head, q->text, q->selected, q->now, &range);

    if (!has_star(q, "If-Match") && !has_star(q, "If-None-Match")) {
        enum netp_http_precondition want = by_steps(q);
        FUZZ_CHECK(r == want, "%s, by steps %s", names[r], names[want]);
    }
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
