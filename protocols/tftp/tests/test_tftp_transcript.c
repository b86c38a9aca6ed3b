/* test_tftp_transcript.c - conversations with one machine, byte for byte as in RFC 1350, 2347,
 * 2348, 2349 and 7440. SPDX-License-Identifier: MIT */
#include "subject.h"
#include <netproto/tftp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct netp_addr server69 = {{192, 0, 2, 1}, 0, 69, 4};
static const struct netp_addr server = {{192, 0, 2, 1}, 0, 5000, 4}; /* the server's TID */
static const struct netp_addr client = {{192, 0, 2, 2}, 0, 4000, 4};
static const struct netp_addr port0 = {{192, 0, 2, 3}, 0, 0, 4};
static const struct netp_addr stranger = {{192, 0, 2, 3}, 0, 4000, 4};

struct setup {
    enum netp_tftp_role role;
    unsigned flags;
    uint16_t blksize, windowsize;
    uint8_t timeout_s;
    uint64_t tsize, max_size;
    size_t memlen; /* 0: as much as the options may take */
};

static int make(struct checked *c, const void *arg)
{
    const struct setup *s = arg;
    struct netp_tftp_cfg cfg;

    netp_tftp_cfg_init(&cfg, s->role);
    cfg.flags = s->flags;
    cfg.blksize = s->blksize ? s->blksize : 512;
    cfg.windowsize = s->windowsize ? s->windowsize : 1;
    cfg.timeout_s = s->timeout_s;
    cfg.tsize = s->tsize;
    cfg.max_size = s->max_size ? s->max_size : UINT64_MAX;
    cfg.server = server69;
    cfg.file = "f";
    cfg.memlen = s->memlen ? s->memlen : NETP_TFTP_MEM(cfg.blksize, cfg.windowsize);
    cfg.mem = checked_mem(c, &cfg.memlen);
    return netp_tftp_init((struct netp_tftp *)c->m, &cfg, c->now);
}

/* In the words of tests/subjects/tftp.c. */
static void describe(const void *ev, struct log *log)
{
    subject_tftp.machine.describe(ev, log);
}

static int accept_5(void *m, const void *arg, size_t n, netp_ms now)
{
    (void)arg;
    (void)n;
    return netp_tftp_accept(m, 5, now);
}

static int give_last(void *m, const void *p, size_t n, netp_ms now)
{
    return (int)netp_tftp_give(m, p, n, true, now);
}

static int give_more(void *m, const void *p, size_t n, netp_ms now)
{
    return (int)netp_tftp_give(m, p, n, false, now);
}

static int abort_full(void *m, const void *p, size_t n, netp_ms now)
{
    (void)p;
    (void)n;
    return netp_tftp_abort(m, NETP_TFTP_DISK_FULL, NULL, now);
}

static int abort_text(void *m, const void *p, size_t n, netp_ms now)
{
    (void)n;
    return netp_tftp_abort(m, NETP_TFTP_NOT_FOUND, p, now);
}

#define RRQ(options)    "\0\1f\0octet\0" options
#define WRQ(options)    "\0\2f\0octet\0" options
#define DATA(nn, bytes) "\0\3" nn bytes
#define ACK(nn)         "\0\4" nn
#define ERROR(n, text)  "\0\5\0" n text "\0"
#define OACK(options)   "\0\6" options
#define EIGHT           "01234567"

static const struct setup get = {.role = NETP_TFTP_GET};
static const struct setup put = {.role = NETP_TFTP_PUT};
static const struct setup serve = {.role = NETP_TFTP_SERVE, .blksize = 1428, .windowsize = 4};
static const struct setup get8 = {
    .role = NETP_TFTP_GET, .blksize = 8, .windowsize = 3, .flags = NETP_TFTP_TSIZE};
static const struct setup put8 = {.role = NETP_TFTP_PUT,
                                  .blksize = 8,
                                  .windowsize = 2,
                                  .timeout_s = 3,
                                  .tsize = 20,
                                  .flags = NETP_TFTP_TSIZE};
static const struct setup get_text = {.role = NETP_TFTP_GET, .flags = NETP_TFTP_NETASCII};
static const struct setup put_text = {
    .role = NETP_TFTP_PUT, .flags = NETP_TFTP_NETASCII, .blksize = 8};
static const struct setup put_lend = {
    .role = NETP_TFTP_PUT, .flags = NETP_TFTP_LEND, .blksize = 8, .windowsize = 2};
static const struct setup put_tight = {
    .role = NETP_TFTP_PUT, .blksize = 512, .windowsize = 4, .memlen = 3 * NETP_TFTP_MEM_MIN - 1};
static const struct setup get_text_max = {
    .role = NETP_TFTP_GET, .flags = NETP_TFTP_NETASCII, .blksize = 8, .max_size = 15};
