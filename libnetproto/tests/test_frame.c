/* test_frame.c - receiving: frames of every kind, their limits, their errors, their deadlines.
 * SPDX-License-Identifier: MIT */
#include "test_frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SETUP(...) (&(const struct frame_setup){.cfg = {__VA_ARGS__}})
#define LENGTH(w, off, adj, max)                                                                   \
    SETUP(.kind = NETP_FRAME_LENGTH, .len_width = (w), .len_offset = (off), .len_adjust = (adj),   \
          .max_len = (max))
#define LITTLE(w, max)                                                                             \
    SETUP(.kind = NETP_FRAME_LENGTH, .flags = NETP_FRAME_LITTLE, .len_width = (w), .max_len = (max))
#define VARINT(off, max) SETUP(.kind = NETP_FRAME_VARINT, .len_offset = (off), .max_len = (max))
#define NETSTRING(max)   SETUP(.kind = NETP_FRAME_NETSTRING, .max_len = (max))
#define FIXED(n)         SETUP(.kind = NETP_FRAME_FIXED, .max_len = (n))
#define DELIM(max, f, ...)                                                                         \
    SETUP(.kind = NETP_FRAME_DELIM, .flags = (f), .max_len = (max),                                \
          .delim_n = sizeof((uint8_t[]){__VA_ARGS__}), .delim = {__VA_ARGS__})
#define SLIP(max, f)              SETUP(.kind = NETP_FRAME_SLIP, .flags = (f), .max_len = (max))
#define COBS(max, f)              SETUP(.kind = NETP_FRAME_COBS, .flags = (f), .max_len = (max))
#define RESYNC                    NETP_FRAME_RESYNC
#define FAIL(code, offset, where) TR_FAIL(code, -1, offset, where)

#define FRAME(length, head, payload)                                                               \
    TR_EV("begin " length " " head), TR_EV("data " payload), TR_EV("end " length)
#define TEXT(length, payload) TR_EV("begin"), TR_EV("data " payload), TR_EV("end " length)
#define NOTHING               TR_EV("begin"), TR_EV("end 0")

/* ---- frames with a length ---- */

static const struct tr_case length_cases[] = {
    /* the examples of Netty's LengthFieldBasedFrameDecoder */
    {.name = "2 bytes at offset 0",
     .cfg = LENGTH(2, 0, 0, 12),
     .steps = TR_STEPS(TR_IN("\0\x0cHELLO, WORLD"), FRAME("12", "\\x00\\x0c", "HELLO, WORLD"))},
    {.name = "the length counts the header",
     .cfg = LENGTH(2, 0, -2, 12),
     .steps = TR_STEPS(TR_IN("\0\x0eHELLO, WORLD"), FRAME("12", "\\x00\\x0e", "HELLO, WORLD"))},
    {.name = "3 bytes at the end of a header of 5",
     .cfg = LENGTH(3, 2, 0, 12),
     .steps = TR_STEPS(TR_IN("\xca\xfe\0\0\x0cHELLO, WORLD"),
                       FRAME("12", "\\xca\\xfe\\x00\\x00\\x0c", "HELLO, WORLD"))},
    {.name = "3 bytes at the start of a header of 5",
     .cfg = LENGTH(3, 0, 2, 14),
     .steps = TR_STEPS(TR_IN("\0\0\x0c\xca\xfeHELLO, WORLD"),
                       FRAME("14", "\\x00\\x00\\x0c", "\\xca\\xfeHELLO, WORLD"))},
    {.name = "2 bytes in the middle of a header of 4",
     .cfg = LENGTH(2, 1, 1, 13),
     .steps = TR_STEPS(TR_IN("\xca\0\x0c\xfeHELLO, WORLD"),
                       FRAME("13", "\\xca\\x00\\x0c", "\\xfeHELLO, WORLD"))},
    {.name = "2 bytes in the middle of a header of 4, which they count",
     .cfg = LENGTH(2, 1, -3, 13),
     .steps = TR_STEPS(TR_IN("\xca\0\x10\xfeHELLO, WORLD"),
                       FRAME("13", "\\xca\\x00\\x10", "\\xfeHELLO, WORLD"))},
    /* protocols of this kind */
    {.name = "Modbus TCP: transaction, protocol, length; unit and PDU",
     .cfg = LENGTH(2, 4, 0, 254),
     .steps = TR_STEPS(TR_IN("\0\1\0\0\0\6\x11\3\0k\0\3"),
                       FRAME("6", "\\x00\\x01\\x00\\x00\\x00\\x06", "\\x11\\x03\\x00k\\x00\\x03"))},
    {.name = "PostgreSQL: type, length with itself",
     .cfg = LENGTH(4, 1, -4, 100),
     .steps = TR_STEPS(TR_IN("Q\0\0\0\x0dSELECT 1\0"
                             "S\0\0\0\4"),
                       FRAME("9", "Q\\x00\\x00\\x00\\x0d", "SELECT 1\\x00"),
                       TR_EV("begin 0 S\\x00\\x00\\x00\\x04"), TR_EV("end 0"))},
    {.name = "BGP: marker, length of all, type",
     .cfg = LENGTH(2, 16, -18, 4096 - 18),
     .steps =
         TR_STEPS(TR_IN("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\x13\4"),
                  FRAME("1",
                        "\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff"
                        "\\xff\\xff\\x00\\x13",
                        "\\x04"))},
    /* python3: struct.pack(">B", 3), ">H", ">I", ">Q", "<H", "<I", "<Q"; 3 bytes by int.to_bytes */
    {.name = "1 byte",
     .cfg = LENGTH(1, 0, 0, 255),
     .steps = TR_STEPS(TR_IN("\3abc"), FRAME("3", "\\x03", "abc"))},
    {.name = "4 bytes, more than one frame",
     .cfg = LENGTH(4, 0, 0, 3),
     .steps =
         TR_STEPS(TR_IN("\0\0\0\3abc\0\0\0\0\0\0\0\1d\0\0\0\2ef"),
                  FRAME("3", "\\x00\\x00\\x00\\x03", "abc"), TR_EV("begin 0 \\x00\\x00\\x00\\x00"),
                  TR_EV("end 0"), FRAME("1", "\\x00\\x00\\x00\\x01", "d"),
                  FRAME("2", "\\x00\\x00\\x00\\x02", "ef"), TR_WANT(NETP_WANT_IN))},
    {.name = "8 bytes",
     .cfg = LENGTH(8, 0, 0, 3),
     .steps = TR_STEPS(TR_IN("\0\0\0\0\0\0\0\3abc"),
                       FRAME("3", "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x03", "abc"))},
    {.name = "2 bytes, little-endian",
     .cfg = LITTLE(2, 300),
     .steps = TR_STEPS(TR_IN("\3\0abc"), FRAME("3", "\\x03\\x00", "abc"))},
    {.name = "3 bytes, little-endian",
     .cfg = LITTLE(3, 300),
     .steps = TR_STEPS(TR_IN("\3\0\0abc"), FRAME("3", "\\x03\\x00\\x00", "abc"))},
    {.name = "4 bytes, little-endian",
     .cfg = LITTLE(4, 300),
     .steps = TR_STEPS(TR_IN("\3\0\0\0abc"), FRAME("3", "\\x03\\x00\\x00\\x00", "abc"))},
    {.name = "8 bytes, little-endian",
     .cfg = LITTLE(8, 300),
     .steps = TR_STEPS(TR_IN("\3\0\0\0\0\0\0\0abc"),
                       FRAME("3", "\\x03\\x00\\x00\\x00\\x00\\x00\\x00\\x00", "abc"))},
    /* limits */
    {.name = "a byte over the limit",
     .cfg = LENGTH(2, 0, 0, 3),
     .tail = true,
     .steps = TR_STEPS(TR_IN("\0\3abc\0\4"), FRAME("3", "\\x00\\x03", "abc"),
                       FAIL(NETP_E_LIMIT, 5, "length"))},
    {.name = "4 bytes, 2^32 - 1",
     .cfg = LENGTH(4, 0, 0, 1000),
     .tail = true,
     .steps = TR_STEPS(TR_IN("\xff\xff\xff\xff"), FAIL(NETP_E_LIMIT, 0, "length"))},
    {.name = "4 bytes, 2^31",
     .cfg = LENGTH(4, 0, 0, 0x7fffffff),
     .tail = true,
     .steps = TR_STEPS(TR_IN("\x80\0\0\0"), FAIL(NETP_E_LIMIT, 0, "length"))},
    {.name = "4 bytes and what does not fit 32 bits",
     .cfg = LENGTH(4, 1, INT32_MAX, 1000),
     .tail = true,
     .steps = TR_STEPS(TR_IN("m\xff\xff\xff\xff"), FAIL(NETP_E_LIMIT, 1, "length"))},
    {.name = "8 bytes, 2^64 - 1",
     .cfg = LENGTH(8, 0, 0, 1000),
     .tail = true,
     .steps = TR_STEPS(TR_IN("\xff\xff\xff\xff\xff\xff\xff\xff"), FAIL(NETP_E_LIMIT, 0, "length"))},
    {.name = "8 bytes and what does not fit 64 bits",
     .cfg = LENGTH(8, 0, 2, 1000),
     .tail = true,
     .steps = TR_STEPS(TR_IN("\xff\xff\xff\xff\xff\xff\xff\xff"), FAIL(NETP_E_LIMIT, 0, "length"))},
    {.name = "8 bytes and one more than fits 64 bits",
     .cfg = LENGTH(8, 0, 1, NETP_FRAME_UNKNOWN - 1),
     .tail = true,
     .steps = TR_STEPS(TR_IN("\xff\xff\xff\xff\xff\xff\xff\xff"), FAIL(NETP_E_LIMIT, 0, "length"))},
    {.name = "less than the header that it counts",
     .cfg = LENGTH(2, 0, -2, 1000),
     .tail = true,
     .steps = TR_STEPS(TR_IN("\0\2\0\1"), TR_EV("begin 0 \\x00\\x02"), TR_EV("end 0"),
                       FAIL(NETP_E_SYNTAX, 2, "length"))},
    {.name = "negative by all of 31 bits",
     .cfg = LENGTH(4, 0, INT32_MIN, 1000),
     .tail = true,
     .steps = TR_STEPS(TR_IN("\x80\0\0\1a\x7f\xff\xff\xff"),
                       FRAME("1", "\\x80\\x00\\x00\\x01", "a"), FAIL(NETP_E_SYNTAX, 5, "length"))},
};

