/* IP addresses as text, RFC 4291 section 2.2 and RFC 5952.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/addr.h>
#include <netproto/bytes.h>
#include <netproto/text.h>

static size_t ip_size(const struct netp_addr *a)
{
    return a->fam == 4 ? 4 : a->fam == 6 ? 16 : 0;
}

/* ---- parse ---- */

/* Moves what comes before the first c from *s to *head, and drops the c; all of *s, and false, when
 * there is none. */
static bool cut(struct netp_str *s, char c, struct netp_str *head)
{
    const char *at = s->n > 0 ? (const char *)memchr(s->p, c, s->n) : NULL;
    size_t n = at ? (size_t)(at - s->p) : s->n;

    *head = netp_str_make(s->p, n);
    n += at != NULL;
    *s = netp_str_make(s->n > 0 ? s->p + n : s->p, s->n - n);
    return at != NULL;
}

/* A decimal number that could not be written shorter. */
static bool parse_number(struct netp_str s, uint64_t max, uint64_t *v)
{
    return netp_parse_dec(s, max, v) == NETP_OK && (s.n == 1 || s.p[0] != '0');
}

static bool parse4(struct netp_str s, uint8_t *ip)
{
    for (int i = 0; i < 4; i++) {
        struct netp_str part;
        uint64_t v;
        if (cut(&s, '.', &part) != (i < 3) || !parse_number(part, 255, &v)) {
            return false;
        }
        ip[i] = (uint8_t)v;
    }
    return true;
}

/* Reads one group of hexadecimal digits, or, as the last, an IPv4 address, into ip[0..room) and
 * returns its bytes; 0: it is neither, or there is no room. */
static size_t parse_group(struct netp_str s, bool last, uint8_t *ip, size_t room)
{
    uint64_t v;

    if (room >= 2 && s.n <= 4 && netp_parse_hex(s, 0xffff, &v) == NETP_OK) {
        netp_wr16be(ip, (uint16_t)v);
        return 2;
    }
    return last && room >= 4 && parse4(s, ip) ? 4 : 0;
}

#define NO_GAP 17u

/* Puts zeros where "::" stood among the n bytes of ip; it stands for one group at least. */
static bool fill_gap(uint8_t ip[16], size_t n, size_t gap)
{
    if (gap == NO_GAP || n == 16) {
        return gap == NO_GAP && n == 16;
    }
    memmove(ip + 16 - (n - gap), ip + gap, n - gap);
    memset(ip + gap, 0, 16 - n);
    return true;
}

static bool parse6(struct netp_str s, uint8_t ip[16])
{
    size_t n = 0, gap = NO_GAP; /* bytes so far; where among them "::" stood */
    struct netp_str part;
    bool more = true;

    if (s.n > 0 && s.p[0] == ':') { /* only as one half of "::", of which the loop wants one */
        cut(&s, ':', &part);
        if (s.n == 0 || s.p[0] != ':') {
            return false;
        }
    }
    while (more) {
        more = cut(&s, ':', &part);
        if (part.n == 0 && more && gap == NO_GAP) {
            gap = n;
        } else if (part.n > 0 || more || gap != n) { /* else the text ends in "::" */
            size_t group = parse_group(part, !more, ip + n, 16 - n);
            if (group == 0) {
                return false;
            }
            n += group;
        }
    }
    return fill_gap(ip, n, gap);
}

/* *s is IPv6, perhaps in brackets; leaves in it what follows the brackets. */
static bool parse6_zone(struct netp_str *s, struct netp_addr *a)
{
    struct netp_str text, host;
    uint64_t v = 0;

    if (s->n > 0 && s->p[0] == '[') {
        cut(s, '[', &text);
        if (!cut(s, ']', &text)) {
            return false;
        }
    } else {
        text = *s;
        *s = netp_str_make(NULL, 0);
    }
    bool zone = cut(&text, '%', &host);
    if (!parse6(host, a->ip) || (zone && !parse_number(text, UINT32_MAX, &v))) {
        return false;
    }
    a->scope = (uint32_t)v;
    return true;
}

int netp_addr_parse(struct netp_str s, struct netp_addr *a)
{
    struct netp_addr r = {{0}, 0, 0, 4};
    struct netp_str rest = s, head;
    bool port = cut(&rest, ':', &head);
    uint64_t v = 0;

    if (!parse4(head, r.ip)) {
        r.fam = 6;
        rest = s;
        if (!parse6_zone(&rest, &r)) {
            return NETP_E_SYNTAX;
        }
        port = rest.n > 0;
        if (port && (!cut(&rest, ':', &head) || head.n > 0)) {
            return NETP_E_SYNTAX;
        }
    }
    if (port && netp_parse_dec(rest, UINT16_MAX, &v) != NETP_OK) {
        return NETP_E_SYNTAX;
    }
    r.port = (uint16_t)v;
    *a = r;
    return NETP_OK;
}

int netp_cidr_parse(struct netp_str s, struct netp_cidr *c)
{
    struct netp_cidr r = {{{0}, 0, 0, 4}, 0};
    struct netp_str host;
    uint64_t v;

    if (!cut(&s, '/', &host)) {
        return NETP_E_SYNTAX;
    }
    if (!parse4(host, r.addr.ip)) {
        r.addr.fam = 6;
        if (!parse6(host, r.addr.ip)) {
            return NETP_E_SYNTAX;
        }
    }
    if (!parse_number(s, r.addr.fam == 4 ? 32 : 128, &v)) {
        return NETP_E_SYNTAX;
    }
    r.bits = (unsigned)v;
    *c = r;
    return NETP_OK;
}

