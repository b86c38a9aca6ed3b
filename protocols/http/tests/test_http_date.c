/* test_http_date.c - HTTP-date and the dates of cookies: RFC 9110 section 5.6.7, RFC 6265 section
 * 5.1.1. The seconds are those of python3: email.utils, http.cookiejar, datetime.
 * SPDX-License-Identifier: MIT */
#include "told.h"

#include <netproto/http_date.h>
#include <stdio.h>

#define NOW 1795248000 /* Sat, 21 Nov 2026 08:00:00 GMT */

static void told_time(struct told *told, int r, int64_t t)
{
    tell_error(told, r);
    if (r == NETP_OK) {
        tell(told, "%lld", (long long)t);
    } else {
        assert_true(t == 7);
    }
}

static void date(struct netp_str s, struct told *told)
{
    int64_t t = 7;
    int r = netp_http_date_parse(s, NOW, &t);
    told_time(told, r, t);
}

static void all_three_forms_are_read(void **state)
{
    static const struct row rows[] = {
        /* RFC 9110 section 5.6.7 */
        ROW("Sun, 06 Nov 1994 08:49:37 GMT", "784111777"),
        ROW("Sunday, 06-Nov-94 08:49:37 GMT", "784111777"),
        ROW("Sun Nov  6 08:49:37 1994", "784111777"),
        ROW("Sun Nov 06 08:49:37 1994", "784111777"), /* date3 takes two digits */
        ROW("Wed Nov 16 08:49:37 1994", "784975777"),
        ROW("Thu, 01 Jan 1970 00:00:00 GMT", "0"),
        ROW("Wed, 31 Dec 1969 23:59:59 GMT", "-1"),
        ROW("Tue, 29 Feb 2000 12:00:00 GMT", "951825600"),
        ROW("Thu, 29 Feb 2024 23:59:59 GMT", "1709251199"),
        ROW("Tue, 19 Jan 2038 03:14:08 GMT", "2147483648"),
        ROW("Mon, 01 Mar 1900 00:00:00 GMT", "-2203891200"),
        ROW("Mon, 01 Jan 0001 00:00:00 GMT", "-62135596800"),
        ROW("Fri, 31 Dec 9999 23:59:59 GMT", "253402300799"),
        ROW("Sat, 31 Dec 2016 23:59:60 GMT", "1483228800"), /* a leap second */
        ROW("Sat, 06 Nov 1994 08:49:37 GMT", "784111777"),  /* it was a Sunday */
        ROW("Wednesday, 06-Nov-94 08:49:37 GMT", "784111777"),
    };
    (void)state;
    check_rows(date, rows, COUNT(rows));
}

static void other_forms_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "Sun",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 GM",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        " Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 gmt",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "Son, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nev 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun,  6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun 06 Nov 1994 08:49:37 GMT",
        "Sun, 06-Nov-1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT",
        "Sun, 06 Nov 1994 08:49 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 30 Feb 2000 08:49:37 GMT",
        "Sun, 29 Feb 1900 08:49:37 GMT",
        "Sun, 29 Feb 2023 08:49:37 GMT",
        "Sun, 32 Dec 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sun, 06 Nov 1994 08:49:60 GMT",
        "Sun, 06 Nov 1994 23:58:60 GMT",
        "Sun, 06 Nov 1994 22:59:60 GMT",
        "Sun, 06 Nov 1994 23:59:61 GMT",
        "Fri, 31 Dec 9999 23:59:60 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, +6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov -994 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT",
        "Sunday, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sunda, 06-Nov-94 08:49:37 GMT",
        "Sunday, 6-Nov-94 08:49:37 GMT",
        "Sunday, 29-Feb-23 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov  6 08:49:37 94",
        "Sun Nov  6 08:49:37 1994 GMT",
        "Sun Nov  66 08:49:37 1994",
        "Sun, Nov  6 08:49:37 1994",
        "784111777",
        "0",
        "Sun, 06 No",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct row row = {netp_str_of(bad[i]), "NETP_E_SYNTAX"};
        check_rows(date, &row, 1);
    }
}

