/* The table of machines that keep the laws.
 *
 * SPDX-License-Identifier: MIT */
#include "laws.h"
#include "toy_data.h"
#include "toy_literal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A command of `type`, made of what the walk gives: bytes p[0..n) that stay. */
#define COMMAND(name, type, call)                                                                  \
    static int name(void *machine, const void *p, size_t n, netp_ms now)                           \
    {                                                                                              \
        type *m = (type *)machine;                                                                 \
        (void)p;                                                                                   \
        (void)n;                                                                                   \
        (void)now;                                                                                 \
        return (int)(call);                                                                        \
    }

/* ---- toy_literal ---- */

static int make_literal(struct checked *c, const void *arg)
{
    struct netp_literal_cfg cfg = *(const struct netp_literal_cfg *)arg;
    cfg.line = (char *)checked_mem(c, &cfg.line_n);
    cfg.tx = (char *)checked_mem(c, &cfg.txlen);
    return netp_literal_init((struct netp_literal *)c->m, &cfg, c->now);
}

static int misfit_literal(void *m)
{
    struct netp_literal_cfg cfg = {LITERAL_CLIENT, NULL, 0, NULL, 0, 0, 0};
    return netp_literal_init_((struct netp_literal *)m, sizeof(struct netp_literal) - 1, &cfg, 0);
}

COMMAND(literal_answer, struct netp_literal, netp_literal_text(m, "a OK", 4, LITERAL_NONE, now))
COMMAND(literal_text, struct netp_literal,
        netp_literal_text(m, (const char *)p, n, n % 3 == 0 ? n : LITERAL_NONE, now))
COMMAND(literal_lend, struct netp_literal, netp_literal_lend(m, p, n, now))
COMMAND(literal_go_on, struct netp_literal, netp_literal_go_on(m, now))
COMMAND(literal_finish, struct netp_literal, netp_literal_finish(m, now))

static const struct netp_literal_cfg literal_client = {
    .role = LITERAL_CLIENT, .line_n = 30, .txlen = 30, .max_literal = 20, .idle_ms = 9000};
static const struct netp_literal_cfg literal_server = {
    .role = LITERAL_SERVER, .line_n = 30, .txlen = 30, .max_literal = 20, .idle_ms = 9000};
static const struct law_say literal_commands[] = {
    LAW_SAY("a NOOP\r\n"), LAW_SAY("a X {3+}\r\nfoo {0+}\r\n\r\n"), LAW_SAY("a Y {5}\r\n"),
    LAW_SAY("hello\r\n"), LAW_SAY("a LAST\r\n")};
static const struct law_say literal_answers[] = {LAW_SAY("* hi\r\n"),
                                                 LAW_SAY("* got {3}\r\nfoo end\r\n"),
                                                 LAW_SAY("a OK\r\n"), LAW_SAY("12345 NO\r\n")};
static const struct law_say literal_go[] = {LAW_SAY("* hi {2}\r\nhi\r\n"), LAW_SAY("+ go\r\n"),
                                            LAW_SAY("a NO\r\n")};
static const struct subject_cmd literal_cmds[] = {{"go on", literal_go_on, false},
                                                  {"answer", literal_answer, false},
                                                  {"text", literal_text, false},
                                                  {"lend", literal_lend, false},
                                                  {"finish", literal_finish, true}};
static const struct subject subject_literal = {.machine = {&netp_literal_ops, make_literal, NULL},
                                               .misfit = misfit_literal,
                                               .cmd = literal_cmds,
                                               .ncmd = COUNT(literal_cmds)};

/* ---- toy_data ---- */

static int make_data(struct checked *c, const void *arg)
{
    struct netp_data_cfg cfg = {*(const enum data_role *)arg, NULL, 16, NULL, DATA_TX_MIN, 900};
    cfg.line = (char *)checked_mem(c, &cfg.line_n);
    cfg.tx = (char *)checked_mem(c, &cfg.txlen);
    return netp_data_init((struct netp_data *)c->m, &cfg, c->now);
}

static int misfit_data(void *m)
{
    struct netp_data_cfg cfg = {DATA_CLIENT, NULL, 0, NULL, 0, 0};
    return netp_data_init_((struct netp_data *)m, sizeof(struct netp_data) - 1, &cfg, 0);
}

COMMAND(data_transfer, struct netp_data,
        netp_data_transfer(m, (const char *)p, n, n % 2 == 0, n % 4 < 2, now))
