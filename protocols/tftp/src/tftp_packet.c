/* tftp_packet.c - the packets of RFC 1350 and RFC 2347. SPDX-License-Identifier: MIT */
#include <netproto/bytes.h>
#include <netproto/text.h>
#include <netproto/tftp.h>
#include <string.h>

const char *netp_tftp_error_text(int code)
{
#ifdef NETP_TFTP_NO_TEXT
    (void)code;
    return "";
#else
    switch (code) {
    case NETP_TFTP_UNDEFINED:
        return "Not defined";
    case NETP_TFTP_NOT_FOUND:
        return "File not found";
    case NETP_TFTP_ACCESS:
        return "Access violation";
    case NETP_TFTP_DISK_FULL:
        return "Disk full or allocation exceeded";
    case NETP_TFTP_ILLEGAL:
        return "Illegal TFTP operation";
    case NETP_TFTP_UNKNOWN_TID:
        return "Unknown transfer ID";
    case NETP_TFTP_EXISTS:
        return "File already exists";
    case NETP_TFTP_NO_USER:
        return "No such user";
    case NETP_TFTP_OPTION:
        return "Option negotiation refused";
    default:
        return "Unknown error code";
    }
#endif
}

/* Takes a text and its NUL off *s; false when there is no NUL. */
static bool take_text(struct netp_str *s, struct netp_str *text)
{
    const char *nul = s->n ? memchr(s->p, 0, s->n) : NULL;
    if (!nul) {
        return false;
    }
    text->p = s->p;
    text->n = (size_t)(nul - s->p);
    s->p += text->n + 1;
    s->n -= text->n + 1;
    return true;
}

int netp_tftp_option(struct netp_str *options, struct netp_str *name, struct netp_str *value)
{
    if (options->n == 0) {
        return 0;
    }
    return take_text(options, name) && take_text(options, value) ? 1 : NETP_E_TRUNCATED;
}

static int parse_options(struct netp_str s, struct netp_str *options)
{
    int r = 0;

    *options = s;
#ifndef NETP_TFTP_NO_OPTIONS /* then nobody reads them */
    struct netp_str name, value;

    do {
        r = netp_tftp_option(&s, &name, &value);
    } while (r > 0);
#endif
    return r;
}

static int parse_request(struct netp_str s, struct netp_tftp_packet *packet)
{
    if (!take_text(&s, &packet->file) || !take_text(&s, &packet->mode)) {
        return NETP_E_TRUNCATED;
    }
    if (packet->file.n == 0) {
        return NETP_E_SYNTAX;
    }
    return parse_options(s, &packet->options);
}

/* The body of a packet that begins with a 16-bit number: DATA, ACK, ERROR. */
static int parse_numbered(struct netp_str s, struct netp_tftp_packet *packet)
{
    if (s.n < 2) {
        return NETP_E_TRUNCATED;
    }
    packet->number = netp_rd16be((const uint8_t *)s.p);
    s.p += 2;
    s.n -= 2;
    switch (packet->opcode) {
    case NETP_TFTP_OP_DATA:
        packet->data = (const uint8_t *)s.p;
        packet->datalen = s.n;
        return NETP_OK;
    case NETP_TFTP_ACK:
        return s.n ? NETP_E_TRAILING : NETP_OK;
    default:
        /* An ERROR without its NUL still ends the transfer. */
        if (!take_text(&s, &packet->message)) {
            packet->message = s;
        }
        return NETP_OK;
    }
}

/* By hand: a call of memset() takes longer than all else that is to be done for an ACK. */
static void clear(struct netp_tftp_packet *k)
{
    k->opcode = k->number = 0;
    k->file.p = k->mode.p = k->options.p = k->message.p = NULL;
    k->file.n = k->mode.n = k->options.n = k->message.n = k->datalen = 0;
    k->data = NULL;
}

int netp_tftp_parse(const uint8_t *p, size_t n, struct netp_tftp_packet *packet, size_t *end)
{
    struct netp_str body;
    size_t at = n;
    int r;

    clear(packet);
    if (n < 2) {
        r = NETP_E_TRUNCATED;
    } else {
        packet->opcode = netp_rd16be(p);
        body.p = (const char *)p + 2;
        body.n = n - 2;
        if (packet->opcode == 0 || packet->opcode > NETP_TFTP_OACK) {
            r = NETP_E_SYNTAX;
            at = 0;
        } else if (packet->opcode == NETP_TFTP_OACK) {
            r = parse_options(body, &packet->options);
        } else if (packet->opcode <= NETP_TFTP_WRQ) {
            r = parse_request(body, packet);
            at = r == NETP_E_SYNTAX ? 2 : n;
        } else {
            r = parse_numbered(body, packet);
            at = r == NETP_E_TRAILING ? 4 : n;
        }
    }
    if (end) {
        *end = at;
    }
    return r;
}

static void put(struct netp_tftp_writer *w, const void *p, size_t n)
{
    if (w->n <= w->cap && n <= w->cap - w->n) {
        memcpy(w->p + w->n, p, n);
    }
    w->n += n;
}

void netp_tftp_put16(struct netp_tftp_writer *w, unsigned v)
{
    uint8_t b[2];
    netp_wr16be(b, (uint16_t)v);
    put(w, b, sizeof b);
}

void netp_tftp_put_str(struct netp_tftp_writer *w, struct netp_str s)
{
    if (s.n) {
        put(w, s.p, s.n);
    }
    put(w, "", 1);
}

void netp_tftp_put_option(struct netp_tftp_writer *w, const char *name, uint64_t value)
{
    char digits[20];
    struct netp_str s;

    put(w, name, strlen(name) + 1);
    s.p = digits;
    s.n = netp_format_dec(value, digits);
    netp_tftp_put_str(w, s);
}
