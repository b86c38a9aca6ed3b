/* test_cgi.c - scripts behind the HTTP server: what they are told, and what comes of what they do.
 *
 * SPDX-License-Identifier: MIT
 *
 * The server is a process of its own; the scripts are written by the test. */
#include <errno.h>
#include <netproto/host/cgi.h>
#include <netproto/host/socket.h>
#include <netproto/text.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* --- the server's side ----------------------------------------------------------------------- */

static struct netp_loop *loop;
static struct netp_httpd *httpd;
static char dir[] = "/tmp/test_cgi.XXXXXX";
static char logfile[64];

static void write_log(void *arg, uint64_t request, const char *script, const char *line)
{
    FILE *f = fopen(logfile, "ae");

    (void)arg;
    (void)request;
    if (f) {
        fprintf(f, "%s: %s\n", script, line);
        fclose(f);
    }
}

static bool user(void *arg, const struct netp_httpd_exchange *x, struct netp_str *type,
                 struct netp_str *name)
{
    struct netp_str value;

    (void)arg;
    *type = NETP_STR("Basic");
    *name = NETP_STR("me");
    return netp_httpd_field(x, "Authorization", 0, &value);
}

static void local(void *arg, struct netp_httpd_exchange *x, struct netp_str target)
{
    (void)arg;
    netp_httpd_reply(x, 200, "text/x-local", target.p, target.n);
}

static const char *const more[] = {"MORE=of it", NULL};

static const struct netp_cgi_dir_cfg plain = {.prefix = "/cgi-bin/",
                                              .directory = dir,
                                              .document_root = "/srv/www",
                                              .env = more,
                                              .idle_ms = 700,
                                              .max_body = 4u << 20,
                                              .max_spool = 100000,
                                              .user = user,
                                              .local = local,
                                              .log = write_log};

static void done(void *arg)
{
    (void)arg;
    netp_loop_stop(loop);
}

static void stop(void *arg, int sig)
{
    (void)arg;
    (void)sig;
    netp_httpd_stop(httpd, 100, done, NULL);
}

static void serve(int fd, const struct netp_cgi_dir_cfg *cfg)
{
    struct netp_httpd_route route = {.pattern = "/*", .handle = netp_cgi_handle};
    struct netp_httpd_cfg http = {
        .route = &route, .nroute = 1, .max_fields = 110, .max_head = 60000};
    struct netp_cgi_dir *cgi;

    prctl(PR_SET_PDEATHSIG, SIGKILL); /* should the test fail */
    loop = netp_loop_new();
    httpd = netp_httpd_new(loop, &http);
    route.arg = cgi = netp_cgi_dir_new(loop, cfg);
    if (!loop || !httpd || !cgi || netp_loop_signals(loop, stop, NULL) != 0 ||
        netp_httpd_listen(httpd, fd, NULL) != 0) {
        exit(9);
    }
    netp_loop_run(loop);
    netp_httpd_free(httpd);
    netp_cgi_dir_free(cgi);
    netp_loop_free(loop);
    exit(0);
}

/* --- the client's side ----------------------------------------------------------------------- */

struct server {
    pid_t pid;
    struct netp_addr at;
};

static void start(struct server *s, const struct netp_cgi_dir_cfg *cfg)
{
    struct netp_addr any = {.ip = {127, 0, 0, 1}, .fam = 4};
    int fd = netp_tcp_listen(&any);

    assert_true(fd >= 0);
    unlink(logfile);
    s->at = netp_local_addr(fd);
    s->pid = fork();
    assert_true(s->pid >= 0);
    if (s->pid == 0) {
        serve(fd, cfg);
    }
    close(fd);
}

