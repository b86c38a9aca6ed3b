/* http_time.c - seconds and the calendar. SPDX-License-Identifier: MIT */
#include "http_time.h"

#include <netproto/http_date.h>

const char http_weekdays[7][10] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                   "Thursday", "Friday", "Saturday"};
const char http_months[13][4] = {"",    "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

int http_month(struct netp_str name, bool any_case)
{
    for (int i = 12; i > 0; i--) {
        struct netp_str month = netp_str_of(http_months[i]);
        if (any_case ? netp_str_ieq(name, month) : netp_str_eq(name, month)) {
            return i;
        }
    }
    return 0;
}

enum { DAY = 86400, DAYS_TO_1970 = 719162 };

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* The days of the year before a month, 1 to 13. */
static int days_before(int year, int month)
{
    static const uint16_t days[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    return days[(unsigned)(month - 1) % 13] + (month > 2 && is_leap(year));
}

/* The days from the first of the year 1 to the first of another. */
static int days_to(int year)
{
    int y = year - 1;
    return 365 * y + y / 4 - y / 100 + y / 400;
}

bool http_time_join(const struct http_time *time, int64_t *t)
{
    bool leap = time->second == 60 && time->minute == 59 && time->hour == 23;
    int64_t v;

    if (time->year < 1 || time->day < 1 ||
        days_before(time->year, time->month) + time->day >
            days_before(time->year, time->month + 1) ||
        time->hour > 23 || time->minute > 59 || (time->second > 59 && !leap)) {
        return false;
    }
    v = days_to(time->year) - DAYS_TO_1970 + days_before(time->year, time->month) + time->day - 1;
    v = v * DAY + time->hour * 3600 + time->minute * 60 + time->second;
    if (v > NETP_HTTP_DATE_MAX) {
        return false; /* the last leap second */
    }
    *t = v;
    return true;
}

int http_time_split(int64_t t, struct http_time *time)
{
    int64_t s = t - NETP_HTTP_DATE_MIN;
    int days = (int)(s / DAY), second = (int)(s % DAY), weekday = (days + 1) % 7;

    time->year = days / 366 + 1;
    while (days_to(time->year + 1) <= days) {
        time->year++;
    }
    days -= days_to(time->year);
    time->month = 12;
    while (days_before(time->year, time->month) > days) {
        time->month--;
    }
    time->day = days - days_before(time->year, time->month) + 1;
    time->hour = second / 3600;
    time->minute = second / 60 % 60;
    time->second = second % 60;
    return weekday;
}
