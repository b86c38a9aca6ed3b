/* Digest fields: what is read is written, and read as the same; lines joined are as lines in turn.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/http_repr_digest.h>
#include <netproto/text.h>

#include <string.h>

/* The end of the member that begins at i: a comma outside of strings, or the end. */
static size_t member_end(struct netp_str s, size_t i)
{
    for (bool quoted = false; i < s.n && (quoted || s.p[i] != ','); i++) {
        if (s.p[i] == '"') {
            quoted = !quoted;
        } else if (quoted && s.p[i] == '\\') {
            i++;
        }
    }
    return i < s.n ? i : s.n;
}

/* A second reading, member by member: a dictionary is good when all of them are, and none but the
 * field itself is empty. */
static int by_members(struct netp_str s, struct netp_http_repr_digest *d)
{
    for (size_t from = 0, end; from <= s.n; from = end + 1) {
        end = member_end(s, from);
        while (from > 0 && from < end && (s.p[from] == ' ' || s.p[from] == '\t')) {
            from++;
        }
        struct netp_str one = netp_str_make(s.p + from, end - from);
        if ((one.n == 0 && s.n > 0) || netp_http_repr_digest_parse(one, d) != NETP_OK) {
            return NETP_E_SYNTAX;
        }
    }
    return NETP_OK;
}

static bool same(const struct netp_http_repr_digest *a, const struct netp_http_repr_digest *b)
{
    return a->has_sha256 == b->has_sha256 && a->has_sha512 == b->has_sha512 &&
           memcmp(a->sha256, b->sha256, 32) == 0 && memcmp(a->sha512, b->sha512, 64) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *p = (char *)fuzz_copy(data, size), out[NETP_HTTP_REPR_DIGEST_CAP];
    struct netp_str s = netp_str_make(p, size);
    struct netp_http_repr_digest d, e;
    struct netp_http_want_digest w = {-1, -1};

    memset(&d, 0, sizeof d);
    memset(&e, 0, sizeof e);
    int r = netp_http_repr_digest_parse(s, &d), q = by_members(s, &e);
    FUZZ_CHECK(r == q, "%s, by members %s", netp_errname(r), netp_errname(q));
    FUZZ_OUTCOME("%s", netp_errname(r));
    if (r == NETP_OK) {
        FUZZ_CHECK(same(&d, &e), "other digests by members");
        ptrdiff_t n = netp_http_repr_digest_format(&d, out, sizeof out);
        FUZZ_CHECK(n >= 0, "%td", n);
        memset(&e, 0, sizeof e);
        r = netp_http_repr_digest_parse(netp_str_make(out, (size_t)n), &e);
        FUZZ_CHECK(r == NETP_OK && same(&d, &e), "written otherwise: %.*s", (int)n, out);
        FUZZ_OUTCOME("%.*s", (int)n, out);
    }
    r = netp_http_want_digest_parse(s, &w);
    FUZZ_CHECK(r == NETP_OK || (w.sha256 == -1 && w.sha512 == -1), "changed");
    FUZZ_CHECK(w.sha256 >= -1 && w.sha256 <= 10 && w.sha512 >= -1 && w.sha512 <= 10, "%d %d",
               w.sha256, w.sha512);
    FUZZ_OUTCOME("want %s %d %d", netp_errname(r), w.sha256, w.sha512);
    free(p);
    return 0;
}