static const struct tr_case varint_cases[] = {
    /* 150 and 300 as the Protocol Buffers manual writes them: 9601, ac02 */
    {.name = "short and empty",
     .cfg = VARINT(0, 127),
     .steps = TR_STEPS(TR_IN("\3abc\0\1d"), FRAME("3", "\\x03", "abc"), TR_EV("begin 0 \\x00"),
                       TR_EV("end 0"), FRAME("1", "\\x01", "d"))},
    {.name = "127",
     .cfg = VARINT(0, 126),
     .tail = true,
     .steps = TR_STEPS(TR_IN("\x7f"), FAIL(NETP_E_LIMIT, 0, "length"))},
    {.name = "128",
     .cfg = VARINT(0, 127),
     .tail = true,
     .steps = TR_STEPS(TR_IN("\x80\1"), FAIL(NETP_E_LIMIT, 0, "length"))},
    {.name = "150",
     .cfg = VARINT(0, 149),
     .tail = true,
     .steps = TR_STEPS(TR_IN("\x96\1"), FAIL(NETP_E_LIMIT, 0, "length"))},
    {.name = "300",
     .cfg = VARINT(0, 299),
     .tail = true,
     .steps = TR_STEPS(TR_IN("\xac\2"), FAIL(NETP_E_LIMIT, 0, "length"))},
    {.name = "MQTT: a type, then the length",
     .cfg = VARINT(1, 100),
     .steps =
         TR_STEPS(TR_IN("\xc0\0\x30\5\0\3a/bx\0"), TR_EV("begin 0 \\xc0\\x00"), TR_EV("end 0"),
                  FRAME("5", "0\\x05", "\\x00\\x03a/b"), TR_EV("begin 0 x\\x00"), TR_EV("end 0"))},
    {.name = "2^64 - 1",
     .cfg = VARINT(0, 1000),
     .tail = true,
     .steps = TR_STEPS(TR_IN("\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"),
                       FAIL(NETP_E_LIMIT, 0, "length"))},
    {.name = "2^64",
     .cfg = VARINT(0, 1000),
     .tail = true,
     .steps = TR_STEPS(TR_IN("\x80\x80\x80\x80\x80\x80\x80\x80\x80\2"),
                       FAIL(NETP_E_SYNTAX, 0, "length"))},
    {.name = "without end",
     .cfg = VARINT(0, 1000),
     .tail = true,
     .steps = TR_STEPS(TR_IN("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"),
                       FAIL(NETP_E_SYNTAX, 0, "length"))},
    {.name = "0 in two bytes",
     .cfg = VARINT(1, 1000),
     .tail = true,
     .steps = TR_STEPS(TR_IN("t\x80\0"), FAIL(NETP_E_SYNTAX, 1, "length"))},
    {.name = "1 in three bytes",
     .cfg = VARINT(0, 1000),
     .tail = true,
     .steps = TR_STEPS(TR_IN("\x81\x80\0"), FAIL(NETP_E_SYNTAX, 0, "length"))},
};