COMMAND(data_abort, struct netp_data, netp_data_abort(m, now))
COMMAND(data_quit, struct netp_data, netp_data_quit(m, now))
COMMAND(data_accept, struct netp_data, netp_data_accept(m, now))
COMMAND(data_refuse, struct netp_data, netp_data_refuse(m, now))
COMMAND(data_listening, struct netp_data, netp_data_listening(m, m->conn_, (uint16_t)n, now))
COMMAND(data_opened, struct netp_data, netp_data_opened(m, m->conn_, now))
COMMAND(data_failed, struct netp_data, netp_data_failed(m, m->conn_, now))
COMMAND(data_done, struct netp_data, netp_data_done(m, m->conn_, n % 3 > 0, now))
COMMAND(data_finish, struct netp_data, netp_data_finish(m, now))

static const enum data_role data_client = DATA_CLIENT, data_server = DATA_SERVER;
static const struct law_say data_commands[] = {
    LAW_SAY("LISTEN\r\n"),  LAW_SAY("RETR a\r\n"), LAW_SAY("STOR b\r\n"),
    LAW_SAY("PORT 99\r\n"), LAW_SAY("RETR a\r\n"), LAW_SAY("ABOR\r\n"),
    LAW_SAY("WHAT\r\n"),    LAW_SAY("QUIT\r\n"),   LAW_SAY("A line that is too long\r\n")};
static const struct law_say data_replies[] = {
    LAW_SAY("227 99\r\n"), LAW_SAY("150 .\r\n"), LAW_SAY("226 .\r\n"),
    LAW_SAY("200 .\r\n"),  LAW_SAY("550 .\r\n"), LAW_SAY("426 .\r\n"),
    LAW_SAY("226 .\r\n"),  LAW_SAY("221 .\r\n"), LAW_SAY("200 longer than ours\r\n")};
static const struct subject_cmd data_cmds[] = {{"listening", data_listening, false},
                                               {"accept", data_accept, false},
                                               {"opened", data_opened, false},
                                               {"done", data_done, false},
                                               {"failed", data_failed, false},
                                               {"transfer", data_transfer, false},
                                               {"refuse", data_refuse, false},
                                               {"abort", data_abort, false},
                                               {"quit", data_quit, true},
                                               {"finish", data_finish, false}};
static const struct subject subject_data = {.machine = {&netp_data_ops, make_data, NULL},
                                            .misfit = misfit_data,
                                            .cmd = data_cmds,
                                            .ncmd = COUNT(data_cmds)};

/* ---- netp_frame ---- */

static const struct law_say frame_lengths[] = {LAW_SAY("\0\3foo"), LAW_SAY("\0\0"),
                                               LAW_SAY("\0\1x\0\2yz")};
static const struct law_say frame_netstrings[] = {LAW_SAY("3:foo,"),
                                                  LAW_SAY("0:,12:abcdefghijkl,")};
static const struct law_say frame_lines[] = {LAW_SAY("foo\r\n"), LAW_SAY("\r\na\rb\r\n")};
static const struct law_say frame_slips[] = {LAW_SAY("\300foo\300"),
                                             LAW_SAY("\333\334x\333\335\300")};
static const struct law_say frame_cobss[] = {LAW_SAY("\1\0"), LAW_SAY("\4foo\3ba\0"),
                                             LAW_SAY("\2x\1\0")};
/* ---- netp_tftp ---- */

static const struct netp_addr tftp_peer = {{192, 0, 2, 1}, 0, 5000, 4};
static const struct netp_addr tftp_stranger = {{192, 0, 2, 9}, 0, 5000, 4};

static const struct law_say tftp_says[] = {
    LAW_SAY_FROM(&tftp_peer, "\0\1f\0octet\0blksize\0008\0windowsize\0003\0"),
    LAW_SAY_FROM(&tftp_peer, "\0\2f\0netascii\0"),
    LAW_SAY_FROM(&tftp_peer, "\0\6blksize\0008\0windowsize\0003\0"),
    LAW_SAY_FROM(&tftp_peer, "\0\3\0\1a\r\nd\r\0gh"),
    LAW_SAY_FROM(&tftp_peer, "\0\3\0\2abcdefgh"),
    LAW_SAY_FROM(&tftp_peer, "\0\3\0\3abc"),
    LAW_SAY_FROM(&tftp_peer, "\0\4\0\0"),
    LAW_SAY_FROM(&tftp_peer, "\0\4\0\1"),
    LAW_SAY_FROM(&tftp_peer, "\0\4\0\2"),
    LAW_SAY_FROM(&tftp_peer, "\0\4\0\4"),
    LAW_SAY_FROM(&tftp_peer, "\0\5\0\1gone\0"),
    LAW_SAY_FROM(&tftp_peer, ""),
    LAW_SAY_FROM(&tftp_stranger, "\0\4\0\1"),
};
/* ---- netp_sntp_client ---- */

