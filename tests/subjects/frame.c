/* The framing machine as a subject. SPDX-License-Identifier: MIT */
#include "subject.h"

#include <netproto/frame.h>
#include <netproto/text.h>

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum {
    KIND,
    WIDTH,
    OFFSET,
    ADJUST,
    LITTLE,
    DELIM,
    MAX,
    RESYNC,
    COLLECT,
    TX,
    FRAME_MS,
    IDLE_MS,
    SETTINGS
};

/* "length", ... is the kind; the payload is streamed unless "collect"; tx is the ring's size. The
 * bytes of delim are those of the number: 0x0d0a. */
static const struct subject_setting settings[SETTINGS] = {[KIND] = {"kind", NETP_FRAME_LENGTH},
                                                          [WIDTH] = {"width", 0},
                                                          [OFFSET] = {"offset", 0},
                                                          [ADJUST] = {"adjust", 0},
                                                          [LITTLE] = {"little", 0},
                                                          [DELIM] = {"delim", 0},
                                                          [MAX] = {"max", 40},
                                                          [RESYNC] = {"resync", 0},
                                                          [COLLECT] = {"collect", 0},
                                                          [TX] = {"tx", 80},
                                                          [FRAME_MS] = {"frame_ms", 0},
                                                          [IDLE_MS] = {"idle_ms", 0}};

static const char *const kinds[] = {"length", "varint", "netstring", "delim",
                                    "fixed",  "slip",   "cobs"};

/* Takes the kind, which is the first word, off the text. */
static uint8_t take_kind(const char **text)
{
    size_t n = strcspn(*text, " ");
    for (size_t i = 0; i < COUNT(kinds); i++) {
        if (strlen(kinds[i]) == n && memcmp(kinds[i], *text, n) == 0) {
            *text += n;
            return (uint8_t)(i + 1);
        }
    }
    return 0;
}

static int make(struct checked *c, const void *arg)
{
    const char *text = (const char *)arg;
    struct netp_frame_cfg cfg = NETP_FRAME_CFG_INIT;
    struct subject_setting s[SETTINGS];

    memcpy(s, settings, sizeof s);
    cfg.kind = take_kind(&text);
    subject_settings(text, s, SETTINGS);
    cfg.flags = (uint8_t)((s[LITTLE].value ? NETP_FRAME_LITTLE : 0) |
                          (s[RESYNC].value ? NETP_FRAME_RESYNC : 0));
    cfg.len_width = (uint8_t)s[WIDTH].value;
    cfg.len_offset = (uint8_t)s[OFFSET].value;
    cfg.len_adjust = (int32_t)s[ADJUST].value;
    cfg.max_len = s[MAX].value;
    cfg.frame_ms = (uint32_t)s[FRAME_MS].value;
    cfg.idle_ms = (uint32_t)s[IDLE_MS].value;
    for (int shift = 56; shift >= 0; shift -= 8) {
        uint8_t byte = (uint8_t)(s[DELIM].value >> shift);
        if (byte != 0 || cfg.delim_n > 0) {
            cfg.delim[cfg.delim_n++] = byte;
        }
    }
    if (s[COLLECT].value) {
        cfg.memlen = (size_t)cfg.max_len;
        cfg.mem = (uint8_t *)checked_mem(c, &cfg.memlen);
    }
    cfg.txlen = (size_t)s[TX].value;
    cfg.tx = (uint8_t *)checked_mem(c, &cfg.txlen);
    return netp_frame_init((struct netp_frame *)c->m, &cfg, c->now);
}

static int misfit(void *m)
{
    struct netp_frame_cfg cfg = NETP_FRAME_CFG_INIT;
    return netp_frame_init_((struct netp_frame *)m, sizeof(struct netp_frame) - 1, &cfg, 0);
}

/* "begin LENGTH HEADER", or "begin" where there is no header. */
static void begin_line(const struct netp_frame_ev *ev, struct log *log)
{
    char head[NETP_ESCAPE_CAP(NETP_FRAME_HEADER_MAX)];

    if (ev->head_n > 0) {
        netp_escape(head, sizeof head, ev->head, ev->head_n);
        log_line(log, "begin %llu %s", (unsigned long long)ev->length, head);
    } else {
        log_line(log, "begin");
    }
}

