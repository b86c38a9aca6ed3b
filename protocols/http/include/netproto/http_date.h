/* netproto/http_date.h - dates in HTTP: RFC 9110 section 5.6.7, and cookies' of RFC 6265.
 *
 * SPDX-License-Identifier: MIT
 *
 * Times are seconds since 1970-01-01 00:00:00 UTC, without leap seconds, as POSIX counts them, of
 * the years 1 to 9999. */
#ifndef NETPROTO_HTTP_DATE_H
#define NETPROTO_HTTP_DATE_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_HTTP_DATE_MIN (-62135596800) /* 0001-01-01 00:00:00 */
#define NETP_HTTP_DATE_MAX 253402300799   /* 9999-12-31 23:59:59 */
#define NETP_HTTP_DATE_LEN 29

/* Reads a date in one of three forms:
 *     Sun, 06 Nov 1994 08:49:37 GMT     IMF-fixdate
 *     Sunday, 06-Nov-94 08:49:37 GMT    of RFC 850
 *     Sun Nov  6 08:49:37 1994          of asctime()
 * now serves the second alone: of the years with these two digits it is the last that makes the
 * date no more than 50 years later than now; any number will do. 23:59:60, a leap second, is the
 * second after it. The name of the day must be one, but need not be the date's: a sender that
 * erred there can be understood.
 * NETP_E_SYNTAX: none of these forms, no such date or time, the year 0. *t changes only with
 * NETP_OK. */
NETP_API int netp_http_date_parse(struct netp_str s, int64_t now, int64_t *t);

/* Writes an IMF-fixdate, without a NUL. NETP_E_ARG: t is not in the years 1 to 9999. */
NETP_API int netp_http_date_format(int64_t t, char out[NETP_HTTP_DATE_LEN]);

/* Reads the Expires of a cookie by the algorithm of RFC 6265 section 5.1.1, which takes nearly
 * anything that has a time, a day, a month and a year, in any order. NETP_E_SYNTAX: one of them is
 * missing or out of range, or there is no such day. *t changes only with NETP_OK. */
NETP_API int netp_http_cookie_date_parse(struct netp_str s, int64_t *t);

#ifdef __cplusplus
}
#endif

#endif