static const struct setup put_wrap = {.role = NETP_TFTP_PUT,
                                      .flags = NETP_TFTP_LEND | NETP_TFTP_WRAP_TO_1,
                                      .blksize = 8,
                                      .windowsize = 65535};
static const struct setup put_lend200 = {
    .role = NETP_TFTP_PUT, .flags = NETP_TFTP_LEND, .windowsize = 200, .memlen = 800};
static const struct setup put_lend199 = {
    .role = NETP_TFTP_PUT, .flags = NETP_TFTP_LEND, .windowsize = 200, .memlen = 799};
static const struct setup put_most = {
    .role = NETP_TFTP_PUT, .flags = NETP_TFTP_LEND, .windowsize = 65535, .memlen = 262140};
static const struct setup put_unsized = {
    .role = NETP_TFTP_PUT, .flags = NETP_TFTP_TSIZE, .tsize = NETP_TFTP_SIZE_UNKNOWN};
static const struct setup get_max = {.role = NETP_TFTP_GET, .max_size = 4};

#define START_GET TR_OUT_DGRAM(&server69, RRQ()), TR_DGRAM(&server, DATA("\0\1", "hello"))
#define START_LEND                                                                                 \
    TR_OUT_DGRAM(&server69, WRQ("blksize\0008\0windowsize\0002\0")),                               \
        TR_DGRAM(&server, OACK("blksize\0008\0windowsize\0002\0")),                                \
        TR_EV("options blksize 8 windowsize 2 tsize -1"), TR_EV("need 0 max 16")
#define START_GET8                                                                                 \
    TR_OUT_DGRAM(&server69, RRQ("blksize\0008\0tsize\0000\0windowsize\0003\0")),                   \
        TR_DGRAM(&server, OACK("blksize\0008\0tsize\00044\0windowsize\0003\0")),                   \
        TR_EV("options blksize 8 windowsize 3 tsize 44"), TR_OUT_DGRAM(&server, ACK("\0\0"))