#define SNTP_FILL  "\0\0\1\0\0\0\2\0\300\0\2\1\xe8\0\0\0\0\0\0\0"
#define SNTP_TIMES "\xe8\0\0\1\0\0\0\0\xe8\0\0\2\0\0\0\0"

/* The first nonce is the time, 1000000 ms; see ask() of tests/subjects/sntp.c. */
static const struct law_say sntp_says[] = {
    LAW_SAY_FROM(&tftp_peer, "\x24\2\6\xec" SNTP_FILL "\0\0\0\0\0\x0f\x42\x40" SNTP_TIMES),
    LAW_SAY_FROM(&tftp_peer, "\xe4\0\6\xec" SNTP_FILL "\0\0\0\0\0\x0f\x42\x40" SNTP_TIMES),
    LAW_SAY_FROM(&tftp_peer, "\x24\2\6\xec" SNTP_FILL "\0\0\0\0\0\0\0\0" SNTP_TIMES),
    LAW_SAY_FROM(&tftp_stranger, "\x24\2\6\xec" SNTP_FILL "\0\0\0\0\0\x0f\x42\x40" SNTP_TIMES),
    LAW_SAY_FROM(&tftp_peer, ""),
    LAW_SAY_FROM(&tftp_peer, "\x23\0\6\xec" SNTP_FILL "\0\0\0\0\0\0\0\0" SNTP_TIMES),
};
/* ---- netp_http_coding ---- */

#ifdef NETPROTO_ZLIB
/* "ok", by gzip(1), and by Python's zlib. */
static const struct law_say coding_gzips[] = {
    LAW_SAY("\x1f\x8b\x08\0\0\0\0\0\0\x03"), LAW_SAY("\xcb\xcf\x06\0"),
    LAW_SAY("\x47\xdd\xdc\x79\x02\0\0\0"), LAW_SAY("\0\0")};
static const struct law_say coding_zlibs[] = {LAW_SAY("\x78\x9c\xcb"),
                                              LAW_SAY("\xcf\x06\0\x01\x4b\0\xdb")};
static const struct law_say coding_texts[] = {LAW_SAY("some text"), LAW_SAY("and some more"),
                                              LAW_SAY("")};
#endif

/* ---- netp_socks5 ---- */

static const struct law_say socks5_plain[] = {LAW_SAY("\5\0"), LAW_SAY("\5\0\0\1\300\0\2\7\0\120"),
                                              LAW_SAY("HTTP/1.1 200 OK\r\n")};
static const struct law_say socks5_login[] = {LAW_SAY("\5\2"), LAW_SAY("\1\0"),
                                              LAW_SAY("\5\0\0\3\2ab\0\120")};
/* ---- netp_http1 ---- */