static const struct tr_case netstring_cases[] = {
    /* the examples of the netstring specification */
    {.name = "hello world!",
     .cfg = NETSTRING(12),
     .steps = TR_STEPS(TR_IN("\x31\x32\x3a\x68\x65\x6c\x6c\x6f\x20\x77\x6f\x72\x6c\x64\x21\x2c"),
                       FRAME("12", "12:", "hello world!"))},
    {.name = "empty, and more",
     .cfg = NETSTRING(9),
     .steps = TR_STEPS(TR_IN("0:,9:,,,,,,,,,,1:x,"), TR_EV("begin 0 0:"), TR_EV("end 0"),
                       FRAME("9", "9:", ",,,,,,,,,"), FRAME("1", "1:", "x"))},
    {.name = "a zero in front of zero",
     .cfg = NETSTRING(9),
     .tail = true,
     .steps = TR_STEPS(TR_IN("00:,"), FAIL(NETP_E_SYNTAX, 0, "length"))},
    {.name = "a zero in front",
     .cfg = NETSTRING(99),
     .tail = true,
     .steps = TR_STEPS(TR_IN("0:,012:hello world!,"), TR_EV("begin 0 0:"), TR_EV("end 0"),
                       FAIL(NETP_E_SYNTAX, 3, "length"))},
    {.name = "a sign",
     .cfg = NETSTRING(99),
     .tail = true,
     .steps = TR_STEPS(TR_IN("-1:"), FAIL(NETP_E_SYNTAX, 0, "length"))},
    {.name = "a blank",
     .cfg = NETSTRING(99),
     .tail = true,
     .steps = TR_STEPS(TR_IN(" 1:a,"), FAIL(NETP_E_SYNTAX, 0, "length"))},
    {.name = "a blank behind",
     .cfg = NETSTRING(99),
     .tail = true,
     .steps = TR_STEPS(TR_IN("1 :a,"), FAIL(NETP_E_SYNTAX, 0, "length"))},
    {.name = "no digit",
     .cfg = NETSTRING(99),
     .tail = true,
     .steps = TR_STEPS(TR_IN(":,"), FAIL(NETP_E_SYNTAX, 0, "length"))},
    {.name = "no colon",
     .cfg = NETSTRING(99),
     .tail = true,
     .steps = TR_STEPS(TR_IN("5hello,"), FAIL(NETP_E_SYNTAX, 0, "length"))},
    {.name = "digits without end",
     .cfg = NETSTRING(4294967295u),
     .tail = true,
     .steps = TR_STEPS(TR_IN("1111111111111111111111111"), FAIL(NETP_E_LIMIT, 0, "length"))},
    {.name = "2^64 + 4",
     .cfg = NETSTRING(NETP_FRAME_UNKNOWN - 1),
     .tail = true,
     .steps = TR_STEPS(TR_IN("18446744073709551620:abcd,"), FAIL(NETP_E_LIMIT, 0, "length"))},
    {.name = "a byte over the limit",
     .cfg = NETSTRING(99),
     .tail = true,
     .steps = TR_STEPS(TR_IN("100"), FAIL(NETP_E_LIMIT, 0, "length"))},
    {.name = "one digit over the limit",
     .cfg = NETSTRING(8),
     .tail = true,
     .steps = TR_STEPS(TR_IN("9"), FAIL(NETP_E_LIMIT, 0, "length"))},
    {.name = "no comma",
     .cfg = NETSTRING(99),
     .tail = true,
     .steps = TR_STEPS(TR_IN("3:abc;"), TR_EV("begin 3 3:"), TR_EV("data abc"),
                       FAIL(NETP_E_SYNTAX, 5, "terminator"))},
    {.name = "two commas",
     .cfg = NETSTRING(99),
     .tail = true,
     .steps = TR_STEPS(TR_IN("1:x,,"), FRAME("1", "1:", "x"), FAIL(NETP_E_SYNTAX, 4, "length"))},
    {.name = "no comma behind nothing",
     .cfg = NETSTRING(99),
     .tail = true,
     .steps = TR_STEPS(TR_IN("0:0:,"), TR_EV("begin 0 0:"), FAIL(NETP_E_SYNTAX, 2, "terminator"))},
};

static const struct tr_case fixed_cases[] = {
    {.name = "three and a part of one",
     .cfg = FIXED(4),
     .steps = TR_STEPS(TR_IN("abcdEFGH1234"), TEXT("4", "abcd"), TEXT("4", "EFGH"),
                       TEXT("4", "1234"), TR_EOF(), TR_EV("eof"))},
    {.name = "one byte each",
     .cfg = FIXED(1),
     .steps = TR_STEPS(TR_IN("ab"), TEXT("1", "a"), TEXT("1", "b"))},
};

/* ---- frames that end with a delimiter ---- */