static const struct tr_case client_cases[] = {
    {.name = "RFC 1350: read",
     .cfg = &get,
     .steps = TR_STEPS(START_GET, TR_EV("options blksize 512 windowsize 1 tsize -1"),
                       TR_EV("data hello"), TR_EV("done 5"), TR_OUT_DGRAM(&server, ACK("\0\1")),
                       /* our ACK was lost */
                       TR_DGRAM(&server, DATA("\0\1", "hello")), TR_OUT_DGRAM(&server, ACK("\0\1")),
                       TR_WAIT(9000), TR_WANT(NETP_CLOSED))},
    {.name = "an empty file",
     .cfg = &get,
     .steps = TR_STEPS(TR_OUT_DGRAM(&server69, RRQ()), TR_DGRAM(&server, DATA("\0\1", "")),
                       TR_EV("options blksize 512 windowsize 1 tsize -1"), TR_EV("done 0"),
                       TR_OUT_DGRAM(&server, ACK("\0\1")))},
    {.name = "RFC 1350: write, and ACKs that come twice",
     .cfg = &put,
     .steps = TR_STEPS(TR_OUT_DGRAM(&server69, WRQ()), TR_DGRAM(&server, ACK("\0\0")),
                       TR_EV("options blksize 512 windowsize 1 tsize -1"), TR_EV("need 0 max 512"),
                       TR_DO(give_last, "hello", 5), TR_OUT_DGRAM(&server, DATA("\0\1", "hello")),
                       TR_DGRAM(&server, ACK("\0\0")), TR_DGRAM(&server, ACK("\0\7")),
                       TR_DGRAM(&server, ACK("\0\1")), TR_EV("done 5"), TR_WANT(NETP_CLOSED))},
    {.name = "the request is repeated, then given up",
     .cfg = &get,
     .steps =
         TR_STEPS(TR_OUT_DGRAM(&server69, RRQ()), TR_WAIT(1000), TR_OUT_DGRAM(&server69, RRQ()),
                  TR_WAIT(2000), TR_OUT_DGRAM(&server69, RRQ()), TR_WAIT(4000),
                  TR_OUT_DGRAM(&server69, RRQ()), TR_WAIT(8000), TR_OUT_DGRAM(&server69, RRQ()),
                  TR_WAIT(8000), TR_OUT_DGRAM(&server69, RRQ()), TR_WAIT(8000),
                  TR_FAIL(NETP_E_TIMEOUT, -1, 0, "no answer"), TR_WANT(NETP_CLOSED))},
    {.name = "the server refuses",
     .cfg = &get,
     .steps =
         TR_STEPS(TR_OUT_DGRAM(&server69, RRQ()), TR_DGRAM(&server, ERROR("\1", "File not found")),
                  TR_FAIL(NETP_E_REFUSED, 1, 0, "ERROR"), TR_WANT(NETP_CLOSED))},
    {.name = "an ERROR without its NUL still ends it",
     .cfg = &get,
     .steps = TR_STEPS(TR_OUT_DGRAM(&server69, RRQ()), TR_DGRAM(&server, "\0\5\0\2no"),
                       TR_FAIL(NETP_E_REFUSED, 2, 0, "ERROR"), TR_WANT(NETP_CLOSED))},
    {.name = "RFC 2347, 7440: options, and a window",
     .cfg = &get8,
     .steps =
         TR_STEPS(START_GET8, TR_DGRAM(&server, DATA("\0\1", EIGHT)), TR_EV("data " EIGHT),
                  TR_DGRAM(&server, DATA("\0\2", EIGHT)), TR_EV("data " EIGHT),
                  TR_DGRAM(&server, DATA("\0\3", EIGHT)), TR_EV("data " EIGHT),
                  TR_OUT_DGRAM(&server, ACK("\0\3")),
                  /* 4 is lost: one ACK of 3, whatever follows; the sender goes on from there */
                  TR_DGRAM(&server, DATA("\0\5", EIGHT)), TR_OUT_DGRAM(&server, ACK("\0\3")),
                  TR_DGRAM(&server, DATA("\0\6", EIGHT)), TR_DGRAM(&server, DATA("\0\4", EIGHT)),
                  TR_EV("data " EIGHT), TR_DGRAM(&server, DATA("\0\5", "last")), TR_EV("data last"),
                  TR_EV("done 36"), TR_OUT_DGRAM(&server, ACK("\0\5")))},
    {.name = "a window's last block is lost: the receiver's timer acknowledges the one before",
     .cfg = &get8,
     .steps = TR_STEPS(START_GET8, TR_DGRAM(&server, DATA("\0\1", EIGHT)), TR_EV("data " EIGHT),
                       TR_DGRAM(&server, DATA("\0\2", EIGHT)), TR_EV("data " EIGHT), TR_WAIT(200),
                       TR_OUT_DGRAM(&server, ACK("\0\2")))},
    {.name = "RFC 2347: OACK is answered with ACK 0 as often as it comes",
     .cfg = &get8,
     .steps = TR_STEPS(START_GET8, TR_DGRAM(&server, OACK("blksize\0008\0")),
                       TR_OUT_DGRAM(&server, ACK("\0\0")))},
    {.name = "options are refused: asked again without",
     .cfg = &get8,
     .steps = TR_STEPS(TR_OUT_DGRAM(&server69, RRQ("blksize\0008\0tsize\0000\0windowsize\0003\0")),
                       TR_DGRAM(&server, ERROR("\x8", "no")), TR_OUT_DGRAM(&server69, RRQ()),
                       TR_DGRAM(&server, DATA("\0\1", EIGHT)),
                       TR_EV("options blksize 512 windowsize 1 tsize -1"), TR_EV("data " EIGHT),
                       TR_EV("done 8"), TR_OUT_DGRAM(&server, ACK("\0\1")))},
    {.name = "options are ignored: the defaults hold, for the window too",
     .cfg = &put8,
     .steps = TR_STEPS(
         TR_OUT_DGRAM(&server69, WRQ("blksize\0008\0timeout\0003\0tsize\00020\0windowsize\0002\0")),
         TR_DGRAM(&server, ACK("\0\0")), TR_EV("options blksize 512 windowsize 1 tsize -1"),
         TR_EV("need 0 max 512"))},
    {.name = "RFC 2349: the timeout agreed on is kept",
     .cfg = &put8,
     .steps = TR_STEPS(
         TR_OUT_DGRAM(&server69, WRQ("blksize\0008\0timeout\0003\0tsize\00020\0windowsize\0002\0")),
         TR_DGRAM(&server, OACK("TIMEOUT\0003\0BlkSize\0008\0")),
         TR_EV("options blksize 8 windowsize 1 tsize -1"), TR_EV("need 0 max 8"),
         TR_DO(give_more, "0123", 4), TR_EV("need 4 max 4"), TR_DO(give_more, "456789", 4),
         TR_OUT_DGRAM(&server, DATA("\0\1", EIGHT)), TR_WAIT(2999), TR_WAIT(1),
         TR_OUT_DGRAM(&server, DATA("\0\1", EIGHT)), TR_DGRAM(&server, ACK("\0\1")),
         TR_EV("need 8 max 8"), TR_DO(give_last, "", 0), TR_OUT_DGRAM(&server, DATA("\0\2", "")),
         TR_DGRAM(&server, ACK("\0\2")), TR_EV("done 8"))},
    {.name = "RFC 7440: an ACK within the window brings the rest again",
     .cfg = &put8,
     .steps = TR_STEPS(
         TR_OUT_DGRAM(&server69, WRQ("blksize\0008\0timeout\0003\0tsize\00020\0windowsize\0002\0")),
         TR_DGRAM(&server, OACK("blksize\0008\0windowsize\0002\0")),
         TR_EV("options blksize 8 windowsize 2 tsize -1"), TR_EV("need 0 max 16"),
         TR_DO(give_last, EIGHT EIGHT "last", 16), TR_OUT_DGRAM(&server, DATA("\0\1", EIGHT)),
         TR_OUT_DGRAM(&server, DATA("\0\2", EIGHT)), TR_DGRAM(&server, ACK("\0\1")),
         TR_OUT_DGRAM(&server, DATA("\0\2", EIGHT)), TR_EV("need 16 max 8"),
         TR_DO(give_last, "last", 4), TR_OUT_DGRAM(&server, DATA("\0\3", "last")),
         TR_DGRAM(&server, ACK("\0\3")), TR_EV("done 20"))},
    {.name = "OACK with an option that was not asked for",
     .cfg = &get8,
     .steps = TR_STEPS(TR_OUT_DGRAM(&server69, RRQ("blksize\0008\0tsize\0000\0windowsize\0003\0")),
                       TR_DGRAM(&server, OACK("timeout\0001\0")),
                       TR_OUT_DGRAM(&server, ERROR("\x8", "Option negotiation refused")),
                       TR_FAIL(NETP_E_SYNTAX, 8, 2, NULL), TR_WANT(NETP_CLOSED))},
    {.name = "OACK with a larger block",
     .cfg = &get8,
     .steps = TR_STEPS(TR_OUT_DGRAM(&server69, RRQ("blksize\0008\0tsize\0000\0windowsize\0003\0")),
                       TR_DGRAM(&server, OACK("blksize\0009\0")),
                       TR_OUT_DGRAM(&server, ERROR("\x8", "Option negotiation refused")),
                       TR_FAIL(NETP_E_SYNTAX, 8, 2, NULL))},
    {.name = "OACK with a larger window",
     .cfg = &get8,
     .steps = TR_STEPS(TR_OUT_DGRAM(&server69, RRQ("blksize\0008\0tsize\0000\0windowsize\0003\0")),
                       TR_DGRAM(&server, OACK("windowsize\0004\0")),
                       TR_OUT_DGRAM(&server, ERROR("\x8", "Option negotiation refused")),
                       TR_FAIL(NETP_E_SYNTAX, 8, 2, NULL))},
    {.name = "OACK to a request without options",
     .cfg = &get,
     .steps = TR_STEPS(TR_OUT_DGRAM(&server69, RRQ()), TR_DGRAM(&server, OACK()),
                       TR_OUT_DGRAM(&server, ERROR("\4", "not an answer to the request")),
                       TR_FAIL(NETP_E_SYNTAX, 4, 0, NULL))},
    {.name = "DATA larger than agreed",
     .cfg = &get8,
     .steps = TR_STEPS(START_GET8, TR_DGRAM(&server, DATA("\0\1", EIGHT "8")),
                       TR_OUT_DGRAM(&server, ERROR("\4", "DATA larger than blksize")),
                       TR_FAIL(NETP_E_LIMIT, 4, 12, NULL))},
    {.name = "a file larger than the limit",
     .cfg = &get_max,
     .steps = TR_STEPS(START_GET, TR_EV("options blksize 512 windowsize 1 tsize -1"),
                       TR_OUT_DGRAM(&server, ERROR("\3", "Disk full or allocation exceeded")),
                       TR_FAIL(NETP_E_LIMIT, 3, 8, NULL))},
    {.name = "a stranger gets ERROR 5, an ERROR from one nothing; the transfer goes on",
     .cfg = &get8,
     .steps = TR_STEPS(START_GET8, TR_DGRAM(&stranger, DATA("\0\1", "evil")),
                       TR_OUT_DGRAM(&stranger, ERROR("\5", "Unknown transfer ID")),
                       TR_DGRAM(&stranger, ERROR("\0", "")), TR_DGRAM(&server69, ACK("\0\0")),
                       TR_OUT_DGRAM(&server69, ERROR("\5", "Unknown transfer ID")),
                       TR_DGRAM(&server, DATA("\0\1", "x")), TR_EV("data x"), TR_EV("done 1"),
                       TR_OUT_DGRAM(&server, ACK("\0\1")))},
    {.name = "an answer from another host is no answer",
     .cfg = &get,
     .steps = TR_STEPS(TR_OUT_DGRAM(&server69, RRQ()), TR_DGRAM(&stranger, DATA("\0\1", "evil")),
                       TR_DGRAM(&server, DATA("\0\1", "x")),
                       TR_EV("options blksize 512 windowsize 1 tsize -1"), TR_EV("data x"),
                       TR_EV("done 1"), TR_OUT_DGRAM(&server, ACK("\0\1")))},
    {.name = "packets of 0 to 3 bytes, and a block of another transfer, are nothing",
     .cfg = &get,
     .steps =
         TR_STEPS(TR_OUT_DGRAM(&server69, RRQ()), TR_DGRAM(&server, ""), TR_DGRAM(&server, "\0"),
                  TR_DGRAM(&server, "\0\3"), TR_DGRAM(&server, "\0\3\0"),
                  TR_DGRAM(&server, DATA("\0\2", "late")), TR_WANT(NETP_WANT_IN))},
    {.name = "an opcode that is none",
     .cfg = &get8,
     .steps = TR_STEPS(START_GET8, TR_DGRAM(&server, "\0\7\0\0"),
                       TR_OUT_DGRAM(&server, ERROR("\4", "malformed packet")),
                       TR_FAIL(NETP_E_SYNTAX, 4, 0, NULL))},
    {.name = "an ACK to the receiver",
     .cfg = &get8,
     .steps = TR_STEPS(START_GET8, TR_DGRAM(&server, ACK("\0\1")),
                       TR_OUT_DGRAM(&server, ERROR("\4", "ACK to the receiver")),
                       TR_FAIL(NETP_E_SYNTAX, 4, 0, NULL))},
    {.name = "RFC 764: netascii in, and a CR at the end",
     .cfg = &get_text,
     .steps = TR_STEPS(TR_OUT_DGRAM(&server69, "\0\1f\0netascii\0"),
                       TR_DGRAM(&server, DATA("\0\1", "a\r\nb\r\0c\rd\r")),
                       TR_EV("options blksize 512 windowsize 1 tsize -1"),
                       TR_EV("data a\\nb\\rc\\rd\\r"), TR_EV("done 8"),
                       TR_OUT_DGRAM(&server, ACK("\0\1")))},
    {.name = "RFC 764: netascii out, with a pair over a block's edge",
     .cfg = &put_text,
     .steps = TR_STEPS(TR_OUT_DGRAM(&server69, "\0\2f\0netascii\0blksize\0008\0"),
                       TR_DGRAM(&server, OACK("blksize\0008\0")),
                       TR_EV("options blksize 8 windowsize 1 tsize -1"), TR_EV("need 0 max 8"),
                       TR_DO(give_last, "a\nbcde\rf", 7),
                       TR_OUT_DGRAM(&server, DATA("\0\1", "a\r\nbcde\r")),
                       TR_DGRAM(&server, ACK("\0\1")), TR_EV("need 7 max 7"),
                       TR_DO(give_last, "f", 1), TR_OUT_DGRAM(&server, DATA("\0\2", "\0f")),
                       TR_DGRAM(&server, ACK("\0\2")), TR_EV("done 8"))},
    {.name = "the application gives up: the disk is full",
     .cfg = &get8,
     .steps = TR_STEPS(START_GET8, TR_DGRAM(&server, DATA("\0\1", EIGHT)), TR_EV("data " EIGHT),
                       TR_DO(abort_full, "", NETP_OK),
                       TR_OUT_DGRAM(&server, ERROR("\3", "Disk full or allocation exceeded")),
                       TR_FAIL(NETP_E_ABORTED, 3, 0, NULL), TR_DO(abort_full, "", NETP_E_STATE))},
    {.name = "an ACK comes while NEED is open: what is lent still begins where NEED said",
     .cfg = &put_lend,
     .steps =
         TR_STEPS(START_LEND, TR_DO(give_more, EIGHT "abcdefgh", 16),
                  TR_OUT_DGRAM(&server, DATA("\0\1", EIGHT)),
                  TR_OUT_DGRAM(&server, DATA("\0\2", "abcdefgh")), TR_DGRAM(&server, ACK("\0\1")),
                  TR_EV("need 8 max 16"), TR_DGRAM(&server, ACK("\0\2")),
                  TR_DO(give_last,
                        "abcdefgh"
                        "last",
                        12),
                  TR_OUT_DGRAM(&server, DATA("\0\3", "last")), TR_DGRAM(&server, ACK("\0\3")),
                  TR_EV("done 20"))},
    {.name = "less than a window is lent: the next NEED waits for its ACK",
     .cfg = &put_lend,
     .steps = TR_STEPS(START_LEND, TR_DO(give_more, EIGHT, 8),
                       TR_OUT_DGRAM(&server, DATA("\0\1", EIGHT)), TR_WANT(NETP_WANT_IN),
                       TR_DGRAM(&server, ACK("\0\1")), TR_EV("need 8 max 16"),
                       TR_DO(give_last, "", 0), TR_OUT_DGRAM(&server, DATA("\0\2", "")),
                       TR_DGRAM(&server, ACK("\0\2")), TR_EV("done 8"))},
    {.name = "a file that ends before what was sent of it is refused",
     .cfg = &put_lend,
     .steps = TR_STEPS(START_LEND, TR_DO(give_more, EIGHT EIGHT, 16),
                       TR_OUT_DGRAM(&server, DATA("\0\1", EIGHT)),
                       TR_OUT_DGRAM(&server, DATA("\0\2", EIGHT)), TR_DGRAM(&server, ACK("\0\1")),
                       TR_EV("need 8 max 16"), TR_DO(give_last, "0123", NETP_E_ARG),
                       TR_DO(give_more, "", NETP_E_ARG), TR_WANT(NETP_WANT_IN | NETP_WANT_APP))},
    {.name = "a window that the memory can't hold is not asked for",
     .cfg = &put_tight,
     .steps = TR_STEPS(TR_OUT_DGRAM(&server69, WRQ("windowsize\0002\0")))},
    {.name = "a window that is lent takes four bytes a block",
     .cfg = &put_lend200,
     .steps = TR_STEPS(TR_OUT_DGRAM(&server69, WRQ("windowsize\000200\0")))},
    {.name = "and is cut down, too, where one is missing",
     .cfg = &put_lend199,
     .steps = TR_STEPS(TR_OUT_DGRAM(&server69, WRQ("windowsize\000199\0")))},
    {.name = "RFC 7440: the largest window",
     .cfg = &put_most,
     .steps = TR_STEPS(TR_OUT_DGRAM(&server69, WRQ("windowsize\00065535\0")))},
    {.name = "RFC 2349: a size that is not known is not announced",
     .cfg = &put_unsized,
     .steps = TR_STEPS(TR_OUT_DGRAM(&server69, WRQ()))},
    {.name = "with 65535 numbers, a window of 65535 would make an old ACK a new one",
     .cfg = &put_wrap,
     .steps = TR_STEPS(TR_OUT_DGRAM(&server69, WRQ("blksize\0008\0windowsize\00065534\0")))},
    {.name = "a CR held over a block's edge counts for the limit",
     .cfg = &get_text_max,
     .steps = TR_STEPS(TR_OUT_DGRAM(&server69, "\0\1f\0netascii\0blksize\0008\0"),
                       TR_DGRAM(&server, OACK("blksize\0008\0")),
                       TR_EV("options blksize 8 windowsize 1 tsize -1"),
                       TR_OUT_DGRAM(&server, ACK("\0\0")),
                       TR_DGRAM(&server, DATA("\0\1", "0123456\r")), TR_EV("data 0123456"),
                       TR_OUT_DGRAM(&server, ACK("\0\1")), TR_DGRAM(&server, DATA("\0\2", EIGHT)),
                       TR_OUT_DGRAM(&server, ERROR("\3", "Disk full or allocation exceeded")),
                       TR_FAIL(NETP_E_LIMIT, 3, 4, NULL))},
    {.name = "a packet from port 0 can't be answered",
     .cfg = &get8,
     .steps = TR_STEPS(START_GET8, TR_DGRAM(&port0, DATA("\0\1", "evil")),
                       TR_DGRAM(&server, DATA("\0\1", "x")), TR_EV("data x"), TR_EV("done 1"),
                       TR_OUT_DGRAM(&server, ACK("\0\1")))},
};

