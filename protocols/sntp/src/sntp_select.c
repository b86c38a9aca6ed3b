/* sntp_select.c - the intersection of what servers say (RFC 5905 section 11.2.1).
 * SPDX-License-Identifier: MIT */
#include <netproto/sntp_select.h>

/* The ends of a sample's interval; no offset comes near the end of what can be said. */
static int64_t low(const struct netp_sntp_sample *s)
{
    int64_t reach = s->distance < INT64_MAX ? (int64_t)s->distance : INT64_MAX;

    return s->offset < INT64_MIN + reach ? INT64_MIN : s->offset - reach;
}

static int64_t high(const struct netp_sntp_sample *s)
{
    int64_t reach = s->distance < INT64_MAX ? (int64_t)s->distance : INT64_MAX;

    return s->offset > INT64_MAX - reach ? INT64_MAX : s->offset + reach;
}

/* How many of the intervals have x in them. */
static size_t count(const struct netp_sntp_sample *s, size_t n, int64_t x)
{
    size_t k = 0;

    for (size_t i = 0; i < n; i++) {
        k += low(&s[i]) <= x && x <= high(&s[i]);
    }
    return k;
}

/* As many as meet in one point; that is the lower end of one of them. */
static size_t most(const struct netp_sntp_sample *s, size_t n)
{
    size_t most = 0;

    for (size_t i = 0; i < n; i++) {
        size_t k = count(s, n, low(&s[i]));
        most = k > most ? k : most;
    }
    return most;
}

/* From the least to the greatest point where k or more of them meet. */
static void meet(const struct netp_sntp_sample *s, size_t n, size_t k, struct netp_sntp_choice *c)
{
    c->low = INT64_MAX;
    c->high = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        if (low(&s[i]) < c->low && count(s, n, low(&s[i])) >= k) {
            c->low = low(&s[i]);
        }
        if (high(&s[i]) > c->high && count(s, n, high(&s[i])) >= k) {
            c->high = high(&s[i]);
        }
    }
}

int netp_sntp_select(const struct netp_sntp_sample *s, size_t n, bool *outlier,
                     struct netp_sntp_choice *choice)
{
    size_t together = most(s, n), majority = n / 2 + 1;

    if (n == 0) {
        return NETP_E_ARG;
    }
    /* Where just the greatest number meet, liars could be among them, and an honest majority not.
     */
    meet(s, n, together < majority ? together : majority, choice);
    choice->agree = 0;
    choice->best = n;
    for (size_t i = 0; i < n; i++) {
        outlier[i] = high(&s[i]) < choice->low || low(&s[i]) > choice->high;
        if (outlier[i]) {
            continue;
        }
        choice->agree++;
        if (choice->best == n || s[i].distance < s[choice->best].distance) {
            choice->best = i;
        }
    }
    return together < majority ? NETP_E_REFUSED : NETP_OK;
}