static int64_t two_digits(const char *s, int64_t now)
{
    int64_t t = 7;
    int r = netp_http_date_parse(netp_str_of(s), now, &t);

    assert_true(r == NETP_OK || t == 7);
    return r == NETP_OK ? t : r;
}

/* "MUST interpret a timestamp [..] that appears to be more than 50 years in the future as
 * representing the most recent year in the past that had the same last two digits" */
static void years_of_two_digits_are_near_now(void **state)
{
    (void)state;
    assert_true(two_digits("Saturday, 21-Nov-26 08:00:00 GMT", NOW) == NOW);
    assert_true(two_digits("Saturday, 21-Nov-76 08:00:00 GMT", NOW) == 3373171200);
    assert_true(two_digits("Saturday, 21-Nov-76 08:00:01 GMT", NOW) == 217411201);
    assert_true(two_digits("Saturday, 01-Dec-76 00:00:00 GMT", NOW) == 218246400);
    assert_true(two_digits("Saturday, 31-Oct-76 23:00:00 GMT", NOW) == 3371410800);
    assert_true(two_digits("Saturday, 01-Jan-77 00:00:00 GMT", NOW) == 220924800);
    assert_true(two_digits("Saturday, 31-Dec-69 00:00:00 GMT", NOW) == 3155673600);
    assert_true(two_digits("Saturday, 31-Dec-99 05:06:07 GMT", NOW) == 946616767);
    assert_true(two_digits("Saturday, 01-Jan-70 00:00:00 GMT", 0) == 0);
    assert_true(two_digits("Saturday, 29-Feb-20 00:00:00 GMT", 0) == -1572825600);
    assert_true(two_digits("Saturday, 29-Feb-00 12:00:00 GMT", 784111777) == 951825600);
    assert_true(two_digits("Saturday, 29-Feb-00 12:00:00 GMT", 3155673600) == NETP_E_SYNTAX);
    /* a clock that is mad: the years 9951 to 10049, and -49 to 50, of which some are none */
    assert_true(two_digits("Friday, 31-Dec-99 23:59:59 GMT", INT64_MAX) == NETP_HTTP_DATE_MAX);
    assert_true(two_digits("Friday, 31-Dec-00 23:59:59 GMT", INT64_MAX) == NETP_E_SYNTAX);
    assert_true(two_digits("Monday, 01-Jan-01 00:00:00 GMT", INT64_MIN) == NETP_HTTP_DATE_MIN);
    assert_true(two_digits("Monday, 01-Jan-52 00:00:00 GMT", INT64_MIN) == NETP_E_SYNTAX);
    assert_true(two_digits("Monday, 01-Jan-99 00:00:00 GMT", INT64_MIN) == NETP_E_SYNTAX);
}

/* A second too late, in each place. */
static void fifty_years_are_exact(void **state)
{
    static const char *const t[][3] = {
        {"31 Jan 2026 23:59:59", "31-Jan-76 23:59:59", "01-Feb-76 00:00:00"},
        {"15 Mar 2026 23:59:59", "15-Mar-76 23:59:59", "16-Mar-76 00:00:00"},
        {"15 Mar 2026 22:59:59", "15-Mar-76 22:59:59", "15-Mar-76 23:00:00"},
        {"15 Mar 2026 22:58:59", "15-Mar-76 22:58:59", "15-Mar-76 22:59:00"},
        {"15 Mar 2026 22:58:58", "15-Mar-76 22:58:58", "15-Mar-76 22:58:59"},
        {"31 Dec 2026 23:59:59", "31-Dec-76 23:59:59", "01-Jan-77 00:00:00"},
    };
    char text[64];
    int64_t now;

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        assert_int_equal(netp_http_cookie_date_parse(netp_str_of(t[i][0]), &now), NETP_OK);
        snprintf(text, sizeof text, "Sunday, %s GMT", t[i][1]);
        assert_true(two_digits(text, now) > now);
        snprintf(text, sizeof text, "Sunday, %s GMT", t[i][2]);
        assert_true(two_digits(text, now) < now);
    }
}

