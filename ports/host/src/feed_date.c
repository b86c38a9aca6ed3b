/* feed_date.c - the dates of feeds. SPDX-License-Identifier: MIT */
#include "page_url.h"

#include <netproto/host/feed.h>
#include <netproto/http_date.h>
#include <netproto/text.h>
#include <stdio.h>

/* Takes exactly n digits off s. */
static bool take_number(struct netp_str *s, size_t n, unsigned *v)
{
    uint64_t number;

    if (s->n < n || netp_parse_dec(netp_str_make(s->p, n), 9999, &number) != NETP_OK) {
        return false;
    }
    *s = netp_str_make(s->p + n, s->n - n);
    *v = (unsigned)number;
    return true;
}

static bool take_char(struct netp_str *s, char c)
{
    if (s->n == 0 || s->p[0] != c) {
        return false;
    }
    *s = netp_str_make(s->p + 1, s->n - 1);
    return true;
}

/* "+01:00" or "+0100": seconds to the east. */
static bool read_offset(struct netp_str s, int64_t *offset)
{
    bool west = s.n > 0 && s.p[0] == '-';
    unsigned hours, minutes;

    if ((!take_char(&s, '+') && !take_char(&s, '-')) || !take_number(&s, 2, &hours)) {
        return false;
    }
    take_char(&s, ':');
    if (!take_number(&s, 2, &minutes) || s.n > 0 || hours > 23 || minutes > 59) {
        return false;
    }
    *offset = (int64_t)(hours * 3600 + minutes * 60) * (west ? -1 : 1);
    return true;
}

/* What is behind the T: "08:49[:37[.25]]" and a zone. */
static bool read_time(struct netp_str s, unsigned time[3], int64_t *offset)
{
    if (!take_number(&s, 2, &time[0]) || !take_char(&s, ':') || !take_number(&s, 2, &time[1])) {
        return false;
    }
    if (take_char(&s, ':')) {
        unsigned digit;
        if (!take_number(&s, 2, &time[2]) || (take_char(&s, '.') && !take_number(&s, 1, &digit))) {
            return false;
        }
        while (take_number(&s, 1, &digit)) {
        }
    }
    return netp_str_ieq(s, NETP_STR("Z")) || read_offset(s, offset);
}

/* "2026[-11[-21]]", up to where a time begins. */
static bool take_date(struct netp_str *s, unsigned date[3])
{
    return take_number(s, 4, &date[0]) &&
           (s->n == 0 || (take_char(s, '-') && take_number(s, 2, &date[1]))) &&
           (s->n == 0 || (take_char(s, '-') && take_number(s, 2, &date[2])));
}

/* RFC 3339, or the beginning of such a date. */
static int read_iso(struct netp_str s, int64_t *t)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    unsigned date[3] = {0, 1, 1}, time[3] = {0, 0, 0};
    int64_t offset = 0, local;
    char text[NETP_HTTP_DATE_LEN + 1];

    bool good = take_date(&s, date);
    if (good && s.n > 0) {
        good = (take_char(&s, 'T') || take_char(&s, 't') || take_char(&s, ' ')) &&
               read_time(s, time, &offset);
    }
    if (!good || date[1] < 1 || date[1] > 12 || time[2] > 60) {
        return NETP_E_SYNTAX;
    }
    bool leap = time[2] == 60; /* anywhere, for a zone moves it */
    snprintf(text, sizeof text, "Sun, %02u %.3s %04u %02u:%02u:%02u GMT", date[2],
             months + 3 * (date[1] - 1), date[0], time[0], time[1], time[2] - leap);
    int r = netp_http_date_parse(netp_str_of(text), 0, &local);
    if (r == NETP_OK) {
        *t = local + leap - offset;
    }
    return r;
}

/* RFC 822 section 5.1: what an alphabetic zone means; others are UTC, RFC 5322 section 4.3. */
static int64_t zone(struct netp_str s)
{
    static const char names[][4] = {"EDT", "EST", "CDT", "CST", "MDT", "MST", "PDT", "PST"};

    for (int i = 0; i < 8; i++) {
        if (netp_str_ieq(s, netp_str_of(names[i]))) {
            return -3600 * (4 + (i + 1) / 2);
        }
    }
    return 0;
}

/* RFC 822. The date without its zone is one that a cookie may have, but for the seconds. */
static int read_rfc822(struct netp_str s, int64_t *t)
{
    char text[64];
    size_t n = s.n, colons = 0;
    int64_t offset, local;

    while (n > 0 && s.p[n - 1] != ' ') {
        n--;
    }
    struct netp_str last = netp_str_make(s.p + n, s.n - n);
    if (last.n > 0 && last.p[0] >= '0' && last.p[0] <= '9') { /* no zone at all */
        n = s.n;
        offset = 0;
    } else if (!read_offset(last, &offset)) {
        offset = zone(last);
    }
    for (size_t i = 0; i < n; i++) {
        colons += s.p[i] == ':';
    }
    while (n > 0 && s.p[n - 1] == ' ') {
        n--;
    }
    if (n == 0 || n > 50) {
        return NETP_E_SYNTAX;
    }
    int k = snprintf(text, sizeof text, "%.*s%s", (int)n, s.p, colons == 1 ? ":00" : "");
    int r = netp_http_cookie_date_parse(netp_str_make(text, (size_t)k), &local);
    if (r == NETP_OK) {
        *t = local - offset;
    }
    return r;
}

int netp_feed_date(struct netp_str s, int64_t *t)
{
    s = page_url_strip(s);
    return read_iso(s, t) == NETP_OK ? NETP_OK : read_rfc822(s, t);
}