/* Ends it, and looks at how it ended: with a sanitizer, leaks make it fail. */
static void finish(struct server *s)
{
    int status;

    kill(s->pid, SIGTERM);
    assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int dial(const struct server *s)
{
    int fd = netp_tcp_connect(&s->at, NULL);
    struct pollfd p = {fd, POLLOUT, 0};

    assert_int_equal(poll(&p, 1, 2000), 1);
    assert_int_equal(netp_connect_result(fd), 0);
    return fd;
}

static void say(int fd, const char *p, size_t n)
{
    while (n > 0) {
        struct pollfd w = {fd, POLLOUT, 0};
        ssize_t r = send(fd, p, n, MSG_NOSIGNAL);
        if (r < 0 && (errno != EAGAIN || poll(&w, 1, 3000) != 1)) {
            return; /* it has answered without */
        }
        p += r > 0 ? r : 0;
        n -= r > 0 ? (size_t)r : 0;
    }
}

/* Reads to the end, for at most 4 s. */
static size_t hear(int fd, char *out, size_t cap)
{
    struct pollfd p = {fd, POLLIN, 0};
    size_t n = 0;

    while (n < cap - 1 && poll(&p, 1, 4000) == 1) {
        ssize_t r = recv(fd, out + n, cap - 1 - n, 0);
        if (r <= 0) {
            break;
        }
        n += (size_t)r;
    }
    out[n] = '\0';
    return n;
}

static char answer[1 << 20];

static size_t ask(const struct server *s, const char *request, size_t n)
{
    int fd = dial(s);

    say(fd, request, n);
    n = hear(fd, answer, sizeof answer);
    close(fd);
    return n;
}

static netp_ms took(netp_ms since)
{
    return netp_now() - since;
}

/* A script of that name. */
static void script_mode(const char *name, const char *text, mode_t mode)
{
    char path[200];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    f = fopen(path, "we");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(chmod(path, mode), 0);
}

#define TYPE "printf 'Content-Type: text/plain\\n\\n';"

static void script(const char *name, const char *sh)
{
    char text[2000];

    snprintf(text, sizeof text, "#!/bin/sh\n%s\n", sh);
    script_mode(name, text, 0755);
}

static void has(const char *what)
{
    if (!strstr(answer, what)) {
        fail_msg("no \"%s\" in:\n%.2000s", what, answer);
    }
}

static void has_not(const char *what)
{
    if (strstr(answer, what)) {
        fail_msg("\"%s\" in:\n%.2000s", what, answer);
    }
}

#define END  " HTTP/1.1\r\nHost: a.test:99\r\nConnection: close\r\n"
#define GET  "GET /cgi-bin/"
#define POST "POST /cgi-bin/"

static void get(const struct server *s, const char *target, const char *fields)
{
    char request[1000];
    int n = snprintf(request, sizeof request, GET "%s" END "%s\r\n", target, fields);

    ask(s, request, (size_t)n);
}

static bool logged(const char *what)
{
    FILE *f = fopen(logfile, "re");
    char text[20000];
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;

    text[n] = '\0';
    if (f) {
        fclose(f);
    }
    return strstr(text, what) != NULL;
}

/* --- what scripts are told ------------------------------------------------------------------- */

static void scripts_are_told_of_the_request(void **state)
{
    struct server s;

    (void)state;
    script("env", TYPE "env; echo \"ARGS=$#\"; pwd");
    start(&s, &plain);
    get(&s, "env/a%20b/../c?x+y", "X-Foo: () { :;}; x\r\nx-foo: 2\r\n");
    has("200 OK");
    has("\nSCRIPT_NAME=/cgi-bin/env\n");
    has("\nPATH_INFO=/c\n");
    has("\nPATH_TRANSLATED=/srv/www/c\n");
    has("\nQUERY_STRING=x+y\n");
    has("\nREQUEST_METHOD=GET\n");
    has("\nSERVER_NAME=a.test\n");
    has("\nHTTP_HOST=a.test:99\n");
    has("\nHTTP_X_FOO=() { :;}; x, 2\n");
    has("\nPATH=/usr/local/bin:/usr/bin:/bin\n");
    has("\nMORE=of it\n");
    has("\nARGS=0\n");
    has(dir);
    has_not("CONTENT_LENGTH");
    has_not("HTTP_CONNECTION");
    has_not("HOME=");
    has_not("AUTH_TYPE");
    finish(&s);
}

static void secrets_and_tricks_are_not_passed(void **state)
{
    struct server s;

    (void)state;
    start(&s, &plain);
    get(&s, "env",
        "Proxy: evil\r\nContent_Length: 9\r\nX_Foo: evil\r\nAuthorization: Basic evil\r\n"
        "Proxy-Authorization: evil\r\nCookie: a=b\r\n");
    has("200 OK");
    has("HTTP_COOKIE=a=b\n");
    has("AUTH_TYPE=Basic\n");
    has("REMOTE_USER=me\n");
    has_not("evil");
    has_not("CONTENT_LENGTH");
    finish(&s);
}

static void too_much_environment_is_refused(void **state)
{
    static const char begin[] = GET "env?", end[] = END "\r\n";
    const size_t query = 40000, n = sizeof begin - 1; /* twice in it: REQUEST_URI, QUERY_STRING */
    char *request = malloc(n + query + sizeof end);
    struct server s;

    (void)state;
    memcpy(request, begin, n);
    memset(request + n, 'q', query);
    memcpy(request + n + query, end, sizeof end);
    start(&s, &plain);
    ask(&s, request, strlen(request));
    has("431 ");
    memcpy(request + n + query / 2, end, sizeof end);
    ask(&s, request, strlen(request));
    has("200 OK");
    finish(&s);
    free(request);
}

/* The number behind a name. */
static int number(const char *name)
{
    const char *line = strstr(answer, name);

    assert_non_null(line);
    return (int)strtol(line + strlen(name), NULL, 10);
}

static void a_script_has_nothing_of_the_server(void **state)
{
    struct server s;

    (void)state;
    script("own", TYPE "env | grep -c SECRET; n=0; for f in /proc/$$/fd/*; do"
                       " [ -h $f ] && n=$((n + 1)); done; echo $n;"
                       "exec grep -e SigBlk -e SigIgn -e NSpgid -e NSpid /proc/self/status");
    setenv("SECRET", "x", 1);
    signal(SIGPIPE, SIG_IGN);
    start(&s, &plain);
    signal(SIGPIPE, SIG_DFL);
    unsetenv("SECRET");
    get(&s, "own", "");
    has("200 OK");
    has("\n0\n");
    has("\n4\n"); /* 0, 1, 2, and what the shell reads the script from */
    has("SigBlk:\t0000000000000000\n");
    has_not("00001000\n"); /* SIGPIPE */
    assert_int_equal(number("NSpid:"), number("NSpgid:"));
    finish(&s);
}

/* --- which script ---------------------------------------------------------------------------- */

static void status_is(const struct server *s, const char *target, const char *status)
{
    char line[40];

    get(s, target, "");
    snprintf(line, sizeof line, "HTTP/1.1 %s ", status);
    has(line);
    has_not("secret");
}

static void only_scripts_of_the_directory_are_run(void **state)
{
    char path[100];
    struct server s;

    (void)state;
    script_mode("plain.txt", "secret", 0644);
    script_mode("text", "secret", 0755);
    script_mode("nosuch", "#!/nonexistent/secret\n", 0755);
    script(".hidden", TYPE "echo secret");
    snprintf(path, sizeof path, "%s/sub", dir);
    mkdir(path, 0755);
    script("sub/deep", TYPE "echo $SCRIPT_NAME $PATH_INFO; pwd");
    snprintf(path, sizeof path, "%s/out", dir);
    assert_int_equal(symlink("/bin/ls", path), 0);
    snprintf(path, sizeof path, "%s/in", dir);
    assert_int_equal(symlink("sub/deep", path), 0);
    start(&s, &plain);
    status_is(&s, "", "404");
    status_is(&s, "none", "404");
    status_is(&s, "sub", "404");
    status_is(&s, "sub/", "404");
    status_is(&s, "sub//deep", "404");
    status_is(&s, ".hidden", "404");
    status_is(&s, "sub/../.hidden", "404");
    status_is(&s, "..%2f..%2fbin/sh", "404");
    status_is(&s, ".%2e/bin/sh", "404");
    status_is(&s, "../../bin/sh", "404");
    status_is(&s, "env%00", "404");
    status_is(&s, "env/a%2fb", "404");
    status_is(&s, "out", "404");
    status_is(&s, "plain.txt", "403");
    status_is(&s, "text", "500");
    status_is(&s, "nosuch", "500");
    get(&s, "sub/deep/x", "");
    has("\n/cgi-bin/sub/deep /x\n");
    has("/sub\n");
    status_is(&s, "in", "200");
    finish(&s);
}

/* --- bodies ---------------------------------------------------------------------------------- */

static void bodies_reach_the_script(void **state)
{
    static const char chunked[] =
        POST "echo" END "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n";
    static const char counted[] =
        POST "echo" END "Content-Type: a/b\r\nContent-Length: 5\r\n\r\nhello";
    static const char none[] = POST "echo" END "Content-Length: 0\r\n\r\n";
    struct server s;

    (void)state;
    script("echo", TYPE "x=$(cat); echo \"$CONTENT_LENGTH $CONTENT_TYPE $x.\"");
    start(&s, &plain);
    ask(&s, counted, sizeof counted - 1);
    has("\n5 a/b hello.\n");
    ask(&s, chunked, sizeof chunked - 1);
    has("\n7  abcdefg.\n");
    ask(&s, none, sizeof none - 1);
    has("\n0  .\n");
    finish(&s);
}

static char *big_post(const char *name, size_t n, size_t *all)
{
    char *request = malloc(n + 300);
    size_t head =
        (size_t)snprintf(request, 300, POST "%s" END "Content-Length: %zu\r\n\r\n", name, n);

    assert_true(head < 300);
    memset(request + head, 'x', n);
    *all = head + n;
    return request;
}

static void large_bodies_wait_for_slow_scripts(void **state)
{
    struct server s;
    size_t n;
    char *request = big_post("slow", 3000000, &n);

    (void)state;
    script("slow", "sleep 0.3; " TYPE "wc -c");
    start(&s, &plain);
    ask(&s, request, n);
    has("3000000\n");
    free(request);
    request = big_post("slow", 5000000, &n);
    ask(&s, request, n);
    has("413 ");
    free(request);
    finish(&s);
}

/* RFC 3875 section 4.2: a script need not read it. */
static void a_body_that_is_not_read_does_no_harm(void **state)
{
    struct server s;
    size_t n;
    char *request = big_post("leave", 1000000, &n);

    (void)state;
    script("leave", "exec 0<&-; " TYPE "echo done");
    start(&s, &plain);
    ask(&s, request, n);
    has("200 OK");
    has("done");
    free(request);
    finish(&s);
}

static void chunked_bodies_are_bounded(void **state)
{
    struct netp_cgi_dir_cfg none = plain;
    static const char begin[] = POST "echo" END "Transfer-Encoding: chunked\r\n\r\n30d40\r\n";
    static const char end[] = "\r\n0\r\n\r\n";
    const size_t n = sizeof begin - 1 + 200000 + sizeof end - 1;
    char *request = malloc(n);
    struct server s;

    (void)state;
    memcpy(request, begin, sizeof begin - 1);
    memset(request + sizeof begin - 1, 'x', 200000);
    memcpy(request + n - (sizeof end - 1), end, sizeof end - 1);
    start(&s, &plain);
    ask(&s, request, n);
    has("413 ");
    finish(&s);
    none.max_spool = 0;
    start(&s, &none);
    ask(&s, request, n);
    has("411 ");
    finish(&s);
    none.max_spool = 100;
    none.spool = "/nonexistent";
    start(&s, &none);
    ask(&s, request, n);
    has("503 ");
    finish(&s);
    free(request);
}

/* --- answers --------------------------------------------------------------------------------- */

static void bad_answers_are_502(void **state)
{
    static const char *const bad[] = {
        "exit 0",
        "exit 1",
        "echo",
        "echo hello without a head",
        "kill -9 $$",
        "printf 'Status: abc\\n\\n'",
        "printf 'Status: 99\\n\\n'",
        "printf 'Status: 1000\\n\\n'",
        "printf 'Content-Type: a\\nContent-Type: b\\n\\n'",
        "printf 'Content-Type: a\\n b\\n\\n'",
        "printf 'Content-Type: a\\rX: y\\n\\n'",
        "printf 'Content-Type: a\\nContent-Length: +5\\n\\n'",
        "printf 'Content-Type: a\\nContent-Length: 5\\nContent-Length: 3\\n\\nabcde'",
        "printf 'HTTP/1.1 200 OK\\r\\n\\r\\nx'",
        "printf 'X: '; head -c 200000 /dev/zero | tr '\\0' a; printf '\\nContent-Type: a\\n\\n'",
        "printf 'Content-Type: a\\n'; for i in $(seq 70); do echo X-$i: a; done; echo"};
    struct server s;

    (void)state;
    start(&s, &plain);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        script("bad", bad[i]);
        get(&s, "bad", "");
        if (!strstr(answer, "502 Bad Gateway")) {
            fail_msg("%s\n%s", bad[i], answer);
        }
    }
    assert_true(logged("bad answer"));
    finish(&s);
}

