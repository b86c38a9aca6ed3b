/* test_modbus_client.c - the Modbus client by transcript. The PDUs are the examples of app 6; CRC
 * and LRC are those that pymodbus gives them. SPDX-License-Identifier: MIT */
#include "subject.h"

#include <netproto/modbus_client.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* A subject's command of that name. */
static int command(const char *name, void *m, const void *p, size_t n, netp_ms now)
{
    for (size_t i = 0; i < subject_modbus_client.ncmd; i++) {
        if (strcmp(subject_modbus_client.cmd[i].name, name) == 0) {
            return subject_modbus_client.cmd[i].run(m, p, n, now);
        }
    }
    abort();
}

/* Unit and PDU. */
static int request(void *m, const void *p, size_t n, netp_ms now)
{
    return command("request", m, p, n, now);
}

/* What was dropped so far: 1000 times late, 100 times foreign, noise. */
static int dropped(void *m, const void *p, size_t n, netp_ms now)
{
    return command("dropped", m, p, n, now);
}

#define ASK(unit_pdu, ticket)         TR_DO(request, unit_pdu, ticket)
#define DROPPED(late, foreign, noise) TR_DO(dropped, "", 1000 * (late) + 100 * (foreign) + (noise))

/* Unit and PDU: reads three holding registers, what they hold; writes one. */
#define READ   "\x11\3\0\x6b\0\3"
#define VALUES "\x11\3\6\2\x2b\0\0\0\x64"
#define WRITE  "\x11\6\0\1\0\3"
#define DATA   "data \\x02+\\x00\\x00\\x00d"

#define RTU_READ   READ "\x76\x87"
#define RTU_VALUES VALUES "\xc8\xba"
#define RTU_WRITE  WRITE "\x9a\x9b"
/* The same of unit 18. */
#define READ_18       "\x12\3\0\x6b\0\3"
#define RTU_READ_18   READ_18 "\x76\xb4"
#define RTU_VALUES_18 "\x12\3\6\2\x2b\0\0\0\x64\xdc\x4a"

#define ASCII_READ   ":1103006B00037E\r\n"
#define ASCII_VALUES ":110306022B0000006455\r\n"
#define ASCII_WRITE  ":110600010003E5\r\n"

#define OPEN NETP_WANT_IN