static const struct tr_case delim_cases[] = {
    {.name = "LF",
     .cfg = DELIM(9, 0, '\n'),
     .steps = TR_STEPS(TR_IN("one\n\ntwo\r\n\n"), TEXT("3", "one"), NOTHING, TEXT("4", "two\\r"),
                       NOTHING)},
    {.name = "CRLF",
     .cfg = DELIM(9, 0, '\r', '\n'),
     .steps = TR_STEPS(TR_IN("a\r\n\r\nb\rc\nd\r\r\n\r\n"), TEXT("1", "a"), NOTHING,
                       TEXT("6", "b\\rc\\nd\\r"), NOTHING)},
    {.name = "CR CR CR LF",
     .cfg = DELIM(2, 0, '\r', '\n'),
     .steps = TR_STEPS(TR_IN("\r\r\r\n"), TEXT("2", "\\r\\r"))},
    {.name = "NUL",
     .cfg = DELIM(9, 0, 0),
     .steps = TR_STEPS(TR_IN("a\0\0b\0"), TEXT("1", "a"), NOTHING, TEXT("1", "b"))},
    /* delimiters that overlap themselves: the first place where one is whole counts, as with
       python3's bytes.split */
    {.name = "aab",
     .cfg = DELIM(99, 0, 'a', 'a', 'b'),
     .steps =
         TR_STEPS(TR_IN("aaabaabaabbaaaab"), TEXT("1", "a"), NOTHING, NOTHING, TEXT("3", "baa"))},
    {.name = "aa",
     .cfg = DELIM(99, 0, 'a', 'a'),
     .steps = TR_STEPS(TR_IN("aaabaaaaacaa"), NOTHING, TEXT("2", "ab"), NOTHING, TEXT("2", "ac"))},
    {.name = "abab",
     .cfg = DELIM(99, 0, 'a', 'b', 'a', 'b'),
     .steps =
         TR_STEPS(TR_IN("abaabababacababab"), TEXT("3", "aba"), TEXT("4", "abac"), TR_EV("begin"))},
    {.name = "abcabcabd",
     .cfg = DELIM(99, 0, 'a', 'b', 'c', 'a', 'b', 'c', 'a', 'd'),
     .steps = TR_STEPS(TR_IN("abcabcabcabcad-abcabcad"), TEXT("6", "abcabc"), TEXT("1", "-"))},
    /* limits */
    {.name = "as long as may be",
     .cfg = DELIM(3, 0, '\r', '\n'),
     .steps = TR_STEPS(TR_IN("abc\r\nde\r\r\n"), TEXT("3", "abc"), TEXT("3", "de\\r"))},
    {.name = "a byte over the limit",
     .cfg = DELIM(3, 0, '\n'),
     .tail = true,
     .steps = TR_STEPS(TR_IN("ab\nabcd"), TEXT("2", "ab"), TR_EV("begin"), TR_EV("data abc"),
                       FAIL(NETP_E_LIMIT, 6, "payload"))},
    {.name = "over the limit with a part of the delimiter",
     .cfg = DELIM(3, 0, 'a', 'a', 'a', 'b'),
     .tail = true,
     .steps = TR_STEPS(TR_IN("xxaaac"), TR_EV("begin"), TR_EV("data xxa"),
                       FAIL(NETP_E_LIMIT, 3, "payload"))},
    {.name = "over the limit with one that goes on",
     .cfg = DELIM(2, 0, 'a', 'a', 'b'),
     .tail = true,
     .steps = TR_STEPS(TR_IN("xyaaaab"), TR_EV("begin"), TR_EV("data xy"),
                       FAIL(NETP_E_LIMIT, 2, "payload"))},
    {.name = "over the limit, and on",
     .cfg = DELIM(3, RESYNC, '\r', '\n'),
     .steps = TR_STEPS(TR_IN("abcdefg\rhi\r\nok\r\nabc\rd\r\n\r\n"), TR_EV("begin"),
                       TR_EV("data abc"), TR_EV("bad NETP_E_LIMIT 3"), TEXT("2", "ok"),
                       TR_EV("begin"), TR_EV("data abc"), TR_EV("bad NETP_E_LIMIT 3"), NOTHING)},
    {.name = "over the limit by the delimiter's own beginning",
     .cfg = DELIM(2, RESYNC, 'a', 'a', 'b'),
     .steps = TR_STEPS(TR_IN("aaaaaab.aab"), TR_EV("begin"), TR_EV("data aa"),
                       TR_EV("bad NETP_E_LIMIT 2"), TEXT("1", "."))},
};

static const struct tr_case slip_cases[] = {
    /* RFC 1055: END is 192, ESC 219, ESC END 219 220, ESC ESC 219 221 */
    {.name = "END on both sides",
     .cfg = SLIP(99, 0),
     .steps =
         TR_STEPS(TR_IN("\xc0hello\xc0\xc0world\xc0"), TEXT("5", "hello"), TEXT("5", "world"))},
    {.name = "END behind only",
     .cfg = SLIP(99, 0),
     .steps = TR_STEPS(TR_IN("hello\xc0world\xc0"), TEXT("5", "hello"), TEXT("5", "world"))},
    {.name = "many ENDs",
     .cfg = SLIP(99, 0),
     .steps = TR_STEPS(TR_IN("\xc0\xc0\xc0\xc0"
                             "a\xc0\xc0\xc0"),
                       TEXT("1", "a"), TR_EOF(), TR_EV("eof"))},
    {.name = "escapes",
     .cfg = SLIP(9, 0),
     .steps = TR_STEPS(TR_IN("a\xdb\xdc\xdb\xdd"
                             "b\xdb\xdc\xc0\xdb\xdd\xdb\xdc\xc0\xdc\xdd\xc0"),
                       TEXT("5", "a\\xc0\\xdbb\\xc0"), TEXT("2", "\\xdb\\xc0"),
                       TEXT("2", "\\xdc\\xdd"))},
    {.name = "ESC and another byte",
     .cfg = SLIP(9, 0),
     .tail = true,
     .steps = TR_STEPS(TR_IN("\xc0"
                             "a\xdb"
                             "b"),
                       TR_EV("begin"), TR_EV("data a"), FAIL(NETP_E_SYNTAX, 3, "escape"))},
    {.name = "ESC before END",
     .cfg = SLIP(9, 0),
     .tail = true,
     .steps = TR_STEPS(TR_IN("\xdb\xc0"), TR_EV("begin"), FAIL(NETP_E_SYNTAX, 1, "escape"))},
    {.name = "ESC at the end",
     .cfg = SLIP(9, 0),
     .steps = TR_STEPS(TR_IN_EOF("a\xdb"), TR_EV("begin"), TR_EV("data a"),
                       FAIL(NETP_E_TRUNCATED, 2, "frame"))},
    {.name = "bad frames, and on",
     .cfg = SLIP(9, RESYNC),
     .steps =
         TR_STEPS(TR_IN("a\xdb\xc0"
                        "b\xdb\xdbxx\xc0\xc0"
                        "c\xc0"),
                  TR_EV("begin"), TR_EV("data a"), TR_EV("bad NETP_E_SYNTAX 1"), TR_EV("begin"),
                  TR_EV("data b"), TR_EV("bad NETP_E_SYNTAX 1"), TEXT("1", "c"))},
    {.name = "as long as may be",
     .cfg = SLIP(3, 0),
     .steps = TR_STEPS(TR_IN("ab\xdb\xdc\xc0"), TEXT("3", "ab\\xc0"))},
    {.name = "over the limit",
     .cfg = SLIP(3, 0),
     .tail = true,
     .steps = TR_STEPS(TR_IN("ab\xdb\xdd"
                             "c"),
                       TR_EV("begin"), TR_EV("data ab\\xdb"), FAIL(NETP_E_LIMIT, 4, "payload"))},
    {.name = "over the limit by an escape, and on",
     .cfg = SLIP(2, RESYNC),
     .steps =
         TR_STEPS(TR_IN("ab\xdb\xdd"
                        "c\xc0"
                        "de\xc0"),
                  TR_EV("begin"), TR_EV("data ab"), TR_EV("bad NETP_E_LIMIT 2"), TEXT("2", "de"))},
};