static void good_answers_are_passed(void **state)
{
    struct server s;

    (void)state;
    script("status", "printf 'Status: 418 Teapot\\r\\nX-A: b\\r\\nDate: x\\r\\nConnection: y\\r\\n"
                     "Transfer-Encoding: chunked\\r\\n\\r\\n5\\r\\n'");
    script("long", "printf 'Content-Type: a\\nContent-Length: 3\\n\\nabcde'");
    script("gone", "printf 'Status: 304\\nETag: \"x\"\\n\\n'");
    start(&s, &plain);
    get(&s, "status", "");
    has("HTTP/1.1 418 ");
    has("\r\nX-A: b\r\n");
    has("\r\n\r\n3\r\n5\r\n\r\n0\r\n\r\n");
    has_not("Date: x");
    has_not("Connection: y");
    get(&s, "long", "");
    has("Content-Length: 3\r\n");
    has("\r\n\r\nabc");
    has_not("abcd");
    get(&s, "gone", "");
    has("304 Not Modified");
    has("ETag: \"x\"");
    finish(&s);
}

static void half_an_answer_does_not_look_whole(void **state)
{
    struct server s;

    (void)state;
    script("short", "printf 'Content-Type: a\\nContent-Length: 9\\n\\nabc'");
    script("killed", TYPE "echo half; kill -9 $$");
    script("hangs", TYPE "echo half; exec sleep 60");
    start(&s, &plain);
    get(&s, "short", "");
    assert_true(logged("bad answer: NETP_E_TRUNCATED"));
    get(&s, "killed", "");
    assert_true(logged("bad answer: NETP_E_IO"));
    has_not("\r\n0\r\n");
    get(&s, "hangs", "");
    has("half");
    has_not("\r\n0\r\n");
    finish(&s);
}

