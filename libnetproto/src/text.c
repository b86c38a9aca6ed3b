/* Text on the wire: comparing it, numbers in it, showing it in a log.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/text.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool netp_str_eq(struct netp_str a, struct netp_str b)
{
    /* An empty text may have p == NULL, which memcmp() must not be given. */
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool netp_str_ieq(struct netp_str a, struct netp_str b)
{
    if (a.n != b.n) {
        return false;
    }
    for (size_t i = 0; i < a.n; i++) {
        if (lower(a.p[i]) != lower(b.p[i])) {
            return false;
        }
    }
    return true;
}

unsigned netp_hex_digit(char c)
{
    c = lower(c);
    if (c >= '0' && c <= '9') {
        return (unsigned)(c - '0');
    }
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

static int parse(struct netp_str s, unsigned base, uint64_t max, uint64_t *v)
{
    uint64_t sum = 0;
    bool over = false;

    for (size_t i = 0; i < s.n; i++) {
        unsigned d = netp_hex_digit(s.p[i]);
        if (d >= base) {
            return NETP_E_SYNTAX;
        }
        /* In two halves, for small processors can't divide to see whether it would be too large. */
        uint64_t low = (sum & UINT32_MAX) * base + d, high = (sum >> 32) * base + (low >> 32);
        sum = high << 32 | (low & UINT32_MAX);
        over |= high > UINT32_MAX || sum > max; /* look on: what comes may still be no digit */
    }
    if (s.n == 0) {
        return NETP_E_SYNTAX;
    }
    if (over) {
        return NETP_E_LIMIT;
    }
    *v = sum;
    return NETP_OK;
}

int netp_parse_dec(struct netp_str s, uint64_t max, uint64_t *v)
{
    return parse(s, 10, max, v);
}

int netp_parse_hex(struct netp_str s, uint64_t max, uint64_t *v)
{
    return parse(s, 16, max, v);
}

/* Long division, 16 bits at a time: small processors divide no more than 32. */
size_t netp_format_dec(uint64_t v, char out[NETP_DEC_CAP])
{
    uint32_t high = (uint32_t)(v >> 32), low = (uint32_t)v;
    char tmp[NETP_DEC_CAP];
    size_t i = sizeof tmp;

    do {
        uint32_t middle = high % 10 << 16 | low >> 16;
        uint32_t last = middle % 10 << 16 | (low & 0xffff);
        high /= 10;
        low = middle / 10 << 16 | last / 10;
        tmp[--i] = (char)('0' + last % 10);
    } while ((high | low) > 0);
    memcpy(out, tmp + i, sizeof tmp - i);
    return sizeof tmp - i;
}

size_t netp_escape(char *out, size_t cap, const void *p, size_t n)
{
    static const char hex[] = "0123456789abcdef";
    const uint8_t *b = (const uint8_t *)p;
    size_t len = 0;

    if (cap == 0) {
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        bool plain = b[i] >= 0x20 && b[i] < 0x7f && b[i] != '\\';
        if (cap - len <= (plain ? 1u : 4u)) {
            break;
        }
        if (plain) {
            out[len++] = (char)b[i];
        } else {
            out[len++] = '\\';
            out[len++] = 'x';
            out[len++] = hex[b[i] >> 4];
            out[len++] = hex[b[i] & 15];
        }
    }
    out[len] = '\0';
    return len;
}
