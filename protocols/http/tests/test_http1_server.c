/* test_http1_server.c - conversations with the HTTP/1.x machine as server, as RFC 9110 and RFC 9112
 * have them. SPDX-License-Identifier: MIT */
#include "http1.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define GET       "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
#define GET_LINE  "request GET / HTTP/1.1, length 0, keepalive"
#define HOST      TR_EV("field Host: h")
#define GOT       TR_EV(GET_LINE), HOST, TR_EV("end")
#define ANSWER    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define SAY_OK    TR_DO(do_send, "200\n\nok", NETP_OK), TR_OUT(ANSWER)
#define SHORT(s)  TR_OUT("HTTP/1.1 " s "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
#define CLOSED    TR_WANT(NETP_CLOSED)
#define POST(f)   "POST / HTTP/1.1\r\nHost: h\r\n" f "\r\n"
#define POST_LINE "request POST / HTTP/1.1, length "

/* RFC 9112 section 9.3: persistence, and its end. */
static const struct tr_case connections[] = {
    {.name = "two requests on one connection",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN(GET), GOT, SAY_OK, TR_IN(GET), GOT, SAY_OK, TR_WANT(NETP_WANT_IN),
                       TR_EOF(), TR_EV("eof"), CLOSED)},
    {.name = "pipelined: the second waits for its answer's turn",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN(GET "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"), GOT, TR_WANT(NETP_WANT_APP),
                       SAY_OK, TR_EV("request GET /2 HTTP/1.1, length 0, keepalive"), HOST,
                       TR_EV("end"), TR_DO(do_send, "404", NETP_OK),
                       TR_OUT("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))},
    {.name = "pipelined behind a body",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN(POST("Content-Length: 3\r\n") "abc" GET),
                       TR_EV(POST_LINE "3, keepalive"), HOST, TR_EV("field Content-Length: 3"),
                       TR_EV("data abc"), TR_EV("end"), SAY_OK, GOT, SAY_OK)},
    {.name = "garbage behind a good request: the good answer goes first",
     .cfg = "server",
     .tail = true,
     .steps = TR_STEPS(TR_IN(GET "{\r\n\r\n"), GOT, TR_DO(do_send, "200\n\nok", NETP_OK),
                       TR_OUT(ANSWER "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n"
                                     "Connection: close\r\n\r\n"),
                       TR_FAIL(NETP_E_SYNTAX, 400, 27, "method"), CLOSED)},
    {.name = "the client wants to close",
     .cfg = "server",
     .tail = true,
     .steps =
         TR_STEPS(TR_IN("GET / HTTP/1.1\r\nHost: h\r\nConnection: Close\r\n\r\n"),
                  TR_EV("request GET / HTTP/1.1, length 0"), HOST, TR_EV("field Connection: Close"),
                  TR_EV("end"), TR_DO(do_send, "200\n\nok", NETP_OK),
                  TR_OUT("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
                         "ok"),
                  CLOSED)},
    {.name = "close among other options",
     .cfg = "server",
     .steps =
         TR_STEPS(TR_IN("GET / HTTP/1.1\r\nHost: h\r\nConnection: foo\r\n"
                        "connection: , bar ,CLOSE,\r\n\r\n"),
                  TR_EV("request GET / HTTP/1.1, length 0"), HOST, TR_EV("field Connection: foo"),
                  TR_EV("field connection: , bar ,CLOSE,"), TR_EV("end"))},
    {.name = "the server wants to close",
     .cfg = "server",
     .tail = true,
     .steps = TR_STEPS(TR_IN(GET), GOT, TR_DO(do_send, "200 close\n\nok", NETP_OK),
                       TR_OUT("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
                              "ok"),
                       CLOSED)},
    {.name = "HTTP/1.0 closes",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN("GET / HTTP/1.0\r\n\r\n"), TR_EV("request GET / HTTP/1.0, length 0"),
                       TR_EV("end"), TR_DO(do_send, "200\n\nok", NETP_OK),
                       TR_OUT("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
                              "ok"),
                       CLOSED)},
    {.name = "HTTP/1.0 goes on if it asks for it",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
                       TR_EV("request GET / HTTP/1.0, length 0, keepalive"),
                       TR_EV("field Connection: keep-alive"), TR_EV("end"),
                       TR_DO(do_send, "200\n\nok", NETP_OK),
                       TR_OUT("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n"
                              "\r\nok"),
                       TR_WANT(NETP_WANT_IN))},
    {.name = "HTTP/1.0 gets no chunks: the body lasts to the end",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
                       TR_EV("request GET / HTTP/1.0, length 0, keepalive"),
                       TR_EV("field Connection: keep-alive"), TR_EV("end"),
                       TR_DO(do_head, "200 chunked", NETP_OK),
                       TR_OUT("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"),
                       TR_DO(do_body, "abc", 3), TR_OUT("abc"), TR_DO(do_lend, "def", NETP_OK),
                       TR_OUT("def"), TR_EV("released"), TR_DO(do_end, "", NETP_OK), CLOSED)},
    {.name = "HTTP/1.0 gets no 1xx, and its expectations are no business of ours",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN("POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: foo\r\n\r\n"),
                       TR_EV("request POST / HTTP/1.0, length 1"), TR_EV("field Content-Length: 1"),
                       TR_EV("field Expect: foo"), TR_DO(do_head, "100", NETP_E_ARG), TR_IN("x"),
                       TR_EV("data x"), TR_EV("end"))},
    {.name = "a half-close behind the request: it is answered in full",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN_EOF(GET), GOT, TR_DO(do_head, "200 chunked", NETP_OK),
                       TR_OUT("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
                       TR_DO(do_body, "ok", 2), TR_OUT("2\r\nok\r\n"), TR_DO(do_end, "", NETP_OK),
                       TR_OUT("0\r\n\r\n"), TR_EV("eof"), CLOSED)},
    {.name = "a half-close behind two requests",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN_EOF(GET GET), GOT, SAY_OK, GOT, SAY_OK, TR_EV("eof"), CLOSED)},
    {.name = "nothing at all",
     .cfg = "server",
     .steps = TR_STEPS(TR_WANT(NETP_WANT_IN), TR_EOF(), TR_EV("eof"), CLOSED)},
    {.name = "cut between messages",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN(GET), GOT, SAY_OK, TR_BROKEN(),
                       TR_FAIL(NETP_E_IO, -1, 27, "connection"), CLOSED)},
    {.name = "cut while the answer is due",
     .cfg = "server",
     .steps =
         TR_STEPS(TR_IN(GET), GOT, TR_BROKEN(), TR_FAIL(NETP_E_IO, -1, 27, "connection"), CLOSED)},
    {.name = "the end within a head",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN_EOF("GET / HT"), TR_FAIL(NETP_E_TRUNCATED, -1, 8, "message"), CLOSED)},
    {.name = "the end within a body",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN(POST("Content-Length: 3\r\n") "ab"), TR_EV(POST_LINE "3, keepalive"),
                       HOST, TR_EV("field Content-Length: 3"), TR_EV("data ab"), TR_EOF(),
                       TR_FAIL(NETP_E_TRUNCATED, -1, 49, "message"), CLOSED)},
    {.name = "the end within a chunked body",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN(POST("Transfer-Encoding: chunked\r\n") "2\r\nab\r\n0\r\n"),
                       TR_EV(POST_LINE "?, keepalive"), HOST,
                       TR_EV("field Transfer-Encoding: chunked"), TR_EV("data ab"), TR_EOF(),
                       TR_FAIL(NETP_E_TRUNCATED, -1, 66, "message"), CLOSED)},
    {.name = "an empty line, as old clients send it behind a body, is skipped",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN("\r\n" GET), GOT, SAY_OK)},
    {.name = "finish between messages",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN(GET), GOT, SAY_OK, TR_DO(do_finish, "", NETP_OK), CLOSED)},
    {.name = "finish lets the exchange that has begun be the last",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN(GET), GOT, TR_DO(do_finish, "", NETP_OK),
                       TR_DO(do_send, "200\n\nok", NETP_OK),
                       TR_OUT("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
                              "ok"),
                       CLOSED)},
    {.name = "finish within a head",
     .cfg = "server",
     .steps =
         TR_STEPS(TR_IN("GET / H"), TR_DO(do_finish, "", NETP_OK),
                  TR_IN("TTP/1.1\r\nHost: h\r\n\r\n"), TR_EV("request GET / HTTP/1.1, length 0"),
                  HOST, TR_EV("end"), TR_DO(do_send, "204", NETP_OK),
                  TR_OUT("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"), CLOSED)},
    {.name = "finish when the answer is on its way",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN(GET), GOT, TR_DO(do_head, "200 length=2", NETP_OK),
                       TR_OUT("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"),
                       TR_DO(do_finish, "", NETP_OK), TR_DO(do_body, "ok", 2), TR_OUT("ok"),
                       TR_DO(do_end, "", NETP_OK), CLOSED, TR_DO(do_head, "200", NETP_E_STATE))},
};

