/* http_time.h - seconds and the calendar. SPDX-License-Identifier: MIT */
#ifndef HTTP_TIME_H
#define HTTP_TIME_H

#include <netproto/text.h>

struct http_time {
    int year, month, day; /* 1.., 1..12, 1..31 */
    int hour, minute, second;
};

/* "Sunday" is 0, "Jan" is 1. */
extern const char http_weekdays[7][10];
extern const char http_months[13][4];

/* The month with this name of three letters, 1..12, or 0. */
int http_month(struct netp_str name, bool any_case);

/* false, and no *t: there is no such day or time in the years 1 to 9999. */
bool http_time_join(const struct http_time *time, int64_t *t);

/* t in NETP_HTTP_DATE_MIN..MAX. Returns the weekday, 0 is Sunday. */
int http_time_split(int64_t t, struct http_time *time);

#endif
