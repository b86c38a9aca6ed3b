/* Dates: what is read can be written, and every time that is written in any form is read as itself.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/bytes.h>
#include <netproto/http_date.h>
#include <netproto/text.h>

#include <string.h>

static int64_t parse(const char *p, size_t n, int64_t now)
{
    int64_t t = 0;
    int r = netp_http_date_parse(netp_str_make(p, n), now, &t);
    FUZZ_CHECK(r == NETP_OK, "%s: %.*s", netp_errname(r), (int)n, p);
    return t;
}

/* In all four forms. */
static void write_and_read(int64_t t)
{
    static const char *const names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                        "Thursday", "Friday", "Saturday"};
    char fixed[NETP_HTTP_DATE_LEN], other[40];
    int64_t cookie = 0;
    int r = netp_http_date_format(t, fixed), n;

    FUZZ_CHECK(r == NETP_OK, "%s: %lld", netp_errname(r), (long long)t);
    FUZZ_CHECK(parse(fixed, sizeof fixed, -t) == t, "%.29s", fixed);
    n = snprintf(other, sizeof other, "%.3s %.3s %c%c %.8s %.4s", fixed, fixed + 8,
                 fixed[5] == '0' ? ' ' : fixed[5], fixed[6], fixed + 17, fixed + 12);
    FUZZ_CHECK(parse(other, (size_t)n, -t) == t, "%s", other);
    for (size_t i = 0; i < 7; i++) {
        if (memcmp(names[i], fixed, 3) == 0) {
            n = snprintf(other, sizeof other, "%s, %.2s-%.3s-%.2s %.8s GMT", names[i], fixed + 5,
                         fixed + 8, fixed + 14, fixed + 17);
            FUZZ_CHECK(parse(other, (size_t)n, t) == t, "%s", other);
        }
    }
    r = netp_http_cookie_date_parse(netp_str_make(fixed, sizeof fixed), &cookie);
    FUZZ_CHECK(memcmp(fixed + 12, "1601", 4) < 0 ? r == NETP_E_SYNTAX || cookie != t
                                                 : r == NETP_OK && cookie == t,
               "%s: %.29s", netp_errname(r), fixed);
}

/* The outcome of reading a text. */
static void told(const char *what, int r, int64_t t)
{
    char fixed[NETP_HTTP_DATE_LEN];

    if (r != NETP_OK) {
        FUZZ_CHECK(t == 7, "changed, though %s", netp_errname(r));
        FUZZ_OUTCOME("%s %s", what, netp_errname(r));
        return;
    }
    write_and_read(t);
    netp_http_date_format(t, fixed);
    FUZZ_OUTCOME("%s %.29s", what, fixed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *p = (char *)fuzz_copy(data, size);
    struct netp_str s = netp_str_make(p, size);
    uint8_t bytes[8] = {0};
    int64_t t = 7;
    int r = netp_http_date_parse(s, 1795248000, &t); /* 21 Nov 2026 */

    told("date", r, t);
    t = 7;
    r = netp_http_cookie_date_parse(s, &t);
    told("cookie", r, t);

    memcpy(bytes, data, size < sizeof bytes ? size : sizeof bytes);
    write_and_read((int64_t)(netp_rd64be(bytes) % (NETP_HTTP_DATE_MAX - NETP_HTTP_DATE_MIN + 1)) +
                   NETP_HTTP_DATE_MIN);
    free(p);
    return 0;
}
