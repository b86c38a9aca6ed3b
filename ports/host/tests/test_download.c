/* test_download.c - files fetched from a server that cuts, changes, lies and refuses.
 *
 * SPDX-License-Identifier: MIT */
#include "http_script.h"
#include <errno.h>
#include <fcntl.h>
#include <netproto/host/download.h>
#include <netproto/host/file.h>
#include <netproto/http_date.h>
#include <netproto/http_repr_digest.h>
#include <netproto/text.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define SIZE     300000u
#define MODIFIED 784111777 /* Sun, 06 Nov 1994 08:49:37 GMT */

/* How the server is different from a good one. */
enum {
    NO_RANGES = 1,
    NO_TAGS_IN_IF_RANGE = 2, /* they are as if absent, but never match */
    NO_DATES_IN_IF_RANGE = 4,
    WRONG_OFFSET = 8,
    WRONG_TOTAL = 16,
    MULTIPART = 32,
    CODED = 64,
    CHUNKED = 128,
    STAR_TOTAL = 256,
    NO_IF_RANGE = 512, /* it answers 206 whatever If-Range says */
    SHORT_RANGES = 1024,
    NO_LAST_MODIFIED = 2048,
    LYING_RANGE = 4096 /* the body is longer than Content-Range says */
};

static struct netp_loop *loop;
static struct netp_http_client *client;
static struct script server;
static char dir[32], file[128], part[160], note[160], url[128];
static uint8_t data[SIZE];

/* What the server has. */
static struct {
    size_t n;
    const char *etag, *extra;
    unsigned odd;
    size_t cut[16]; /* bytes of the body of the next answers, the rest is cut; 0: none */
    unsigned ncut;
    unsigned fail, failures;            /* this status, so many times */
    void (*before)(unsigned nth);       /* something that happens before an answer */
    char ranges[4096], if_ranges[4096]; /* what was asked, a line each; "-" for none */
} web;

static struct netp_download_cfg cfg;
static struct netp_download_result result;

/* --- the server ------------------------------------------------------------------------------ */

static void note_down(char list[4096], const char *value)
{
    size_t n = strlen(list);

    assert_in_range(snprintf(list + n, 4096 - n, "%s\n", *value ? value : "-"), 1, 4095 - n);
}

static const char *date(int64_t t)
{
    static char text[NETP_HTTP_DATE_LEN + 1];

    assert_int_equal(netp_http_date_format(t, text), NETP_OK);
    return text;
}

static void put_body(struct script_peer *p, size_t from, size_t n)
{
    size_t cut = web.ncut > 0 ? web.cut[--web.ncut] : 0;
    size_t send = cut && cut < n ? cut : n;

    if (web.odd & CHUNKED) {
        if (send > 0) {
            script_put(p, "%zx\r\n", n);
        }
        script_put_bytes(p, data + from, send);
        script_put(p, send == n ? "\r\n0\r\n\r\n" : "");
    } else {
        script_put_bytes(p, data + from, send);
    }
    if (send < n) {
        script_end(p);
    }
}

/* Whether the range may be given, by If-Range. */
static bool in_range(const char *request, char *if_range, size_t cap)
{
    snprintf(if_range, cap, "%s", script_field(request, "If-Range"));
    note_down(web.if_ranges, if_range);
    if (web.odd & NO_RANGES) {
        return false;
    }
    if (!*if_range || (web.odd & NO_IF_RANGE)) {
        return true;
    }
    if (*if_range == '"') {
        return web.etag && strcmp(if_range, web.etag) == 0 && !(web.odd & NO_TAGS_IN_IF_RANGE);
    }
    return strcmp(if_range, date(MODIFIED)) == 0 && !(web.odd & NO_DATES_IN_IF_RANGE);
}

static void put_validators(struct script_peer *p)
{
    script_put(p, "Date: %s\r\n", date(time(NULL)));
    if (!(web.odd & NO_LAST_MODIFIED)) {
        script_put(p, "Last-Modified: %s\r\n", date(MODIFIED));
    }
    if (web.etag) {
        script_put(p, "ETag: %s\r\n", web.etag);
    }
    if (web.extra) {
        script_put(p, "%s", web.extra);
    }
}

static void put_framing(struct script_peer *p, size_t n)
{
    if (web.odd & CHUNKED) {
        script_put(p, "Transfer-Encoding: chunked\r\n\r\n");
    } else {
        script_put(p, "Content-Length: %zu\r\n\r\n", n);
    }
}

