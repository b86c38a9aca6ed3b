/* netproto/http_retry.h - which failures are worth another try, and when: RFC 9110 section 10.2.3.
 *
 * SPDX-License-Identifier: MIT
 *
 * Repeat only requests that may come twice: of an idempotent method (section 9.2.2), or of which no
 * byte had been sent. */
#ifndef NETPROTO_HTTP_RETRY_H
#define NETPROTO_HTTP_RETRY_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Whether a status may be another in a while: 408, 429, 500, 502, 503, 504. */
NETP_API bool netp_http_retry_status(unsigned status);

/* Whether an enum netp_err is one of the path, not of the peer's making: NETP_E_TRUNCATED,
 * NETP_E_TIMEOUT, NETP_E_IO. */
NETP_API bool netp_http_retry_error(int err);

/* Reads Retry-After, seconds or a date, as milliseconds from now, 0 for a date that is past;
 * 2^32 - 1 seconds at most, more is read as that. now: seconds since 1970. *ms changes only with
 * NETP_OK. NETP_E_SYNTAX: neither. */
NETP_API int netp_http_retry_after(struct netp_str field, int64_t now, uint64_t *ms);

/* How long to wait, ms, before try number `attempt`, 1 for the first repetition: first_ms, doubled
 * with each, max_ms at most; of that a random half or more, lest all clients come back at once; and
 * at least retry_after_ms, 0 if the server did not say. random: 32 bits nobody can predict.
 * NETP_NEVER: the server wants more than max_ms, so give up. */
NETP_API uint64_t netp_http_retry_delay(unsigned attempt, uint32_t random, uint64_t retry_after_ms,
                                        uint32_t first_ms, uint32_t max_ms);

#ifdef __cplusplus
}
#endif

#endif