/* ---- format ---- */

static char *put_dec(char *p, uint64_t v)
{
    char digits[NETP_DEC_CAP];
    size_t n = netp_format_dec(v, digits);
    memcpy(p, digits, n);
    return p + n;
}

static char *put4(char *p, const uint8_t *ip)
{
    for (int i = 0; i < 4; i++) {
        if (i > 0) {
            *p++ = '.';
        }
        p = put_dec(p, ip[i]);
    }
    return p;
}

static char *put_group(char *p, unsigned v)
{
    for (int shift = 12; shift >= 0; shift -= 4) {
        if (shift == 0 || v >> shift != 0) {
            *p++ = "0123456789abcdef"[v >> shift & 15];
        }
    }
    return p;
}

/* RFC 5952 section 4.2: "::" is for the longest run of zero groups, the first of equals, and never
 * for a single one. Returns its first group, 8 if there is none, and its groups in *len. */
static int zero_run(const uint8_t ip[16], int *len)
{
    int at = 8, run = 0;

    *len = 1;
    for (int i = 0; i < 8; i++) {
        run = netp_rd16be(ip + 2 * i) == 0 ? run + 1 : 0;
        if (run > *len) {
            *len = run;
            at = i + 1 - run;
        }
    }
    return at;
}

static char *put6(char *p, const uint8_t ip[16])
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    bool quad = memcmp(ip, mapped, sizeof mapped) == 0;
    int len, at = zero_run(ip, &len);

    for (int i = 0; i < (quad ? 6 : 8);) {
        if (i == at) {
            *p++ = ':';
            *p++ = ':';
            i += len;
        } else {
            if (i > 0 && i != at + len) {
                *p++ = ':';
            }
            p = put_group(p, netp_rd16be(ip + 2 * i));
            i++;
        }
    }
    if (quad) {
        *p++ = ':';
        p = put4(p, ip + 12);
    }
    return p;
}

size_t netp_addr_format(const struct netp_addr *a, char out[NETP_ADDR_CAP])
{
    bool brackets = a->fam == 6 && a->port != 0;
    char *p = out;

    if (ip_size(a) == 0) {
        memcpy(out, "-", 2);
        return 1;
    }
    if (brackets) {
        *p++ = '[';
    }
    p = a->fam == 4 ? put4(p, a->ip) : put6(p, a->ip);
    if (a->fam == 6 && a->scope != 0) {
        *p++ = '%';
        p = put_dec(p, a->scope);
    }
    if (brackets) {
        *p++ = ']';
    }
    if (a->port != 0) {
        *p++ = ':';
        p = put_dec(p, a->port);
    }
    *p = '\0';
    return (size_t)(p - out);
}

/* ---- compare, networks ---- */

bool netp_addr_eq_ip(const struct netp_addr *a, const struct netp_addr *b)
{
    return a->fam == b->fam && a->scope == b->scope && memcmp(a->ip, b->ip, ip_size(a)) == 0;
}

bool netp_addr_eq(const struct netp_addr *a, const struct netp_addr *b)
{
    return a->port == b->port && netp_addr_eq_ip(a, b);
}

/* Byte i of a mask whose first `bits` bits are ones. */
static uint8_t mask_byte(unsigned bits, size_t i)
{
    size_t ones = bits > 8 * i ? bits - 8 * i : 0;
    return (uint8_t)(0xff00u >> (ones < 8 ? ones : 8));
}

bool netp_cidr_contains(const struct netp_cidr *c, const struct netp_addr *a)
{
    size_t n = ip_size(a);

    if (n == 0 || a->fam != c->addr.fam) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (((a->ip[i] ^ c->addr.ip[i]) & mask_byte(c->bits, i)) != 0) {
            return false;
        }
    }
    return true;
}

struct netp_addr netp_cidr_first(const struct netp_cidr *c)
{
    struct netp_addr r = c->addr;

    for (size_t i = 0; i < ip_size(&r); i++) {
        r.ip[i] = (uint8_t)(r.ip[i] & mask_byte(c->bits, i));
    }
    return r;
}

struct netp_addr netp_cidr_last(const struct netp_cidr *c)
{
    struct netp_addr r = c->addr;

    for (size_t i = 0; i < ip_size(&r); i++) {
        r.ip[i] = (uint8_t)(r.ip[i] | ~mask_byte(c->bits, i));
    }
    return r;
}

struct netp_addr netp_cidr_mask(const struct netp_cidr *c)
{
    struct netp_addr r = c->addr;

    for (size_t i = 0; i < ip_size(&r); i++) {
        r.ip[i] = mask_byte(c->bits, i);
    }
    return r;
}

int netp_mask_bits(const struct netp_addr *mask)
{
    struct netp_cidr c = {*mask, 0};

    while (c.bits < 8 * ip_size(mask) && mask->ip[c.bits / 8] & 0x80 >> c.bits % 8) {
        c.bits++;
    }
    c.addr = netp_cidr_mask(&c);
    if (ip_size(mask) == 0 || !netp_addr_eq_ip(&c.addr, mask)) {
        return NETP_E_ARG;
    }
    return (int)c.bits;
}