static const struct tr_case cobs_cases[] = {
    /* Cheshire and Baker 1999, and the table of examples in Wikipedia's article */
    {.name = "a zero", .cfg = COBS(9, 0), .steps = TR_STEPS(TR_IN("\1\1\0"), TEXT("1", "\\x00"))},
    {.name = "two zeros",
     .cfg = COBS(9, 0),
     .steps = TR_STEPS(TR_IN("\1\1\1\0"), TEXT("2", "\\x00\\x00"))},
    {.name = "00 11 00",
     .cfg = COBS(9, 0),
     .steps = TR_STEPS(TR_IN("\1\2\x11\1\0"), TEXT("3", "\\x00\\x11\\x00"))},
    {.name = "11 22 00 33",
     .cfg = COBS(9, 0),
     .steps = TR_STEPS(TR_IN("\3\x11\x22\2\x33\0"), TEXT("4", "\\x11\"\\x003"))},
    {.name = "11 22 33 44",
     .cfg = COBS(9, 0),
     .steps = TR_STEPS(TR_IN("\5\x11\x22\x33\x44\0"), TEXT("4", "\\x11\"3D"))},
    {.name = "11 00 00 00",
     .cfg = COBS(9, 0),
     .steps = TR_STEPS(TR_IN("\2\x11\1\1\1\0"), TEXT("4", "\\x11\\x00\\x00\\x00"))},
    {.name = "the paper's packet",
     .cfg = COBS(99, 0),
     .steps = TR_STEPS(TR_IN("\2\x45\1\4\x2c\x4c\x79\5\x40\6\x4f\x37\0"), TR_EV("begin"),
                       TR_EV("data E\\x00\\x00,Ly\\x00@\\x06O7"), TR_EV("end 11"))},
    {.name = "empty frames and lone zeros",
     .cfg = COBS(9, 0),
     .steps = TR_STEPS(TR_IN("\0\0\1\0\0\1\0\2a\0"), NOTHING, NOTHING, TEXT("1", "a"), TR_EOF(),
                       TR_EV("eof"))},
    {.name = "a zero inside a run",
     .cfg = COBS(9, 0),
     .tail = true,
     .steps =
         TR_STEPS(TR_IN("\3a\0"), TR_EV("begin"), TR_EV("data a"), FAIL(NETP_E_SYNTAX, 2, "zero"))},
    {.name = "a code and nothing",
     .cfg = COBS(9, 0),
     .tail = true,
     .steps = TR_STEPS(TR_IN("\xff\0"), TR_EV("begin"), FAIL(NETP_E_SYNTAX, 1, "zero"))},
    {.name = "noise, and on",
     .cfg = COBS(9, RESYNC),
     .steps = TR_STEPS(TR_IN("\5a\0\2b\0\xff\0\1\0"), TR_EV("begin"), TR_EV("data a"),
                       TR_EV("bad NETP_E_SYNTAX 1"), TEXT("1", "b"), TR_EV("begin"),
                       TR_EV("bad NETP_E_SYNTAX 0"), NOTHING)},
    {.name = "as long as may be",
     .cfg = COBS(3, 0),
     .steps = TR_STEPS(TR_IN("\3ab\1\0\4abc\0"), TEXT("3", "ab\\x00"), TEXT("3", "abc"))},
    {.name = "over the limit",
     .cfg = COBS(3, 0),
     .tail = true,
     .steps = TR_STEPS(TR_IN("\5abcd"), TR_EV("begin"), TR_EV("data abc"),
                       FAIL(NETP_E_LIMIT, 4, "payload"))},
    {.name = "over the limit by a zero, and on",
     .cfg = COBS(3, RESYNC),
     .steps = TR_STEPS(TR_IN("\4abc\1\0\2x\0"), TR_EV("begin"), TR_EV("data abc"),
                       TR_EV("bad NETP_E_LIMIT 3"), TEXT("1", "x"))},
};

/* ---- the end of the stream ---- */

static const struct tr_case end_cases[] = {
    {.name = "at once",
     .cfg = LENGTH(2, 0, 0, 9),
     .steps = TR_STEPS(TR_EOF(), TR_EV("eof"), TR_WANT(NETP_WANT_APP))},
    {.name = "between frames",
     .cfg = LENGTH(2, 0, 0, 9),
     .steps = TR_STEPS(TR_IN_EOF("\0\1a"), FRAME("1", "\\x00\\x01", "a"), TR_EV("eof"),
                       TR_WANT(NETP_WANT_APP))},
    {.name = "in a header",
     .cfg = LENGTH(2, 0, 0, 9),
     .steps = TR_STEPS(TR_IN_EOF("\0\1a\0"), FRAME("1", "\\x00\\x01", "a"),
                       FAIL(NETP_E_TRUNCATED, 4, "frame"), TR_WANT(NETP_CLOSED))},
    {.name = "in a payload",
     .cfg = LENGTH(2, 0, 0, 9),
     .steps = TR_STEPS(TR_IN_EOF("\0\3ab"), TR_EV("begin 3 \\x00\\x03"), TR_EV("data ab"),
                       FAIL(NETP_E_TRUNCATED, 4, "frame"))},
    {.name = "before a payload",
     .cfg = LENGTH(2, 0, 0, 9),
     .steps = TR_STEPS(TR_IN_EOF("\0\3"), TR_EV("begin 3 \\x00\\x03"),
                       FAIL(NETP_E_TRUNCATED, 2, "frame"))},
    {.name = "before a comma",
     .cfg = NETSTRING(9),
     .steps = TR_STEPS(TR_IN_EOF("0:"), TR_EV("begin 0 0:"), FAIL(NETP_E_TRUNCATED, 2, "frame"))},
    {.name = "in a delimiter",
     .cfg = DELIM(9, 0, '\r', '\n'),
     .steps = TR_STEPS(TR_IN_EOF("\r"), TR_EV("begin"), FAIL(NETP_E_TRUNCATED, 1, "frame"))},
    {.name = "in a bad frame",
     .cfg = COBS(9, RESYNC),
     .steps = TR_STEPS(TR_IN("\xff\0\xff"), TR_EV("begin"), TR_EV("bad NETP_E_SYNTAX 0"),
                       TR_EV("begin"), TR_EOF(), FAIL(NETP_E_TRUNCATED, 3, "frame"))},
    {.name = "behind a bad frame",
     .cfg = SLIP(1, RESYNC),
     .steps = TR_STEPS(TR_IN_EOF("abc"), TR_EV("begin"), TR_EV("data a"),
                       TR_EV("bad NETP_E_LIMIT 1"), TR_EV("eof"))},
    {.name = "cut between frames",
     .cfg = LENGTH(1, 0, 0, 9),
     .steps = TR_STEPS(TR_IN("\1a"), FRAME("1", "\\x01", "a"), TR_BROKEN(),
                       FAIL(NETP_E_IO, 2, "stream"), TR_WANT(NETP_CLOSED))},
    {.name = "cut in a frame",
     .cfg = LENGTH(1, 0, 0, 9),
     .steps = TR_STEPS(TR_IN("\2a"), TR_EV("begin 2 \\x02"), TR_EV("data a"), TR_BROKEN(),
                       FAIL(NETP_E_TRUNCATED, 2, "frame"), TR_WANT(NETP_CLOSED))},
    {.name = "cut behind the end",
     .cfg = LENGTH(1, 0, 0, 9),
     .steps = TR_STEPS(TR_EOF(), TR_EV("eof"), TR_BROKEN(), FAIL(NETP_E_IO, 0, "stream"))},
};