static void redirects_are_followed_or_sent(void **state)
{
    struct server s;

    (void)state;
    script("here", "printf 'Location: /cgi-bin/env/x?y=z\\n\\n'");
    script("there", "printf 'Location: /else/where?q\\n\\n'");
    script("away", "printf 'Location: http://example.org/\\n\\n'");
    script("other", "printf 'Status: 303\\nLocation: /done\\n\\n'");
    script("loop", "echo x >> loops; printf 'Location: /cgi-bin/loop\\n\\n'");
    script("lost", "printf 'Location: /cgi-bin/none\\n\\n'");
    start(&s, &plain);
    ask(&s, POST "here" END "Content-Length: 3\r\n\r\nabc",
        strlen(POST "here" END "Content-Length: 3\r\n\r\nabc"));
    has("200 OK");
    has("\nREQUEST_METHOD=GET\n");
    has("\nQUERY_STRING=y=z\n");
    has("\nPATH_INFO=/x\n");
    has_not("CONTENT_LENGTH");
    get(&s, "there", "");
    has("text/x-local");
    has("/else/where?q");
    get(&s, "away", "");
    has("302 Found");
    has("Location: http://example.org/\r\n");
    get(&s, "other", "");
    has("303 See Other");
    has("Location: /done\r\n");
    status_is(&s, "lost", "404");
    status_is(&s, "loop", "500");
    finish(&s);
}