/* RFC 9112 sections 6 and 7: what is received. */
static const struct tr_case bodies[] = {
    {.name = "Content-Length: 0",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN(POST("Content-Length: 0\r\n")), TR_EV(POST_LINE "0, keepalive"), HOST,
                       TR_EV("field Content-Length: 0"), TR_EV("end"))},
    {.name = "chunks, extensions and trailers",
     .cfg = "server",
     .steps =
         TR_STEPS(TR_IN(POST("transfer-encoding: Chunked\r\n") "5\r\nhello\r\n"
                                                               "A;x\r\n0123456789\r\n"
                                                               "01 ; foo=\"b\\\";ar\" ;x\r\n!\r\n"
                                                               "000\t;last\r\n"
                                                               "Foo: bar\r\nfoo: "
                                                               "\r\nContent-Length: 7\r\n\r\n" GET),
                  TR_EV(POST_LINE "?, keepalive"), HOST, TR_EV("field transfer-encoding: Chunked"),
                  TR_EV("data hello0123456789!"), TR_EV("end"), TR_EV("trailer Foo: bar"),
                  TR_EV("trailer foo:"), TR_EV("trailer Content-Length: 7"), SAY_OK, GOT)},
    {.name = "the largest body permitted, in chunks",
     .cfg = "server max_body=18",
     .steps = TR_STEPS(
         TR_IN(POST("Transfer-Encoding: chunked\r\n") "12\r\n0123456789abcdefgh\r\n0\r\n\r\n"),
         TR_EV(POST_LINE "?, keepalive"), HOST, TR_EV("field Transfer-Encoding: chunked"),
         TR_EV("data 0123456789abcdefgh"), TR_EV("end"))},
    {.name = "a size of 64 bits",
     .cfg = "server max_body=18446744073709551614",
     .steps = TR_STEPS(TR_IN(POST("Transfer-Encoding: chunked\r\n") "8000000000000000\r\nab"),
                       TR_EV(POST_LINE "?, keepalive"), HOST,
                       TR_EV("field Transfer-Encoding: chunked"), TR_EV("data ab"))},
    {.name = "a size of more than 64 bits",
     .cfg = "server max_body=18446744073709551614",
     .tail = true,
     .steps = TR_STEPS(TR_IN(POST("Transfer-Encoding: chunked\r\n") "10000000000000000"),
                       TR_EV(POST_LINE "?, keepalive"), HOST,
                       TR_EV("field Transfer-Encoding: chunked"), SHORT("413 Content Too Large"),
                       TR_FAIL(NETP_E_LIMIT, 413, 55 + 17, "chunk size"), CLOSED)},
    {.name = "a byte more",
     .cfg = "server max_body=17",
     .tail = true,
     .steps = TR_STEPS(TR_IN(POST("Transfer-Encoding: chunked\r\n") "12"),
                       TR_EV(POST_LINE "?, keepalive"), HOST,
                       TR_EV("field Transfer-Encoding: chunked"), SHORT("413 Content Too Large"),
                       TR_FAIL(NETP_E_LIMIT, 413, 57, "chunk size"), CLOSED)},
    {.name = "a byte more in the second chunk",
     .cfg = "server max_body=3",
     .tail = true,
     .steps =
         TR_STEPS(TR_IN(POST("Transfer-Encoding: chunked\r\n") "2\r\nab\r\n2"),
                  TR_EV(POST_LINE "?, keepalive"), HOST, TR_EV("field Transfer-Encoding: chunked"),
                  TR_EV("data ab"), SHORT("413 Content Too Large"),
                  TR_FAIL(NETP_E_LIMIT, 413, 63, "chunk size"), CLOSED)},
    {.name = "a length that is permitted, and one that is not",
     .cfg = "server max_body=1",
     .steps = TR_STEPS(TR_IN(POST("Content-Length: 1\r\n") "x"), TR_EV(POST_LINE "1, keepalive"),
                       HOST, TR_EV("field Content-Length: 1"), TR_EV("data x"), TR_EV("end"),
                       SAY_OK, TR_IN(POST("Content-Length: 2\r\n")), SHORT("413 Content Too Large"),
                       TR_FAIL(NETP_E_LIMIT, 413, 48 + 42, "Content-Length"), CLOSED)},
    {.name = "the answer before the body: it is read all the same",
     .cfg = "server",
     .steps =
         TR_STEPS(TR_IN(POST("Content-Length: 4\r\n") "ab"), TR_EV(POST_LINE "4, keepalive"), HOST,
                  TR_EV("field Content-Length: 4"), TR_EV("data ab"), SAY_OK, TR_WANT(NETP_WANT_IN),
                  TR_IN("cd" GET), TR_EV("data cd"), TR_EV("end"), GOT, SAY_OK)},
    {.name = "the last answer before the body: that is not read any more",
     .cfg = "server",
     .steps =
         TR_STEPS(TR_IN(POST("Content-Length: 4\r\n") "ab"), TR_EV(POST_LINE "4, keepalive"), HOST,
                  TR_EV("field Content-Length: 4"), TR_EV("data ab"),
                  TR_DO(do_send, "413 close", NETP_OK), SHORT("413 Content Too Large"), CLOSED)},
    {.name = "a bad chunk behind an answer that was given: there is no second one",
     .cfg = "server",
     .tail = true,
     .steps =
         TR_STEPS(TR_IN(POST("Transfer-Encoding: chunked\r\n")), TR_EV(POST_LINE "?, keepalive"),
                  HOST, TR_EV("field Transfer-Encoding: chunked"), SAY_OK, TR_IN("x"),
                  TR_FAIL(NETP_E_SYNTAX, -1, 56, "chunk size"), CLOSED)},
    {.name = "a bad chunk behind an answer that was begun",
     .cfg = "server",
     .tail = true,
     .steps = TR_STEPS(
         TR_IN(POST("Transfer-Encoding: chunked\r\n")), TR_EV(POST_LINE "?, keepalive"), HOST,
         TR_EV("field Transfer-Encoding: chunked"), TR_DO(do_head, "200 length=2", NETP_OK),
         TR_OUT("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"), TR_IN("x"),
         TR_FAIL(NETP_E_SYNTAX, -1, 56, "chunk size"), CLOSED, TR_DO(do_body, "ok", NETP_E_STATE),
         TR_DO(do_end, "", NETP_E_STATE), TR_DO(do_finish, "", NETP_E_STATE),
         TR_DO(do_head, "200", NETP_E_STATE), TR_DO(do_lend, "ok", NETP_E_STATE))},
    {.name = "Expect: 100-continue",
     .cfg = "server",
     .steps =
         TR_STEPS(TR_IN(POST("Content-Length: 2\r\nExpect: 100-Continue\r\n")),
                  TR_EV(POST_LINE "2, keepalive, expect"), HOST, TR_EV("field Content-Length: 2"),
                  TR_EV("field Expect: 100-Continue"), TR_WANT(NETP_WANT_IN | NETP_WANT_APP),
                  TR_DO(do_head, "100", NETP_OK), TR_OUT("HTTP/1.1 100 Continue\r\n\r\n"),
                  TR_IN("ab"), TR_EV("data ab"), TR_EV("end"), SAY_OK)},
    {.name = "Expect without a body is no expectation",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN("GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n"),
                       TR_EV(GET_LINE), HOST, TR_EV("field Expect: 100-continue"), TR_EV("end"))},
    {.name = "another expectation",
     .cfg = "server",
     .tail = true,
     .steps = TR_STEPS(TR_IN(POST("Content-Length: 2\r\nExpect: coffee\r\n")),
                       SHORT("417 Expectation Failed"),
                       TR_FAIL(NETP_E_UNSUPPORTED, 417, 53, "Expect"), CLOSED)},
};