static const struct tr_case mbap[] = {
    {.name = "one after the other",
     .cfg = "",
     .tight = 1,
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT("\0\0\0\0\0\6" READ), TR_WANT(OPEN),
                       TR_IN("\0\0\0\0\0\x09" VALUES), TR_EV("response 0 17 03"), TR_EV(DATA),
                       ASK(WRITE, 1), TR_OUT("\0\1\0\0\0\6" WRITE), TR_IN("\0\1\0\0\0\6" WRITE),
                       TR_EV("response 1 17 06"), DROPPED(0, 0, 0), TR_EOF(), TR_EV("eof"),
                       TR_WANT(NETP_CLOSED), ASK(READ, NETP_E_STATE))},
    {.name = "one at a time",
     .cfg = "",
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT("\0\0\0\0\0\6" READ), ASK(READ, NETP_E_NOSPACE),
                       TR_IN("\0\0\0\0\0\3\x11\x83\2"), TR_EV("response 0 17 03 exception 02"),
                       ASK(READ, 1), TR_OUT("\0\1\0\0\0\6" READ))},
    {.name = "a window, answered in another order",
     .cfg = "window=3",
     .tight = 1,
     .steps = TR_STEPS(
         ASK(READ, 0), TR_OUT("\0\0\0\0\0\6" READ), ASK(WRITE, 1), TR_OUT("\0\1\0\0\0\6" WRITE),
         ASK("\1\7", 2), TR_OUT("\0\2\0\0\0\2\1\7"), ASK(READ, NETP_E_NOSPACE),
         TR_IN("\0\2\0\0\0\3\1\7\x6d"
               "\0\0\0\0\0\x09" VALUES),
         TR_EV("response 2 1 07"), TR_EV("data m"), TR_EV("response 0 17 03"), TR_EV(DATA),
         ASK(READ, 3), TR_OUT("\0\3\0\0\0\6" READ), TR_IN("\0\1\0\0\0\6" WRITE),
         TR_EV("response 1 17 06"), TR_EOF(), TR_EV("eof"))},
    {.name = "no response, then a late one, a repeated one, and one of nobody's",
     .cfg = "",
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT("\0\0\0\0\0\6" READ), TR_WAIT(999), TR_WAIT(1),
                       TR_EV("none 0 17"), TR_IN("\0\0\0\0\0\x09" VALUES), DROPPED(1, 0, 0),
                       ASK(WRITE, 1), TR_OUT("\0\1\0\0\0\6" WRITE),
                       TR_IN("\0\0\0\0\0\x09" VALUES "\0\2\0\0\0\6" WRITE), DROPPED(2, 1, 0),
                       TR_WAIT(998), TR_IN("\0\1\0\0\0\6" WRITE), TR_EV("response 1 17 06"),
                       TR_IN("\0\1\0\0\0\6" WRITE), DROPPED(3, 1, 0), TR_IN("\x80\2\0\0\0\6" WRITE),
                       DROPPED(3, 2, 0))},
    {.name = "each has a timeout of its own",
     .cfg = "window=2 ms=100",
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT("\0\0\0\0\0\6" READ), TR_WAIT(60), ASK(WRITE, 1),
                       TR_OUT("\0\1\0\0\0\6" WRITE), TR_WAIT(40), TR_EV("none 0 17"), TR_WAIT(59),
                       TR_WAIT(1), TR_EV("none 1 17"))},
    {.name = "a reading is repeated as it was",
     .cfg = "retries=2 ms=100",
     .steps =
         TR_STEPS(ASK(READ, 0), TR_OUT("\0\0\0\0\0\6" READ), TR_WAIT(100),
                  TR_OUT("\0\0\0\0\0\6" READ), TR_WAIT(99), TR_WAIT(1), TR_OUT("\0\0\0\0\0\6" READ),
                  TR_WAIT(50), TR_IN("\0\0\0\0\0\x09" VALUES), TR_EV("response 0 17 03"),
                  TR_EV(DATA), TR_IN("\0\0\0\0\0\x09" VALUES), DROPPED(1, 0, 0))},
    {.name = "repeated, in vain",
     .cfg = "retries=1 ms=100",
     .steps = TR_STEPS(ASK("\1\x2b\x0e\1\0", 0), TR_OUT("\0\0\0\0\0\5\1\x2b\x0e\1\0"), TR_WAIT(100),
                       TR_OUT("\0\0\0\0\0\5\1\x2b\x0e\1\0"), TR_WAIT(100), TR_EV("none 0 1"))},
    {.name = "no writing is repeated, nor what may write",
     .cfg = "retries=2 ms=100",
     .steps = TR_STEPS(ASK(WRITE, 0), TR_OUT("\0\0\0\0\0\6" WRITE), TR_WAIT(100),
                       TR_EV("none 0 17"), ASK("\1\x17\0\3\0\6\0\x0e\0\1\2\0\xff", 1),
                       TR_OUT("\0\1\0\0\0\x0d\1\x17\0\3\0\6\0\x0e\0\1\2\0\xff"), TR_WAIT(100),
                       TR_EV("none 1 1"), ASK("\1\x2b\x0d", 2), TR_OUT("\0\2\0\0\0\3\1\x2b\x0d"),
                       TR_WAIT(100), TR_EV("none 2 1"), ASK("\1\x64", 3),
                       TR_OUT("\0\3\0\0\0\2\1\x64"), TR_WAIT(100), TR_EV("none 3 1"))},
    {.name = "a writing is repeated on request",
     .cfg = "retries=1 writes ms=100",
     .steps = TR_STEPS(ASK(WRITE, 0), TR_OUT("\0\0\0\0\0\6" WRITE), TR_WAIT(100),
                       TR_OUT("\0\0\0\0\0\6" WRITE), TR_WAIT(100), TR_EV("none 0 17"))},
    {.name = "units 0 and 255 answer, user-defined functions pass",
     .cfg = "",
     .steps = TR_STEPS(ASK("\0\3\0\x6b\0\1", 0), TR_OUT("\0\0\0\0\0\6\0\3\0\x6b\0\1"),
                       TR_IN("\0\0\0\0\0\5\0\3\2\0\7"), TR_EV("response 0 0 03"),
                       TR_EV("data \\x00\\x07"), ASK("\xff\x64\0", 1),
                       TR_OUT("\0\1\0\0\0\3\xff\x64\0"), TR_IN("\0\1\0\0\0\3\xff\x64\1"),
                       TR_EV("response 1 255 64"), TR_EV("data \\x01"))},
    {.name = "answers that do not fit end their request",
     .cfg = "",
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT("\0\0\0\0\0\6" READ),
                       TR_IN("\0\0\0\0\0\x09\x12"
                             "\3\6\2\x2b\0\0\0\x64"),
                       TR_EV("bad 0 17: unit"), TR_EV("data \\x03\\x06\\x02+\\x00\\x00\\x00d"),
                       ASK(READ, 1), TR_OUT("\0\1\0\0\0\6" READ), TR_IN("\0\1\0\0\0\6" WRITE),
                       TR_EV("bad 1 17: function code"), TR_EV("data \\x06\\x00\\x01\\x00\\x03"),
                       ASK(READ, 2), TR_OUT("\0\2\0\0\0\6" READ), TR_IN("\0\2\0\0\0\3\x11\x84\2"),
                       TR_EV("bad 2 17: function code"), TR_EV("data \\x84\\x02"), ASK(READ, 3),
                       TR_OUT("\0\3\0\0\0\6" READ), TR_IN("\0\3\0\0\0\5\x11\3\2\0\1"),
                       TR_EV("bad 3 17: data"), TR_EV("data \\x03\\x02\\x00\\x01"), ASK(READ, 4),
                       TR_OUT("\0\4\0\0\0\6" READ))},
    {.name = "the end with a request under way",
     .cfg = "",
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT("\0\0\0\0\0\6" READ), TR_EOF(), TR_EV("eof"),
                       TR_WANT(NETP_CLOSED), TR_WAIT(5000))},
    {.name = "the end within a frame",
     .cfg = "",
     .steps =
         TR_STEPS(ASK(READ, 0), TR_OUT("\0\0\0\0\0\6" READ), TR_IN_EOF("\0\0\0\0\0\x09\x11\3\6"),
                  TR_FAIL(NETP_E_TRUNCATED, -1, 9, "frame"), TR_WANT(NETP_CLOSED),
                  ASK(READ, NETP_E_STATE))},
    {.name = "cut",
     .cfg = "",
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT("\0\0\0\0\0\6" READ), TR_IN("\0\0\0\0\0\x09" VALUES),
                       TR_EV("response 0 17 03"), TR_EV(DATA), TR_BROKEN(),
                       TR_FAIL(NETP_E_IO, -1, 15, "stream"))},
    {.name = "cut within a frame",
     .cfg = "",
     .steps = TR_STEPS(TR_IN("\0"), TR_BROKEN(), TR_FAIL(NETP_E_TRUNCATED, -1, 1, "frame"))},
    {.name = "another protocol, behind a good frame",
     .cfg = "",
     .tail = true,
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT("\0\0\0\0\0\6" READ),
                       TR_IN("\0\0\0\0\0\x09" VALUES "\0\1\0\1\0\2\x11"), TR_EV("response 0 17 03"),
                       TR_EV(DATA), TR_FAIL(NETP_E_SYNTAX, -1, 17, "protocol identifier"),
                       TR_WANT(NETP_CLOSED))},
    {.name = "a length that can't be",
     .cfg = "",
     .tail = true,
     .steps = TR_STEPS(TR_IN("\0\0\0\0\0\1\x11"), TR_FAIL(NETP_E_LIMIT, -1, 4, "length"))},
};