/* ---- time ---- */

#define TIMED(f, i, ...) SETUP(.frame_ms = (f), .idle_ms = (i), .max_len = 99, __VA_ARGS__)

static const struct tr_case time_cases[] = {
    {.name = "a frame in time",
     .cfg = TIMED(100, 50, .kind = NETP_FRAME_LENGTH, .len_width = 2),
     .steps = TR_STEPS(TR_WAIT(100000), TR_IN("\0"), TR_WAIT(49), TR_IN("\2a"),
                       TR_EV("begin 2 \\x00\\x02"), TR_EV("data a"), TR_WAIT(49), TR_IN("b"),
                       TR_EV("data b"), TR_EV("end 2"), TR_WAIT(100000), TR_IN("\0\0"),
                       TR_EV("begin 0 \\x00\\x00"), TR_EV("end 0"))},
    {.name = "a slow drip",
     .cfg = TIMED(100, 50, .kind = NETP_FRAME_LENGTH, .len_width = 2),
     .steps = TR_STEPS(TR_IN("\0"), TR_WAIT(40), TR_IN("\3"), TR_EV("begin 3 \\x00\\x03"),
                       TR_WAIT(40), TR_IN("a"), TR_EV("data a"), TR_WAIT(40),
                       FAIL(NETP_E_TIMEOUT, 3, "frame"), TR_WANT(NETP_CLOSED))},
    {.name = "silence in a header",
     .cfg = TIMED(0, 50, .kind = NETP_FRAME_LENGTH, .len_width = 2),
     .steps = TR_STEPS(TR_IN("\0"), TR_WAIT(51), FAIL(NETP_E_TIMEOUT, 1, "frame"))},
    {.name = "silence in a delimiter",
     .cfg = TIMED(0, 50, .kind = NETP_FRAME_DELIM, .delim_n = 2, .delim = "\r\n"),
     .steps = TR_STEPS(TR_IN("a\r"), TR_EV("begin"), TR_EV("data a"), TR_WAIT(50),
                       FAIL(NETP_E_TIMEOUT, 2, "frame"))},
    {.name = "silence, and on",
     .cfg = TIMED(0, 50, .kind = NETP_FRAME_SLIP, .flags = RESYNC),
     .steps = TR_STEPS(TR_IN("a\xdb"), TR_EV("begin"), TR_EV("data a"), TR_WAIT(50),
                       TR_EV("bad NETP_E_TIMEOUT 1"), TR_WAIT(1000),
                       TR_IN("x\xc0"
                             "b\xc0"),
                       TEXT("1", "b"))},
    {.name = "silence in a delimiter, and on",
     .cfg = TIMED(0, 50, .kind = NETP_FRAME_DELIM, .flags = RESYNC, .delim_n = 2, .delim = "\r\n"),
     .steps =
         TR_STEPS(TR_IN("a\r"), TR_EV("begin"), TR_EV("data a"), TR_WAIT(50),
                  TR_EV("bad NETP_E_TIMEOUT 1"), TR_WAIT(1000), TR_IN("\nb\r\n"), TEXT("1", "b"))},
    {.name = "silence in a block, and on",
     .cfg = TIMED(0, 50, .kind = NETP_FRAME_COBS, .flags = RESYNC),
     .steps = TR_STEPS(TR_IN("\5a"), TR_EV("begin"), TR_EV("data a"), TR_WAIT(50),
                       TR_EV("bad NETP_E_TIMEOUT 1"), TR_WAIT(1000), TR_IN("bc\0\2d\0"),
                       TEXT("1", "d"))},
    {.name = "a millisecond for a frame",
     .cfg = TIMED(1, 0, .kind = NETP_FRAME_FIXED),
     .steps = TR_STEPS(TR_WAIT(1), TR_IN("a"), TR_EV("begin"), TR_EV("data a"), TR_WAIT(1),
                       FAIL(NETP_E_TIMEOUT, 1, "frame"))},
    {.name = "a millisecond for a byte",
     .cfg = TIMED(0, 1, .kind = NETP_FRAME_FIXED),
     .steps = TR_STEPS(TR_WAIT(1), TR_IN("a"), TR_EV("begin"), TR_EV("data a"), TR_WAIT(1),
                       FAIL(NETP_E_TIMEOUT, 1, "frame"))},
    {.name = "7 weeks",
     .cfg = TIMED(UINT32_MAX, UINT32_MAX, .kind = NETP_FRAME_FIXED),
     .steps = TR_STEPS(TR_IN("a"), TR_EV("begin"), TR_EV("data a"), TR_WAIT(UINT32_MAX - 1),
                       TR_IN("b"), TR_EV("data b"), TR_WAIT(1), FAIL(NETP_E_TIMEOUT, 2, "frame"))},
    {.name = "as much time as it likes",
     .cfg = TIMED(0, 0, .kind = NETP_FRAME_NETSTRING),
     .steps = TR_STEPS(TR_IN("1"), TR_WAIT(1u << 31), TR_IN(":a"), TR_EV("begin 1 1:"),
                       TR_EV("data a"), TR_WAIT(1u << 31), TR_IN(","), TR_EV("end 1"))},
};

/* A collecting machine shows nothing of frames that come to no end. */
static bool is_shown(const struct tr_step *s)
{
    if (s->what != TR_EV_ || (strncmp(s->p, "begin", 5) != 0 && strncmp(s->p, "data", 4) != 0)) {
        return true;
    }
    for (s++; s->what != TR_END_; s++) {
        if (s->what == TR_EV_ && strncmp(s->p, "data", 4) != 0) {
            return strncmp(s->p, "end", 3) == 0;
        }
    }
    return false;
}

static void check(const struct tr_case *c, size_t n)
{
    struct tr_step steps[32];

    tr_check(&frame_machine, c, n);
    for (size_t i = 0; i < n; i++) {
        struct frame_setup setup = *(const struct frame_setup *)c[i].cfg;
        struct tr_case one = c[i];
        size_t k = 0;

        if (setup.cfg.max_len > 100000) {
            continue;
        }
        for (const struct tr_step *s = c[i].steps; s->what != TR_END_; s++) {
            if (is_shown(s)) {
                assert_true(k + 1 < COUNT(steps));
                steps[k++] = *s;
            }
        }
        steps[k].what = TR_END_;
        setup.collect = true;
        one.cfg = &setup;
        one.steps = steps;
        one.tight = 1;
        tr_check(&frame_machine, &one, 1);
    }
}