/* RFC 9110 sections 6.4.1, 9.3.2, 15; RFC 9112 section 6.3. */
static const struct tr_case answers[] = {
    {.name = "HEAD: the fields of GET, no body",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"),
                       TR_EV("request HEAD / HTTP/1.1, length 0, keepalive"), HOST, TR_EV("end"),
                       TR_DO(do_send, "200\n\nok", NETP_OK),
                       TR_OUT("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"), TR_IN(GET), GOT)},
    {.name = "HEAD, chunked",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"),
                       TR_EV("request HEAD / HTTP/1.1, length 0, keepalive"), HOST, TR_EV("end"),
                       TR_DO(do_head, "200 chunked", NETP_OK),
                       TR_OUT("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
                       TR_DO(do_body, "dropped", 7), TR_DO(do_lend, "dropped", NETP_OK),
                       TR_EV("released"), TR_DO(do_end, "", NETP_OK), TR_IN(GET), GOT)},
    {.name = "HEAD of HTTP/1.0",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN("HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
                       TR_EV("request HEAD / HTTP/1.0, length 0, keepalive"),
                       TR_EV("field Connection: keep-alive"), TR_EV("end"),
                       TR_DO(do_head, "200 chunked", NETP_OK),
                       TR_OUT("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n"),
                       TR_DO(do_end, "", NETP_OK), TR_WANT(NETP_WANT_IN))},
    {.name = "HEAD, the length is not known",
     .cfg = "server",
     .steps =
         TR_STEPS(TR_IN("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"),
                  TR_EV("request HEAD / HTTP/1.1, length 0, keepalive"), HOST, TR_EV("end"),
                  TR_DO(do_send, "200 no-length", NETP_OK), TR_OUT("HTTP/1.1 200 OK\r\n\r\n"))},
    {.name = "HEAD of nothing has a length, too",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"),
                       TR_EV("request HEAD / HTTP/1.1, length 0, keepalive"), HOST, TR_EV("end"),
                       TR_DO(do_send, "200", NETP_OK),
                       TR_OUT("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))},
    {.name = "204",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN(GET), GOT, TR_DO(do_send, "204\n\nx", NETP_E_ARG),
                       TR_DO(do_head, "204 chunked", NETP_E_ARG),
                       TR_DO(do_head, "204 no-length", NETP_E_ARG), TR_DO(do_send, "204", NETP_OK),
                       TR_OUT("HTTP/1.1 204 No Content\r\n\r\n"), TR_IN(GET), GOT)},
    {.name = "205 has an empty body",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN(GET), GOT, TR_DO(do_send, "205\n\nx", NETP_E_ARG),
                       TR_DO(do_send, "205", NETP_OK),
                       TR_OUT("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"))},
    {.name = "304 without a length",
     .cfg = "server",
     .steps =
         TR_STEPS(TR_IN(GET), GOT, TR_DO(do_send, "304\nETag: \"x\"", NETP_OK),
                  TR_OUT("HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n"), TR_IN(GET), GOT)},
    {.name = "304 with the length of what it leaves out",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN(GET), GOT, TR_DO(do_head, "304 length=9", NETP_OK),
                       TR_OUT("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"),
                       TR_DO(do_end, "", NETP_OK))},
    {.name = "304 that keeps it for itself",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN(GET), GOT, TR_DO(do_send, "304 no-length\n\nbody", NETP_OK),
                       TR_OUT("HTTP/1.1 304 Not Modified\r\n\r\n"))},
    {.name = "no-length is for HEAD and 304",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN(GET), GOT, TR_DO(do_head, "200 no-length", NETP_E_ARG))},
    {.name = "1xx before the answer",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN(GET), GOT, TR_DO(do_head, "103\nLink: </s>", NETP_OK),
                       TR_OUT("HTTP/1.1 103 Early Hints\r\nLink: </s>\r\n\r\n"),
                       TR_DO(do_send, "102", NETP_OK), TR_OUT("HTTP/1.1 102 Processing\r\n\r\n"),
                       SAY_OK)},
    {.name = "an answer in pieces, with a status of its own",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN(GET), GOT, TR_DO(do_head, "299 length=5\nA: b\nA: c", NETP_OK),
                       TR_OUT("HTTP/1.1 299 \r\nA: b\r\nA: c\r\nContent-Length: 5\r\n\r\n"),
                       TR_WANT(NETP_WANT_APP), TR_DO(do_end, "", NETP_E_STATE),
                       TR_DO(do_body, "toolong", NETP_E_ARG), TR_DO(do_body, "", 0),
                       TR_DO(do_body, "ab", 2), TR_OUT("ab"), TR_DO(do_end, "", NETP_E_STATE),
                       TR_DO(do_lend, "cdef", NETP_E_ARG), TR_DO(do_lend, "cde", NETP_OK),
                       TR_OUT("cde"), TR_EV("released"), TR_DO(do_trailers, "A: b", NETP_E_ARG),
                       TR_DO(do_end, "", NETP_OK), TR_WANT(NETP_WANT_IN))},
    {.name = "chunks and trailers",
     .cfg = "server",
     .steps =
         TR_STEPS(TR_IN(GET), GOT, TR_DO(do_head, "200 chunked\nTrailer: A", NETP_OK),
                  TR_OUT("HTTP/1.1 200 OK\r\nTrailer: A\r\nTransfer-Encoding: chunked\r\n"
                         "\r\n"),
                  TR_DO(do_body, "0123456789abcdef", 16), TR_OUT("10\r\n0123456789abcdef\r\n"),
                  TR_DO(do_body, "", 0), TR_DO(do_lend, "a piece of 27 bytes is lent", NETP_OK),
                  TR_OUT("1b\r\na piece of 27 bytes is lent\r\n"), TR_EV("released"),
                  TR_DO(do_trailers, "A: b\nC:", NETP_OK), TR_OUT("0\r\nA: b\r\nC: \r\n\r\n"),
                  TR_IN(GET), GOT)},
    {.name = "an empty piece is yours again at once",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN(GET), GOT, TR_DO(do_head, "200 chunked", NETP_OK),
                       TR_OUT("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
                       TR_DO(do_lend, "", NETP_OK), TR_EV("released"), TR_DO(do_end, "", NETP_OK),
                       TR_OUT("0\r\n\r\n"))},
    {.name = "no request, no answer",
     .cfg = "server",
     .steps =
         TR_STEPS(TR_DO(do_head, "200", NETP_E_STATE), TR_DO(do_body, "x", NETP_E_STATE),
                  TR_DO(do_lend, "x", NETP_E_STATE), TR_DO(do_end, "", NETP_E_STATE), TR_IN(GET),
                  GOT, TR_DO(do_body, "x", NETP_E_STATE), TR_DO(do_end, "", NETP_E_STATE), SAY_OK,
                  TR_DO(do_head, "200", NETP_E_STATE))},
    {.name = "one answer",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN(GET), GOT, TR_DO(do_head, "200 chunked", NETP_OK),
                       TR_OUT("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
                       TR_DO(do_head, "200", NETP_E_STATE), TR_DO(do_send, "100", NETP_E_STATE))},
};