static const struct tr_case rtu[] = {
    {.name = "one after the other",
     .cfg = "rtu",
     .tight = 1,
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT(RTU_READ), TR_IN_GAP(RTU_VALUES),
                       TR_EV("response 0 17 03"), TR_EV(DATA), ASK(WRITE, 1), TR_OUT(RTU_WRITE),
                       TR_IN(RTU_WRITE), TR_WAIT(2), TR_GAP(), TR_EV("response 1 17 06"),
                       DROPPED(0, 0, 0), TR_EOF(), TR_EV("eof"), TR_WANT(NETP_CLOSED))},
    {.name = "only silence ends a frame",
     .cfg = "rtu",
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT(RTU_READ), TR_IN(RTU_VALUES), TR_WAIT(1000),
                       TR_EV("none 0 17"), TR_GAP(), DROPPED(1, 0, 0))},
    {.name = "noise",
     .cfg = "rtu",
     .steps =
         TR_STEPS(ASK(READ, 0), TR_OUT(RTU_READ), TR_IN_GAP("\xff\0"),
                  TR_IN_GAP("\x11\3\6\2\x2b\0\0\0\x65\xc8\xba"), DROPPED(0, 0, 2), TR_WAIT(999),
                  TR_IN_GAP(RTU_VALUES), TR_EV("response 0 17 03"), TR_EV(DATA))},
    {.name = "a gap within the answer; it is read again",
     .cfg = "rtu retries=1",
     .steps =
         TR_STEPS(ASK(READ, 0), TR_OUT(RTU_READ), TR_IN_GAP("\x11\3\6\2"),
                  TR_IN_GAP("\x2b\0\0\0\x64\xc8\xba"), DROPPED(0, 0, 2), TR_WAIT(1000),
                  TR_OUT(RTU_READ), TR_IN_GAP(RTU_VALUES), TR_EV("response 0 17 03"), TR_EV(DATA))},
    {.name = "what came before a request does not count",
     .cfg = "rtu",
     .steps = TR_STEPS(TR_IN("\x11\3\6"), ASK(READ, 0), TR_OUT(RTU_READ), TR_IN_GAP(RTU_VALUES),
                       TR_EV("response 0 17 03"), TR_EV(DATA))},
    {.name = "a late answer of another unit leaves the timer alone",
     .cfg = "rtu",
     .steps = TR_STEPS(ASK(READ_18, 0), TR_OUT(RTU_READ_18), TR_WAIT(1000), TR_EV("none 0 18"),
                       ASK(READ, 1), TR_OUT(RTU_READ), TR_WAIT(600), TR_IN_GAP(RTU_VALUES_18),
                       DROPPED(1, 0, 0), TR_WAIT(399), TR_WAIT(1), TR_EV("none 1 17"))},
    {.name = "a late answer of the same unit to another function",
     .cfg = "rtu",
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT(RTU_READ), TR_WAIT(1000), TR_EV("none 0 17"),
                       ASK(WRITE, 1), TR_OUT(RTU_WRITE), TR_IN_GAP(RTU_VALUES), DROPPED(1, 0, 0),
                       TR_IN_GAP(RTU_WRITE), TR_EV("response 1 17 06"))},
    {.name = "a late answer to the same question is one",
     .cfg = "rtu",
     .steps =
         TR_STEPS(ASK(READ, 0), TR_OUT(RTU_READ), TR_WAIT(1000), TR_EV("none 0 17"), ASK(READ, 1),
                  TR_OUT(RTU_READ), TR_IN_GAP(RTU_VALUES), TR_EV("response 1 17 03"), TR_EV(DATA))},
    {.name = "a unit that was not asked, and nobody asked",
     .cfg = "rtu",
     .steps = TR_STEPS(TR_IN_GAP(RTU_VALUES), DROPPED(0, 1, 0), ASK(READ, 0), TR_OUT(RTU_READ),
                       TR_IN_GAP(RTU_VALUES_18), DROPPED(0, 2, 0))},
    {.name = "an answer that does not fit, and the next request",
     .cfg = "rtu",
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT(RTU_READ), TR_IN_GAP(RTU_WRITE),
                       TR_EV("bad 0 17: function code"), TR_EV("data \\x06\\x00\\x01\\x00\\x03"),
                       ASK(READ, 1), TR_OUT(RTU_READ), TR_IN_GAP("\x11\x83\2\xc1\x34"),
                       TR_EV("response 1 17 03 exception 02"))},
    {.name = "a broadcast has its time, and no answer",
     .cfg = "rtu retries=1 writes",
     .steps = TR_STEPS(ASK("\0\5\0\xac\xff\0", 0), TR_OUT("\0\5\0\xac\xff\0\x4d\xca"),
                       ASK(READ, NETP_E_NOSPACE), TR_IN_GAP("\0\5\0\xac\xff\0\x4d\xca"),
                       DROPPED(0, 1, 0), TR_WAIT(99), TR_WAIT(1), TR_EV("sent 0 0"), ASK(READ, 1),
                       TR_OUT(RTU_READ))},
    {.name = "a broadcast without turnaround",
     .cfg = "rtu turnaround_ms=0",
     .steps = TR_STEPS(ASK("\0\5\0\xac\xff\0", 0), TR_OUT("\0\5\0\xac\xff\0\x4d\xca"),
                       TR_EV("sent 0 0"))},
    {.name = "what can't be asked",
     .cfg = "rtu",
     .steps = TR_STEPS(ASK("\0\3\0\x6b\0\3", NETP_E_ARG), ASK("\0\x2b\x0e\1\0", NETP_E_ARG),
                       ASK("\xf8\3\0\x6b\0\3", NETP_E_ARG), ASK("\xff\3\0\x6b\0\3", NETP_E_ARG),
                       ASK("\xf7\3\0\x6b\0\3", 0), TR_OUT("\xf7\3\0\x6b\0\3\x60\x81"))},
    {.name = "reserved units, on request",
     .cfg = "rtu reserved",
     .steps = TR_STEPS(ASK("\xf8\3\0\x6b\0\3", 0), TR_OUT("\xf8\3\0\x6b\0\3\x60\x7e"))},
    {.name = "a line that hears itself",
     .cfg = "rtu echo",
     .steps = TR_STEPS(ASK(WRITE, 0), TR_OUT(RTU_WRITE), TR_IN_GAP(RTU_WRITE), TR_WAIT(10),
                       TR_IN_GAP(RTU_WRITE), TR_EV("response 0 17 06"), ASK(READ, 1),
                       TR_OUT(RTU_READ), TR_IN_GAP(RTU_READ), TR_IN_GAP(RTU_VALUES),
                       TR_EV("response 1 17 03"), TR_EV(DATA), DROPPED(0, 0, 0))},
    {.name = "an echo is no answer",
     .cfg = "rtu echo",
     .steps = TR_STEPS(ASK(WRITE, 0), TR_OUT(RTU_WRITE), TR_IN_GAP(RTU_WRITE), TR_WAIT(1000),
                       TR_EV("none 0 17"))},
    {.name = "the end is a silence",
     .cfg = "rtu",
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT(RTU_READ), TR_IN_EOF(RTU_VALUES),
                       TR_EV("response 0 17 03"), TR_EV(DATA), TR_EV("eof"))},
    {.name = "unplugged",
     .cfg = "rtu",
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT(RTU_READ), TR_IN("\x11\3"), TR_BROKEN(),
                       TR_FAIL(NETP_E_IO, -1, 2, "stream"))},
};

