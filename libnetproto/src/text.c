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
        unsigned differ = (uint8_t)(a.p[i] ^ b.p[i]), c = (uint8_t)a.p[i] | 32u;
        if (differ != 0 && (differ != 32 || c < 'a' || c > 'z')) {
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
    uint32_t over = 0; /* what does not fit into sum */

    for (size_t i = 0; i < s.n; i++) {
        unsigned d = netp_hex_digit(s.p[i]);
        if (d >= base) {
            return NETP_E_SYNTAX;
        }
        uint64_t low = (sum & UINT32_MAX) * base + d, high = (sum >> 32) * base + (low >> 32);
        over |= (uint32_t)(high >> 32);
        sum = high << 32 | (low & UINT32_MAX); /* a later character may still be no digit */
    }
    if (s.n == 0) {
        return NETP_E_SYNTAX;
    }
    if (over > 0 || sum > max) {
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

/* Divides *v by ten and returns the remainder, in 32 bits: see parse(). */
static unsigned div10(uint64_t *v)
{
    uint32_t high = (uint32_t)(*v >> 32), low = (uint32_t)*v, left = high % 10;
    uint32_t units = left * 6 + low % 10; /* 2^32 is 429496729 tens and 6 */

    *v = (uint64_t)(high / 10) << 32 | (left * 429496729u + low / 10 + units / 10);
    return units % 10;
}

size_t netp_format_dec(uint64_t v, char out[NETP_DEC_CAP])
{
    char tmp[NETP_DEC_CAP];
    size_t i = sizeof tmp;

    do {
        tmp[--i] = (char)('0' + div10(&v));
    } while (v > 0);
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