/* RFC 9110 sections 7.8 and 9.3.6. */
static const struct tr_case tunnels[] = {
    {.name = "CONNECT",
     .cfg = "server",
     .tail = true,
     .steps = TR_STEPS(TR_IN("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"),
                       TR_EV("request CONNECT h:443 HTTP/1.1, length 0, keepalive"),
                       TR_EV("field Host: h:443"), TR_EV("end"), TR_DO(do_send, "200", NETP_OK),
                       TR_OUT("HTTP/1.1 200 OK\r\n\r\n"), TR_EV("tunnel"), CLOSED)},
    {.name = "CONNECT by head alone, to [::1]",
     .cfg = "server",
     .tail = true,
     .steps = TR_STEPS(TR_IN("CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n"),
                       TR_EV("request CONNECT [::1]:443 HTTP/1.1, length 0, keepalive"),
                       TR_EV("field Host: [::1]:443"), TR_EV("end"),
                       TR_DO(do_head, "299 length=1", NETP_E_ARG),
                       TR_DO(do_head, "200 close", NETP_E_ARG), TR_DO(do_head, "299", NETP_OK),
                       TR_OUT("HTTP/1.1 299 \r\n\r\n"), TR_EV("tunnel"), CLOSED)},
    {.name = "CONNECT refused",
     .cfg = "server",
     .steps =
         TR_STEPS(TR_IN("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n" GET),
                  TR_EV("request CONNECT h:443 HTTP/1.1, length 0, keepalive"),
                  TR_EV("field Host: h:443"), TR_EV("end"), TR_DO(do_head, "102", NETP_OK),
                  TR_OUT("HTTP/1.1 102 Processing\r\n\r\n"), TR_DO(do_send, "407\n\nno", NETP_OK),
                  TR_OUT("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n"
                         "\r\nno"),
                  GOT)},
    {.name = "CONNECT with a body, were it a byte",
     .cfg = "server",
     .tail = true,
     .steps = TR_STEPS(TR_IN("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\nContent-Length: 1\r\n\r\n"),
                       SHORT("400 Bad Request"), TR_FAIL(NETP_E_SYNTAX, 400, 0, "body of CONNECT"),
                       CLOSED)},
    {.name = "HEAD with an offer that is not taken: no body all the same",
     .cfg = "server",
     .steps = TR_STEPS(
         TR_IN("HEAD / HTTP/1.1\r\nHost: h\r\nUpgrade: foo\r\nConnection: upgrade\r\n\r\n"),
         TR_EV("request HEAD / HTTP/1.1, length 0, keepalive, upgrade"), HOST,
         TR_EV("field Upgrade: foo"), TR_EV("field Connection: upgrade"), TR_EV("end"),
         TR_DO(do_send, "200\n\nok", NETP_OK),
         TR_OUT("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"), TR_IN(GET), GOT)},
    {.name = "an upgrade",
     .cfg = "server",
     .tail = true,
     .steps = TR_STEPS(TR_IN("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: foo\r\n"
                             "Connection: Upgrade\r\nUpgrade: bar\r\n\r\n"),
                       TR_EV("request GET / HTTP/1.1, length 0, keepalive, upgrade"), HOST,
                       TR_EV("field Upgrade: foo"), TR_EV("field Connection: Upgrade"),
                       TR_EV("field Upgrade: bar"), TR_EV("end"),
                       TR_DO(do_head, "101 switch", NETP_E_ARG),
                       TR_DO(do_head, "101\nUpgrade: foo", NETP_E_ARG),
                       TR_DO(do_head, "101 switch\nUpgrade: foo", NETP_OK),
                       TR_OUT("HTTP/1.1 101 Switching Protocols\r\nUpgrade: foo\r\n"
                              "Connection: upgrade\r\n\r\n"),
                       TR_EV("tunnel"), CLOSED)},
    {.name = "an upgrade behind the request's body, not before its end",
     .cfg = "server",
     .tail = true,
     .steps = TR_STEPS(
         TR_IN(POST("Content-Length: 1\r\nUpgrade: foo\r\nConnection: upgrade\r\n")),
         TR_EV(POST_LINE "1, keepalive, upgrade"), HOST, TR_EV("field Content-Length: 1"),
         TR_EV("field Upgrade: foo"), TR_EV("field Connection: upgrade"),
         TR_DO(do_head, "101 switch\nUpgrade: foo", NETP_E_STATE), TR_IN("x"), TR_EV("data x"),
         TR_EV("end"), TR_DO(do_send, "101 switch\nUpgrade: foo", NETP_OK),
         TR_OUT("HTTP/1.1 101 Switching Protocols\r\nUpgrade: foo\r\n"
                "Connection: upgrade\r\n\r\n"),
         TR_EV("tunnel"), CLOSED)},
    {.name = "Upgrade without its Connection option is no offer",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: foo\r\n\r\n"), TR_EV(GET_LINE),
                       HOST, TR_EV("field Upgrade: foo"), TR_EV("end"),
                       TR_DO(do_head, "101 switch\nUpgrade: foo", NETP_E_ARG))},
    {.name = "the option without the field neither",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN("GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\n\r\n"),
                       TR_EV(GET_LINE), HOST, TR_EV("field Connection: upgrade"), TR_EV("end"))},
    {.name = "HTTP/1.0 upgrades nothing",
     .cfg = "server",
     .steps = TR_STEPS(TR_IN("GET / HTTP/1.0\r\nUpgrade: foo\r\nConnection: upgrade\r\n\r\n"),
                       TR_EV("request GET / HTTP/1.0, length 0"), TR_EV("field Upgrade: foo"),
                       TR_EV("field Connection: upgrade"), TR_EV("end"))},
};