static const struct tr_case predicted[] = {
    {.name = "without silences",
     .cfg = "rtu predict",
     .tight = 1,
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT(RTU_READ), TR_IN(RTU_VALUES), TR_EV("response 0 17 03"),
                       TR_EV(DATA), ASK(WRITE, 1), TR_OUT(RTU_WRITE), TR_IN(RTU_WRITE),
                       TR_EV("response 1 17 06"), DROPPED(0, 0, 0), TR_EOF(), TR_EV("eof"))},
    {.name = "noise in front, which promises a longer frame",
     .cfg = "rtu predict",
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT(RTU_READ), TR_IN("\x11\3\xf0" RTU_VALUES),
                       TR_EV("response 0 17 03"), TR_EV(DATA), DROPPED(0, 0, 1))},
    {.name = "an answer of another unit in front, which is none of its noise",
     .cfg = "rtu predict",
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT(RTU_READ), TR_IN(RTU_VALUES_18 RTU_VALUES),
                       TR_EV("response 0 17 03"), TR_EV(DATA), DROPPED(0, 1, 0))},
    {.name = "another unit behind noise stays unseen",
     .cfg = "rtu predict",
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT(RTU_READ), TR_IN("\xff" RTU_VALUES_18 RTU_VALUES),
                       TR_EV("response 0 17 03"), TR_EV(DATA), DROPPED(0, 0, 1))},
    {.name = "nothing is awaited",
     .cfg = "rtu predict",
     .steps = TR_STEPS(TR_IN("\xff" RTU_VALUES), DROPPED(0, 0, 0), ASK(READ, 0), TR_OUT(RTU_READ),
                       TR_IN(RTU_VALUES), TR_EV("response 0 17 03"), TR_EV(DATA))},
    {.name = "a silence is still one",
     .cfg = "rtu predict",
     .steps = TR_STEPS(ASK("\x11\x64", 0), TR_OUT("\x11\x64\x0c\x0b"), TR_IN("\xff"), TR_GAP(),
                       DROPPED(0, 0, 1), TR_IN_GAP("\x11\x64\1\2\xc4\x96"),
                       TR_EV("response 0 17 64"), TR_EV("data \\x01\\x02"))},
    {.name = "the echo of a reading is noise, that of a writing is skipped",
     .cfg = "rtu predict echo",
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT(RTU_READ), TR_IN(RTU_READ RTU_VALUES),
                       TR_EV("response 0 17 03"), TR_EV(DATA), DROPPED(0, 0, 1), ASK(WRITE, 1),
                       TR_OUT(RTU_WRITE), TR_IN(RTU_WRITE RTU_WRITE), TR_EV("response 1 17 06"),
                       DROPPED(0, 0, 1))},
};