static void a_redirect_that_nobody_takes_is_the_clients(void **state)
{
    struct netp_cgi_dir_cfg cfg = plain;
    struct server s;

    (void)state;
    cfg.local = NULL;
    start(&s, &cfg);
    get(&s, "there", "");
    has("302 Found");
    has("Location: /else/where?q\r\n");
    finish(&s);
}

static void head_gets_the_head(void **state)
{
    static const char head[] = "HEAD /cgi-bin/work" END "\r\n";
    struct server s;

    (void)state;
    script("work", "rm -f worked; printf 'Content-Type: a\\nContent-Length: 100000\\n\\n';"
                   "head -c 100000 /dev/zero; echo x > worked");
    start(&s, &plain);
    ask(&s, head, sizeof head - 1);
    has("200 OK");
    has("Content-Length: 100000\r\n");
    assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n");
    status_is(&s, "env", "200");
    finish(&s);
}

/* --- times and numbers ----------------------------------------------------------------------- */

static bool is_running(const char *name)
{
    char command[100];

    snprintf(command, sizeof command, "pgrep -f '[%c]%s' > /dev/null", name[0], name + 1);
    return system(command) == 0;
}

/* Within so many milliseconds. */
static void ends(const char *name, int ms)
{
    for (; ms > 0 && is_running(name); ms -= 50) {
        poll(NULL, 0, 50);
    }
    assert_true(ms > 0);
}

