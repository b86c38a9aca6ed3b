/* http_date.c - HTTP-date: RFC 9110 section 5.6.7. SPDX-License-Identifier: MIT */
#include "http_scan.h"
#include "http_time.h"

#include <netproto/http_date.h>

static bool take_text(struct netp_str *s, struct netp_str text)
{
    return s->n >= text.n && netp_str_eq(http_take(s, text.n), text);
}

/* A number of exactly n digits. */
static bool take_number(struct netp_str *s, size_t n, int *number)
{
    uint64_t v = 0;
    bool good = s->n >= n && netp_parse_dec(http_take(s, n), 9999, &v) == NETP_OK;

    *number = (int)v;
    return good;
}

/* A weekday, or its first letters. */
static bool take_weekday(struct netp_str *s, size_t letters)
{
    for (int i = 0; i < 7; i++) {
        struct netp_str rest = *s, name = netp_str_of(http_weekdays[i]);
        name.n = letters < name.n ? letters : name.n;
        if (take_text(&rest, name)) {
            *s = rest;
            return true;
        }
    }
    return false;
}

static bool take_month(struct netp_str *s, int *month)
{
    *month = s->n < 3 ? 0 : http_month(http_take(s, 3), false);
    return *month > 0;
}

/* The element of a form: a and A are a weekday, short and long, b a month, d and e a day, with a
 * space before a single digit in e, Y and y a year, h:m:s the time; else the character itself. */
static bool take_element(struct netp_str *s, char element, struct http_time *time)
{
    switch (element) {
    case 'a':
        return take_weekday(s, 3);
    case 'A':
        return take_weekday(s, SIZE_MAX);
    case 'b':
        return take_month(s, &time->month);
    case 'd':
        return take_number(s, 2, &time->day);
    case 'e':
        return take_number(s, http_take_char(s, ' ') ? 1 : 2, &time->day);
    case 'Y':
        return take_number(s, 4, &time->year);
    case 'y':
        return take_number(s, 2, &time->year);
    case 'h':
        return take_number(s, 2, &time->hour);
    case 'm':
        return take_number(s, 2, &time->minute);
    case 's':
        return take_number(s, 2, &time->second);
    default:
        return http_take_char(s, element);
    }
}

static bool matches(struct netp_str s, const char *form, struct http_time *time)
{
    for (; *form != '\0'; form++) {
        if (!take_element(&s, *form, time)) {
            return false;
        }
    }
    return s.n == 0;
}

/* Whether a is later in its year than b. */
static bool later(const struct http_time *a, const struct http_time *b)
{
    const int x[] = {a->month, a->day, a->hour, a->minute, a->second};
    const int y[] = {b->month, b->day, b->hour, b->minute, b->second};

    for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
        if (x[i] != y[i]) {
            return x[i] > y[i];
        }
    }
    return false;
}

/* Of the years with two digits the last that makes *time no more than 50 years later than now. */
static int whole_year(const struct http_time *time, int64_t now)
{
    struct http_time today;
    int year;

    now = now < NETP_HTTP_DATE_MIN ? NETP_HTTP_DATE_MIN : now;
    now = now > NETP_HTTP_DATE_MAX ? NETP_HTTP_DATE_MAX : now;
    http_time_split(now, &today);
    today.year += 50;
    year = today.year - (today.year + 100 - time->year) % 100;
    return year == today.year && later(time, &today) ? year - 100 : year;
}

int netp_http_date_parse(struct netp_str s, int64_t now, int64_t *t)
{
    struct http_time time;

    if (matches(s, "A, d-b-y h:m:s GMT", &time)) {
        time.year = whole_year(&time, now);
    } else if (!matches(s, "a, d b Y h:m:s GMT", &time) && !matches(s, "a b e h:m:s Y", &time)) {
        return NETP_E_SYNTAX;
    }
    return http_time_join(&time, t) ? NETP_OK : NETP_E_SYNTAX;
}

/* Writes v in two digits. */
static void put2(struct http_writer *w, int v)
{
    http_put(w, (char)('0' + v / 10));
    http_put(w, (char)('0' + v % 10));
}

int netp_http_date_format(int64_t t, char out[NETP_HTTP_DATE_LEN])
{
    struct http_writer w = {out, NETP_HTTP_DATE_LEN, 0};
    struct http_time time;

    if (t < NETP_HTTP_DATE_MIN || t > NETP_HTTP_DATE_MAX) {
        return NETP_E_ARG;
    }
    http_put_str(&w, netp_str_make(http_weekdays[http_time_split(t, &time)], 3));
    http_put_str(&w, NETP_STR(", "));
    put2(&w, time.day);
    http_put(&w, ' ');
    http_put_str(&w, netp_str_make(http_months[time.month], 3));
    http_put(&w, ' ');
    put2(&w, time.year / 100);
    put2(&w, time.year % 100);
    http_put(&w, ' ');
    put2(&w, time.hour);
    http_put(&w, ':');
    put2(&w, time.minute);
    http_put(&w, ':');
    put2(&w, time.second);
    http_put_str(&w, NETP_STR(" GMT"));
    return NETP_OK;
}