static const struct tr_case ascii[] = {
    {.name = "one after the other",
     .cfg = "ascii",
     .tight = 1,
     .steps =
         TR_STEPS(ASK(READ, 0), TR_OUT(ASCII_READ), TR_IN(ASCII_VALUES), TR_EV("response 0 17 03"),
                  TR_EV(DATA), ASK(WRITE, 1), TR_OUT(ASCII_WRITE), TR_IN(ASCII_WRITE),
                  TR_EV("response 1 17 06"), DROPPED(0, 0, 0), TR_EOF(), TR_EV("eof"))},
    {.name = "read again",
     .cfg = "ascii retries=1",
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT(ASCII_READ), TR_WAIT(1000), TR_OUT(ASCII_READ),
                       TR_IN(ASCII_VALUES), TR_EV("response 0 17 03"), TR_EV(DATA))},
    {.name = "noise before a colon is none, behind it is",
     .cfg = "ascii",
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT(ASCII_READ), TR_IN("1103\r\n\0\xff"), DROPPED(0, 0, 0),
                       TR_IN(":1103\r\n"), DROPPED(0, 0, 1), TR_IN(":110306022b0000006455\r\n"),
                       DROPPED(0, 0, 2), TR_IN(":110306022B0" ASCII_VALUES),
                       TR_EV("response 0 17 03"), TR_EV(DATA), DROPPED(0, 0, 3))},
    {.name = "a second between two characters, and more",
     .cfg = "ascii ms=5000",
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT(ASCII_READ), TR_IN(":1103060"), TR_WAIT(1000),
                       TR_IN("22B0000006455\r\n"), TR_EV("response 0 17 03"), TR_EV(DATA),
                       ASK(READ, 1), TR_OUT(ASCII_READ), TR_IN(":1103060"), TR_WAIT(1001),
                       TR_IN("22B0000006455\r\n"), DROPPED(0, 0, 1), TR_WAIT(2000),
                       TR_IN(ASCII_VALUES), TR_EV("response 1 17 03"), TR_EV(DATA))},
    {.name = "a line that hears itself",
     .cfg = "ascii echo",
     .steps = TR_STEPS(ASK(WRITE, 0), TR_OUT(ASCII_WRITE), TR_IN(ASCII_WRITE), TR_WAIT(10),
                       TR_IN(ASCII_WRITE), TR_EV("response 0 17 06"))},
    {.name = "a broadcast",
     .cfg = "ascii",
     .steps = TR_STEPS(ASK("\0\5\0\xac\xff\0", 0), TR_OUT(":000500ACFF0050\r\n"), TR_WAIT(100),
                       TR_EV("sent 0 0"))},
    {.name = "the end within a frame, which may be noise",
     .cfg = "ascii",
     .steps = TR_STEPS(TR_IN_EOF(":11"), TR_EV("eof"))},
};

#define DGRAM(s) TR_DGRAM(NULL, s)