static void a_script_that_hangs_is_ended_with_its_children(void **state)
{
    netp_ms since = netp_now();
    struct server s;

    (void)state;
    script("hang", "sleep 61.25; echo");
    script("stubborn", "trap '' TERM; sleep 61.5; sleep 61.5");
    start(&s, &plain);
    status_is(&s, "hang", "504");
    assert_true(took(since) >= 700 && took(since) < 2000);
    ends("sleep 61.25", 1000);
    status_is(&s, "stubborn", "504");
    ends("sleep 61.5", 4000);
    assert_true(logged("out of time"));
    finish(&s);
}

static void children_that_hold_the_output_are_ended(void **state)
{
    netp_ms since = netp_now();
    struct server s;

    (void)state;
    script("parent", TYPE "echo all; sleep 62.5 &");
    start(&s, &plain);
    get(&s, "parent", "");
    has("all");
    has("\r\n0\r\n");
    assert_true(took(since) >= 2000 && took(since) < 3500);
    ends("sleep 62.5", 1000);
    finish(&s);
}

static void a_script_may_go_on_without_its_output(void **state)
{
    netp_ms since = netp_now();
    struct netp_cgi_dir_cfg cfg = plain;
    struct server s;
    char path[100];

    (void)state;
    cfg.idle_ms = 5000;
    script("later",
           "printf 'Content-Type: a\\nContent-Length: 2\\n\\nok'; exec >&- 2>&-; sleep 0.5;"
           "echo x > later.txt");
    start(&s, &cfg);
    get(&s, "later", "");
    has("ok");
    assert_true(took(since) < 400);
    poll(NULL, 0, 900);
    finish(&s);
    snprintf(path, sizeof path, "%s/later.txt", dir);
    assert_int_equal(access(path, F_OK), 0);
}

/* 100 MB to a client that reads nothing and then is gone. */
static void a_client_that_goes_takes_its_script_with_it(void **state)
{
    static const char request[] = GET "flood" END "\r\n";
    struct server s;
    int fd;

    (void)state;
    script("flood", TYPE "exec head -c 100000063 /dev/zero");
    start(&s, &plain);
    fd = dial(&s);
    say(fd, request, sizeof request - 1);
    poll(NULL, 0, 1200); /* longer than idle_ms: it is not the script that is slow */
    assert_true(is_running("head -c 100000063"));
    close(fd);
    ends("head -c 100000063", 2000);
    finish(&s);
}

