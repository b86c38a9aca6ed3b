/* sntp_time.c - stamps and Unix time, over the change of eras. SPDX-License-Identifier: MIT */
#include <netproto/sntp.h>

#define UNIX_IN_NTP 2208988800u /* seconds from 1900 to 1970 */
#define NS          1000000000u

int64_t netp_sntp_to_unix(uint64_t stamp, int64_t pivot, uint32_t *ns)
{
    uint32_t s = (uint32_t)(stamp >> 32) - UNIX_IN_NTP;

    if (ns) {
        *ns = (uint32_t)((stamp & UINT32_MAX) * NS >> 32);
    }
    return pivot + (uint32_t)(s - (uint32_t)pivot);
}

uint64_t netp_sntp_from_unix(int64_t s, uint32_t ns)
{
    uint32_t ntp = (uint32_t)s + UNIX_IN_NTP;

    /* Rounded up, so that rounding down on the way back meets the same nanosecond. */
    return (uint64_t)ntp << 32 | (((uint64_t)ns << 32) + NS - 1) / NS;
}