static const struct tr_case server_cases[] = {
    {.name = "RFC 1350: read",
     .cfg = &serve,
     .steps = TR_STEPS(TR_DGRAM(&client, RRQ()), TR_EV("read f blksize 512 windowsize 1 tsize -1"),
                       TR_WANT(NETP_WANT_APP | NETP_WANT_IN), TR_DO(accept_5, "", NETP_OK),
                       TR_EV("need 0 max 512"), TR_DO(give_last, "hello", 5),
                       TR_OUT_DGRAM(&client, DATA("\0\1", "hello")),
                       TR_DGRAM(&client, RRQ()), /* repeated: nothing is sent twice */
                       TR_DGRAM(&client, ACK("\0\1")), TR_EV("done 5"), TR_WANT(NETP_CLOSED))},
    {.name = "RFC 1350: write, mode in odd case",
     .cfg = &serve,
     .steps = TR_STEPS(
         TR_DGRAM(&client, "\0\2f\0OcTeT\0"), TR_EV("write f blksize 512 windowsize 1 tsize -1"),
         TR_DO(accept_5, "", NETP_OK), TR_OUT_DGRAM(&client, ACK("\0\0")),
         TR_DGRAM(&client, DATA("\0\1", "hello")), TR_EV("data hello"), TR_EV("done 5"),
         TR_OUT_DGRAM(&client, ACK("\0\1")), TR_WAIT(10000), TR_WANT(NETP_CLOSED))},
    {.name = "RFC 2347: every option, cut down; the unknown left out",
     .cfg = &serve,
     .steps = TR_STEPS(
         TR_DGRAM(&client, RRQ("blksize\00065464\0foo\0bar\0TSIZE\0000\0windowsize\00064\0"
                               "timeout\0002\0")),
         TR_EV("read f blksize 1428 windowsize 4 tsize -1"), TR_DO(accept_5, "", NETP_OK),
         TR_OUT_DGRAM(&client,
                      OACK("blksize\0001428\0timeout\0002\0tsize\0005\0windowsize\0004\0")),
         TR_WAIT(2000),
         TR_OUT_DGRAM(&client,
                      OACK("blksize\0001428\0timeout\0002\0tsize\0005\0windowsize\0004\0")),
         TR_DGRAM(&client, ACK("\0\0")), TR_EV("need 0 max 5712"), TR_DO(give_last, "hello", 5),
         TR_OUT_DGRAM(&client, DATA("\0\1", "hello")), TR_DGRAM(&client, ACK("\0\1")),
         TR_EV("done 5"))},
    {.name = "a lost OACK of a write is repeated, not turned into ACK 0",
     .cfg = &serve,
     .steps =
         TR_STEPS(TR_DGRAM(&client, WRQ("blksize\0008\0tsize\0007\0")),
                  TR_EV("write f blksize 8 windowsize 1 tsize 7"), TR_DO(accept_5, "", NETP_OK),
                  TR_OUT_DGRAM(&client, OACK("blksize\0008\0tsize\0007\0")),
                  TR_DGRAM(&client, WRQ("blksize\0008\0tsize\0007\0")), TR_WAIT(1000),
                  TR_OUT_DGRAM(&client, OACK("blksize\0008\0tsize\0007\0")),
                  TR_DGRAM(&client, DATA("\0\1", "1234567")), TR_EV("data 1234567"),
                  TR_EV("done 7"), TR_OUT_DGRAM(&client, ACK("\0\1")))},
    {.name = "option values that are none are left out",
     .cfg = &serve,
     .steps = TR_STEPS(TR_DGRAM(&client, RRQ("blksize\0007\0windowsize\0000\0timeout\0000\0"
                                             "tsize\0-1\0")),
                       TR_EV("read f blksize 512 windowsize 1 tsize -1"),
                       TR_DO(accept_5, "", NETP_OK), TR_EV("need 0 max 512"))},
    {.name = "nor are numbers with anything but digits",
     .cfg = &serve,
     .steps = TR_STEPS(TR_DGRAM(&client, RRQ("blksize\0 512\0windowsize\0008x\0timeout\000256\0"
                                             "tsize\0\0")),
                       TR_EV("read f blksize 512 windowsize 1 tsize -1"))},
    {.name = "a block larger than any is cut down; the first of two counts",
     .cfg = &serve,
     .steps =
         TR_STEPS(TR_DGRAM(&client, RRQ("blksize\00099999999999999999999999\0"
                                        "blksize\00016\0windowsize\00065536\0")),
                  TR_EV("read f blksize 1428 windowsize 1 tsize -1"), TR_DO(accept_5, "", NETP_OK),
                  TR_OUT_DGRAM(&client, OACK("blksize\0001428\0")))},
    {.name = "the application refuses",
     .cfg = &serve,
     .steps = TR_STEPS(TR_DGRAM(&client, RRQ()), TR_EV("read f blksize 512 windowsize 1 tsize -1"),
                       TR_DO(abort_text, "no f here\0", NETP_OK),
                       TR_OUT_DGRAM(&client, ERROR("\1", "no f here")),
                       TR_FAIL(NETP_E_ABORTED, 1, 0, NULL), TR_WANT(NETP_CLOSED))},
    {.name = "an unknown mode",
     .cfg = &serve,
     .steps = TR_STEPS(TR_DGRAM(&client, "\0\1f\0mail\0"),
                       TR_OUT_DGRAM(&client, ERROR("\4", "unknown transfer mode")),
                       TR_FAIL(NETP_E_UNSUPPORTED, 4, 4, NULL))},
    {.name = "no NUL after the mode",
     .cfg = &serve,
     .steps = TR_STEPS(TR_DGRAM(&client, "\0\1f\0octet"),
                       TR_OUT_DGRAM(&client, ERROR("\4", "malformed packet")),
                       TR_FAIL(NETP_E_SYNTAX, 4, 9, NULL))},
    {.name = "no NUL after the name",
     .cfg = &serve,
     .steps = TR_STEPS(TR_DGRAM(&client, "\0\1file"),
                       TR_OUT_DGRAM(&client, ERROR("\4", "malformed packet")),
                       TR_FAIL(NETP_E_SYNTAX, 4, 6, NULL))},
    {.name = "an option without a value",
     .cfg = &serve,
     .steps = TR_STEPS(TR_DGRAM(&client, RRQ("blksize\0")),
                       TR_OUT_DGRAM(&client, ERROR("\4", "malformed packet")),
                       TR_FAIL(NETP_E_SYNTAX, 4, 18, NULL))},
    {.name = "an empty name",
     .cfg = &serve,
     .steps = TR_STEPS(TR_DGRAM(&client, "\0\1\0octet\0"),
                       TR_OUT_DGRAM(&client, ERROR("\4", "malformed packet")),
                       TR_FAIL(NETP_E_SYNTAX, 4, 2, NULL))},
    {.name = "what is no request gets no answer",
     .cfg = &serve,
     .steps = TR_STEPS(TR_DGRAM(&client, ERROR("\0", "x")), TR_DGRAM(&client, ACK("\0\0")),
                       TR_DGRAM(&client, DATA("\0\1", "x")), TR_DGRAM(&client, OACK()),
                       TR_DGRAM(&client, "\0\0\0\0"), TR_DGRAM(&client, "\xff\xff\xff\xff"),
                       TR_DGRAM(&client, "\0\1f"), TR_WANT(NETP_WANT_IN))},
    {.name = "a peer that never answers costs six packets",
     .cfg = &serve,
     .steps = TR_STEPS(TR_DGRAM(&client, RRQ()), TR_EV("read f blksize 512 windowsize 1 tsize -1"),
                       TR_DO(accept_5, "", NETP_OK), TR_EV("need 0 max 512"),
                       TR_DO(give_last, "x", 1), TR_OUT_DGRAM(&client, DATA("\0\1", "x")),
                       TR_WAIT(1000), TR_OUT_DGRAM(&client, DATA("\0\1", "x")), TR_WAIT(2000),
                       TR_OUT_DGRAM(&client, DATA("\0\1", "x")), TR_WAIT(4000),
                       TR_OUT_DGRAM(&client, DATA("\0\1", "x")), TR_WAIT(8000),
                       TR_OUT_DGRAM(&client, DATA("\0\1", "x")), TR_WAIT(8000),
                       TR_OUT_DGRAM(&client, DATA("\0\1", "x")), TR_WAIT(8000),
                       TR_FAIL(NETP_E_TIMEOUT, -1, 0, NULL), TR_WANT(NETP_CLOSED))},
};

