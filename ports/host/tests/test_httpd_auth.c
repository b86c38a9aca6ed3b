/* test_httpd_auth.c - Basic and Digest, with files of other programs. SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#ifndef NETPROTO_CRYPT

int main(void)
{
    return 0;
}

#else

#include "httpd_ask.h"
#include <netproto/base64.h>
#include <netproto/host/hash.h>
#include <netproto/host/httpd_auth.h>
#include <netproto/http_digest.h>
#include <netproto/text.h>
#include <sys/stat.h>
#include <time.h>

/* By htpasswd -B, openssl passwd -6 and -5, and Perl's crypt(). */
#define ANN "ann:$2y$04$gmgYD5uLHM.aEeqqbRWGq.3YAzqFIap2iXC7wlWdykczUNyjK60jy"
#define BOB                                                                                        \
    "bob:$6$pepper$C.cisX44kdJVkLEX88AVYOLkpQr2yRewQxmKtVvVHqkbTh5u0CGOMuQ7zcXz/8gE0zGy9hdrLOXn22" \
    "cx8eoFh1"
#define CARL       "carl:$5$pepper$PU54oRpUY92Vd5uDSPnFs5Mw78pl1l0ZzZ6QoHR.oO4"
#define DORA       "dora:$y$j75$pepperpepper$JIqvSAE5hZgWhcyUqNByDY3dAn9t8BqO5ncMDuM81NC"
#define EMIL       "emil:$gy$j75$pepperpepper$fOZpAZAO1uPYAn8Jot28lbeQuk12MeieZF.YW8YkDA6"
/* By htpasswd -B -C 12: secret */
#define SLOW       "slow:$2y$12$itdTri7ebBnoqhWsJ2ZZZ.Fva8v08JrlhWUYhgd1/WI7uBv0QWkVC\n"
#define ALL        "# users\n\n" ANN "\r\n" BOB "\n" CARL "\n" DORA "\n" EMIL

/* By htdigest and sha256sum; the realm is notes. */
#define ANN_MD5    "ann:notes:5b9f7ac200ad0b63da73bb04911485d3\n"
#define ANN_SHA256 "ann:notes:8e332d0a4b803307fefe6a87b68bf48bf24e17bef111ae69a7eb5f68402a5729\n"
#define OLD_MD5    "md5:notes:B7043E1FCBCC9B7FF73ECBA24C0E6D9E\n"
#define OTHERS     "ann:others:00000000000000000000000000000000\n"

static struct netp_httpd_auth *auth;
static struct netp_httpd_guard guard;
static char dir[] = "/tmp/netproto-auth-XXXXXX", passwords[64], digests[64], faults[512];
static unsigned handled, bodies;
static const struct netp_httpd_route routes[] = {
    {.pattern = "/*", .handle = netp_httpd_guard_handle, .arg = &guard}};

static void count_body(void *arg, struct netp_httpd_exchange *x, const void *p, size_t n)
{
    (void)arg;
    (void)p;
    bodies += (unsigned)n;
    if (n == 0) {
        netp_httpd_reply(x, 200, NULL, "body", 4);
    }
}

static void welcome(void *arg, struct netp_httpd_exchange *x)
{
    const struct netp_httpd_request *r = netp_httpd_request(x);

    (void)arg;
    handled++;
    if (r->length > 0) {
        netp_httpd_watch(x, &(struct netp_httpd_watcher){.data = count_body}, 4u << 20);
    } else {
        netp_httpd_reply(x, 200, "text/plain", r->user.p, r->user.n);
    }
}

static void write_file(const char *path, const char *text)
{
    char part[80];
    FILE *f;

    snprintf(part, sizeof part, "%s.part", path);
    assert_non_null(f = fopen(part, "w"));
    fputs(text, f);
    fclose(f);
    assert_int_equal(rename(part, path), 0);
}

static void note_fault(void *arg, const char *why)
{
    (void)arg;
    snprintf(faults, sizeof faults, "%s", why);
}