static const struct tr_case udp[] = {
    {.name = "MBAP",
     .cfg = "window=2 retries=1",
     .tight = 1,
     .steps =
         TR_STEPS(ASK(READ, 0), TR_OUT_DGRAM(NULL, "\0\0\0\0\0\6" READ), ASK(WRITE, 1),
                  TR_OUT_DGRAM(NULL, "\0\1\0\0\0\6" WRITE), DGRAM("\0\1\0\0\0\6" WRITE),
                  TR_EV("response 1 17 06"), TR_WAIT(1000), TR_OUT_DGRAM(NULL, "\0\0\0\0\0\6" READ),
                  DGRAM("\0\0\0\0\0\x09" VALUES), TR_EV("response 0 17 03"), TR_EV(DATA))},
    {.name = "a datagram is one frame",
     .cfg = "",
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT_DGRAM(NULL, "\0\0\0\0\0\6" READ), DGRAM(""),
                       DROPPED(0, 0, 1), DGRAM("\0\0\0\0\0\x09\x11\3\6"), DROPPED(0, 0, 2),
                       DGRAM("\0\0\0\0\0\x09" VALUES "\0"), DROPPED(0, 0, 3),
                       DGRAM("\0\0\0\0\0\x09" VALUES "\0\0\0\0\0\x09" VALUES), DROPPED(0, 0, 4),
                       DGRAM("\0\0\0\1\0\x09" VALUES), DROPPED(0, 0, 5), DGRAM("\0\0\0\0\0\1\0"),
                       DROPPED(0, 0, 6), DGRAM("\0\0\0\0\0\x09" VALUES), TR_EV("response 0 17 03"),
                       TR_EV(DATA), TR_EOF(), TR_EV("eof"))},
    {.name = "RTU",
     .cfg = "rtu",
     .steps = TR_STEPS(ASK(READ, 0), TR_OUT_DGRAM(NULL, RTU_READ), DGRAM(""), DROPPED(0, 0, 1),
                       DGRAM("\x11\3\6\2"), DGRAM("\x2b\0\0\0\x64\xc8\xba"), DROPPED(0, 0, 3),
                       DGRAM(RTU_VALUES), TR_EV("response 0 17 03"), TR_EV(DATA))},
    {.name = "ASCII",
     .cfg = "ascii",
     .steps =
         TR_STEPS(ASK(READ, 0), TR_OUT_DGRAM(NULL, ASCII_READ), DGRAM(":1103060"),
                  DGRAM("22B0000006455\r\n"), DROPPED(0, 0, 2), DGRAM(ASCII_VALUES " "),
                  DROPPED(0, 0, 3), DGRAM(ASCII_VALUES), TR_EV("response 0 17 03"), TR_EV(DATA))},
};

static void test_mbap(void **state)
{
    (void)state;
    tr_check(&subject_modbus_client.machine, mbap, COUNT(mbap));
}

static void test_rtu(void **state)
{
    (void)state;
    tr_check(&subject_modbus_client.machine, rtu, COUNT(rtu));
    tr_check(&subject_modbus_client.machine, predicted, COUNT(predicted));
}

static void test_ascii(void **state)
{
    (void)state;
    tr_check(&subject_modbus_client.machine, ascii, COUNT(ascii));
}

static void test_udp(void **state)
{
    (void)state;
    tr_check(&subject_modbus_client_udp.machine, udp, COUNT(udp));
}

/* ---- what transcripts can't say ---- */

static uint8_t mem[NETP_MODBUS_CLIENT_MEM(NETP_MODBUS_ASCII, 255)];

static int init(struct netp_modbus_client *m, struct netp_modbus_client_cfg cfg)
{
    cfg.mem = mem;
    if (cfg.memlen == 0) {
        cfg.memlen = sizeof mem;
    }
    return netp_modbus_client_init(m, &cfg, 1);
}

static void test_init(void **state)
{
    struct netp_modbus_client m;
    struct netp_modbus_client_cfg cfg = NETP_MODBUS_CLIENT_CFG_INIT(NETP_MODBUS_MBAP);

    (void)state;
    assert_int_equal(init(&m, cfg), NETP_OK);
    assert_int_equal(netp_modbus_client_want(&m), NETP_WANT_IN);
    assert_true(netp_modbus_client_deadline(&m) == NETP_NEVER);
    cfg.window = 255;
    assert_int_equal(init(&m, cfg), NETP_OK);
    cfg.memlen = NETP_MODBUS_CLIENT_MEM(NETP_MODBUS_MBAP, 255);
    assert_int_equal(init(&m, cfg), NETP_OK);
    cfg.memlen--;
    assert_int_equal(init(&m, cfg), NETP_E_NOSPACE);
    cfg.memlen = 0;
    cfg.window = 0;
    assert_int_equal(init(&m, cfg), NETP_E_ARG);
    cfg.window = 2;
    cfg.framing = NETP_MODBUS_RTU;
    assert_int_equal(init(&m, cfg), NETP_E_ARG);
    cfg.window = 1;
    assert_int_equal(init(&m, cfg), NETP_OK);
    for (unsigned framing = 0; framing < 256; framing += framing == 0 ? 4 : 1) {
        cfg.framing = (uint8_t)framing;
        assert_int_equal(init(&m, cfg), NETP_E_ARG);
    }
    cfg.framing = NETP_MODBUS_ASCII;
    assert_int_equal(init(&m, cfg), NETP_OK);
    cfg.size--;
    assert_int_equal(init(&m, cfg), NETP_E_ABI);
}

static int ask(struct netp_modbus_client *m, uint8_t unit, netp_ms now)
{
    struct netp_modbus_request r = {.function = NETP_MODBUS_READ_EXCEPTION_STATUS};

    return netp_modbus_client_request(m, unit, &r, now);
}

