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

/* Most intervals meet at one of their lower ends; how many, and from the least to the greatest
 * point where so many do. */
static void meet(const struct netp_sntp_sample *s, size_t n, struct netp_sntp_choice *c)
{
    c->agree = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = count(s, n, low(&s[i]));
        if (k > c->agree || (k == c->agree && low(&s[i]) < c->low)) {
            c->low = low(&s[i]);
            c->agree = k;
        }
    }
    c->high = c->low;
    for (size_t i = 0; i < n; i++) {
        if (high(&s[i]) > c->high && count(s, n, high(&s[i])) == c->agree) {
            c->high = high(&s[i]);
        }
    }
}

int netp_sntp_select(const struct netp_sntp_sample *s, size_t n, bool *outlier,
                     struct netp_sntp_choice *choice)
{
    size_t agree = 0;

    if (n == 0) {
        return NETP_E_ARG;
    }
    meet(s, n, choice);
    choice->best = n;
    for (size_t i = 0; i < n; i++) {
        outlier[i] = high(&s[i]) < choice->low || low(&s[i]) > choice->high;
        if (outlier[i]) {
            continue;
        }
        agree++;
        if (choice->best == n || s[i].distance < s[choice->best].distance) {
            choice->best = i;
        }
    }
    /* Where two majorities overlap only in part, all of both are taken in: so more may agree than
     * meet in one point. */
    n = choice->agree * 2 > n ? n : 0;
    choice->agree = agree;
    return n ? NETP_OK : NETP_E_REFUSED;
}