static void begin(const struct netp_httpd_auth_cfg *cfg)
{
    struct netp_httpd_auth_cfg c = *cfg;
    char why[NETP_HTTPD_AUTH_WHY] = "";

    c.realm = c.realm ? c.realm : "notes";
    c.fault = note_fault;
    faults[0] = '\0';
    assert_non_null(loop = netp_loop_new());
    auth = netp_httpd_auth_new(loop, &c, why);
    assert_string_equal(why, "");
    assert_non_null(auth);
    guard = (struct netp_httpd_guard){auth, welcome, NULL};
    serve_tls(&(struct netp_httpd_cfg){.route = routes, .nroute = 1}, NULL);
}

static void end(void)
{
    netp_httpd_free(httpd);
    netp_httpd_auth_free(auth);
    netp_loop_free(loop);
}

/* A request with credentials of Basic that n bytes of text make; its connection. */
static int basic_n(const char *text, size_t size)
{
    char request[2048], code[1600];
    ptrdiff_t n = netp_base64_encode(code, sizeof code, text, size);

    assert_true(n > 0 || size == 0);
    snprintf(request, sizeof request,
             "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Basic %.*s\r\n\r\n",
             (int)n, code);
    return open_with(request);
}

static void basic(const char *text, unsigned status)
{
    hear(basic_n(text, strlen(text)));
    if (status_of_answer() != status) {
        fail_msg("%s: not %u but\n%s", text, status, answer);
    }
}

#define GET(fields) "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" fields "\r\n"

static void test_hashes(void **state)
{
    (void)state;
    write_file(passwords, ALL);
    begin(&(struct netp_httpd_auth_cfg){.passwords = passwords, .clear = true});
    ask(GET(""));
    expect("HTTP/1.1 401 Unauthorized\r\n");
    expect("\r\nWWW-Authenticate: Basic realm=\"notes\", charset=\"UTF-8\"\r\n");
    assert_null(strstr(answer, "Digest"));
    basic("ann:secret", 200);
    expect("\r\n\r\nann");
    basic("bob:geheim", 200);
    basic("carl:a:b c", 200);
    basic("dora:secret", 200);
    basic("emil:secret", 200);
    basic("ann:Secret", 401);
    expect("\r\nWWW-Authenticate: Basic realm=\"notes\", charset=\"UTF-8\"\r\n");
    basic("ann:", 401);
    basic("bob:secret", 401);
    basic("ann", 401);
    assert_int_equal(handled, 5);
    end();
}

/* What is none, and credentials of several or other schemes. */
static void test_bad_credentials(void **state)
{
    char big[1100];

    (void)state;
    begin(&(struct netp_httpd_auth_cfg){.passwords = passwords, .digests = digests, .clear = true});
    handled = 0;
    ask(GET("Authorization: \"Basic\r\n"));
    assert_int_equal(status_of_answer(), 400);
    ask(GET("Authorization: Basic ####\r\n"));
    assert_int_equal(status_of_answer(), 401);
    ask(GET("Authorization: Basic YW5u=\r\n"));
    assert_int_equal(status_of_answer(), 401);
    ask(GET("Authorization: Basic\r\n"));
    assert_int_equal(status_of_answer(), 401);
    ask(GET("Authorization:\r\n"));
    assert_int_equal(status_of_answer(), 400);
    ask(GET("Authorization: Bearer abc\r\n"));
    assert_int_equal(status_of_answer(), 401);
    ask(GET("Authorization: Basic YW5uOnNlY3JldA==\r\nAuthorization: Basic "
            "YW5uOnNlY3JldA==\r\n"));
    assert_int_equal(status_of_answer(), 400);
    ask(GET("Authorization: Digest username=\"ann\"\r\n"));
    assert_int_equal(status_of_answer(), 400);
    hear(basic_n("ann:secret\0x", 12));
    assert_int_equal(status_of_answer(), 400);
    memset(big, 'a', sizeof big);
    hear(basic_n(big, sizeof big)); /* longer than any can be */
    assert_int_equal(status_of_answer(), 401);
    big[255] = ':';
    hear(basic_n(big, 256 + 511));
    assert_int_equal(status_of_answer(), 401);
    hear(basic_n(big, 256 + 512));
    assert_int_equal(status_of_answer(), 401);
    assert_int_equal(handled, 0);
    end();
}