/* The functions that only read can't be broadcast; it is those that are repeated, too. */
static void test_only_reads(void **state)
{
    static const struct {
        const char *pdu;
        size_t n;
        bool reads;
    } all[] = {
        {"\1\0\x13\0\x13", 5, true},
        {"\2\0\xc4\0\x16", 5, true},
        {"\3\0\x6b\0\3", 5, true},
        {"\4\0\x08\0\1", 5, true},
        {"\5\0\xac\xff\0", 5, false},
        {"\6\0\1\0\3", 5, false},
        {"\7", 1, true},
        {"\x08\0\0\xa5\x37", 5, false},
        {"\x0b", 1, true},
        {"\x0c", 1, true},
        {"\x0f\0\x13\0\x0a\2\xcd\1", 8, false},
        {"\x10\0\1\0\1\2\0\x0a", 8, false},
        {"\x11", 1, true},
        {"\x14\7\6\0\4\0\1\0\2", 9, true},
        {"\x15\x0b\6\0\4\0\7\0\2\6\xaf\4\xbe", 13, false},
        {"\x16\0\4\0\xf2\0\x25", 7, false},
        {"\x17\0\3\0\6\0\x0e\0\1\2\0\xff", 12, false},
        {"\x18\4\xde", 3, true},
        {"\x2b\x0e\1\0", 4, true},
        {"\x2b\x0d\1\0", 4, false},
        {"\x09", 1, false},
        {"\x0a", 1, false},
        {"\x0d", 1, false},
        {"\x12", 1, false},
        {"\x19", 1, false},
        {"\x1f", 1, false},
        {"\x20", 1, false},
        {"\x21", 1, false},
        {"\x41", 1, false},
    };
    struct netp_modbus_client_cfg cfg = NETP_MODBUS_CLIENT_CFG_INIT(NETP_MODBUS_RTU);

    (void)state;
    for (size_t i = 0; i < COUNT(all); i++) {
        struct netp_modbus_client m;
        struct netp_modbus_request r;

        assert_int_equal(init(&m, cfg), NETP_OK);
        assert_int_equal(netp_modbus_request_parse((const uint8_t *)all[i].pdu, all[i].n, &r),
                         NETP_MODBUS_NO_EXCEPTION);
        assert_int_equal(netp_modbus_client_request(&m, NETP_MODBUS_BROADCAST, &r, 1),
                         all[i].reads ? (int)NETP_E_ARG : 0);
    }
}

/* A clock that goes backwards stands still. */
static void test_clock(void **state)
{
    struct netp_modbus_client m;
    struct netp_modbus_client_cfg cfg = NETP_MODBUS_CLIENT_CFG_INIT(NETP_MODBUS_MBAP);

    (void)state;
    cfg.mem = mem;
    cfg.memlen = sizeof mem;
    assert_int_equal(netp_modbus_client_init(&m, &cfg, 5000), NETP_OK);
    assert_int_equal(ask(&m, 1, 4000), 0);
    netp_modbus_client_sent(&m, 8, 4000);
    assert_true(netp_modbus_client_deadline(&m) == 6000);
}

/* What has no PDU is refused, and takes no ticket. */
static void test_refused(void **state)
{
    struct netp_modbus_client m;
    struct netp_modbus_client_cfg cfg = NETP_MODBUS_CLIENT_CFG_INIT(NETP_MODBUS_RTU);
    struct netp_modbus_request none = {.function = NETP_MODBUS_READ_COILS, .quantity = 0};
    struct netp_modbus_request mei = {.function = NETP_MODBUS_ENCAPSULATED};

    (void)state;
    assert_int_equal(init(&m, cfg), NETP_OK);
    assert_int_equal(netp_modbus_client_request(&m, 1, &none, 1), NETP_E_ARG);
    assert_int_equal(netp_modbus_client_request(&m, 0, &mei, 1), NETP_E_ARG);
    assert_int_equal(netp_modbus_client_want(&m), NETP_WANT_IN);
    assert_int_equal(ask(&m, 1, 1), 0);
    assert_int_equal(netp_modbus_client_request(&m, 1, &none, 1), NETP_E_NOSPACE);
}

/* All that waits, in the order of out(), is sent; returns the transaction ids of the frames as
 * digits of a number. */
static unsigned send_all(struct netp_modbus_client *m, netp_ms now)
{
    struct netp_out v[8];
    size_t n = netp_modbus_client_out(m, v, 8), bytes = 0;
    unsigned order = 0;

    for (size_t i = 0; i < n; i++) {
        order = 10 * order + v[i].p[1];
        bytes += v[i].n;
    }
    netp_modbus_client_sent(m, bytes, now);
    return order;
}

/* Frames leave in the order of their requests, whichever slots they have, retries at the end; what
 * has left in part goes on first. */