/* The same lines for a frame that is streamed and one that is collected. */
static void describe(const void *event, struct log *log)
{
    const struct netp_frame_ev *ev = (const struct netp_frame_ev *)event;
    int type = ev->type;
    bool p = type == NETP_FRAME_DATA || type == NETP_FRAME_WHOLE || type == NETP_FRAME_SENT;
    bool head = type == NETP_FRAME_BEGIN || type == NETP_FRAME_WHOLE;

    if ((ev->p != NULL) != p || (ev->head != NULL) != head) {
        log_line(log, "a pointer that event %d does not name, or lacks", type);
    }
    if (head) {
        begin_line(ev, log);
    }
    switch (type) {
    case NETP_FRAME_BEGIN:
        break;
    case NETP_FRAME_DATA:
    case NETP_FRAME_WHOLE:
        if (ev->n > 0) {
            log_data(log, "data", ev->p, ev->n);
        }
        if (type == NETP_FRAME_WHOLE) {
            log_line(log, "end %llu", (unsigned long long)ev->length);
        }
        break;
    case NETP_FRAME_END:
        log_line(log, "end %llu", (unsigned long long)ev->length);
        break;
    case NETP_FRAME_BAD:
        log_line(log, "bad %s %llu", netp_errname(ev->err), (unsigned long long)ev->length);
        break;
    case NETP_FRAME_SENT:
        log_end(log);
        log_data(log, "sent", ev->p, ev->n);
        log_end(log);
        break;
    default:
        log_line(log, type == NETP_FRAME_EOF ? "eof" : "?");
        break;
    }
}

static int send(void *m, const void *p, size_t n, netp_ms now)
{
    (void)now;
    return netp_frame_send((struct netp_frame *)m, NULL, p, n);
}

static int lend(void *m, const void *p, size_t n, netp_ms now)
{
    (void)now;
    return netp_frame_lend((struct netp_frame *)m, NULL, p, n);
}

/* Its length in decimal; else as many bytes as are given; none: only the end will tell. */
static int begin(void *m, const void *p, size_t n, netp_ms now)
{
    uint64_t length = n > 0 ? n : NETP_FRAME_UNKNOWN;

    (void)now;
    netp_parse_dec(netp_str_make((const char *)p, n), UINT64_MAX, &length);
    return netp_frame_send_begin((struct netp_frame *)m, NULL, length);
}

static int data(void *m, const void *p, size_t n, netp_ms now)
{
    (void)now;
    return netp_frame_send_data((struct netp_frame *)m, p, n);
}

static int end(void *m, const void *p, size_t n, netp_ms now)
{
    (void)p;
    (void)n;
    (void)now;
    return netp_frame_send_end((struct netp_frame *)m);
}

static int finish(void *m, const void *p, size_t n, netp_ms now)
{
    (void)p;
    (void)n;
    (void)now;
    return netp_frame_finish((struct netp_frame *)m);
}

static const struct subject_cmd commands[] = {{"send", send, false},   {"lend", lend, false},
                                              {"begin", begin, false}, {"data", data, false},
                                              {"end", end, false},     {"finish", finish, true}};

static const char *const setups[] = {
    "length width=2",
    "length width=4 collect",
    "varint",
    "netstring",
    "delim delim=0x0d0a",
    "fixed max=4",
    "slip",
    "cobs",
    "length width=1 offset=1 adjust=-2 idle_ms=900",
    "length width=2 little adjust=2 max=65537 collect frame_ms=900",
    "length width=3 offset=16 max=300",
    "length width=8 adjust=1 max=18446744073709551614",
    "varint offset=2 max=300 collect",
    "varint max=18446744073709551614 adjust=-2147483648",
    "netstring collect frame_ms=900 idle_ms=300",
    "netstring max=18446744073709551614",
    "delim delim=0x0a resync",
    "delim delim=0x6162616261626163 collect tx=30",
    "delim delim=0x0d0a collect resync max=7",
    "fixed max=1 collect",
    "slip collect resync max=7",
    "slip resync frame_ms=900",
    "cobs collect max=300 tx=300",
    "cobs resync collect idle_ms=300",
};

const struct subject subject_frame = {.name = "frame",
                                      .machine = {&netp_frame_ops, make, describe},
                                      .misfit = misfit,
                                      .setup = setups,
                                      .nsetup = COUNT(setups),
                                      .cmd = commands,
                                      .ncmd = COUNT(commands)};