/* Without TLS Basic is not offered, nor taken. */
static void test_clear(void **state)
{
    (void)state;
    begin(&(struct netp_httpd_auth_cfg){.passwords = passwords});
    ask(GET(""));
    assert_int_equal(status_of_answer(), 403);
    assert_null(strstr(answer, "WWW-Authenticate"));
    basic("ann:secret", 403);
    end();
    begin(&(struct netp_httpd_auth_cfg){.passwords = passwords, .digests = digests});
    basic("ann:secret", 401);
    expect("WWW-Authenticate: Digest");
    assert_null(strstr(answer, "Basic"));
    end();
}

static uint64_t cpu_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Once found right, a password is not hashed again, and requests that wait for the same are let in
 * together; one that is not there takes as long as one that is. */
static void test_work(void **state)
{
    uint64_t before, first, known, nobody;
    int fd[6];

    (void)state;
    write_file(passwords, SLOW);
    begin(&(struct netp_httpd_auth_cfg){.passwords = passwords, .clear = true, .threads = 1});
    before = cpu_ms();
    for (unsigned i = 0; i < 6; i++) {
        fd[i] = basic_n("slow:secret", 11);
    }
    turns(2); /* the loop goes on meanwhile */
    for (unsigned i = 0; i < 6; i++) {
        hear(fd[i]);
        assert_int_equal(status_of_answer(), 200);
    }
    first = cpu_ms() - before;
    before = cpu_ms();
    basic("slow:secret", 200);
    known = cpu_ms() - before;
    before = cpu_ms();
    basic("nobody:secret", 401);
    nobody = cpu_ms() - before;
    if (known > first / 4 || nobody < first / 4 || nobody > first * 2) {
        fail_msg("CPU: six the first time %u ms, known %u ms, a name that is not there %u ms",
                 (unsigned)first, (unsigned)known, (unsigned)nobody);
    }
    end();
}

static void wrong_five(void)
{
    for (unsigned i = 0; i < 5; i++) {
        basic(i % 2 ? "ann:wrong" : "nobody:secret", 401);
    }
}

/* Does not wait, and all is forgiven. */
static void right(void)
{
    basic("ann:secret", 200);
}

static void right_and_wrong(void)
{
    right();
    basic("ann:wrong", 401);
}

/* That one of some tries takes less than the delay, lest one counts in which the machine was busy
 * with others; `anew` comes before each further one. */
static void assert_fast(void (*it)(void), void (*anew)(void))
{
    netp_ms took = NETP_NEVER;

    for (int i = 0; i < 5 && took >= 900; i++) {
        if (i > 0) {
            anew();
        }
        netp_ms begun = netp_now();
        it();
        took = netp_now() - begun;
    }
    assert_true(took < 900);
}

/* After five wrong ones an answer waits a second, and there is one at a time. */
static void test_delay(void **state)
{
    netp_ms before;
    int fd;

    (void)state;
    write_file(passwords, ALL);
    begin(&(struct netp_httpd_auth_cfg){.passwords = passwords, .digests = digests, .clear = true});
    assert_fast(wrong_five, right);
    before = netp_now();
    fd = basic_n("ann:wrong", 9);
    turns(100);
    basic("ann:another", 429);
    expect("\r\nRetry-After: 1\r\n");
    hear(fd);
    assert_int_equal(status_of_answer(), 401);
    assert_true(netp_now() - before >= 1000);
    before = netp_now();
    basic("ann", 401); /* what needs no thread waits, too */
    assert_true(netp_now() - before >= 1000);
    fd = basic_n("ann:wrong", 9); /* who goes away while it waits is forgotten */
    turns(100);
    reset(fd);
    turns(1200);
    assert_fast(right_and_wrong, wrong_five);
    for (unsigned i = 0; i < 4; i++) {
        basic("ann", 401);
    }
    fd = basic_n("ann:wrong", 9);
    turns(100);
    end(); /* while it waits */
    close(fd);
}

