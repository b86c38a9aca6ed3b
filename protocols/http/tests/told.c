/* told.c - see told.h. SPDX-License-Identifier: MIT */
#include "told.h"

#include <stdio.h>

void tell(struct told *told, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    told->n += (size_t)vsnprintf(told->text + told->n, sizeof told->text - told->n, fmt, ap);
    va_end(ap);
    assert_true(told->n < sizeof told->text);
}

void tell_str(struct told *told, struct netp_str s)
{
    tell(told, "[%.*s]", (int)s.n, s.n > 0 ? s.p : "");
}

void tell_error(struct told *told, ptrdiff_t r)
{
    if (r < 0) {
        tell(told, "%s", netp_errname((int)r));
    }
}

void check_rows(void (*f)(struct netp_str s, struct told *told), const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct told told = {"", 0};
        char *p = malloc(rows[i].in.n + (rows[i].in.n == 0));

        assert_non_null(p);
        memcpy(p, rows[i].in.p, rows[i].in.n);
        f(netp_str_make(p, rows[i].in.n), &told);
        if (strcmp(told.text, rows[i].told) != 0) {
            print_error("row %zu: %.*s\n", i, (int)rows[i].in.n, rows[i].in.p);
        }
        assert_string_equal(told.text, rows[i].told);
        free(p);
    }
}