static void much_is_passed_at_once(void **state)
{
    static const char request[] = GET "much" END "\r\n";
    struct server s;
    size_t all = 0;
    ssize_t r;
    int fd;

    (void)state;
    script("much", TYPE "exec head -c 50000000 /dev/zero");
    start(&s, &plain);
    fd = dial(&s);
    say(fd, request, sizeof request - 1);
    for (struct pollfd p = {fd, POLLIN, 0};
         poll(&p, 1, 3000) == 1 && (r = recv(fd, answer, sizeof answer, 0)) > 0;) {
        all += (size_t)r;
    }
    close(fd);
    assert_true(all > 50000000 && all < 50200000);
    finish(&s);
}

static void complaints_are_logged_in_measure(void **state)
{
    struct server s;

    (void)state;
    script("complain", "printf 'one\\033[1m\\ntwo' >&2; " TYPE);
    script("noise", "yes noise | head -c 10000000 >&2; " TYPE "echo done");
    start(&s, &plain);
    get(&s, "complain", "");
    has("200 OK");
    assert_true(logged("/cgi-bin/complain: one\\x1b[1m\n"));
    assert_true(logged("/cgi-bin/complain: two\n"));
    get(&s, "noise", "");
    has("done");
    assert_true(logged(" bytes more\n"));
    finish(&s);
}

static void no_more_scripts_than_may_be(void **state)
{
    static const char request[] = GET "wait" END "\r\n";
    struct netp_cgi_dir_cfg cfg = plain;
    struct server s;
    unsigned good = 0, busy = 0;
    int fd[10];

    (void)state;
    cfg.max_running = 2;
    cfg.max_queued = 3;
    script("wait", "sleep 0.2; " TYPE "echo waited");
    start(&s, &cfg);
    for (int i = 0; i < 10; i++) {
        fd[i] = dial(&s);
        say(fd[i], request, sizeof request - 1);
    }
    for (int i = 0; i < 10; i++) {
        hear(fd[i], answer, sizeof answer);
        good += strstr(answer, "waited") != NULL;
        busy += strstr(answer, "503 ") != NULL && strstr(answer, "Retry-After: ") != NULL;
        close(fd[i]);
    }
    assert_int_equal(good, 5);
    assert_int_equal(busy, 5);
    finish(&s);
}

static void who_waits_too_long_is_told(void **state)
{
    static const char request[] = GET "first" END "\r\n";
    struct netp_cgi_dir_cfg cfg = plain;
    struct server s;
    int fd;

    (void)state;
    cfg.max_running = 1;
    cfg.idle_ms = 400;
    script("first", TYPE "for i in 1 2 3 4 5 6 7 8; do echo x; sleep 0.1; done");
    start(&s, &cfg);
    fd = dial(&s);
    say(fd, request, sizeof request - 1);
    poll(NULL, 0, 100);
    status_is(&s, "env", "503");
    hear(fd, answer, sizeof answer);
    has("\r\n0\r\n");
    close(fd);
    finish(&s);
}

static unsigned descriptors(pid_t pid)
{
    char command[60], text[20] = "0";
    FILE *p;

    snprintf(command, sizeof command, "ls /proc/%d/fd | wc -l", (int)pid);
    p = popen(command, "re");
    if (!fgets(text, sizeof text, p)) {
        text[0] = '\0';
    }
    pclose(p);
    return (unsigned)strtoul(text, NULL, 10);
}

static void nothing_is_left_behind(void **state)
{
    static const char request[] = GET "flood" END "\r\n";
    char command[60];
    unsigned before;
    struct server s;

    (void)state;
    script("quick", TYPE);
    start(&s, &plain);
    get(&s, "quick", "");
    poll(NULL, 0, 200); /* until the script and its client are through */
    before = descriptors(s.pid);
    for (int i = 0; i < 200; i++) {
        if (i % 10 == 0) {
            int fd = dial(&s);
            say(fd, request, sizeof request - 1);
            close(fd);
        } else {
            get(&s, i % 2 ? "quick" : "none", "");
        }
    }
    ends("head -c 100000063", 3000);
    poll(NULL, 0, 200);
    assert_int_equal(descriptors(s.pid), before);
    snprintf(command, sizeof command, "ps --ppid %d | grep -q defunct", (int)s.pid);
    assert_int_not_equal(system(command), 0);
    finish(&s);
}

