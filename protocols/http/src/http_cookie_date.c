/* http_cookie_date.c - the dates of cookies: RFC 6265 section 5.1.1. SPDX-License-Identifier: MIT
 */
#include "http_scan.h"
#include "http_time.h"

#include <netproto/http_date.h>

/* non-delimiter */
static const struct http_chars in_token = {{0xfffffdff, 0x07ff0000, 0x07fffffe, 0x87fffffe,
                                            0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}};

/* A number of min to max digits and no more. */
static bool take_number(struct netp_str *token, size_t min, size_t max, int *number)
{
    struct netp_str rest = *token, digits = http_take_run(&rest, &http_digit);
    uint64_t v;

    if (digits.n < min || digits.n > max) {
        return false;
    }
    (void)netp_parse_dec(digits, UINT64_MAX, &v);
    *number = (int)v;
    *token = rest;
    return true;
}

/* The functions below see whether a token, whose end may be anything, is what they are called. */

static bool is_time(struct netp_str token, struct http_time *time)
{
    return take_number(&token, 1, 2, &time->hour) && http_take_char(&token, ':') &&
           take_number(&token, 1, 2, &time->minute) && http_take_char(&token, ':') &&
           take_number(&token, 1, 2, &time->second);
}

static bool is_month(struct netp_str token, int *month)
{
    *month = token.n < 3 ? 0 : http_month(http_take(&token, 3), true);
    return *month > 0;
}

enum { TIME = 1, DAY = 2, MONTH = 4, YEAR = 8, ALL = 15 };

/* Takes the token for the first thing not found yet that it can be, and returns that, or 0. */
static unsigned read_token(struct netp_str token, unsigned found, struct http_time *time)
{
    if ((found & TIME) == 0 && is_time(token, time)) {
        return TIME;
    }
    if ((found & DAY) == 0 && take_number(&token, 1, 2, &time->day)) {
        return DAY;
    }
    if ((found & MONTH) == 0 && is_month(token, &time->month)) {
        return MONTH;
    }
    return (found & YEAR) == 0 && take_number(&token, 2, 4, &time->year) ? YEAR : 0;
}

int netp_http_cookie_date_parse(struct netp_str s, int64_t *t)
{
    struct http_time time;
    unsigned found = 0;

    while (s.n > 0) {
        found |= read_token(http_take_run(&s, &in_token), found, &time);
        http_take(&s, s.n > 0);
    }
    if (found != ALL) {
        return NETP_E_SYNTAX;
    }
    if (time.year < 100) {
        time.year += time.year < 70 ? 2000 : 1900;
    }
    /* A leap second, which HTTP-date knows, is none here. */
    return time.year >= 1601 && time.second < 60 && http_time_join(&time, t) ? NETP_OK
                                                                             : NETP_E_SYNTAX;
}