#define TEST(name)                                                                                 \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        check(name##_cases, COUNT(name##_cases));                                                  \
    }

TEST(length)
TEST(varint)
TEST(netstring)
TEST(fixed)
TEST(delim)
TEST(slip)
TEST(cobs)
TEST(end)

static void timed(void **state)
{
    (void)state;
    tr_check(&frame_machine, time_cases, COUNT(time_cases));
}

/* ---- init ---- */

static int try_init(const struct frame_setup *s, size_t memlen)
{
    static uint8_t mem[8];
    struct netp_frame_cfg cfg = s->cfg;
    struct netp_frame m;

    cfg.size = sizeof cfg;
    cfg.mem = mem;
    cfg.memlen = memlen;
    return netp_frame_init(&m, &cfg, 0);
}

static void init_refuses_what_is_out_of_range(void **state)
{
    struct netp_frame_cfg cfg = NETP_FRAME_CFG_INIT;
    struct netp_frame m;

    (void)state;
    assert_int_equal(netp_frame_init(&m, &cfg, 0), NETP_E_ARG); /* max_len is not set */
    cfg.max_len = 8;
    assert_int_equal(netp_frame_init(&m, &cfg, 0), NETP_OK);
    assert_int_equal(netp_frame_init_(&m, sizeof m - 1, &cfg, 0), NETP_E_ABI);
    assert_int_equal(netp_frame_init_(&m, sizeof m + 1, &cfg, 0), NETP_E_ABI);
    cfg.size--;
    assert_int_equal(netp_frame_init(&m, &cfg, 0), NETP_E_ABI);
    cfg.size += 2;
    assert_int_equal(netp_frame_init(&m, &cfg, 0), NETP_E_ABI);

    assert_int_equal(try_init(FIXED(8), 8), NETP_OK);
    assert_int_equal(try_init(FIXED(8), 7), NETP_E_NOSPACE);
    assert_int_equal(try_init(FIXED(1), 1), NETP_OK);
    assert_int_equal(try_init(FIXED(0), 8), NETP_E_ARG);
    assert_int_equal(try_init(FIXED(NETP_FRAME_UNKNOWN), 8), NETP_E_ARG);
    assert_int_equal(try_init(SETUP(.kind = 0, .max_len = 8), 8), NETP_E_ARG);
    assert_int_equal(try_init(SETUP(.kind = NETP_FRAME_COBS + 1, .max_len = 8), 8), NETP_E_ARG);
    for (uint8_t w = 0; w < 10; w++) {
        bool good = w == 1 || w == 2 || w == 3 || w == 4 || w == 8;
        assert_int_equal(try_init(LENGTH(w, 0, 0, 8), 8), good ? NETP_OK : NETP_E_ARG);
    }
    assert_int_equal(try_init(LENGTH(8, 16, 0, 8), 8), NETP_OK);
    assert_int_equal(try_init(LENGTH(8, 17, 0, 8), 8), NETP_E_ARG);
    assert_int_equal(try_init(VARINT(16, 8), 8), NETP_OK);
    assert_int_equal(try_init(VARINT(17, 8), 8), NETP_E_ARG);
    for (uint8_t n = 0; n < 11; n++) {
        assert_int_equal(try_init(SETUP(.kind = NETP_FRAME_DELIM, .delim_n = n, .max_len = 8), 8),
                         n >= 1 && n <= 8 ? NETP_OK : NETP_E_ARG);
    }
}

/* What each kind takes, and no other does. */
static void init_refuses_what_does_not_fit_the_kind(void **state)
{
    (void)state;
    for (uint8_t kind = NETP_FRAME_LENGTH; kind <= NETP_FRAME_COBS; kind++) {
        struct frame_setup s = {
            .cfg = {.kind = kind, .len_width = 4, .delim_n = 1, .delim = "\n", .max_len = 8}};
        bool resyncs = kind == NETP_FRAME_DELIM || kind >= NETP_FRAME_SLIP;

        assert_int_equal(try_init(&s, 8), NETP_OK);
        s.cfg.len_offset = 1;
        assert_int_equal(try_init(&s, 8), kind <= NETP_FRAME_VARINT ? NETP_OK : NETP_E_ARG);
        s.cfg.len_offset = 0;
        s.cfg.flags = NETP_FRAME_LITTLE;
        assert_int_equal(try_init(&s, 8), kind == NETP_FRAME_LENGTH ? NETP_OK : NETP_E_ARG);
        s.cfg.flags = RESYNC;
        assert_int_equal(try_init(&s, 8), resyncs ? NETP_OK : NETP_E_ARG);
        for (unsigned flag = 4; flag < 256; flag *= 2) {
            s.cfg.flags = (uint8_t)flag;
            assert_int_equal(try_init(&s, 8), NETP_E_ARG);
        }
    }
}

/* Law 6: a `now` in the past stands still, from init and sent() on. */
static void the_clock_does_not_go_back(void **state)
{
    struct netp_frame_cfg cfg = NETP_FRAME_CFG_INIT;
    struct netp_in in = {(const uint8_t *)"\0", 1, 0, NULL};
    struct netp_frame m;
    struct netp_frame_ev ev;

    (void)state;
    cfg.max_len = 9;
    cfg.idle_ms = 50;
    assert_int_equal(netp_frame_init(&m, &cfg, 1000), NETP_OK);
    assert_int_equal(netp_frame_next(&m, &in, 5, &ev), 0);
    assert_int_equal(netp_frame_deadline(&m), 1050);
    netp_frame_sent(&m, 0, 1020);
    in.p--;
    in.n++;
    assert_int_equal(netp_frame_next(&m, &in, 5, &ev), 0);
    assert_int_equal(netp_frame_deadline(&m), 1070);
}

/* ---- where views lie ---- */

static void whole_frames_are_not_copied(void **state)
{
    uint8_t mem[5];
    struct netp_frame_cfg cfg = NETP_FRAME_CFG_INIT;
    const uint8_t text[] = "\0\0\0\5hello\0\0\0\3abc";
    struct netp_in in = {text, 14, 0, NULL};
    struct netp_frame m;
    struct netp_frame_ev ev;

    (void)state;
    cfg.max_len = cfg.memlen = sizeof mem;
    cfg.mem = mem;
    assert_int_equal(netp_frame_init(&m, &cfg, 0), NETP_OK);
    assert_int_equal(netp_frame_next(&m, &in, 0, &ev), NETP_FRAME_WHOLE);
    assert_ptr_equal(ev.p, text + 4);
    assert_int_equal(ev.n, 5);
    assert_int_equal(ev.length, 5);
    assert_ptr_equal(ev.head, text);
    assert_int_equal(ev.head_n, 4);
    assert_int_equal(netp_frame_next(&m, &in, 0, &ev), 0);
    assert_int_equal(in.n, 0);
    in.n = 2;
    assert_int_equal(netp_frame_next(&m, &in, 0, &ev), NETP_FRAME_WHOLE);
    assert_ptr_equal(ev.p, mem);
    assert_memory_equal(ev.p, "abc", 3);
    assert_memory_equal(ev.head, "\0\0\0\3", 4);
}