/* Feeds a chunked body, head first, of up to n chunks, and returns how many bytes were taken. */
static size_t chunks(const char *chunk, size_t n, struct netp_http1 *m, int *r)
{
    static const char head[] = POST("Transfer-Encoding: chunked\r\n");
    struct netp_in in = {(const uint8_t *)head, sizeof head - 1, 0, NULL};
    struct netp_http1_ev ev;
    size_t taken = sizeof head - 1;

    *r = netp_http1_next(m, &in, 0, &ev);
    for (size_t i = 0; i < n && *r >= 0; i++) {
        in.p = (const uint8_t *)chunk;
        in.n = strlen(chunk);
        while ((*r = netp_http1_next(m, &in, 0, &ev)) > 0) {
        }
        taken += strlen(chunk) - in.n;
    }
    return taken;
}

/* 64 KiB of framing are free, then the body must have a quarter of it: chunks of one byte, 5 of
 * framing each, come to an end, larger ones do not. */
static void test_small_chunks(void **state)
{
    struct netp_http1_cfg cfg = NETP_HTTP1_CFG_INIT;
    struct netp_http_field field[4];
    struct netp_http1 m;
    char head[128];
    uint8_t tx[256];
    int r;
    (void)state;

    cfg.role = NETP_HTTP1_SERVER;
    cfg.head = head;
    cfg.headlen = sizeof head;
    cfg.field = field;
    cfg.nfield = 4;
    cfg.tx = tx;
    cfg.txlen = sizeof tx;
    assert_int_equal(netp_http1_init(&m, &cfg, 0), NETP_OK);
    assert_int_equal(chunks("1\r\na\r\n", 100000, &m, &r), 56 + 65534 * 6 + 2);
    assert_int_equal(r, NETP_E_LIMIT);
    assert_int_equal(netp_http1_fail(&m)->offset, 56 + 65534 * 6 + 2);
    assert_int_equal(netp_http1_fail(&m)->peer_code, 413);
    assert_int_equal(netp_http1_init(&m, &cfg, 0), NETP_OK);
    assert_int_equal(chunks("2\r\nab\r\n", 100000, &m, &r), 56 + 100000 * 7);
    assert_int_equal(r, 0);

    /* each message has its own account */
    assert_int_equal(netp_http1_init(&m, &cfg, 0), NETP_OK);
    for (unsigned i = 0; i < 3; i++) {
        const struct netp_http1_msg ok = {.status = 204};
        struct netp_in in = {(const uint8_t *)"0\r\n\r\n", 5, 0, NULL};
        struct netp_http1_ev ev;
        assert_int_equal(chunks("1\r\na\r\n", 20000, &m, &r), 56 + 20000 * 6);
        assert_int_equal(netp_http1_next(&m, &in, 0, &ev), NETP_HTTP1_END);
        assert_int_equal(netp_http1_send(&m, &ok, NULL, 0, 0), NETP_OK);
        netp_http1_sent(&m, sizeof tx - netp_http1_room(&m), 0);
    }
}

static void test_connections(void **state)
{
    (void)state;
    http1_check(connections, COUNT(connections));
}

static void test_bodies(void **state)
{
    (void)state;
    http1_check(bodies, COUNT(bodies));
}

static void test_answers(void **state)
{
    (void)state;
    http1_check(answers, COUNT(answers));
}

static void test_tunnels(void **state)
{
    (void)state;
    http1_check(tunnels, COUNT(tunnels));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connections),  cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_answers),      cmocka_unit_test(test_tunnels),
        cmocka_unit_test(test_small_chunks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