static const struct tr_machine machine = {&netp_tftp_ops, make, describe};

static void test_client(void **state)
{
    (void)state;
    tr_check(&machine, client_cases, sizeof client_cases / sizeof *client_cases);
}

/* A file that takes longer to store than a timeout: the last ACK is still repeated when asked. */
static void test_slow_store(void **state)
{
    static uint8_t mem[NETP_TFTP_MEM_MIN];
    static const uint8_t data[] = DATA("\0\1", "x");
    struct netp_in in = {data, sizeof data - 1, NETP_IN_DGRAM, &server};
    struct netp_tftp_cfg cfg;
    struct netp_tftp m;
    struct netp_tftp_ev ev;

    (void)state;
    netp_tftp_cfg_init(&cfg, NETP_TFTP_GET);
    cfg.file = "f";
    cfg.server = server69;
    cfg.mem = mem;
    cfg.memlen = sizeof mem;
    assert_int_equal(netp_tftp_init(&m, &cfg, 0), NETP_OK);
    netp_tftp_sent(&m, 1, 0);
    assert_int_equal(netp_tftp_next(&m, &in, 1, &ev), NETP_TFTP_OPTIONS);
    assert_int_equal(netp_tftp_next(&m, &in, 1, &ev), NETP_TFTP_DATA);
    assert_int_equal(netp_tftp_next(&m, NULL, 1, &ev), NETP_TFTP_DONE);
    assert_int_equal(netp_tftp_next(&m, NULL, 60000, &ev), 0);
    netp_tftp_sent(&m, 1, 60000);
    assert_int_equal(netp_tftp_want(&m), NETP_WANT_IN);
    assert_int_equal(netp_tftp_deadline(&m), 60000 + 8000 + 1000);
}

static void test_server(void **state)
{
    (void)state;
    tr_check(&machine, server_cases, sizeof server_cases / sizeof *server_cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client),
        cmocka_unit_test(test_server),
        cmocka_unit_test(test_slow_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