static void serve_part(struct script_peer *p, size_t from)
{
    size_t to = web.n, total = web.odd & WRONG_TOTAL ? web.n + 1 : web.n, told;

    if (from >= web.n && (web.odd & STAR_TOTAL)) {
        script_put(p, "HTTP/1.1 416 No\r\nContent-Length: 0\r\n\r\n");
        return;
    }
    if (from >= web.n) {
        script_put(
            p, "HTTP/1.1 416 No\r\nContent-Range: bytes */%zu\r\n%sContent-Length: 5\r\n\r\nnope\n",
            total, web.extra ? web.extra : "");
        return;
    }
    if (web.odd & SHORT_RANGES) {
        to = from + 50000 < to ? from + 50000 : to;
    }
    told = web.odd & LYING_RANGE ? from + 1000 : to;
    script_put(p, "HTTP/1.1 206 Part\r\n");
    put_validators(p);
    if (web.odd & MULTIPART) {
        script_put(p, "Content-Type: multipart/byteranges; boundary=x\r\n");
    }
    if (web.odd & CODED) {
        script_put(p, "Content-Encoding: gzip\r\n");
    }
    if (web.odd & STAR_TOTAL) {
        script_put(p, "Content-Range: bytes %zu-%zu/*\r\n", from, told - 1);
    } else {
        script_put(p, "Content-Range: bytes %zu-%zu/%zu\r\n",
                   web.odd & WRONG_OFFSET ? from - 1 : from, told - 1, total);
    }
    put_framing(p, to - from);
    put_body(p, from, to - from);
}

static void serve(struct script_peer *p, const char *request)
{
    bool head = strncmp(request, "HEAD ", 5) == 0;
    char if_range[128], range[128];

    if (web.before) {
        web.before(server.requests);
    }
    snprintf(range, sizeof range, "%s", script_field(request, "Range"));
    note_down(web.ranges, head ? "HEAD" : range);
    if (web.failures > 0) {
        web.failures--;
        script_put(p, "HTTP/1.1 %u No\r\nContent-Length: 0\r\n%s\r\n", web.fail,
                   web.extra ? web.extra : "");
        return;
    }
    if (strcmp(script_field(request, "If-Modified-Since"), date(MODIFIED)) == 0) {
        script_put(p, "HTTP/1.1 304 Same\r\n\r\n");
        return;
    }
    if (*range && in_range(request, if_range, sizeof if_range)) {
        serve_part(p, strtoul(range + strlen("bytes="), NULL, 10));
        return;
    }
    script_put(p, "HTTP/1.1 200 OK\r\n");
    put_validators(p);
    if (!(web.odd & NO_RANGES)) {
        script_put(p, "Accept-Ranges: bytes\r\n");
    }
    put_framing(p, web.n);
    if (!head) {
        put_body(p, 0, web.n);
    }
}

/* --- the world ------------------------------------------------------------------------------- */