static const char *formatted(int64_t t)
{
    static char out[NETP_HTTP_DATE_LEN + 1];
    int r = netp_http_date_format(t, out);
    return r == NETP_OK ? out : netp_errname(r);
}

static void the_fixed_form_is_written(void **state)
{
    (void)state;
    assert_string_equal(formatted(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
    assert_string_equal(formatted(0), "Thu, 01 Jan 1970 00:00:00 GMT");
    assert_string_equal(formatted(-1), "Wed, 31 Dec 1969 23:59:59 GMT");
    assert_string_equal(formatted(4107542400), "Mon, 01 Mar 2100 00:00:00 GMT");
    assert_string_equal(formatted(NETP_HTTP_DATE_MIN), "Mon, 01 Jan 0001 00:00:00 GMT");
    assert_string_equal(formatted(NETP_HTTP_DATE_MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
    assert_string_equal(formatted(NETP_HTTP_DATE_MIN - 1), "NETP_E_ARG");
    assert_string_equal(formatted(NETP_HTTP_DATE_MAX + 1), "NETP_E_ARG");
}

/* Every day from one year to another, beside a calendar that only counts. */
static void days(int64_t t, int weekday, int from, int to)
{
    static const char *const names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    char out[NETP_HTTP_DATE_LEN], want[NETP_HTTP_DATE_LEN + 1];
    int64_t back;

    for (int y = from; y < to; y++) {
        bool leap = y % 400 == 0 || (y % 4 == 0 && y % 100 != 0);
        for (int m = 0; m < 12; m++) {
            for (int d = 1; d <= lengths[m] + (m == 1 && leap); d++, t += 86400) {
                assert_int_equal(netp_http_date_format(t, out), NETP_OK);
                memcpy(want, "xxx, dd xxx yyyy 23:59:58 GMT", sizeof want);
                memcpy(want, names[weekday++ % 7], 3);
                memcpy(want + 8, months[m], 3);
                want[5] = (char)('0' + d / 10);
                want[6] = (char)('0' + d % 10);
                for (int i = 0, k = y; i < 4; i++, k /= 10) {
                    want[15 - i] = (char)('0' + k % 10);
                }
                assert_memory_equal(out, want, NETP_HTTP_DATE_LEN);
                assert_int_equal(netp_http_date_parse(netp_str_make(out, sizeof out), 0, &back), 0);
                assert_true(back == t);
            }
        }
    }
}

static void the_calendar_is_right(void **state)
{
    (void)state;
    days(NETP_HTTP_DATE_MIN + 86398, 1, 1, 6);
    days(-11644473600 + 86398, 1, 1601, 2401);
    days(253402300798 - 364 * 86400, 5, 9999, 10000);
}

static void cookie_date(struct netp_str s, struct told *told)
{
    int64_t t = 7;
    int r = netp_http_cookie_date_parse(s, &t);
    told_time(told, r, t);
}

static void dates_of_cookies_are_read(void **state)
{
    static const struct row rows[] = {
        ROW("Sun, 06 Nov 1994 08:49:37 GMT", "784111777"),
        ROW("Sunday, 06-Nov-94 08:49:37 GMT", "784111777"),
        ROW("Sun Nov  6 08:49:37 1994", "784111777"),
        ROW("Mon, 18-Apr-2011 20:27:21 GMT", "1303158441"),
        ROW("8:49:37 6 NOVember 1994", "784111777"),
        ROW("1994 8:49:37 06th nov", "784111777"), /* no day, but the year */
        ROW("06th 1994x 08:49:37.123 nov", "784111777"),
        ROW("6\t1994!8:49:37~Nov", "784111777"),
        ROW("6/Nov/1994@08:49:37[x", "784111777"),
        ROW("6`Nov{094}08:49:37", "784111777"),
        ROW("06;Nov<94=08:49:37;7;8;Dec;9:9:9", "784111777"), /* the first of each */
        ROW("06 Nov 69 08:49:37", "3150953377"),
        ROW("01 Jan 70 00:00:00", "0"),
        ROW("01 Jan 00 00:00:00", "946684800"),
        ROW("31 Dec 99 05:06:07", "946616767"),
        ROW("01 Jan 1601 00:00:00", "-11644473600"),
        ROW("31 Dec 9999 23:59:59", "253402300799"),
        ROW("31 Dec 1600 23:59:59", "NETP_E_SYNTAX"),
        ROW("01 Jan 100 00:00:00", "NETP_E_SYNTAX"),
        ROW("01 Jan 19999 00:00:00", "NETP_E_SYNTAX"),
        ROW("01 Jan 1 00:00:00", "NETP_E_SYNTAX"),
        ROW("00 Jan 1970 00:00:00", "NETP_E_SYNTAX"),
        ROW("32 Jan 1970 00:00:00", "NETP_E_SYNTAX"),
        ROW("31 Apr 1970 00:00:00", "NETP_E_SYNTAX"),
        ROW("29 Feb 2023 00:00:00", "NETP_E_SYNTAX"),
        ROW("01 Jan 1970 24:00:00", "NETP_E_SYNTAX"),
        ROW("01 Jan 1970 00:60:00", "NETP_E_SYNTAX"),
        ROW("31 Dec 2016 23:59:60", "NETP_E_SYNTAX"),
        ROW("01 Jan 1970 00:00", "NETP_E_SYNTAX"),
        ROW("01 Jan 1970 000:00:00", "NETP_E_SYNTAX"),
        ROW("01 Jan 1970 00:000:00", "NETP_E_SYNTAX"),
        ROW("01 Jan 1970 00:00:000", "NETP_E_SYNTAX"),
        ROW("01 Jan 1970 00:00:", "NETP_E_SYNTAX"),
        ROW("01 Jan 1970 00-00-00", "NETP_E_SYNTAX"),
        ROW("01 Ja 1970 00:00:00", "NETP_E_SYNTAX"),
        ROW("01 Jxn 1970 00:00:00", "NETP_E_SYNTAX"),
        ROW("01 Jan 00:00:00", "NETP_E_SYNTAX"),
        ROW("Jan 1970 00:00:00", "NETP_E_SYNTAX"),
        ROW("01 1970 00:00:00", "NETP_E_SYNTAX"),
        ROW("01 Jan 1970", "NETP_E_SYNTAX"),
        ROW("", "NETP_E_SYNTAX"),
        ROW("\x01"
            "01 Jan 1970 00:00:00",
            "NETP_E_SYNTAX"), /* \x01 is no delimiter */
    };
    (void)state;
    check_rows(cookie_date, rows, COUNT(rows));
}

/* Every character: between the month and the year it parts them, or not. */
static void delimiters_part_tokens(void **state)
{
    static const char delimiters[] = "\t !\"#$%&'()*+,-./;<=>?@[\\]^_`{|}~";

    (void)state;
    for (int c = 0; c < 256; c++) {
        char year[] = "01 Jan 1970? 00:00:00", s[] = "01 Jan-1970 00:00:00";
        int64_t t = 7;
        s[6] = (char)c;
        bool parts = memchr(delimiters, c, sizeof delimiters - 1) != NULL;
        int r = netp_http_cookie_date_parse(netp_str_make(s, sizeof s - 1), &t);
        assert_int_equal(r, parts ? NETP_OK : NETP_E_SYNTAX);
        year[11] = (char)c;
        r = netp_http_cookie_date_parse(netp_str_make(year, sizeof year - 1), &t);
        assert_int_equal(r, c < '0' || c > '9' ? NETP_OK : NETP_E_SYNTAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_three_forms_are_read),
        cmocka_unit_test(other_forms_are_refused),
        cmocka_unit_test(years_of_two_digits_are_near_now),
        cmocka_unit_test(fifty_years_are_exact),
        cmocka_unit_test(the_fixed_form_is_written),
        cmocka_unit_test(the_calendar_is_right),
        cmocka_unit_test(dates_of_cookies_are_read),
        cmocka_unit_test(delimiters_part_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
