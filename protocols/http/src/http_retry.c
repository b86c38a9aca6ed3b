/* http_retry.c - another try, and when. SPDX-License-Identifier: MIT */
#include <netproto/http_date.h>
#include <netproto/http_retry.h>
#include <netproto/text.h>

bool netp_http_retry_status(unsigned status)
{
    return status == 408 || status == 429 || status == 500 || (status >= 502 && status <= 504);
}

bool netp_http_retry_error(int err)
{
    return err == NETP_E_TRUNCATED || err == NETP_E_TIMEOUT || err == NETP_E_IO;
}

int netp_http_retry_after(struct netp_str field, int64_t now, uint64_t *ms)
{
    uint64_t s = UINT32_MAX;
    int64_t date;
    int r = netp_parse_dec(field, UINT32_MAX, &s);

    if (r == NETP_E_SYNTAX) {
        r = netp_http_date_parse(field, now, &date);
        if (r != NETP_OK) {
            return r;
        }
        s = date <= now ? 0 : (uint64_t)date - (uint64_t)now;
        s = s < UINT32_MAX ? s : UINT32_MAX;
    }
    *ms = s * 1000;
    return NETP_OK;
}

uint64_t netp_http_retry_delay(unsigned attempt, uint32_t random, uint64_t retry_after_ms,
                               uint32_t first_ms, uint32_t max_ms)
{
    uint64_t ms = first_ms;

    if (retry_after_ms > max_ms) {
        return NETP_NEVER;
    }
    while (attempt-- > 1 && ms > 0 && ms < max_ms) {
        ms *= 2;
    }
    ms = ms < max_ms ? ms : max_ms;
    ms -= random % (ms / 2 + 1);
    return ms > retry_after_ms ? ms : retry_after_ms;
}