static const struct law_say http1_requests[] = {
    LAW_SAY("GET /a HTTP/1.1\r\nHost: h\r\n\r\n"),
    LAW_SAY("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"),
    LAW_SAY("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"),
    LAW_SAY("PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
            "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n10\r\n0123456789abcdef\r\n"
            "0\r\nFoo: bar\r\n\r\n"),
    LAW_SAY("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
    LAW_SAY("GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: foo\r\n\r\n"),
    LAW_SAY("CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n"),
};
static const struct law_say http1_responses[] = {
    LAW_SAY("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
    LAW_SAY("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n"
            "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n"),
    LAW_SAY("HTTP/1.1 204 No Content\r\n\r\n"),
    LAW_SAY("HTTP/1.1 200 OK\r\n\r\nto the end"),
};
static const struct law_say http1_switch[] = {
    LAW_SAY("HTTP/1.1 100 Continue\r\n\r\n"),
    LAW_SAY("HTTP/1.1 101 Switching Protocols\r\nUpgrade: foo\r\n\r\nfoo"),
    LAW_SAY("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
};
/* ---- netp_modbus_client ---- */

static const struct law_say modbus_mbap[] = {
    LAW_SAY("\0\0\0\0\0\x09\x11\3\6\2\x2b\0\0\0\x64"), LAW_SAY("\0\1\0\0\0\6\x11\6\0\1\0\3"),
    LAW_SAY("\0\2\0\0\0\3\x12\x83\2"), LAW_SAY("\0\3\0\0\0\3\x12\x83\2")};
static const struct law_say modbus_rtu[] = {
    LAW_SAY("\x11\3\6\2\x2b\0\0\0\x64\xc8\xba"), LAW_SAY("\x11\6\0\1\0\3\x9a\x9b"),
    LAW_SAY("\x11\x83\2\xc1\x34"), LAW_SAY("\x12\3\6\2\x2b\0\0\0\x64\xdc\x4a")};
static const struct law_say modbus_ascii[] = {
    LAW_SAY(":110306022B0000006455\r\n"), LAW_SAY(":110600010003E5\r\n"), LAW_SAY(":1183026A\r\n")};

/* ---- the table ---- */

#define SAYS(a) .say = (a), .nsay = COUNT(a)
#define LITERAL .subject = &subject_literal
#define DATA    .subject = &subject_data
#define FRAME   .subject = &subject_frame
#define SOCKS5  .subject = &subject_socks5
#define HTTP1   .subject = &subject_http1
#define MODBUS  .subject = &subject_modbus_client
#define TFTP    .subject = &subject_tftp, SAYS(tftp_says)
#define CODING  .subject = &subject_coding
#define MODBUSD .subject = &subject_modbus_server

/* ---- forms ---- */

static const struct law_say form_pairs[] = {LAW_SAY("a=b&"), LAW_SAY("name=a+value%21%0d%0A&&c"),
                                            LAW_SAY("="), LAW_SAY("x%26y=%3D&z")};
static const struct law_say multipart_parts[] = {
    LAW_SAY("ignored\r\n--AaB03x\r\n"),
    LAW_SAY("Content-Disposition: form-data; name=\"a%22\"\r\n\r\nfoo\r\n--AaB0\r\n"),
    LAW_SAY("\r\n--AaB03x \r\nContent-Disposition: form-data; name=b; filename=\"\"\r\n\r\n"),
    LAW_SAY("--AaB03x--\t\r\n"), LAW_SAY("ignored")};

static const struct law_say cgi_answers[] = {
    LAW_SAY("Content-Type: text/plain\nStatus: 200 OK\r\n"), LAW_SAY("Location: /a?b\n\n"),
    LAW_SAY("Content-Length: 9\n\n"), LAW_SAY("more of it")};

/* ---- netp_modbus_server ---- */

/* The examples of the specification, for unit 17 and another. */
static const struct law_say modbusd_tcp[] = {
    LAW_SAY("\1\2\0\0\0\6\x11\3\0\1\0\3"), LAW_SAY("\1\3\0\0\0\6\0\5\0\7\xff\0"),
    LAW_SAY("\1\4\0\0\0\2\x11\7"), LAW_SAY("\1\5\0\1\0\2\x11\7"),
    LAW_SAY("\1\6\0\0\0\5\x11\x2b\xe\1\0")};
static const struct law_say modbusd_rtu[] = {
    LAW_SAY("\x11\3\0\x6b\0\3\x76\x87"), LAW_SAY("\x12\3\0\x6b\0\3\x76\xb4"),
    LAW_SAY("\x11\7\x4c\x22"), LAW_SAY("\0\x11\x0b\x4c\x27")};
static const struct law_say modbusd_ascii[] = {LAW_SAY(":1103006B00037E\r\n"),
                                               LAW_SAY(":110BE4\r\n:11"), LAW_SAY(":110CE3\r\n")};

static const struct law_row rows[] = {
    {.name = "CGI", .cfg = "", .subject = &subject_cgi, SAYS(cgi_answers)},
    {.name = "CGI, HEAD", .cfg = "head_only", .subject = &subject_cgi, SAYS(cgi_answers)},
    {.name = "form", .cfg = "", .subject = &subject_form, SAYS(form_pairs)},
    {.name = "multipart form", .cfg = "form", .subject = &subject_multipart, SAYS(multipart_parts)},
    {.name = "literal server", .cfg = &literal_server, LITERAL, SAYS(literal_commands)},
    {.name = "literal client", .cfg = &literal_client, LITERAL, SAYS(literal_answers)},
    {.name = "literal client, go", .cfg = &literal_client, LITERAL, SAYS(literal_go)},
    {.name = "data server", .cfg = &data_server, DATA, SAYS(data_commands)},
    {.name = "data client", .cfg = &data_client, DATA, SAYS(data_replies)},
    {.name = "frame length", .cfg = "length width=2 idle_ms=900", FRAME, SAYS(frame_lengths)},
    {.name = "frame netstring",
     .cfg = "netstring collect frame_ms=900",
     FRAME,
     SAYS(frame_netstrings)},
    {.name = "frame delimiter", .cfg = "delim delim=0x0d0a resync", FRAME, SAYS(frame_lines)},
    {.name = "frame SLIP", .cfg = "slip", FRAME, SAYS(frame_slips)},
    {.name = "frame COBS", .cfg = "cobs resync collect", FRAME, SAYS(frame_cobss)},
    {.name = "SOCKS 5", .cfg = "", SOCKS5, SAYS(socks5_plain)},
    {.name = "SOCKS 5 login", .cfg = "ipv6 login", SOCKS5, SAYS(socks5_login)},
    {.name = "HTTP/1.x server", .cfg = "server", HTTP1, SAYS(http1_requests)},
    {.name = "HTTP/1.x server, in haste",
     .cfg = "server headlen=200 nfield=3 tx=256 max_body=19 head_ms=900 idle_ms=1500 min_rate=9",
     HTTP1,
     SAYS(http1_requests)},
    {.name = "HTTP/1.x client",
     .cfg = "client get=4",
     HTTP1,
     SAYS(http1_responses),
     .to_end = true},
    {.name = "HTTP/1.x client, hold", .cfg = "client hold=1", HTTP1, SAYS(http1_responses)},
    {.name = "HTTP/1.x client, idle", .cfg = "client idle_ms=900", HTTP1, SAYS(http1_responses)},
    {.name = "HTTP/1.x client, upgrade", .cfg = "client upgrade=1", HTTP1, SAYS(http1_switch)},
    {.name = "Modbus client", .cfg = "window=3 retries=1", MODBUS, SAYS(modbus_mbap)},
    {.name = "Modbus client, RTU", .cfg = "rtu retries=1", MODBUS, SAYS(modbus_rtu), .gaps = true},
    {.name = "Modbus client, RTU without silence",
     .cfg = "rtu predict echo ms=300",
     MODBUS,
     SAYS(modbus_rtu)},
    {.name = "Modbus client, ASCII", .cfg = "ascii retries=1", MODBUS, SAYS(modbus_ascii)},
    {.name = "Modbus client, datagrams",
     .cfg = "window=3",
     .subject = &subject_modbus_client_udp,
     SAYS(modbus_mbap)},
    {.name = "Modbus server", .cfg = "frames=2 idle_ms=9000", MODBUSD, SAYS(modbusd_tcp)},
    {.name = "Modbus server, RTU",
     .cfg = "rtu diagnostics",
     MODBUSD,
     SAYS(modbusd_rtu),
     .gaps = true},
    {.name = "Modbus server, RTU without gaps",
     .cfg = "rtu gap_ms=900",
     MODBUSD,
     SAYS(modbusd_rtu)},
    {.name = "Modbus server, RTU with echo",
     .cfg = "rtu gap_ms=900 echo",
     MODBUSD,
     SAYS(modbusd_rtu)},
    {.name = "Modbus server, ASCII",
     .cfg = "ascii gap_ms=900 diagnostics",
     MODBUSD,
     SAYS(modbusd_ascii)},
    {.name = "SNTP client", .cfg = "", .subject = &subject_sntp, SAYS(sntp_says)},
    {.name = "SNTP client, connected",
     .cfg = "connected burst=200 burst_ms=1",
     .subject = &subject_sntp,
     SAYS(sntp_says)},
    {.name = "SNTP server",
     .cfg = "interval_ms=1000",
     .subject = &subject_sntp_server,
     SAYS(sntp_says)},
    {.name = "TFTP get", .cfg = "get blksize=8 windowsize=3", TFTP},
    {.name = "TFTP put", .cfg = "put blksize=8 windowsize=3", TFTP},
    {.name = "TFTP server", .cfg = "serve blksize=8 windowsize=3", TFTP},
#ifdef NETPROTO_ZLIB
    {.name = "gzip undone", .cfg = "gzip", CODING, SAYS(coding_gzips)},
    {.name = "deflate undone", .cfg = "deflate", CODING, SAYS(coding_zlibs)},
    {.name = "gzip", .cfg = "encode gzip", CODING, SAYS(coding_texts)},
    {.name = "deflate", .cfg = "encode deflate out=16", CODING, SAYS(coding_texts)},
#endif
};

static void test_each_machine_keeps_the_laws(void **state)
{
    unsigned broken = 0;
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char why[1024];
        if (!laws_kept(&rows[i], why, sizeof why)) {
            print_error("%s\n", why);
            broken++;
        }
    }
    assert_int_equal(broken, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_machine_keeps_the_laws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