static void test_many(void **state)
{
    int fd[4];
    unsigned busy = 0;

    (void)state;
    write_file(passwords, SLOW);
    begin(&(struct netp_httpd_auth_cfg){
        .passwords = passwords, .clear = true, .threads = 1, .waiting = 2});
    for (unsigned i = 0; i < 4; i++) {
        char text[32];
        snprintf(text, sizeof text, "slow:wrong%u", i);
        fd[i] = basic_n(text, strlen(text));
    }
    for (unsigned i = 0; i < 4; i++) {
        hear(fd[i]);
        busy += status_of_answer() == 503;
    }
    assert_int_equal(busy, 2);
    end();
    begin(&(struct netp_httpd_auth_cfg){.passwords = passwords, .clear = true, .threads = 1});
    for (unsigned i = 0; i < 4; i++) { /* gone before they are checked, and while they are */
        fd[i] = basic_n("slow:wrong", 10);
        turns(1);
        reset(fd[i]);
        turns(1);
    }
    end();
}

static void test_reload(void **state)
{
    (void)state;
    write_file(passwords, ANN "\n");
    begin(&(struct netp_httpd_auth_cfg){.passwords = passwords, .clear = true});
    basic("ann:secret", 200);
    basic("bob:geheim", 401);
    write_file(passwords, BOB "\n");
    turns(1001);
    basic("ann:secret", 401); /* though it was known */
    basic("bob:geheim", 200);
    write_file(passwords, "bob:geheim\n");
    turns(1001);
    basic("bob:geheim", 200);
    assert_non_null(strstr(faults, "passwords:1: the password of bob has no hash that is known"));
    assert_null(strstr(faults, "geheim"));
    faults[0] = '\0';
    unlink(passwords);
    turns(1001);
    basic("bob:geheim", 200);
    assert_non_null(strstr(faults, "No such file"));
    faults[0] = '\0';
    turns(1001);
    basic("bob:geheim", 200);
    assert_string_equal(faults, "");
    end();
}

/* --- bodies ---------------------------------------------------------------------------------- */

#define ANN_SECRET "Authorization: Basic YW5uOnNlY3JldA==\r\n"

/* The body stays where it is until the password is found right, and is the handler's then. */
static void test_body(void **state)
{
    static char big[2000001];
    int fd;

    (void)state;
    write_file(passwords, ALL);
    begin(&(struct netp_httpd_auth_cfg){.passwords = passwords, .clear = true});
    bodies = 0;
    ask("POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" ANN_SECRET
        "Content-Length: 5\r\n\r\n12345");
    expect("\r\n\r\nbody");
    assert_int_equal(bodies, 5);
    /* over the server's limit, under the handler's; known by now */
    netp_httpd_auth_free(auth);
    netp_httpd_free(httpd);
    netp_loop_free(loop);
    begin(&(struct netp_httpd_auth_cfg){.passwords = passwords, .clear = true});
    bodies = 0;
    fd = open_with(
        "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nExpect: 100-continue\r\n" ANN_SECRET
        "Content-Length: 2000000\r\n\r\n");
    turns(300);
    assert_int_equal(read(fd, answer, 25), 25);
    assert_memory_equal(answer, "HTTP/1.1 100 Continue\r\n\r\n", 25);
    memset(big, 'x', sizeof big - 1);
    for (size_t n = 0; n < sizeof big - 1;) {
        ssize_t r = write(fd, big + n, sizeof big - 1 - n);
        n += r > 0 ? (size_t)r : 0;
        turns(1);
    }
    hear(fd);
    expect("\r\n\r\nbody");
    assert_int_equal(bodies, 2000000);
    ask("POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nExpect: 100-continue\r\n"
        "Content-Length: 5\r\n\r\n");
    assert_int_equal(status_of_answer(), 401); /* and no 100 before */
    end();
}

/* --- Digest ---------------------------------------------------------------------------------- */

/* The nth challenge of the answer. */
static struct netp_str challenge(unsigned nth)
{
    const char *p = answer, *found;

    while ((found = strstr(p, "\r\nWWW-Authenticate: ")) && nth-- > 0) {
        p = found + 2;
    }
    assert_non_null(found);
    found += strlen("\r\nWWW-Authenticate: ");
    return netp_str_make(found, (size_t)(strstr(found, "\r\n") - found));
}

