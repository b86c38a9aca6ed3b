/* charset.c - text in any charset of the web made UTF-8. SPDX-License-Identifier: MIT */
#include "charset.h"

#include <errno.h>
#include <netproto/text.h>

/* The charsets of the Encoding standard by the names that are used, and iconv's names. */
static const char *const names[][2] = {
    {"utf-8", "UTF-8"},
    {"utf8", "UTF-8"},
    {"us-ascii", "CP1252"},
    {"ascii", "CP1252"},
    {"iso-8859-1", "CP1252"},
    {"latin1", "CP1252"},
    {"windows-1252", "CP1252"},
    {"cp1252", "CP1252"},
    {"iso-8859-2", "ISO-8859-2"},
    {"iso-8859-3", "ISO-8859-3"},
    {"iso-8859-4", "ISO-8859-4"},
    {"iso-8859-5", "ISO-8859-5"},
    {"iso-8859-6", "ISO-8859-6"},
    {"iso-8859-7", "ISO-8859-7"},
    {"iso-8859-8", "ISO-8859-8"},
    {"iso-8859-9", "CP1254"},
    {"iso-8859-10", "ISO-8859-10"},
    {"iso-8859-13", "ISO-8859-13"},
    {"iso-8859-14", "ISO-8859-14"},
    {"iso-8859-15", "ISO-8859-15"},
    {"iso-8859-16", "ISO-8859-16"},
    {"windows-874", "CP874"},
    {"windows-1250", "CP1250"},
    {"windows-1251", "CP1251"},
    {"windows-1253", "CP1253"},
    {"windows-1254", "CP1254"},
    {"windows-1255", "CP1255"},
    {"windows-1256", "CP1256"},
    {"windows-1257", "CP1257"},
    {"windows-1258", "CP1258"},
    {"koi8-r", "KOI8-R"},
    {"koi8-u", "KOI8-U"},
    {"macintosh", "MACINTOSH"},
    {"ibm866", "IBM866"},
    {"gbk", "GB18030"},
    {"gb2312", "GB18030"},
    {"gb18030", "GB18030"},
    {"big5", "BIG5-HKSCS"},
    {"euc-jp", "EUC-JP"},
    {"iso-2022-jp", "ISO-2022-JP"},
    {"shift_jis", "CP932"},
    {"windows-31j", "CP932"},
    {"euc-kr", "UHC"},
    {"utf-16", "UTF-16LE"},
    {"utf-16le", "UTF-16LE"},
    {"utf-16be", "UTF-16BE"},
};

int charset_open(struct charset *c, struct netp_str label)
{
    c->cd = (iconv_t)-1;
    c->n = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (netp_str_ieq(label, netp_str_of(names[i][0]))) {
            c->cd = iconv_open("UTF-8", names[i][1]);
            return c->cd != (iconv_t)-1 ? NETP_OK
                   : errno == EINVAL    ? NETP_E_UNSUPPORTED
                                        : NETP_E_IO;
        }
    }
    return NETP_E_UNSUPPORTED;
}

void charset_close(struct charset *c)
{
    if (c->cd != (iconv_t)-1) {
        iconv_close(c->cd);
        c->cd = (iconv_t)-1;
    }
}

struct netp_str charset_mark(struct netp_str text, size_t *length)
{
    *length = 2;
    if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0) {
        *length = 3;
        return NETP_STR("utf-8");
    }
    if (text.n >= 2 && memcmp(text.p, "\xfe\xff", 2) == 0) {
        return NETP_STR("utf-16be");
    }
    if (text.n >= 2 && memcmp(text.p, "\xff\xfe", 2) == 0) {
        return NETP_STR("utf-16le");
    }
    *length = 0;
    return netp_str_make(NULL, 0);
}

/* The first place of word, in lower case, in s, or NULL. */
static const char *find(struct netp_str s, const char *word)
{
    struct netp_str w = netp_str_of(word);

    for (size_t i = 0; i + w.n <= s.n; i++) {
        if (netp_str_ieq(netp_str_make(s.p + i, w.n), w)) {
            return s.p + i;
        }
    }
    return NULL;
}