static int setup(void **state)
{
    struct netp_http_client_cfg c = {.stall_ms = 5000};

    (void)state;
    memset(&web, 0, sizeof web);
    web.n = SIZE;
    web.etag = "\"v1\"";
    for (size_t i = 0; i < SIZE; i++) {
        data[i] = (uint8_t)(i * 2654435761u >> 13);
    }
    snprintf(dir, sizeof dir, "/tmp/netproto-test-XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(file, sizeof file, "%s/f", dir);
    snprintf(part, sizeof part, "%s.part", file);
    snprintf(note, sizeof note, "%s.part.http", file);
    loop = netp_loop_new();
    assert_non_null(loop);
    memset(&server, 0, sizeof server);
    server.serve = serve;
    script_open(&server, loop);
    client = netp_http_client_new(loop, &c, NULL);
    assert_non_null(client);
    snprintf(url, sizeof url, "http://user:secret@127.0.0.1:%u/dir/f#frag", server.port);
    memset(&cfg, 0, sizeof cfg);
    cfg.fetch.url = url;
    cfg.path = file;
    cfg.first_ms = 2;
    cfg.max_ms = 20;
    return 0;
}

static int teardown(void **state)
{
    char command[128];

    (void)state;
    netp_http_client_free(client);
    script_close(&server);
    netp_loop_free(loop);
    snprintf(command, sizeof command, "chmod -R u+w '%s'; rm -rf '%s'", dir, dir);
    return system(command);
}

static bool run(void)
{
    web.ranges[0] = web.if_ranges[0] = '\0';
    return netp_download_run(client, &cfg, &result);
}

static void write_file(const char *name, const void *p, size_t n)
{
    FILE *f = fopen(name, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(p, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static size_t read_file(const char *name, char *p, size_t cap)
{
    FILE *f = fopen(name, "rb");
    size_t n;

    assert_non_null(f);
    n = fread(p, 1, cap, f);
    fclose(f);
    return n;
}

static bool exists(const char *name)
{
    struct stat st;

    return lstat(name, &st) == 0;
}

/* The file is what the server has, and nothing is left beside it. */
static void assert_whole(void)
{
    static char got[SIZE + 1];

    assert_int_equal(read_file(file, got, sizeof got), web.n);
    assert_memory_equal(got, data, web.n);
    assert_false(exists(part));
    assert_false(exists(note));
}

static void assert_part(size_t n)
{
    static char got[SIZE + 1];

    assert_int_equal(read_file(part, got, sizeof got), n);
    assert_memory_equal(got, data, n);
    assert_int_equal(result.bytes, n);
}

static void cuts(unsigned n, ...)
{
    va_list args;

    va_start(args, n);
    web.ncut = n;
    while (n > 0) { /* the first is taken last */
        web.cut[--n] = va_arg(args, unsigned);
    }
    va_end(args);
}

/* A run that leaves a part of n bytes. */
static void break_at(unsigned n)
{
    unsigned tries = cfg.tries;

    cuts(1, n);
    cfg.tries = 0;
    assert_false(run());
    assert_int_equal(result.fetch.err, NETP_E_TRUNCATED);
    cfg.tries = tries;
    assert_part(n);
    cfg.flags |= NETP_DOWNLOAD_CONTINUE;
}

/* --- whole ----------------------------------------------------------------------------------- */

static uint64_t told, told_total;

static void on_progress(void *arg, uint64_t bytes, uint64_t total)
{
    (void)arg;
    assert_true(bytes > told);
    told = bytes;
    told_total = total;
}

static void test_plain(void **state)
{
    struct stat st;

    (void)state;
    told = 0;
    cfg.progress = on_progress;
    cfg.flags = NETP_DOWNLOAD_TIME;
    assert_true(run());
    assert_whole();
    assert_int_equal(told, SIZE);
    assert_int_equal(told_total, SIZE);
    assert_int_equal(result.bytes, SIZE);
    assert_int_equal(result.resumed, 0);
    assert_int_equal(result.tries, 0);
    assert_int_equal(result.fetch.status, 200);
    assert_string_equal(web.ranges, "-\n");
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mtime, MODIFIED);
    assert_string_not_equal(script_field(server.last, "Accept-Encoding"), "identity");
}

static void test_empty(void **state)
{
    (void)state;
    web.n = 0;
    assert_true(run());
    assert_whole();
    cfg.flags = NETP_DOWNLOAD_CONTINUE;
    assert_true(run());
    assert_whole();
    assert_string_equal(script_field(server.last, "Accept-Encoding"), "identity");
}

static void test_keep(void **state)
{
    (void)state;
    write_file(file, "old", 3);
    cfg.flags = NETP_DOWNLOAD_KEEP;
    assert_false(run());
    assert_int_equal(result.fetch.stage, NETP_FETCH_LOCAL);
    assert_int_equal(result.fetch.sys_errno, EEXIST);
    assert_int_equal(server.requests, 0);
    assert_false(exists(part));
    cfg.flags = 0;
    assert_true(run());
    assert_whole();
}

static void appear(unsigned nth)
{
    (void)nth;
    write_file(file, "meanwhile", 9);
}

static void test_keep_meanwhile(void **state)
{
    char got[16];

    (void)state;
    cfg.flags = NETP_DOWNLOAD_KEEP;
    web.before = appear;
    assert_false(run());
    assert_int_equal(result.fetch.sys_errno, EEXIST);
    assert_int_equal(read_file(file, got, sizeof got), 9);
    assert_part(SIZE);
}

static void test_newer(void **state)
{
    struct timespec t[2] = {{.tv_sec = MODIFIED}, {.tv_sec = MODIFIED}};

    (void)state;
    cfg.flags = NETP_DOWNLOAD_NEWER | NETP_DOWNLOAD_TIME;
    assert_true(run());
    assert_false(result.unchanged);
    assert_whole();
    assert_true(run());
    assert_true(result.unchanged);
    assert_int_equal(result.fetch.status, 304);
    assert_whole();
    t[1].tv_sec--;
    assert_int_equal(utimensat(AT_FDCWD, file, t, 0), 0);
    assert_true(run());
    assert_false(result.unchanged);
}

static void test_status(void **state)
{
    (void)state;
    web.fail = 404;
    web.failures = 1;
    cfg.tries = 3;
    assert_false(run());
    assert_int_equal(result.fetch.err, NETP_OK);
    assert_int_equal(result.fetch.status, 404);
    assert_int_equal(server.requests, 1);
    assert_false(exists(part));
    assert_false(exists(file));
}

/* --- resuming -------------------------------------------------------------------------------- */

static void test_note(void **state)
{
    char text[512], want[512];
    struct stat st;
    size_t n;

    (void)state;
    break_at(100000);
    n = read_file(note, text, sizeof text - 1);
    text[n] = '\0';
    snprintf(want, sizeof want,
             "url http://127.0.0.1:%u/dir/f\netag \"v1\"\nlast-modified Sun, 06 Nov 1994 08:49:37 "
             "GMT\ndate ",
             server.port);
    assert_memory_equal(text, want, strlen(want));
    assert_non_null(strstr(text, "\nlength 300000\n"));
    assert_int_equal(stat(note, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(run());
    assert_string_equal(web.ranges, "bytes=100000-\n");
    assert_string_equal(web.if_ranges, "\"v1\"\n");
    assert_int_equal(result.resumed, 100000);
    assert_int_equal(result.fetch.status, 206);
    assert_whole();
}

static void test_not_asked_to(void **state)
{
    (void)state;
    break_at(100000);
    cfg.flags = 0;
    assert_true(run());
    assert_string_equal(web.ranges, "-\n");
    assert_whole();
}

static void test_other_url(void **state)
{
    (void)state;
    break_at(100000);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/dir/g", server.port);
    assert_true(run());
    assert_string_equal(web.ranges, "-\n");
    assert_whole();
}

static void test_tries(void **state)
{
    unsigned seed = 1;

    (void)state;
    for (unsigned round = 0; round < 5; round++) {
        web.ncut = 10;
        for (unsigned i = 0; i < 10; i++) {
            web.cut[i] = 1 + (unsigned)rand_r(&seed) % 25000;
        }
        cfg.tries = 1; /* of those without a byte */
        assert_true(run());
        assert_int_equal(result.tries, 10);
        assert_int_equal(result.resumed, 0);
        assert_whole();
    }
    cfg.tries = 3;
    web.fail = 503;
    web.failures = 4;
    assert_false(run());
    assert_int_equal(result.tries, 3);
    assert_int_equal(result.fetch.status, 503);
    web.failures = 3;
    assert_true(run());
    assert_whole();
}

static void change(unsigned nth)
{
    if (nth == 2) {
        for (size_t i = 0; i < SIZE; i++) {
            data[i] ^= 0x55;
        }
        web.etag = "\"v2\"";
    }
}

static void test_changed(void **state)
{
    (void)state;
    web.before = change;
    cuts(1, 100000);
    cfg.tries = 2;
    assert_true(run());
    assert_string_equal(web.if_ranges, "\"v1\"\n");
    assert_whole();
}

/* A server that looks at no If-Range: the ETag of the answer tells. */
static void test_changed_and_no_if_range(void **state)
{
    (void)state;
    web.odd = NO_IF_RANGE;
    web.before = change;
    cuts(2, 100000, 50000);
    cfg.tries = 2;
    assert_true(run());
    assert_string_equal(web.ranges, "-\nbytes=100000-\n-\n");
    assert_whole();
}

static void test_bad_ranges(void **state)
{
    static const unsigned odd[] = {WRONG_OFFSET, WRONG_TOTAL, MULTIPART, CODED};

    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        cfg.flags = 0;
        web.odd = 0;
        break_at(100000);
        web.odd = odd[i];
        assert_true(run());
        assert_string_equal(web.ranges, "bytes=100000-\n-\n");
        assert_whole();
    }
}

static void test_no_ranges(void **state)
{
    (void)state;
    web.odd = NO_RANGES;
    break_at(100000);
    assert_true(run());
    assert_string_equal(web.ranges, "bytes=100000-\n");
    assert_int_equal(result.fetch.status, 200);
    assert_int_equal(result.resumed, 0);
    assert_whole();
}

static void test_date_only(void **state)
{
    (void)state;
    web.odd = NO_TAGS_IN_IF_RANGE;
    break_at(100000);
    assert_true(run());
    assert_string_equal(web.ranges, "bytes=100000-\nbytes=100000-\n");
    assert_string_equal(web.if_ranges, "\"v1\"\nSun, 06 Nov 1994 08:49:37 GMT\n");
    assert_int_equal(result.resumed, 100000);
    assert_whole();
    web.odd |= NO_DATES_IN_IF_RANGE;
    cfg.flags = 0;
    break_at(100000);
    assert_true(run());
    assert_int_equal(result.resumed, 0);
    assert_whole();
}

static void test_weak_etag(void **state)
{
    (void)state;
    web.etag = "W/\"v1\"";
    break_at(100000);
    assert_true(run());
    assert_string_equal(web.if_ranges, "Sun, 06 Nov 1994 08:49:37 GMT\n");
    assert_whole();
}

static void test_no_validators(void **state)
{
    (void)state;
    web.etag = NULL;
    web.odd = NO_LAST_MODIFIED;
    break_at(100000);
    assert_false(exists(note));
    cuts(1, 50000);
    cfg.tries = 1;
    assert_true(run());
    assert_string_equal(web.ranges, "-\n-\n");
    assert_whole();
}

static void test_pieces(void **state)
{
    (void)state;
    web.odd = SHORT_RANGES;
    break_at(100000);
    assert_true(run());
    assert_string_equal(web.ranges, "bytes=100000-\nbytes=150000-\nbytes=200000-\nbytes=250000-\n");
    assert_whole();
    web.odd = SHORT_RANGES | STAR_TOTAL;
    cfg.flags = 0;
    break_at(200000);
    assert_true(run());
    assert_whole();
}

static void test_lying_range(void **state)
{
    (void)state;
    break_at(250000);
    web.odd = LYING_RANGE;
    assert_true(run());
    assert_whole();
    assert_true(strlen(web.ranges) > strlen("bytes=250000-\n"));
}

/* 416: all was there; the server's file is another. */
static void test_416(void **state)
{
    (void)state;
    break_at(299999);
    write_file(part, data, SIZE);
    assert_true(run());
    assert_string_equal(web.ranges, "bytes=300000-\n");
    assert_int_equal(result.resumed, SIZE);
    assert_whole();

    cfg.flags = 0;
    break_at(299999);
    write_file(part, data, SIZE);
    web.n = 200000;
    web.odd = NO_IF_RANGE;
    assert_true(run());
    assert_string_equal(web.ranges, "bytes=300000-\n-\n");
    assert_whole();

    web.n = SIZE;
    web.odd = STAR_TOTAL; /* 416 and no word of the length */
    cfg.flags = 0;
    break_at(299999);
    write_file(part, data, SIZE);
    assert_true(run());
    assert_string_equal(web.ranges, "bytes=300000-\n-\n");
    assert_whole();
}

static void test_unknown_length(void **state)
{
    (void)state;
    web.odd = CHUNKED;
    break_at(100000);
    assert_true(run());
    assert_int_equal(result.resumed, 100000);
    assert_whole();
    web.odd = CHUNKED | NO_RANGES;
    cuts(1, 100000);
    cfg.tries = 1;
    assert_true(run());
    assert_int_equal(result.resumed, 0);
    assert_whole();
}

static void test_bad_note(void **state)
{
    (void)state;
    break_at(100000);
    write_file(note, "url x\nwhat\n", 11);
    assert_true(run());
    assert_string_equal(web.ranges, "-\n");
    assert_whole();
}

/* Its part is longer than the file is, by its own note. */
static void test_part_too_long(void **state)
{
    (void)state;
    break_at(100000);
    assert_int_equal(truncate(part, SIZE + 1), 0);
    assert_true(run());
    assert_string_equal(web.ranges, "-\n");
    assert_whole();
}

/* The same bytes again are no progress. */
static void test_no_progress(void **state)
{
    (void)state;
    web.odd = NO_RANGES;
    cuts(5, 1000, 1000, 1000, 1000, 1000);
    cfg.tries = 2;
    assert_false(run());
    assert_int_equal(result.tries, 2);
    assert_int_equal(result.fetch.err, NETP_E_TRUNCATED);
    assert_part(1000);
}

/* What an older note says is not of the new file. */
static void test_note_of_older(void **state)
{
    (void)state;
    break_at(100000);
    change(2);
    web.etag = NULL;
    web.odd = NO_LAST_MODIFIED;
    cuts(1, 50000);
    assert_false(run());
    assert_part(50000);
    assert_false(exists(note));
    assert_true(run());
    assert_string_equal(web.ranges, "-\n");
    assert_whole();
}

/* --- the file that is there ------------------------------------------------------------------- */

static ino_t file_id(void)
{
    struct stat st;

    assert_int_equal(stat(file, &st), 0);
    return st.st_ino;
}

/* The file stays, if `stays`, with these ranges asked for. */
static void assert_again(bool stays, const char *ranges)
{
    ino_t before = file_id();

    assert_true(run());
    assert_int_equal(result.unchanged, stays);
    assert_int_equal(file_id() == before, stays);
    assert_string_equal(web.ranges, ranges);
    assert_int_equal(result.bytes, web.n);
    assert_int_equal(result.fetch.err, NETP_OK);
    assert_whole();
}

static void test_complete(void **state)
{
    (void)state;
    cfg.flags = NETP_DOWNLOAD_CONTINUE;
    assert_true(run());
    assert_again(true, "HEAD\n");
    write_file(part, "of something", 12);
    assert_again(true, "HEAD\n");
    cfg.flags |= NETP_DOWNLOAD_TIME;
    assert_int_equal(unlink(file), 0);
    assert_true(run());
    assert_again(true, "HEAD\n");
    cfg.flags = 0;
    assert_again(false, "-\n");
}

/* It can't be told that it is the same, or is told that it is not. */
static void test_complete_not(void **state)
{
    static const unsigned odd[] = {CHUNKED, NO_LAST_MODIFIED};
    const struct timespec t[2] = {{.tv_sec = MODIFIED - 1}, {.tv_sec = MODIFIED - 1}};

    (void)state;
    assert_true(run());
    cfg.flags = NETP_DOWNLOAD_CONTINUE;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        web.odd = odd[i];
        assert_again(false, "HEAD\n-\n");
    }
    web.odd = 0;
    assert_int_equal(truncate(file, SIZE - 1), 0);
    assert_again(false, "HEAD\n-\n");
    assert_int_equal(truncate(file, SIZE + 1), 0);
    assert_again(false, "HEAD\n-\n");
    assert_int_equal(utimensat(AT_FDCWD, file, t, 0), 0);
    assert_again(false, "HEAD\n-\n");
    web.fail = 405;
    web.failures = 1;
    assert_again(false, "HEAD\n-\n");
    web.extra = "Content-Encoding: gzip\r\n";
    assert_again(false, "HEAD\n-\n");
}

/* The tries after one that broke off are for the rest of what it brought. */
static void test_complete_not_then_cut(void **state)
{
    (void)state;
    assert_true(run());
    cfg.flags = NETP_DOWNLOAD_CONTINUE;
    cfg.tries = 1;
    assert_int_equal(truncate(file, 1000), 0);
    cuts(1, 100000);
    assert_again(false, "HEAD\n-\nbytes=100000-\n");
}

/* --- waiting --------------------------------------------------------------------------------- */

static unsigned agains;
static uint64_t waited;

static void on_again(void *arg, const struct netp_fetch_result *failed, uint64_t ms)
{
    (void)arg;
    assert_true(failed->err != NETP_OK || failed->status == 503);
    agains++;
    waited = ms;
}

static void test_retry_after(void **state)
{
    (void)state;
    agains = 0;
    cfg.again = on_again;
    web.fail = 503;
    web.failures = 1;
    web.extra = "Retry-After: 1\r\n";
    cfg.tries = 1;
    cfg.max_ms = 1500;
    assert_true(run());
    assert_int_equal(agains, 1);
    assert_true(waited >= 1000);
    assert_whole();
    web.failures = 1;
    cfg.max_ms = 500; /* that long it won't wait */
    assert_false(run());
    assert_int_equal(agains, 1);
    assert_int_equal(result.fetch.status, 503);
}

static struct netp_download *running;
static unsigned dones, cancel_at, calls;

static void maybe_cancel(void)
{
    if (++calls == cancel_at) {
        netp_download_cancel(running);
        running = NULL;
    }
}

static void cancel_progress(void *arg, uint64_t bytes, uint64_t total)
{
    (void)arg;
    (void)bytes;
    (void)total;
    maybe_cancel();
}

static void cancel_again(void *arg, const struct netp_fetch_result *failed, uint64_t ms)
{
    (void)arg;
    (void)failed;
    (void)ms;
    maybe_cancel();
}

static bool cancel_head(void *arg, const struct netp_fetch_head *head)
{
    (void)arg;
    (void)head;
    maybe_cancel();
    return true;
}

static bool cancel_data(void *arg, const void *p, size_t n)
{
    (void)arg;
    (void)p;
    (void)n;
    maybe_cancel();
    return true;
}

static void on_done(void *arg, const struct netp_download_result *r)
{
    (void)arg;
    result = *r;
    running = NULL;
    dones++;
}

/* In each callback in turn; what is left can be gone on with. */
static void test_cancel(void **state)
{
    unsigned n = 1;

    (void)state;
    cfg.fetch.head = cancel_head;
    cfg.fetch.data = cancel_data;
    cfg.progress = cancel_progress;
    cfg.again = cancel_again;
    cfg.done = on_done;
    cfg.tries = 3;
    for (dones = 0; dones == 0; n++) {
        cancel_at = n;
        calls = 0;
        cuts(2, 20000, 30000);
        running = netp_download_start(client, &cfg);
        assert_non_null(running);
        while (running) {
            assert_int_equal(netp_loop_turn(loop, NETP_NEVER), 0);
        }
        assert_true(exists(part) || n < 3 || dones);
    }
    assert_true(n > 10);
    assert_whole();
    /* before anything, and between two tries */
    running = netp_download_start(client, &cfg);
    netp_download_cancel(running);
    web.fail = 500;
    web.failures = 1;
    cancel_at = 0;
    cfg.first_ms = cfg.max_ms = 100000;
    agains = 0;
    cfg.again = on_again;
    web.fail = 503;
    running = netp_download_start(client, &cfg);
    while (agains == 0) {
        assert_int_equal(netp_loop_turn(loop, NETP_NEVER), 0);
    }
    netp_download_cancel(running);
    assert_int_equal(dones, 1);
}

/* The linker puts this between the library and its calls. */
int __real_netp_loop_at(struct netp_loop *l, struct netp_timer *t, netp_ms at);
int __wrap_netp_loop_at(struct netp_loop *l, struct netp_timer *t, netp_ms at);

static bool no_timers; /* for a download that runs */

int __wrap_netp_loop_at(struct netp_loop *l, struct netp_timer *t, netp_ms at)
{
    return no_timers && t->arg == running && at != NETP_NEVER ? -1 : __real_netp_loop_at(l, t, at);
}

static void test_no_timer(void **state)
{
    (void)state;
    web.fail = 503;
    web.failures = 1;
    cfg.tries = 1;
    cfg.again = on_again;
    cfg.done = on_done;
    agains = dones = 0;
    running = netp_download_start(client, &cfg);
    assert_non_null(running);
    no_timers = true;
    while (running) {
        assert_int_equal(netp_loop_turn(loop, NETP_NEVER), 0);
    }
    no_timers = false;
    assert_int_equal(dones, 1);
    assert_int_equal(agains, 0);
    assert_int_equal(result.fetch.stage, NETP_FETCH_LOCAL);
    assert_int_equal(result.fetch.sys_errno, ENOMEM);
}

static bool stop_data(void *arg, const void *p, size_t n)
{
    (void)arg;
    (void)p;
    (void)n;
    return false;
}

static void test_stop(void **state)
{
    (void)state;
    cfg.fetch.data = stop_data;
    cfg.tries = 3;
    assert_false(run());
    assert_int_equal(result.fetch.err, NETP_E_ABORTED);
    assert_int_equal(result.tries, 0);
    assert_int_equal(server.requests, 1);
    assert_part((size_t)result.bytes);
}

/* --- the disk -------------------------------------------------------------------------------- */

static void test_full(void **state)
{
    struct rlimit old, limit;

    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    limit = old;
    limit.rlim_cur = 123456;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    cfg.tries = 3;
    assert_false(run());
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(result.fetch.stage, NETP_FETCH_LOCAL);
    assert_int_equal(result.fetch.sys_errno, EFBIG);
    assert_int_equal(result.tries, 0);
    assert_part(123456);
    cfg.flags = NETP_DOWNLOAD_CONTINUE;
    assert_true(run());
    assert_string_equal(web.ranges, "bytes=123456-\n");
    assert_whole();
}

static void test_link(void **state)
{
    char other[160], got[8];

    (void)state;
    snprintf(other, sizeof other, "%s/other", dir);
    write_file(other, "precious", 8);
    assert_int_equal(symlink(other, part), 0);
    assert_false(run());
    assert_int_equal(result.fetch.sys_errno, EACCES);
    assert_int_equal(unlink(part), 0);
    assert_int_equal(link(other, part), 0);
    assert_false(run());
    assert_int_equal(result.fetch.sys_errno, EACCES);
    assert_int_equal(unlink(part), 0);
    assert_int_equal(mkfifo(part, 0600), 0);
    assert_false(run());
    assert_int_equal(result.fetch.sys_errno, EACCES);
    assert_int_equal(unlink(part), 0);
    assert_int_equal(read_file(other, got, sizeof got), 8);
    assert_memory_equal(got, "precious", 8);
    assert_int_equal(server.requests, 0);
    /* a note that is a link is read, but not written to */
    assert_int_equal(symlink(other, note), 0);
    assert_true(run());
    assert_whole();
    assert_int_equal(read_file(other, got, sizeof got), 8);
}

static void test_read_only(void **state)
{
    (void)state;
    assert_int_equal(chmod(dir, 0500), 0);
    if (geteuid() != 0) {
        assert_false(run());
        assert_int_equal(result.fetch.sys_errno, EACCES);
        assert_int_equal(server.requests, 0);
    }
    assert_int_equal(chmod(dir, 0700), 0);
    snprintf(file, sizeof file, "%s/none/f", dir);
    assert_false(run());
    assert_int_equal(result.fetch.sys_errno, ENOENT);
}

static void test_busy(void **state)
{
    int fd;

    (void)state;
    break_at(100000);
    fd = open(part, O_RDWR | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_false(run());
    assert_int_equal(result.fetch.sys_errno, EBUSY);
    assert_non_null(strstr(result.fetch.text, "another process"));
    assert_true(exists(part));
    close(fd);
    assert_true(run());
    assert_int_equal(result.resumed, 100000);
    assert_whole();
}

static void test_max_body(void **state)
{
    (void)state;
    break_at(100000);
    cfg.fetch.max_body = SIZE - 1;
    assert_false(run());
    assert_int_equal(result.fetch.err, NETP_E_LIMIT);
    cfg.fetch.max_body = SIZE;
    assert_true(run());
    assert_whole();
}

static void test_fields(void **state)
{
    const struct netp_http1_pair field[] = {{NETP_STR("Range"), NETP_STR("bytes=1-")},
                                            {NETP_STR("if-none-match"), NETP_STR("*")},
                                            {NETP_STR("X-Mine"), NETP_STR("yes")}};

    (void)state;
    cfg.fetch.field = field;
    cfg.fetch.nfield = 3;
    assert_true(run());
    assert_string_equal(script_field(server.last, "Range"), "");
    assert_string_equal(script_field(server.last, "If-None-Match"), "");
    assert_string_equal(script_field(server.last, "X-Mine"), "yes");
    assert_whole();
}

static void test_no_server(void **state)
{
    (void)state;
    snprintf(url, sizeof url, "http://127.0.0.1:1/f");
    cfg.tries = 2;
    assert_false(run());
    assert_int_equal(result.fetch.stage, NETP_FETCH_CONNECT);
    assert_int_equal(result.tries, 2);
    snprintf(url, sizeof url, "nonsense");
    assert_false(run());
    assert_int_equal(result.fetch.stage, NETP_FETCH_URL);
    assert_int_equal(result.tries, 0);
}

#ifdef NETPROTO_ZLIB

#include <zlib.h>

/* A coding is undone, or, where something may be resumed, not. */
static void test_coded(void **state)
{
    static uint8_t plain[SIZE], got[SIZE + 1];
    z_stream z = {0};

    (void)state;
    memset(plain, 'x', sizeof plain);
    memcpy(plain + 1000, data, 50000);
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = plain;
    z.avail_in = sizeof plain;
    z.next_out = data;
    z.avail_out = sizeof data;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    web.n = SIZE - z.avail_out;
    deflateEnd(&z);
    web.extra = "Content-Encoding: gzip\r\n"
                "Repr-Digest: sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:\r\n";
    assert_true(run()); /* that is of what was sent */
    assert_int_equal(read_file(file, (char *)got, sizeof got), sizeof plain);
    assert_memory_equal(got, plain, sizeof plain);
    assert_int_equal(result.bytes, sizeof plain);
    cuts(1, (unsigned)web.n / 2);
    assert_false(run());
    assert_int_equal(result.fetch.err, NETP_E_TRUNCATED);
    assert_true(exists(part));
    assert_false(exists(note));
    web.extra = "Content-Encoding: gzip\r\n";
    cfg.tries = 1;
    cuts(1, (unsigned)web.n / 2);
    assert_true(run());
    assert_string_equal(web.ranges, "-\n-\n");
    assert_whole();
}

#define CODED_TEST TEST(coded),
#else
#define CODED_TEST
#endif

#ifdef NETPROTO_TLS

#include <netproto/host/hash.h>

static void digest_of(const struct netp_hash *hash, uint8_t *out)
{
    const struct netp_str all = {(const char *)data, web.n};

    assert_true(hash->run(hash, &all, 1, out));
}

static void test_checksum(void **state)
{
    (void)state;
    cfg.hash = netp_hash_named(NETP_STR("sha1"));
    digest_of(cfg.hash, cfg.digest);
    break_at(100000);
    assert_true(run());
    assert_int_equal(result.resumed, 100000);
    assert_whole();
    cfg.flags = 0;
    cfg.digest[19] ^= 1;
    break_at(100000);
    assert_false(run());
    assert_true(result.wrong_digest);
    assert_int_equal(result.fetch.stage, NETP_FETCH_BODY);
    assert_part(SIZE);
    assert_false(exists(note));
    cfg.digest[19] ^= 1;
    assert_int_equal(unlink(file), 0);
    assert_true(run()); /* not with what was wrong */
    assert_string_equal(web.ranges, "-\n");
    assert_whole();
}

static void test_checksum_of_complete(void **state)
{
    (void)state;
    assert_true(run());
    cfg.flags = NETP_DOWNLOAD_CONTINUE;
    cfg.hash = netp_hash_named(NETP_STR("sha-256"));
    digest_of(cfg.hash, cfg.digest);
    assert_again(true, "HEAD\n");
    data[0] ^= 1;
    digest_of(cfg.hash, cfg.digest);
    assert_again(false, "HEAD\n-\n");
}

static void digest_at_second(unsigned nth)
{
    web.extra =
        nth == 2 ? "Repr-Digest: sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:\r\n" : NULL;
}

/* What comes with an error is the digest of the page that tells of it. */
static void test_repr_digest_of_error(void **state)
{
    (void)state;
    break_at(100000);
    web.fail = 503;
    web.failures = 1;
    web.before = digest_at_second;
    cfg.tries = 1;
    assert_true(run());
    assert_string_equal(web.ranges, "bytes=100000-\nbytes=100000-\n");
    assert_whole();
}

static void test_repr_digest(void **state)
{
    struct netp_http_repr_digest d = {.has_sha256 = true, .has_sha512 = true};
    char field[256] = "Repr-Digest: ";

    (void)state;
    digest_of(netp_hash_named(NETP_STR("sha-256")), d.sha256);
    digest_of(netp_hash_named(NETP_STR("sha-512")), d.sha512);
    for (unsigned bad = 0; bad < 3; bad++) {
        d.sha256[0] ^= bad == 1;
        d.sha512[0] ^= bad == 2;
        memcpy(field + 13 + netp_http_repr_digest_format(&d, field + 13, 200), "\r\n", 3);
        d.sha256[0] ^= bad == 1;
        d.sha512[0] ^= bad == 2;
        web.extra = field;
        cfg.flags = 0;
        assert_int_equal(run(), bad == 0);
        assert_int_equal(result.wrong_digest, bad != 0);
        assert_false(exists(note));
        assert_int_equal(exists(part), bad != 0);
        /* of the whole, with a part of it, too */
        web.extra = NULL;
        cfg.flags = 0;
        break_at(100000);
        web.extra = field;
        assert_int_equal(run(), bad == 0);
        assert_int_equal(result.wrong_digest, bad != 0);
    }
    cfg.flags = 0;
    web.extra = "Repr-Digest: sha-256=:AAAA:\r\n"; /* malformed: as if absent */
    assert_true(run());
    assert_whole();
}

#define DIGESTS                                                                                    \
    TEST(checksum), TEST(checksum_of_complete), TEST(repr_digest), TEST(repr_digest_of_error),
#else
#define DIGESTS
#endif

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
    const struct CMUnitTest tests[] = {TEST(plain),
                                       TEST(empty),
                                       TEST(keep),
                                       TEST(keep_meanwhile),
                                       TEST(newer),
                                       TEST(status),
                                       TEST(note),
                                       TEST(not_asked_to),
                                       TEST(other_url),
                                       TEST(tries),
                                       TEST(changed),
                                       TEST(changed_and_no_if_range),
                                       TEST(bad_ranges),
                                       TEST(no_ranges),
                                       TEST(date_only),
                                       TEST(weak_etag),
                                       TEST(pieces),
                                       TEST(no_validators),
                                       TEST(lying_range),
                                       TEST(416),
                                       TEST(complete),
                                       TEST(complete_not),
                                       TEST(complete_not_then_cut),
                                       TEST(bad_note),
                                       TEST(cancel),
                                       TEST(no_timer),
                                       TEST(unknown_length),
                                       TEST(part_too_long),
                                       TEST(retry_after),
                                       TEST(stop),
                                       TEST(full),
                                       TEST(link),
                                       TEST(read_only),
                                       TEST(busy),
                                       TEST(max_body),
                                       TEST(fields),
                                       TEST(no_progress),
                                       TEST(note_of_older),
                                       CODED_TEST TEST(no_server),
                                       DIGESTS};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