/* A frame of each kind, with "x" for payload. */
static const struct {
    const struct frame_setup *setup;
    const char *wire;
    size_t n, head_n;
} one_each[] = {
    {LENGTH(1, 0, 0, 9), "\1x", 2, 1},
    {LENGTH(2, 1, 0, 9), "t\0\1x", 4, 3},
    {VARINT(0, 9), "\1x", 2, 1},
    {NETSTRING(9), "1:x,", 4, 2},
    {DELIM(9, 0, '\r', '\n'), "x\r\n", 3, 0},
    {FIXED(1), "x", 1, 0},
    {SLIP(9, 0), "x\xc0", 2, 0},
    {COBS(9, 0), "\2x\0", 3, 1},
};

/* It is taken with its end and shown where it lies; what follows may be another protocol. */
static void a_frame_and_no_more_is_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4 * COUNT(one_each); i++) {
        size_t k = i / 4, more = i / 2 % 2, at = one_each[k].head_n;
        struct netp_frame_cfg cfg = one_each[k].setup->cfg;
        uint8_t mem[9], wire[8];
        struct netp_in in = {wire, one_each[k].n + more, 0, NULL};
        struct netp_frame m;
        struct netp_frame_ev ev;

        memset(wire, ',', sizeof wire);
        memcpy(wire, one_each[k].wire, one_each[k].n);
        cfg.size = sizeof cfg;
        cfg.mem = i % 2 == 0 ? mem : NULL;
        cfg.memlen = sizeof mem;
        assert_int_equal(netp_frame_init(&m, &cfg, 0), NETP_OK);
        do {
            assert_true(netp_frame_next(&m, &in, 0, &ev) > 0);
            assert_true(ev.p == NULL || ev.p == wire + at);
            if (ev.type == NETP_FRAME_WHOLE && cfg.kind <= NETP_FRAME_NETSTRING) {
                assert_ptr_equal(ev.head, wire);
            }
        } while (ev.type != NETP_FRAME_END && ev.type != NETP_FRAME_WHOLE);
        assert_int_equal(in.n, more);
    }
}

/* Bytes behind the cursor are none, even where they would make a frame whole. */
static void nothing_behind_the_cursor_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(one_each); i++) {
        struct netp_frame_cfg cfg = one_each[i].setup->cfg;
        uint8_t mem[9];

        cfg.size = sizeof cfg;
        cfg.mem = mem;
        cfg.memlen = sizeof mem;
        for (size_t n = 0; n < one_each[i].n; n++) {
            struct netp_in in = {(const uint8_t *)one_each[i].wire, n, 0, NULL};
            struct netp_frame m;
            struct netp_frame_ev ev;

            assert_int_equal(netp_frame_init(&m, &cfg, 0), NETP_OK);
            assert_int_equal(netp_frame_next(&m, &in, 0, &ev), 0);
            assert_int_equal(in.n, 0);
        }
    }
}

/* One event and one frame a call, however many are there. */
static void many_empty_frames(void **state)
{
    const struct frame_setup *setups[] = {LENGTH(1, 0, 0, 9), VARINT(0, 9), DELIM(9, 0, 0)};
    const size_t n = 1000000;
    uint8_t *zeros = calloc(n, 1), mem[9];

    (void)state;
    for (size_t i = 0; i < 2 * COUNT(setups); i++) {
        struct netp_frame_cfg cfg = setups[i / 2]->cfg;
        struct netp_in in = {zeros, n, 0, NULL};
        struct netp_frame m;
        struct netp_frame_ev ev;
        size_t frames = 0, left = n;

        cfg.size = sizeof cfg;
        cfg.mem = i % 2 == 0 ? mem : NULL;
        cfg.memlen = sizeof mem;
        assert_int_equal(netp_frame_init(&m, &cfg, 0), NETP_OK);
        while (netp_frame_next(&m, &in, 0, &ev) > 0) {
            assert_true(left - in.n <= 1);
            left = in.n;
            frames += ev.type == NETP_FRAME_END || ev.type == NETP_FRAME_WHOLE;
        }
        assert_int_equal(frames, n);
    }
    free(zeros);
}

/* No memory but the struct: a frame of 2^40 bytes passes through. */
static void a_frame_larger_than_any_memory(void **state)
{
    static const uint8_t piece[1 << 20];
    struct netp_frame_cfg cfg = NETP_FRAME_CFG_INIT;
    struct netp_in in = {(const uint8_t *)"\0\0\1\0\0\0\0\0", 8, 0, NULL};
    struct netp_frame m;
    struct netp_frame_ev ev;

    (void)state;
    cfg.len_width = 8;
    cfg.max_len = (uint64_t)1 << 40;
    assert_int_equal(netp_frame_init(&m, &cfg, 0), NETP_OK);
    assert_int_equal(netp_frame_next(&m, &in, 0, &ev), NETP_FRAME_BEGIN);
    assert_int_equal(ev.length, (uint64_t)1 << 40);
    for (size_t i = 0; i < 1 << 20; i++) {
        in.p = piece;
        in.n = sizeof piece;
        assert_int_equal(netp_frame_next(&m, &in, 0, &ev), NETP_FRAME_DATA);
        assert_ptr_equal(ev.p, piece);
        assert_int_equal(ev.n, sizeof piece);
    }
    assert_int_equal(netp_frame_next(&m, NULL, 0, &ev), NETP_FRAME_END);
    assert_int_equal(ev.length, (uint64_t)1 << 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(length),
        cmocka_unit_test(varint),
        cmocka_unit_test(netstring),
        cmocka_unit_test(fixed),
        cmocka_unit_test(delim),
        cmocka_unit_test(slip),
        cmocka_unit_test(cobs),
        cmocka_unit_test(end),
        cmocka_unit_test(timed),
        cmocka_unit_test(init_refuses_what_is_out_of_range),
        cmocka_unit_test(init_refuses_what_does_not_fit_the_kind),
        cmocka_unit_test(the_clock_does_not_go_back),
        cmocka_unit_test(whole_frames_are_not_copied),
        cmocka_unit_test(a_frame_and_no_more_is_taken),
        cmocka_unit_test(nothing_behind_the_cursor_is_read),
        cmocka_unit_test(many_empty_frames),
        cmocka_unit_test(a_frame_larger_than_any_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