static void processes_are_limited(void **state)
{
    struct netp_cgi_dir_cfg cfg = plain;
    struct server s;

    (void)state;
    cfg.max_cpu_s = 7;
    cfg.max_memory = 1u << 28;
    script("limits", "sleep 0.1; " TYPE "grep -e cpu -e address /proc/$$/limits");
    start(&s, &cfg);
    get(&s, "limits", "");
    has("Max cpu time              7  ");
    has("268435456");
    finish(&s);
}

/* The server ends while they run. */
static void scripts_end_with_the_server(void **state)
{
    static const char request[] = GET "sleeper" END "\r\n";
    struct server s;
    int fd;

    (void)state;
    script("sleeper", TYPE "sleep 63.5; echo");
    start(&s, &plain);
    fd = dial(&s);
    say(fd, request, sizeof request - 1);
    poll(NULL, 0, 200);
    finish(&s);
    for (unsigned i = 0; i < 20 && is_running("sleep 63.5"); i++) {
        poll(NULL, 0, 100); /* it has been told, and needs a moment */
    }
    assert_false(is_running("sleep 63.5"));
    close(fd);
}

static void directories_are_checked(void **state)
{
    struct netp_cgi_dir_cfg cfg = plain;
    struct netp_loop *l = netp_loop_new();

    (void)state;
    cfg.prefix = "cgi-bin/";
    assert_null(netp_cgi_dir_new(l, &cfg));
    assert_int_equal(errno, EINVAL);
    cfg.prefix = "/cgi-bin";
    assert_null(netp_cgi_dir_new(l, &cfg));
    cfg.prefix = "";
    assert_null(netp_cgi_dir_new(l, &cfg));
    cfg.prefix = "/";
    cfg.directory = "/nonexistent";
    assert_null(netp_cgi_dir_new(l, &cfg));
    assert_int_equal(errno, ENOENT);
    netp_cgi_dir_free(NULL);
    netp_loop_free(l);
}

static int make_directory(void **state)
{
    (void)state;
    snprintf(logfile, sizeof logfile, "%s.log", mkdtemp(dir));
    return 0;
}

static int remove_directory(void **state)
{
    char command[100];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s %s", dir, logfile);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts_are_told_of_the_request),
        cmocka_unit_test(secrets_and_tricks_are_not_passed),
        cmocka_unit_test(too_much_environment_is_refused),
        cmocka_unit_test(a_script_has_nothing_of_the_server),
        cmocka_unit_test(only_scripts_of_the_directory_are_run),
        cmocka_unit_test(bodies_reach_the_script),
        cmocka_unit_test(large_bodies_wait_for_slow_scripts),
        cmocka_unit_test(a_body_that_is_not_read_does_no_harm),
        cmocka_unit_test(chunked_bodies_are_bounded),
        cmocka_unit_test(bad_answers_are_502),
        cmocka_unit_test(good_answers_are_passed),
        cmocka_unit_test(half_an_answer_does_not_look_whole),
        cmocka_unit_test(redirects_are_followed_or_sent),
        cmocka_unit_test(a_redirect_that_nobody_takes_is_the_clients),
        cmocka_unit_test(head_gets_the_head),
        cmocka_unit_test(a_script_that_hangs_is_ended_with_its_children),
        cmocka_unit_test(children_that_hold_the_output_are_ended),
        cmocka_unit_test(a_script_may_go_on_without_its_output),
        cmocka_unit_test(a_client_that_goes_takes_its_script_with_it),
        cmocka_unit_test(much_is_passed_at_once),
        cmocka_unit_test(complaints_are_logged_in_measure),
        cmocka_unit_test(no_more_scripts_than_may_be),
        cmocka_unit_test(who_waits_too_long_is_told),
        cmocka_unit_test(nothing_is_left_behind),
        cmocka_unit_test(processes_are_limited),
        cmocka_unit_test(scripts_end_with_the_server),
        cmocka_unit_test(directories_are_checked),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
