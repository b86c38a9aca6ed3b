/* test_http1_client.c - conversations with the HTTP/1.x machine as client, as RFC 9110 and RFC 9112
 * have them. SPDX-License-Identifier: MIT */
#include "http1.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define GET         TR_DO(do_send, "GET /", NETP_OK), TR_OUT("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
#define SENT_GET    TR_OUT("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
#define SENT_3      TR_OUT(REQUEST_GET REQUEST_GET REQUEST_GET)
#define REQUEST_GET "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
#define OK_2        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define GOT_2                                                                                      \
    TR_EV("response HTTP/1.1 200 OK, length 2, keepalive"), TR_EV("field Content-Length: 2"),      \
        TR_EV("data ok"), TR_EV("end")
#define CLOSED TR_WANT(NETP_CLOSED)
#define IDLE   TR_DO(is_idle, "", 1)
#define BUSY   TR_DO(is_idle, "", 0)
#define HOLD                                                                                       \
    TR_OUT("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")

static const struct tr_case requests[] = {
    {.name = "one request after the other",
     .cfg = "client",
     .steps = TR_STEPS(IDLE, TR_WANT(NETP_WANT_IN), GET, BUSY, TR_IN(OK_2), GOT_2, IDLE, GET,
                       TR_IN(OK_2), GOT_2, IDLE)},
    {.name = "pipelined",
     .cfg = "client get=3",
     .steps = TR_STEPS(SENT_3, TR_IN(OK_2 OK_2), GOT_2, GOT_2, BUSY, TR_IN(OK_2), GOT_2, IDLE)},
    {.name = "no more than 16 at a time",
     .cfg = "client get=15",
     .steps = TR_STEPS(TR_OUT(REQUEST_GET REQUEST_GET REQUEST_GET REQUEST_GET REQUEST_GET
                                  REQUEST_GET REQUEST_GET REQUEST_GET REQUEST_GET REQUEST_GET
                                      REQUEST_GET REQUEST_GET REQUEST_GET REQUEST_GET REQUEST_GET),
                       GET, TR_DO(do_send, "GET /", NETP_E_STATE), TR_IN(OK_2), GOT_2, GET,
                       TR_DO(do_send, "GET /", NETP_E_STATE))},
    {.name = "a length of 0 is told where a body could be",
     .cfg = "client",
     .steps = TR_STEPS(
         TR_DO(do_send, "POST /", NETP_OK),
         TR_OUT("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"),
         TR_DO(do_send, "DELETE /", NETP_OK), TR_OUT("DELETE / HTTP/1.1\r\nHost: h\r\n\r\n"),
         TR_DO(do_send, "OPTIONS *", NETP_OK), TR_OUT("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"),
         TR_DO(do_send, "TRACE /", NETP_OK), TR_OUT("TRACE / HTTP/1.1\r\nHost: h\r\n\r\n"),
         TR_DO(do_send, "get /", NETP_OK),
         TR_OUT("get / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"),
         TR_DO(do_send, "GET /\n\nxyz", NETP_OK),
         TR_OUT("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nxyz"))},
    {.name = "forms of the target, and an empty Host",
     .cfg = "client",
     .steps = TR_STEPS(
         TR_DO(do_send, "GET http://x:8/y?z\nHost: x:8", NETP_OK),
         TR_OUT("GET http://x:8/y?z HTTP/1.1\r\nHost: x:8\r\n\r\n"),
         TR_DO(do_send, "GET /?a=%20\nHost:", NETP_OK),
         TR_OUT("GET /?a=%20 HTTP/1.1\r\nHost: \r\n\r\n"), TR_DO(do_send, "GET /#a", NETP_E_ARG),
         TR_DO(do_send, "GET *", NETP_E_ARG), TR_DO(do_send, "GET x", NETP_E_ARG),
         TR_DO(do_send, "GET http://u@x/", NETP_E_ARG),
         TR_DO(do_send, "GET http://x/#y", NETP_E_ARG), TR_DO(do_send, "GET http:///", NETP_E_ARG),
         TR_DO(do_send, "CONNECT /", NETP_E_ARG), TR_DO(do_send, "CONNECT h", NETP_E_ARG),
         TR_DO(do_send, "CONNECT h:", NETP_E_ARG), TR_DO(do_send, "CONNECT [::1]", NETP_E_ARG),
         TR_DO(do_send, "CONNECT :80", NETP_E_ARG))},
    {.name = "an upload in chunks",
     .cfg = "client",
     .steps = TR_STEPS(
         TR_DO(do_head, "PUT /x chunked\nA: b", NETP_OK),
         TR_OUT("PUT /x HTTP/1.1\r\nHost: h\r\nA: b\r\n"
                "Transfer-Encoding: chunked\r\n\r\n"),
         TR_WANT(NETP_WANT_IN | NETP_WANT_APP), BUSY, TR_DO(do_head, "GET /", NETP_E_STATE),
         TR_DO(do_body, "abc", 3), TR_OUT("3\r\nabc\r\n"), TR_DO(do_trailers, "T: u", NETP_OK),
         TR_OUT("0\r\nT: u\r\n\r\n"), TR_WANT(NETP_WANT_IN), TR_IN(OK_2), GOT_2, IDLE)},
    {.name = "close",
     .cfg = "client",
     .tail = true,
     .steps =
         TR_STEPS(GET, TR_DO(do_send, "GET /2 close", NETP_OK),
                  TR_OUT("GET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
                  TR_DO(do_send, "GET /", NETP_E_STATE), TR_IN(OK_2), GOT_2, TR_WANT(NETP_WANT_IN),
                  TR_IN(OK_2), TR_EV("response HTTP/1.1 200 OK, length 2"),
                  TR_EV("field Content-Length: 2"), TR_EV("data ok"), TR_EV("end"), CLOSED, BUSY)},
    {.name = "finish after two requests",
     .cfg = "client get=2",
     .tail = true,
     .steps = TR_STEPS(TR_OUT(REQUEST_GET REQUEST_GET), TR_DO(do_finish, "", NETP_OK), BUSY,
                       TR_IN(OK_2), GOT_2, TR_IN("HTTP/1.1 204 No Content\r\n\r\n"),
                       TR_EV("response HTTP/1.1 204 No Content, length 0"), TR_EV("end"), CLOSED)},
    {.name = "finish between exchanges",
     .cfg = "client",
     .steps = TR_STEPS(GET, TR_IN(OK_2), GOT_2, TR_DO(do_finish, "", NETP_OK), CLOSED,
                       TR_DO(do_send, "GET /", NETP_E_STATE), BUSY)},
};

/* RFC 9112 section 6.3. */
static const struct tr_case responses[] = {
    {.name = "to the end of the connection",
     .cfg = "client get=1",
     .steps = TR_STEPS(SENT_GET, TR_IN("HTTP/1.1 200 OK\r\n\r\nab"),
                       TR_EV("response HTTP/1.1 200 OK, length ?"), TR_EV("data ab"), TR_IN("cd"),
                       TR_EV("data cd"), TR_EOF(), TR_EV("end"), CLOSED)},
    {.name = "to the end, and nothing there",
     .cfg = "client get=1",
     .steps = TR_STEPS(SENT_GET, TR_IN_EOF("HTTP/1.0 200 \r\n\r\n"),
                       TR_EV("response HTTP/1.0 200 , length ?"), TR_EV("end"), CLOSED)},
    {.name = "to the end, and no further than max_body",
     .cfg = "client get=1 max_body=2",
     .steps = TR_STEPS(SENT_GET, TR_IN("HTTP/1.1 200 OK\r\n\r\nab"),
                       TR_EV("response HTTP/1.1 200 OK, length ?"), TR_EV("data ab"), TR_IN("c"),
                       TR_FAIL(NETP_E_LIMIT, -1, 21, "body"), CLOSED)},
    {.name = "to the end, just max_body",
     .cfg = "client get=1 max_body=2",
     .steps = TR_STEPS(SENT_GET, TR_IN_EOF("HTTP/1.1 200 OK\r\n\r\nab"),
                       TR_EV("response HTTP/1.1 200 OK, length ?"), TR_EV("data ab"), TR_EV("end"),
                       CLOSED)},
    {.name = "to the end, but cut",
     .cfg = "client get=1",
     .steps = TR_STEPS(SENT_GET, TR_IN("HTTP/1.1 200 OK\r\n\r\nab"),
                       TR_EV("response HTTP/1.1 200 OK, length ?"), TR_EV("data ab"), TR_BROKEN(),
                       TR_FAIL(NETP_E_TRUNCATED, -1, 21, "message"), CLOSED)},
    {.name = "cut within a length",
     .cfg = "client get=1",
     .steps = TR_STEPS(SENT_GET, TR_IN("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no"),
                       TR_EV("response HTTP/1.1 200 OK, length 2, keepalive"),
                       TR_EV("field Content-Length: 2"), TR_EV("data o"), TR_EOF(),
                       TR_FAIL(NETP_E_TRUNCATED, -1, 39, "message"), CLOSED)},
    {.name = "the end before a response that is due",
     .cfg = "client get=2",
     .steps = TR_STEPS(TR_OUT(REQUEST_GET REQUEST_GET), TR_IN(OK_2), GOT_2, TR_EOF(),
                       TR_FAIL(NETP_E_TRUNCATED, -1, 40, "message"), CLOSED)},
    {.name = "the end between exchanges",
     .cfg = "client get=1",
     .steps = TR_STEPS(SENT_GET, TR_IN_EOF(OK_2), GOT_2, TR_EV("eof"), CLOSED,
                       TR_DO(do_send, "GET /", NETP_E_STATE), BUSY)},
    {.name = "cut between exchanges",
     .cfg = "client get=1",
     .steps = TR_STEPS(SENT_GET, TR_IN(OK_2), GOT_2, TR_BROKEN(),
                       TR_FAIL(NETP_E_IO, -1, 40, "connection"), CLOSED)},
    {.name = "chunks and trailers",
     .cfg = "client get=2",
     .steps = TR_STEPS(TR_OUT(REQUEST_GET REQUEST_GET),
                       TR_IN("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                             "5\r\nhello\r\n0\r\nA: b\r\n\r\n" OK_2),
                       TR_EV("response HTTP/1.1 200 OK, length ?, keepalive"),
                       TR_EV("field Transfer-Encoding: chunked"), TR_EV("data hello"), TR_EV("end"),
                       TR_EV("trailer A: b"), GOT_2)},
    {.name = "no body: HEAD, 204, 304, whatever their fields say",
     .cfg = "client head=2 get=0",
     .steps = TR_STEPS(
         TR_OUT("HEAD / HTTP/1.1\r\nHost: h\r\n\r\nHEAD / HTTP/1.1\r\nHost: h\r\n\r\n"), GET, GET,
         GET,
         TR_IN("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
               "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"
               "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n" OK_2),
         TR_EV("response HTTP/1.1 200 OK, length 0, keepalive"), TR_EV("field Content-Length: 2"),
         TR_EV("end"), TR_EV("response HTTP/1.1 200 OK, length 0, keepalive"),
         TR_EV("field Transfer-Encoding: chunked"), TR_EV("end"),
         TR_EV("response HTTP/1.1 204 No Content, length 0, keepalive"),
         TR_EV("field Content-Length: 5"), TR_EV("end"),
         TR_EV("response HTTP/1.1 304 Not Modified, length 0, keepalive"),
         TR_EV("field Content-Length: 9"), TR_EV("end"), GOT_2, IDLE)},
    {.name = "the server closes: what was pipelined behind is not answered",
     .cfg = "client get=3",
     .tail = true,
     .steps =
         TR_STEPS(SENT_3, TR_IN(OK_2), GOT_2,
                  TR_IN("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"),
                  TR_EV("response HTTP/1.1 200 OK, length 2"), TR_EV("field Content-Length: 2"),
                  TR_EV("field Connection: close"), TR_EV("data ok"), TR_EV("end"), CLOSED)},
    {.name = "HTTP/1.0 closes",
     .cfg = "client get=2",
     .tail = true,
     .steps = TR_STEPS(TR_OUT(REQUEST_GET REQUEST_GET),
                       TR_IN("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"),
                       TR_EV("response HTTP/1.0 200 OK, length 2"),
                       TR_EV("field Content-Length: 2"), TR_EV("data ok"), TR_EV("end"), CLOSED)},
    {.name = "HTTP/1.0 goes on if it says so",
     .cfg = "client get=2",
     .steps = TR_STEPS(
         TR_OUT(REQUEST_GET REQUEST_GET),
         TR_IN("HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: Keep-Alive\r\n\r\n"
               "ok" OK_2),
         TR_EV("response HTTP/1.0 200 OK, length 2, keepalive"), TR_EV("field Content-Length: 2"),
         TR_EV("field Connection: Keep-Alive"), TR_EV("data ok"), TR_EV("end"), GOT_2, IDLE)},
    {.name = "bytes that nobody asked for",
     .cfg = "client get=1",
     .tail = true,
     .steps = TR_STEPS(SENT_GET, TR_IN(OK_2 "H"), GOT_2,
                       TR_FAIL(NETP_E_SYNTAX, -1, 40, "a response without a request"), CLOSED)},
    {.name = "a gzip coding of the transfer",
     .cfg = "client get=1",
     .tail = true,
     .steps = TR_STEPS(SENT_GET, TR_IN("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"),
                       TR_FAIL(NETP_E_UNSUPPORTED, -1, 36, "Transfer-Encoding"), CLOSED)},
    {.name = "leniencies",
     .cfg = "client get=1 bare-lf no-reason",
     .steps = TR_STEPS(SENT_GET, TR_IN("HTTP/1.1 200\nContent-Length: 0\n\n"),
                       TR_EV("response HTTP/1.1 200 , length 0, keepalive"),
                       TR_EV("field Content-Length: 0"), TR_EV("end"))},
    {.name = "without them: LF",
     .cfg = "client get=1",
     .tail = true,
     .steps = TR_STEPS(SENT_GET, TR_IN("HTTP/1.1 200 OK\n"),
                       TR_FAIL(NETP_E_SYNTAX, -1, 15, "end of line"))},
    {.name = "without them: no reason",
     .cfg = "client get=1",
     .tail = true,
     .steps = TR_STEPS(SENT_GET, TR_IN("HTTP/1.1 200\r\n"),
                       TR_FAIL(NETP_E_SYNTAX, -1, 12, "status line"))},
    {.name = "a failure sends nothing more of the request",
     .cfg = "client",
     .tail = true,
     .steps = TR_STEPS(TR_DO(do_head, "POST / length=5", NETP_OK),
                       TR_OUT("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n"),
                       TR_IN("x"), TR_FAIL(NETP_E_SYNTAX, -1, 0, "version"), CLOSED,
                       TR_DO(do_body, "ab", NETP_E_STATE))},
};

/* RFC 9110 sections 10.1.1, 15.2. */
static const struct tr_case expectations[] = {
    {.name = "1xx come first",
     .cfg = "client get=2 max_info=2",
     .steps = TR_STEPS(TR_OUT(REQUEST_GET REQUEST_GET),
                       TR_IN("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n"
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                             "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 199 \r\n\r\n" OK_2),
                       TR_EV("info HTTP/1.1 100 Continue"), TR_EV("info HTTP/1.1 103 Early Hints"),
                       TR_EV("field A: b"), TR_EV("response HTTP/1.1 200 OK, length ?, keepalive"),
                       TR_EV("field Transfer-Encoding: chunked"), TR_EV("end"),
                       TR_EV("info HTTP/1.1 102 Processing"), TR_EV("info HTTP/1.1 199 "), GOT_2)},
    {.name = "too many of them",
     .cfg = "client get=1 max_info=1",
     .tail = true,
     .steps =
         TR_STEPS(SENT_GET, TR_IN("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"),
                  TR_EV("info HTTP/1.1 100 Continue"),
                  TR_FAIL(NETP_E_LIMIT, -1, 25, "number of 1xx"), CLOSED)},
    {.name = "the body waits for 100",
     .cfg = "client hold=1 expect_ms=0",
     .steps = TR_STEPS(HOLD, TR_WANT(NETP_WANT_IN), TR_DO(do_body, "hello", 0),
                       TR_DO(do_lend, "hello", NETP_E_NOSPACE), TR_DO(do_end, "", NETP_E_STATE),
                       TR_WAIT(100000), TR_IN("HTTP/1.1 103 Early Hints\r\n\r\n"),
                       TR_EV("info HTTP/1.1 103 Early Hints"), TR_WANT(NETP_WANT_IN),
                       TR_IN("HTTP/1.1 100 Continue\r\n\r\n"), TR_EV("info HTTP/1.1 100 Continue"),
                       TR_EV("continue"), TR_WANT(NETP_WANT_IN | NETP_WANT_APP),
                       TR_DO(do_body, "hello", 5), TR_OUT("hello"), TR_DO(do_end, "", NETP_OK),
                       TR_IN(OK_2), GOT_2, IDLE)},
    {.name = "the body does not wait for ever",
     .cfg = "client hold=1 expect_ms=1000",
     .steps = TR_STEPS(HOLD, TR_WAIT(999), TR_WANT(NETP_WANT_IN), TR_WAIT(1), TR_EV("continue"),
                       TR_WANT(NETP_WANT_IN | NETP_WANT_APP), TR_DO(do_lend, "hello", NETP_OK),
                       TR_OUT("hello"), TR_EV("released"), TR_DO(do_end, "", NETP_OK),
                       TR_IN("HTTP/1.1 100 Continue\r\n\r\n" OK_2),
                       TR_EV("info HTTP/1.1 100 Continue"), GOT_2, IDLE)},
    {.name = "a final answer instead: the request can be given up",
     .cfg = "client hold=1",
     .steps =
         TR_STEPS(HOLD, TR_IN("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n"),
                  TR_EV("response HTTP/1.1 417 Expectation Failed, length 0, keepalive"),
                  TR_EV("field Content-Length: 0"), TR_EV("end"), BUSY, TR_WAIT(5000),
                  TR_WANT(NETP_WANT_IN | NETP_WANT_APP), TR_DO(do_finish, "", NETP_OK), CLOSED)},
    {.name = "or its body be sent all the same",
     .cfg = "client hold=1",
     .steps = TR_STEPS(HOLD, TR_IN("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
                       TR_EV("response HTTP/1.1 200 OK, length 0, keepalive"),
                       TR_EV("field Content-Length: 0"), TR_EV("end"), TR_DO(do_body, "hello", 5),
                       TR_OUT("hello"), BUSY, TR_DO(do_end, "", NETP_OK), IDLE, GET)},
    {.name = "a final answer that closes ends the request",
     .cfg = "client hold=1",
     .tail = true,
     .steps = TR_STEPS(HOLD,
                       TR_IN("HTTP/1.1 401 Who\r\nContent-Length: 1\r\nConnection: close\r\n"
                             "\r\nx"),
                       TR_EV("response HTTP/1.1 401 Who, length 1"),
                       TR_EV("field Content-Length: 1"), TR_EV("field Connection: close"),
                       TR_EV("data x"), TR_EV("end"), CLOSED, TR_DO(do_body, "a", NETP_E_STATE))},
    {.name = "an answer before the request is complete",
     .cfg = "client",
     .steps =
         TR_STEPS(TR_DO(do_head, "PUT / chunked", NETP_OK),
                  TR_OUT("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"),
                  TR_IN(OK_2), GOT_2, BUSY, TR_DO(do_end, "", NETP_OK), TR_OUT("0\r\n\r\n"), IDLE)},
    {.name = "such an answer behind finish: the rest of the request is of no use",
     .cfg = "client",
     .steps =
         TR_STEPS(TR_DO(do_head, "PUT / chunked", NETP_OK),
                  TR_OUT("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"),
                  TR_DO(do_finish, "", NETP_OK), TR_DO(do_body, "ab", 2), TR_OUT("2\r\nab\r\n"),
                  TR_IN(OK_2), TR_EV("response HTTP/1.1 200 OK, length 2"),
                  TR_EV("field Content-Length: 2"), TR_EV("data ok"), TR_EV("end"), CLOSED)},
};

/* RFC 9110 sections 7.8 and 9.3.6. */
static const struct tr_case tunnels[] = {
    {.name = "CONNECT: the bytes behind it are the tunnel's, whatever the fields say",
     .cfg = "client connect=1",
     .tail = true,
     .steps = TR_STEPS(TR_OUT("CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n"),
                       TR_DO(do_send, "GET /", NETP_E_STATE),
                       TR_IN("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 Go\r\n"
                             "Content-Length: 9\r\n\r\n"),
                       TR_EV("info HTTP/1.1 100 Continue"), TR_EV("tunnel HTTP/1.0 200 Go"),
                       TR_EV("field Content-Length: 9"), CLOSED, BUSY)},
    {.name = "CONNECT: any 2xx will do",
     .cfg = "client connect=1",
     .tail = true,
     .steps = TR_STEPS(TR_OUT("CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n"),
                       TR_IN("HTTP/1.1 299 Go\r\n\r\n"), TR_EV("tunnel HTTP/1.1 299 Go"), CLOSED)},
    {.name = "CONNECT refused",
     .cfg = "client connect=1",
     .steps = TR_STEPS(TR_OUT("CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n"),
                       TR_IN("HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno"),
                       TR_EV("response HTTP/1.1 407 No, length 2, keepalive"),
                       TR_EV("field Content-Length: 2"), TR_EV("data no"), TR_EV("end"), GET)},
    {.name = "an upgrade",
     .cfg = "client",
     .tail = true,
     .steps = TR_STEPS(GET, TR_DO(do_send, "GET / switch\nUpgrade: foo", NETP_OK),
                       TR_OUT("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: foo\r\n"
                              "Connection: upgrade\r\n\r\n"),
                       TR_DO(do_send, "GET /", NETP_E_STATE), TR_IN(OK_2), GOT_2,
                       TR_DO(do_send, "GET /", NETP_E_STATE),
                       TR_IN("HTTP/1.1 101 Switching Protocols\r\nUpgrade: foo\r\n\r\n"),
                       TR_EV("tunnel HTTP/1.1 101 Switching Protocols"),
                       TR_EV("field Upgrade: foo"), CLOSED)},
    {.name = "an upgrade that does not come",
     .cfg = "client upgrade=1",
     .steps = TR_STEPS(TR_OUT("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: foo\r\n"
                              "Connection: upgrade\r\n\r\n"),
                       TR_IN(OK_2), GOT_2, GET)},
    {.name = "an upgrade that nobody offered",
     .cfg = "client get=1 upgrade=1",
     .tail = true,
     .steps = TR_STEPS(TR_OUT(REQUEST_GET "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: foo\r\n"
                                          "Connection: upgrade\r\n\r\n"),
                       TR_IN("HTTP/1.1 101 Switching Protocols\r\nUpgrade: foo\r\n\r\n"),
                       TR_FAIL(NETP_E_SYNTAX, -1, 9, "101 that was not offered"), CLOSED)},
    {.name = "an upgrade before the request's end",
     .cfg = "client",
     .tail = true,
     .steps =
         TR_STEPS(TR_DO(do_head, "POST / length=1 switch\nUpgrade: foo", NETP_OK),
                  TR_OUT("POST / HTTP/1.1\r\nHost: h\r\nUpgrade: foo\r\nContent-Length: 1\r\n"
                         "Connection: upgrade\r\n\r\n"),
                  TR_IN("HTTP/1.1 101 Switching Protocols\r\nUpgrade: foo\r\n\r\n"),
                  TR_FAIL(NETP_E_SYNTAX, -1, 9, "tunnel before the end of the request"), CLOSED)},
    {.name = "an offer with the last message",
     .cfg = "client",
     .steps = TR_STEPS(TR_DO(do_send, "GET / switch close\nUpgrade: foo", NETP_OK),
                       TR_OUT("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: foo\r\n"
                              "Connection: close, upgrade\r\n\r\n"))},
};

static void test_requests(void **state)
{
    (void)state;
    http1_check(requests, COUNT(requests));
}

static void test_responses(void **state)
{
    (void)state;
    http1_check(responses, COUNT(responses));
}

static void test_expectations(void **state)
{
    (void)state;
    http1_check(expectations, COUNT(expectations));
}

static void test_tunnels(void **state)
{
    (void)state;
    http1_check(tunnels, COUNT(tunnels));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_responses),
        cmocka_unit_test(test_expectations),
        cmocka_unit_test(test_tunnels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