static void test_order(void **state)
{
    struct netp_modbus_client m;
    struct netp_modbus_client_cfg cfg = NETP_MODBUS_CLIENT_CFG_INIT(NETP_MODBUS_MBAP);
    struct netp_modbus_client_ev ev;
    struct netp_in in = {(const uint8_t *)"\0\1\0\0\0\3\2\7\x6d", 9, 0, NULL};
    struct netp_out v[2];

    (void)state;
    cfg.window = 3;
    cfg.retries = 1;
    assert_int_equal(init(&m, cfg), NETP_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask(&m, (uint8_t)(i + 1), 1), i);
    }
    assert_int_equal(netp_modbus_client_want(&m), NETP_WANT_IN | NETP_WANT_OUT);
    assert_true(netp_modbus_client_deadline(&m) == NETP_NEVER); /* time begins with sent() */
    netp_modbus_client_sent(&m, 8, 5);
    assert_int_equal(send_all(&m, 6), 12);
    assert_int_equal(netp_modbus_client_want(&m), NETP_WANT_IN);
    assert_true(netp_modbus_client_deadline(&m) == 1005);
    assert_int_equal(netp_modbus_client_next(&m, &in, 6, &ev), NETP_MODBUS_CLIENT_RESPONSE);
    assert_ptr_equal(ev.pdu, in.p - 2); /* in one piece: it lies in the input */
    assert_ptr_equal(ev.response.data, in.p - 1);
    assert_int_equal(ask(&m, 4, 6), 3);
    netp_modbus_client_sent(&m, 3, 6);
    assert_int_equal(netp_modbus_client_next(&m, NULL, 1006, &ev), 0);
    assert_int_equal(netp_modbus_client_out(&m, v, 2), 2);
    assert_int_equal(v[0].n, 5);
    assert_int_equal(v[0].flags, 0);
    assert_int_equal(v[1].n, 8);
    assert_int_equal(v[0].p[3], 4); /* its unit */
    netp_modbus_client_sent(&m, 4, 1006);
    assert_int_equal(netp_modbus_client_out(&m, v, 2), 2);
    assert_int_equal(v[0].n, 1);
    netp_modbus_client_sent(&m, 1, 1006);
    assert_int_equal(send_all(&m, 1006), 2);
    netp_modbus_client_sent(&m, 100, 1006); /* more than there is */
    assert_int_equal(netp_modbus_client_counts(&m)->retries, 2);
}

/* The answer to the first try, while the second has not left, is late. */
static void test_queued_again(void **state)
{
    struct netp_modbus_client m;
    struct netp_modbus_client_cfg cfg = NETP_MODBUS_CLIENT_CFG_INIT(NETP_MODBUS_MBAP);
    struct netp_modbus_client_ev ev;
    struct netp_in in = {(const uint8_t *)"\0\0\0\0\0\3\1\7\x6d", 9, 0, NULL};

    (void)state;
    cfg.retries = 1;
    assert_int_equal(init(&m, cfg), NETP_OK);
    assert_int_equal(ask(&m, 1, 1), 0);
    send_all(&m, 1);
    assert_int_equal(netp_modbus_client_next(&m, NULL, 1001, &ev), 0);
    assert_int_equal(netp_modbus_client_next(&m, &in, 1001, &ev), 0);
    assert_int_equal(netp_modbus_client_counts(&m)->late, 1);
    send_all(&m, 1001);
    in = (struct netp_in){in.p - 9, 9, 0, NULL};
    assert_int_equal(netp_modbus_client_next(&m, &in, 1001, &ev), NETP_MODBUS_CLIENT_RESPONSE);
}

/* Transaction ids go round; one that is still under way is not given out again. */
static void test_ids(void **state)
{
    struct netp_modbus_client m;
    struct netp_modbus_client_cfg cfg = NETP_MODBUS_CLIENT_CFG_INIT(NETP_MODBUS_MBAP);
    struct netp_modbus_client_ev ev;
    uint8_t answer[] = {0, 0, 0, 0, 0, 3, 1, 7, 0x6d};

    (void)state;
    cfg.window = 2;
    cfg.response_timeout_ms = 100000;
    assert_int_equal(init(&m, cfg), NETP_OK);
    assert_int_equal(ask(&m, 1, 1), 0);
    for (unsigned i = 1; i < 65536; i++) {
        struct netp_in in = {answer, sizeof answer, 0, NULL};

        assert_int_equal(ask(&m, 1, 1), i);
        netp_modbus_client_sent(&m, 16, 1);
        answer[0] = (uint8_t)(i >> 8);
        answer[1] = (uint8_t)i;
        assert_int_equal(netp_modbus_client_next(&m, &in, 1, &ev), NETP_MODBUS_CLIENT_RESPONSE);
        assert_int_equal(ev.ticket, i);
    }
    assert_int_equal(ask(&m, 1, 1), NETP_E_NOSPACE);
    assert_int_equal(netp_modbus_client_next(&m, NULL, 100001, &ev),
                     NETP_MODBUS_CLIENT_NO_RESPONSE);
    assert_int_equal(ev.ticket, 0);
    assert_int_equal(ask(&m, 1, 1), 0);
    assert_int_equal(ask(&m, 1, 1), 1);
    /* 0 is not sent; of those before it, the younger half counts as late */
    static const uint16_t ids[] = {0, 32770, 32769};
    for (size_t i = 0; i < COUNT(ids); i++) {
        struct netp_in in = {answer, sizeof answer, 0, NULL};
        answer[0] = (uint8_t)(ids[i] >> 8);
        answer[1] = (uint8_t)ids[i];
        assert_int_equal(netp_modbus_client_next(&m, &in, 1, &ev), 0);
    }
    assert_int_equal(netp_modbus_client_counts(&m)->late, 2);
    assert_int_equal(netp_modbus_client_counts(&m)->foreign, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mbap),  cmocka_unit_test(test_rtu),
        cmocka_unit_test(test_ascii), cmocka_unit_test(test_udp),
        cmocka_unit_test(test_init),  cmocka_unit_test(test_only_reads),
        cmocka_unit_test(test_clock), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_order), cmocka_unit_test(test_queued_again),
        cmocka_unit_test(test_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
