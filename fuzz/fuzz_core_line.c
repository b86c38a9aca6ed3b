/* The line assembler: the same lines, error and place whole, byte by byte and in any pieces, and
 * what a plain reading of the input says. SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/line.h>
#include <netproto/text.h>

#include <string.h>

#define CAP_MAX 64u

struct setting {
    size_t cap;
    unsigned flags;
};

/* Feeds p[0..n) in pieces of `chunk`, logs the lines; returns how many bytes were taken. */
static size_t feed(struct log *log, struct setting set, const uint8_t *p, size_t n, size_t chunk)
{
    char *buf = (char *)fuzz_block(set.cap);
    struct netp_line l;
    struct netp_str line;
    size_t taken = 0;
    int r = 0;

    netp_line_init(&l, buf, set.cap, set.flags);
    while (taken < n && r >= 0) {
        size_t k = chunk < n - taken ? chunk : n - taken;
        uint8_t *block = (uint8_t *)fuzz_copy(p + taken, k);
        struct netp_in in = {block, k, 0, NULL};
        while ((r = netp_line_next(&l, &in, &line)) == 1) {
            log_end(log);
            log_data(log, "line", line.p, line.n);
        }
        FUZZ_CHECK(r < 0 || in.n == 0, "%zu bytes left", in.n);
        taken += k - in.n;
        free(block);
    }
    log_line(log, "%s at %zu%s", netp_errname(r), taken,
             r == 0 && netp_line_pending(&l) ? ", begun" : "");
    if (r < 0) {
        struct netp_in in = {p, n, 0, NULL};
        FUZZ_CHECK(netp_line_next(&l, &in, &line) == r && in.n == n, "not sticky");
    }
    free(buf);
    return taken;
}

/* The first n bytes by the rules of line.h, in the plainest way. */
static int plain(struct setting set, const uint8_t *p, size_t n, size_t *taken)
{
    size_t len = 0;
    bool cr = false;
    for (size_t i = 0; i < n; i++) {
        bool lf = p[i] == '\n', nul = p[i] == '\0' && (set.flags & NETP_LINE_NUL) == 0;
        *taken = i + 1;
        if (nul || (cr && !lf) || (lf && !cr && (set.flags & NETP_LINE_BARE_LF) == 0)) {
            return NETP_E_SYNTAX;
        }
        if (lf) {
            len = 0;
        } else if (p[i] != '\r' && len++ == set.cap) {
            return NETP_E_LIMIT;
        }
        cr = p[i] == '\r';
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_split(data, size);
    struct setting set = {CAP_MAX - decide(&in.control, CAP_MAX), decide(&in.control, 4)};
    struct log a = {0}, b = {0}, c = {0};
    size_t taken = feed(&a, set, in.p, in.n, SIZE_MAX), expected = 0;
    int r = plain(set, in.p, in.n, &expected);
    char end[64];

    feed(&b, set, in.p, in.n, 1);
    feed(&c, set, in.p, in.n, 1 + decide(&in.control, 16));
    FUZZ_CHECK(a.n == b.n && memcmp(a.p, b.p, a.n) == 0, "byte by byte:\n%s---\n%s", a.p, b.p);
    FUZZ_CHECK(a.n == c.n && memcmp(a.p, c.p, a.n) == 0, "in pieces:\n%s---\n%s", a.p, c.p);
    snprintf(end, sizeof end, "%s at %zu", netp_errname(r), expected);
    FUZZ_CHECK(taken == expected && strstr(a.p, end) != NULL, "not %s:\n%s", end, a.p);
    FUZZ_OUTCOME("cap %zu flags %u", set.cap, set.flags);
    if (fuzz_outcome != NULL) {
        log_text(fuzz_outcome, a.p, a.n);
    }
    log_free(&a);
    log_free(&b);
    log_free(&c);
    return 0;
}
