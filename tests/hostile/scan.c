/* SPDX-License-Identifier: MIT */
#include "scan.h"

#include <netproto/addr.h>
#include <netproto/text.h>

#include <stdlib.h>
#include <string.h>

#define REPEAT_MAX 1000000u

void scan_wrong(struct scan *s, const char *what)
{
    if (s->wrong == NULL) {
        s->wrong = what;
        s->p = "";
    }
}

void scan_blanks(struct scan *s)
{
    s->p += strspn(s->p, " \t");
}

static struct netp_str take(struct scan *s, size_t n)
{
    struct netp_str t = netp_str_make(s->p, n);
    s->p += n;
    return t;
}

struct netp_str scan_word(struct scan *s)
{
    scan_blanks(s);
    return take(s, strcspn(s->p, " \t"));
}

bool scan_is(struct scan *s, const char *word)
{
    struct scan ahead = *s;
    if (!netp_str_eq(scan_word(&ahead), netp_str_of(word))) {
        return false;
    }
    *s = ahead;
    return true;
}

static uint64_t digits(struct scan *s)
{
    uint64_t v = 0;
    if (netp_parse_dec(take(s, strspn(s->p, "0123456789")), UINT64_MAX, &v) != NETP_OK) {
        scan_wrong(s, "a number of at most 64 bits belongs here");
    }
    return v;
}

int64_t scan_number(struct scan *s)
{
    scan_blanks(s);
    bool minus = *s->p == '-';
    s->p += minus;
    uint64_t v = digits(s);
    return (int64_t)(minus ? 0 - v : v);
}

/* Makes room for n bytes more and returns where they go. */
static char *grow(struct bytes *b, size_t n)
{
    b->p = (char *)realloc(b->p, b->n + n + 1);
    if (b->p == NULL) {
        abort();
    }
    b->n += n;
    return b->p + b->n - n;
}

/* The byte that an escape stands for; the backslash has been taken. */
static char escape(struct scan *s)
{
    static const char names[] = "0rnt\\\"", bytes[] = "\0\r\n\t\\\"";
    const char *name = *s->p != '\0' ? strchr(names, *s->p) : NULL;
    unsigned high, low;

    if (name != NULL) {
        s->p++;
        return bytes[name - names];
    }
    high = *s->p == 'x' ? netp_hex_digit(s->p[1]) : 16;
    low = high < 16 ? netp_hex_digit(s->p[2]) : 16;
    if (low == 16) {
        scan_wrong(s, "an escape is one of \\0 \\r \\n \\t \\\\ \\\" \\xHH");
        return 0;
    }
    s->p += 3;
    return (char)(high << 4 | low);
}

/* The opening quote has been taken. */
static void text(struct scan *s, struct bytes *b)
{
    while (*s->p != '"') {
        char c = *s->p;
        if (c == '\0') {
            scan_wrong(s, "a text without its closing quote");
            return;
        }
        s->p++;
        *grow(b, 1) = c == '\\' ? escape(s) : c;
    }
    s->p++;
}

/* be16(1): a number in so many bits, the greatest or the least byte first. */
static void integer(struct scan *s, struct bytes *b)
{
    bool big = s->p[0] == 'b';
    s->p += 2;
    uint64_t bits = digits(s), v;

    if (*s->p != '(' || bits == 0 || bits > 64 || bits % 8 != 0) {
        scan_wrong(s, "a number is written be8(N) to be64(N) or le8(N) to le64(N)");
        return;
    }
    s->p++;
    v = digits(s);
    if (*s->p != ')' || (bits < 64 && v >> bits != 0)) {
        scan_wrong(s, "the number does not fit its bits, or has no closing bracket");
        return;
    }
    s->p++;
    size_t n = (size_t)bits / 8;
    char *p = grow(b, n);
    for (size_t i = 0; i < n; i++, v >>= 8) {
        p[big ? n - 1 - i : i] = (char)(v & 255);
    }
}

/* "* 300" repeats what has been added from b->p[from] on. */
static void repeat(struct scan *s, struct bytes *b, size_t from)
{
    size_t n = b->n - from;
    if (!scan_is(s, "*")) {
        return;
    }
    scan_blanks(s);
    uint64_t times = digits(s);
    if (times == 0 || times > REPEAT_MAX) {
        scan_wrong(s, "a repeat is from 1 to 1000000");
        return;
    }
    size_t more = n * ((size_t)times - 1);
    char *to = grow(b, more);
    for (size_t i = 0; i < more; i++) {
        to[i] = b->p[from + i % n];
    }
}

struct bytes scan_bytes(struct scan *s)
{
    struct bytes b = {NULL, 0};
    grow(&b, 0);
    for (scan_blanks(s); s->wrong == NULL; scan_blanks(s)) {
        size_t from = b.n;
        if (*s->p == '"') {
            s->p++;
            text(s, &b);
        } else if (strncmp(s->p, "be", 2) == 0 || strncmp(s->p, "le", 2) == 0) {
            integer(s, &b);
        } else {
            break;
        }
        repeat(s, &b, from);
    }
    return b;
}

struct netp_addr scan_address(struct scan *s)
{
    struct netp_addr a = {{0}, 0, 0, 0};
    if (netp_addr_parse(scan_word(s), &a) != NETP_OK) {
        scan_wrong(s, "an address and port belongs here, as 192.0.2.1:69");
    }
    return a;
}

int scan_code(struct scan *s)
{
    static const int codes[] = {
#define CODE(name, value, text) name,
        NETP_ERR_LIST(CODE)
#undef CODE
    };
    struct netp_str word = scan_word(s);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (netp_str_eq(word, netp_str_of(netp_errname(codes[i])))) {
            return codes[i];
        }
    }
    scan_wrong(s, "an error code belongs here, as NETP_E_SYNTAX");
    return NETP_OK;
}

void scan_end(struct scan *s)
{
    scan_blanks(s);
    if (*s->p != '\0') {
        scan_wrong(s, "nothing like this may stand here");
    }
}