/* Answers that challenge for another target than is asked for, if uri is not /. */
static void digest(struct netp_http_digest *d, const char *user, const char *password,
                   const char *uri)
{
    struct netp_http_digest_request r = {NETP_STR("GET"),      netp_str_of(uri),
                                         netp_str_of(user),    netp_str_of(password),
                                         NETP_STR("0a4f113b"), NULL};
    char request[2048], value[1024];
    ptrdiff_t n = netp_http_digest_format(d, &r, value, sizeof value);

    assert_true(n > 0);
    snprintf(request, sizeof request, GET("Authorization: %.*s\r\n"), (int)n, value);
    ask(request);
}

static void take(struct netp_http_digest *d, char mem[1024], unsigned nth)
{
    static char text[1024];
    struct netp_str field = challenge(nth);
    struct netp_http_challenge c;
    struct netp_http_digest_challenge dc;

    memcpy(text, field.p, field.n);
    field.p = text;
    assert_int_equal(netp_http_challenge_next(&field, &c), 1);
    assert_int_equal(netp_http_digest_parse(&c, netp_hashes(), &dc), NETP_OK);
    netp_http_digest_init(d, mem, 1024);
    assert_int_equal(netp_http_digest_take(d, &dc), NETP_OK);
}

static void test_digest(void **state)
{
    struct netp_http_digest d;
    char mem[1024];

    (void)state;
    write_file(digests, ANN_MD5 ANN_SHA256 OLD_MD5 OTHERS);
    write_file(passwords, ALL);
    begin(&(struct netp_httpd_auth_cfg){.digests = digests, .passwords = passwords, .clear = true});
    for (unsigned i = 0; i < 2; i++) {
        ask(GET(""));
        assert_int_equal(status_of_answer(), 401);
        assert_memory_equal(challenge(2).p, "Basic ", 6);
        take(&d, mem, i);
        assert_string_equal(d.hash_->name, i == 0 ? "SHA-256" : "MD5");
        digest(&d, "ann", "secret", "/");
        expect("HTTP/1.1 200 ");
        expect("\r\n\r\nann");
        digest(&d, "ann", "secret", "/");
        assert_int_equal(status_of_answer(), 200);
        d.nc_ = 1; /* a replay */
        digest(&d, "ann", "secret", "/");
        assert_int_equal(status_of_answer(), 401);
        expect(", stale=true");
        digest(&d, "ann", "wrong", "/");
        assert_int_equal(status_of_answer(), 401);
        assert_null(strstr(answer, "stale"));
        digest(&d, "nobody", "secret", "/");
        assert_int_equal(status_of_answer(), 401);
        digest(&d, "md5", "old", "/");
        assert_int_equal(status_of_answer(), i == 0 ? 401 : 200);
        digest(&d, "ann", "secret", "/elsewhere");
        assert_int_equal(status_of_answer(), 400);
    }
    end();
}

static void test_stale(void **state)
{
    struct netp_http_digest d;
    char mem[1024];

    (void)state;
    write_file(digests, ANN_SHA256);
    begin(&(struct netp_httpd_auth_cfg){.digests = digests, .nonce_ms = 300});
    ask(GET(""));
    take(&d, mem, 0);
    turns(301);
    digest(&d, "ann", "secret", "/");
    assert_int_equal(status_of_answer(), 401);
    expect(", stale=true");
    end();
}

/* Servers with one secret take each other's nonces, others do not; and an algorithm for which there
 * is no user is not offered. */
static void test_secret(void **state)
{
    const struct netp_httpd_auth_cfg one = {.digests = digests,
                                            .secret = NETP_STR("0123456789abcdef")},
                                     other = {.digests = digests};
    struct netp_http_digest d;
    char mem[1024];

    (void)state;
    write_file(digests, ANN_SHA256);
    begin(&one);
    ask(GET(""));
    assert_null(strstr(answer, "MD5"));
    take(&d, mem, 0);
    end();
    begin(&one);
    digest(&d, "ann", "secret", "/");
    assert_int_equal(status_of_answer(), 200);
    end();
    begin(&other);
    digest(&d, "ann", "secret", "/");
    expect(", stale=true");
    end();
}

/* --- files that can't be used ---------------------------------------------------------------- */

static void refuse(const char *text, bool digest, const char *reason)
{
    struct netp_httpd_auth_cfg cfg = {.realm = "notes"};
    char why[NETP_HTTPD_AUTH_WHY] = "";

    write_file(passwords, text);
    *(digest ? &cfg.digests : &cfg.passwords) = passwords;
    assert_null(netp_httpd_auth_new(loop, &cfg, why));
    if (!strstr(why, reason)) {
        fail_msg("\"%s\" without \"%s\"", why, reason);
    }
}

