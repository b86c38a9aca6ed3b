/* netproto/sntp_select.h - which of several servers to believe (RFC 5905 section 11.2.1).
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_SNTP_SELECT_H
#define NETPROTO_SNTP_SELECT_H

#include <netproto/sntp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is agreed on. */
struct netp_sntp_choice {
    size_t agree;      /* how many do */
    size_t best;       /* index of the one with the least distance among them: take its offset,
                          which may lie outside of low and high, by no more than that distance */
    int64_t low, high; /* the true offset lies between these, if they are right */
};

/* Compares one sample of each server: of several that with the least delay, which waited least in
 * queues, so its offset is the best (RFC 5905 section 10). Each says that the true offset is no
 * further from its own than its distance. From the least to the greatest point that more than half
 * of these intervals have in common, the truth lies, if more than half of the servers tell it;
 * outlier[i] becomes true for those that do not reach there. NETP_OK, also for a single one;
 * NETP_E_REFUSED: no more than half have a point in common, so none can be believed (*choice and
 * outlier tell of the largest groups that do); NETP_E_ARG: n is 0. Takes time as n squared. */
NETP_API int netp_sntp_select(const struct netp_sntp_sample *s, size_t n, bool *outlier,
                              struct netp_sntp_choice *choice);

#ifdef __cplusplus
}
#endif

#endif