static struct netp_str from(struct netp_str s, const char *p)
{
    return netp_str_make(p, (size_t)(s.p + s.n - p));
}

static struct netp_str skip(struct netp_str s, const char *set)
{
    while (s.n > 0 && s.p[0] != '\0' && strchr(set, s.p[0]) != NULL) {
        s = netp_str_make(s.p + 1, s.n - 1);
    }
    return s;
}

/* What "charset=" says in the inside of a tag. */
static struct netp_str value_in(struct netp_str tag)
{
    struct netp_str value = {NULL, 0};
    const char *at = find(tag, "charset");

    if (at == NULL) {
        return value;
    }
    tag = skip(from(tag, at + 7), " \t\r\n\f");
    if (tag.n == 0 || tag.p[0] != '=') {
        return value;
    }
    tag = skip(from(tag, tag.p + 1), " \t\r\n\f\"'");
    while (value.n < tag.n && strchr(" \t\r\n\f\"';/", tag.p[value.n]) == NULL) {
        value.n++;
    }
    value.p = tag.p;
    return value;
}

struct netp_str charset_meta(struct netp_str head)
{
    struct netp_str value = {NULL, 0};
    const char *at;

    while (value.n == 0 && head.n > 0 && (at = (const char *)memchr(head.p, '<', head.n)) != NULL) {
        bool comment =
            netp_str_eq(netp_str_make(at, from(head, at).n < 4 ? 0 : 4), NETP_STR("<!--"));
        head = from(head, at);
        at = find(head, comment ? "-->" : ">");
        if (at == NULL) {
            break;
        }
        if (!comment && find(netp_str_make(head.p, head.n < 5 ? 0 : 5), "<meta") != NULL) {
            value = value_in(netp_str_make(head.p, (size_t)(at - head.p)));
        }
        head = from(head, at + 1);
    }
    return value;
}

struct netp_str charset_whole(struct netp_str text)
{
    size_t start = text.n; /* of the last character */

    while (start > 0 && text.n - start < 4) {
        uint8_t c = (uint8_t)text.p[--start];
        if (c < 0x80 || c >= 0xc0) {
            size_t length = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
            text.n = length > text.n - start ? start : text.n;
            break;
        }
    }
    return text;
}

/* ---- decoding ---- */

static const char replacement[] = "\xef\xbf\xbd";

/* Gives p[0..n) with a replacement for each NUL. */
static void put_clean(const char *p, size_t n, void (*put)(void *arg, const char *p, size_t n),
                      void *arg)
{
    while (n > 0) {
        size_t k = strnlen(p, n);
        if (k > 0) {
            put(arg, p, k);
        }
        if (k < n) {
            put(arg, replacement, 3);
            k++;
        }
        p += k;
        n -= k;
    }
}

void charset_decode(struct charset *c, const char *p, size_t n, bool end,
                    void (*put)(void *arg, const char *p, size_t n), void *arg)
{
    for (;;) {
        size_t take = n < sizeof c->in - c->n ? n : sizeof c->in - c->n;
        size_t left = c->n + take, room = sizeof c->out;
        char *at = c->in, *to = c->out;

        if (left == 0) {
            return;
        }
        if (take > 0) {
            memcpy(c->in + c->n, p, take);
            p += take;
        }
        n -= take;
        bool stuck = iconv(c->cd, &at, &left, &to, &room) == (size_t)-1;
        bool bad = stuck && (errno == EILSEQ || (end && n == 0));
        put_clean(c->out, sizeof c->out - room, put, arg);
        if (bad) {
            put(arg, replacement, 3);
            at++;
            left--;
        }
        memmove(c->in, at, left);
        c->n = left;
        if (!bad && n == 0) {
            return; /* what is left of a character waits for the rest of it */
        }
    }
}