static void test_bad_files(void **state)
{
    char why[NETP_HTTPD_AUTH_WHY], realm[202];

    (void)state;
    assert_non_null(loop = netp_loop_new());
    /* by htpasswd -s, -m, -d */
    refuse(ANN "\neve:{SHA}EfatjsUqKYSrqv18O1FlA3hcIHI=\n", false,
           "passwords:2: the password of eve is hashed by SHA-1, which is too weak; htpasswd -B");
    refuse("eve:$apr1$E3RhpmyH$jlFwmjMGwD.HYI.BnO/sh0\n", false,
           ":1: the password of eve is "
           "hashed by apr1 (MD5), which");
    refuse("eve:2GA1t3QlvmVuk", false, "eve is hashed by DES");
    refuse("eve:$1$ab$cd\n", false, "MD5");
    refuse("eve:x", false, "eve has no hash that is known");
    refuse("eve:", false, "eve has no hash that is known");
    refuse("e\xffve:x", false, "e\\xffve has no hash");
    refuse("eve", false, ":1: there is no colon");
    refuse(":x", false, ":1: the user's name is empty");
    refuse("eve:\x1b[2J", false, "control character");
    refuse("ann:$2y$04$gmgYD5uLHM.aEeqqbRWGq.3YAzqFIap2iXC7wlWdykczUNyjK60j", false, "is broken");
    refuse("ann:$5$pep%er$PU54oRpUY92Vd5uDSPnFs5Mw78pl1l0ZzZ6QoHR.oO4", false, "is broken");
    refuse(ANN "\n" BOB "\n" ANN "\n", false, "passwords: ann is there twice");
    refuse("ann:0123", true, ":1: it is not user:realm:hash");
    refuse("\n#\nann:notes:0123\n", true, ":3: the password of ann has a hash that is neither");
    refuse("ann:notes:g", true, "hexadecimal");
    refuse(ANN_MD5 ANN_MD5, true, "ann is there twice");
    refuse(ANN_MD5 "ann:notes:5b9f7ac200ad0b63da73bb04911485d", true, ":2: ");
    assert_null(netp_httpd_auth_new(
        loop, &(struct netp_httpd_auth_cfg){.realm = "x", .passwords = "/nowhere"}, why));
    assert_string_equal(why, "/nowhere: No such file or directory");
    assert_null(netp_httpd_auth_new(loop, &(struct netp_httpd_auth_cfg){.realm = "a\r\nb"}, why));
    assert_string_equal(why, "the realm is too long, or has a control character");
    memset(realm, 'r', 201);
    realm[201] = '\0';
    assert_null(netp_httpd_auth_new(loop, &(struct netp_httpd_auth_cfg){.realm = realm}, why));
    netp_httpd_auth_free(NULL);
    netp_loop_free(loop);
}

/* A realm is quoted; users of an empty file are none. */
static void test_realm(void **state)
{
    (void)state;
    write_file(passwords, "");
    begin(&(struct netp_httpd_auth_cfg){
        .realm = "a \"b\" \\", .passwords = passwords, .clear = true});
    basic("ann:secret", 401);
    expect("Basic realm=\"a \\\"b\\\" \\\\\", charset");
    end();
}

static int make_dir(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(passwords, sizeof passwords, "%s/passwords", dir);
    snprintf(digests, sizeof digests, "%s/digests", dir);
    write_file(passwords, ALL);
    write_file(digests, ANN_MD5);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    unlink(passwords);
    unlink(digests);
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hashes),    cmocka_unit_test(test_bad_credentials),
        cmocka_unit_test(test_clear),     cmocka_unit_test(test_work),
        cmocka_unit_test(test_delay),     cmocka_unit_test(test_many),
        cmocka_unit_test(test_reload),    cmocka_unit_test(test_body),
        cmocka_unit_test(test_digest),    cmocka_unit_test(test_stale),
        cmocka_unit_test(test_secret),    cmocka_unit_test(test_realm),
        cmocka_unit_test(test_bad_files),
    };

    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}

#endif
