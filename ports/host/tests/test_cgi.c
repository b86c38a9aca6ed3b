/* test_cgi.c - scripts behind the HTTP server: what they are told, and what comes of what they do.
 *
 * SPDX-License-Identifier: MIT
 *
 * The server is a process of its own; the scripts are written by the test. */
#include "httpd_child.h"
#include <netproto/host/cgi.h>
#include <netproto/text.h>
#include <sys/stat.h>
#include <time.h>

/* --- the server's side ----------------------------------------------------------------------- */

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
                                              .idle_ms = 10000,
                                              .max_body = 4u << 20,
                                              .max_spool = 100000,
                                              .user = user,
                                              .local = local,
                                              .log = write_log};

static void serve(int fd, const void *cfg)
{
    struct netp_httpd_route route = {.pattern = "/*", .handle = netp_cgi_handle};
    struct netp_httpd_cfg http = {
        .route = &route, .nroute = 1, .max_fields = 110, .max_head = 60000};
    struct netp_cgi_dir *cgi;

    loop = netp_loop_new();
    httpd = netp_httpd_new(loop, &http);
    route.arg = cgi = netp_cgi_dir_new(loop, cfg);
    if (!cgi) {
        exit(9);
    }
    child_serve(fd);
    netp_cgi_dir_free(cgi);
    netp_loop_free(loop);
}

/* --- the client's side ----------------------------------------------------------------------- */

static struct child server;
static char answer[1 << 20];

static void start(const struct netp_cgi_dir_cfg *cfg)
{
    unlink(logfile);
    child_start(&server, NULL, serve, cfg);
}

/* With little patience for silent scripts. */
static void start_hasty(void)
{
    struct netp_cgi_dir_cfg cfg = plain;

    cfg.idle_ms = 2000;
    start(&cfg);
}

static void finish(void)
{
    assert_int_equal(child_end(&server), 0);
}

static void ask(const char *request)
{
    int fd = dial(&server);

    say(fd, request);
    hear(fd, "", answer, sizeof answer);
    close(fd);
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

static void get(const char *target, const char *fields)
{
    char request[1000];

    snprintf(request, sizeof request, GET "%s" END "%s\r\n", target, fields);
    ask(request);
}

static bool logged_now(const char *what)
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

/* Soon: a line may come after the answer that it tells of. */
static bool logged(const char *what)
{
    for (netp_ms end = netp_now() + 30000; !logged_now(what);) {
        if (netp_now() >= end) {
            return false;
        }
        poll(NULL, 0, 20);
    }
    return true;
}

/* --- what scripts are told ------------------------------------------------------------------- */

static void scripts_are_told_of_the_request(void **state)
{
    (void)state;
    script("env", TYPE "env; echo \"ARGS=$#\"; pwd");
    start(&plain);
    get("env/a%20b/../c?x+y", "X-Foo: () { :;}; x\r\nx-foo: 2\r\n");
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
    finish();
}

static void secrets_and_tricks_are_not_passed(void **state)
{
    (void)state;
    start(&plain);
    get("env", "Proxy: evil\r\nContent_Length: 9\r\nX_Foo: evil\r\nAuthorization: Basic evil\r\n"
               "Proxy-Authorization: evil\r\nCookie: a=b\r\n");
    has("200 OK");
    has("HTTP_COOKIE=a=b\n");
    has("AUTH_TYPE=Basic\n");
    has("REMOTE_USER=me\n");
    has_not("evil");
    has_not("CONTENT_LENGTH");
    finish();
}

static void too_much_environment_is_refused(void **state)
{
    static const char begin[] = GET "env?", end[] = END "\r\n";
    const size_t query = 40000, n = sizeof begin - 1; /* twice in it: REQUEST_URI, QUERY_STRING */
    char *request = malloc(n + query + sizeof end);

    (void)state;
    memcpy(request, begin, n);
    memset(request + n, 'q', query);
    memcpy(request + n + query, end, sizeof end);
    start(&plain);
    ask(request);
    has("431 ");
    memcpy(request + n + query / 2, end, sizeof end);
    ask(request);
    has("200 OK");
    finish();
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
    (void)state;
    script("own", TYPE "env | grep -c SECRET; n=0; for f in /proc/$$/fd/*; do"
                       " [ -h $f ] && n=$((n + 1)); done; echo $n;"
                       "exec grep -e SigBlk -e SigIgn -e NSpgid -e NSpid /proc/self/status");
    setenv("SECRET", "x", 1);
    signal(SIGPIPE, SIG_IGN);
    start(&plain);
    signal(SIGPIPE, SIG_DFL);
    unsetenv("SECRET");
    get("own", "");
    has("200 OK");
    has("\n0\n");
    has("\n4\n"); /* 0, 1, 2, and what the shell reads the script from */
    has("SigBlk:\t0000000000000000\n");
    has_not("00001000\n"); /* SIGPIPE */
    assert_int_equal(number("NSpid:"), number("NSpgid:"));
    finish();
}

/* --- which script ---------------------------------------------------------------------------- */

static void status_is(const char *target, const char *status)
{
    char line[40];

    get(target, "");
    snprintf(line, sizeof line, "HTTP/1.1 %s ", status);
    has(line);
    has_not("secret");
}

static void only_scripts_of_the_directory_are_run(void **state)
{
    char path[100];

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
    start(&plain);
    status_is("", "404");
    status_is("none", "404");
    status_is("sub", "404");
    status_is("sub/", "404");
    status_is("sub//deep", "404");
    status_is(".hidden", "404");
    status_is("sub/../.hidden", "404");
    status_is("..%2f..%2fbin/sh", "404");
    status_is(".%2e/bin/sh", "404");
    status_is("../../bin/sh", "404");
    status_is("env%00", "404");
    status_is("env/a%2fb", "404");
    status_is("out", "404");
    status_is("plain.txt", "403");
    status_is("text", "500");
    status_is("nosuch", "500");
    get("sub/deep/x", "");
    has("\n/cgi-bin/sub/deep /x\n");
    has("/sub\n");
    status_is("in", "200");
    finish();
}

/* --- bodies ---------------------------------------------------------------------------------- */

static void bodies_reach_the_script(void **state)
{
    (void)state;
    script("echo", TYPE "x=$(cat); echo \"$CONTENT_LENGTH $CONTENT_TYPE $x.\"");
    start(&plain);
    ask(POST "echo" END "Content-Type: a/b\r\nContent-Length: 5\r\n\r\nhello");
    has("\n5 a/b hello.\n");
    ask(POST "echo" END "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
    has("\n7  abcdefg.\n");
    ask(POST "echo" END "Content-Length: 0\r\n\r\n");
    has("\n0  .\n");
    finish();
}

static char *big_post(const char *name, size_t n)
{
    char *request = malloc(n + 300);
    size_t head =
        (size_t)snprintf(request, 300, POST "%s" END "Content-Length: %zu\r\n\r\n", name, n);

    assert_true(head < 300);
    memset(request + head, 'x', n);
    request[head + n] = '\0';
    return request;
}

static void large_bodies_wait_for_slow_scripts(void **state)
{
    char *request = big_post("slow", 3000000);

    (void)state;
    script("slow", "sleep 0.3; " TYPE "wc -c");
    start(&plain);
    ask(request);
    has("3000000\n");
    free(request);
    request = big_post("slow", 5000000);
    ask(request);
    has("413 ");
    free(request);
    finish();
}

/* RFC 3875 section 4.2: a script need not read it. */
static void a_body_that_is_not_read_does_no_harm(void **state)
{
    char *request = big_post("leave", 1000000);

    (void)state;
    script("leave", "exec 0<&-; " TYPE "echo done");
    start(&plain);
    ask(request);
    has("200 OK");
    has("done");
    free(request);
    finish();
}

static void chunked_bodies_are_bounded(void **state)
{
    struct netp_cgi_dir_cfg none = plain;
    static const char begin[] = POST "echo" END "Transfer-Encoding: chunked\r\n\r\n30d40\r\n";
    static const char end[] = "\r\n0\r\n\r\n";
    char *request = malloc(sizeof begin - 1 + 200000 + sizeof end);

    (void)state;
    memcpy(request, begin, sizeof begin - 1);
    memset(request + sizeof begin - 1, 'x', 200000);
    memcpy(request + sizeof begin - 1 + 200000, end, sizeof end);
    start(&plain);
    ask(request);
    has("413 ");
    finish();
    none.max_spool = 0;
    start(&none);
    ask(request);
    has("411 ");
    finish();
    none.max_spool = 100;
    none.spool = "/nonexistent";
    start(&none);
    ask(request);
    has("503 ");
    finish();
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

    (void)state;
    start(&plain);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        script("bad", bad[i]);
        get("bad", "");
        if (!strstr(answer, "502 Bad Gateway")) {
            fail_msg("%s\n%s", bad[i], answer);
        }
    }
    assert_true(logged("bad answer"));
    finish();
}

static void good_answers_are_passed(void **state)
{
    (void)state;
    script("status", "printf 'Status: 418 Teapot\\r\\nX-A: b\\r\\nDate: x\\r\\nConnection: y\\r\\n"
                     "Transfer-Encoding: chunked\\r\\n\\r\\n5\\r\\n'");
    script("long", "printf 'Content-Type: a\\nContent-Length: 3\\n\\nabcde'");
    script("gone", "printf 'Status: 304\\nETag: \"x\"\\n\\n'");
    start(&plain);
    get("status", "");
    has("HTTP/1.1 418 ");
    has("\r\nX-A: b\r\n");
    has("\r\n\r\n3\r\n5\r\n\r\n0\r\n\r\n");
    has_not("Date: x");
    has_not("Connection: y");
    get("long", "");
    has("Content-Length: 3\r\n");
    has("\r\n\r\nabc");
    has_not("abcd");
    get("gone", "");
    has("304 Not Modified");
    has("ETag: \"x\"");
    finish();
}

static void half_an_answer_does_not_look_whole(void **state)
{
    (void)state;
    script("short", "printf 'Content-Type: a\\nContent-Length: 9\\n\\nabc'");
    script("killed", TYPE "echo half; kill -9 $$");
    script("hangs", TYPE "echo half; exec sleep 60");
    start_hasty();
    get("short", "");
    assert_true(logged("bad answer: NETP_E_TRUNCATED"));
    get("killed", "");
    assert_true(logged("bad answer: NETP_E_IO"));
    has_not("\r\n0\r\n");
    get("hangs", "");
    has("half");
    has_not("\r\n0\r\n");
    finish();
}

static void redirects_are_followed_or_sent(void **state)
{
    (void)state;
    script("here", "printf 'Location: /cgi-bin/env/x?y=z\\n\\n'");
    script("there", "printf 'Location: /else/where?q\\n\\n'");
    script("away", "printf 'Location: http://example.org/\\n\\n'");
    script("other", "printf 'Status: 303\\nLocation: /done\\n\\n'");
    script("loop", "echo x >> loops; printf 'Location: /cgi-bin/loop\\n\\n'");
    script("lost", "printf 'Location: /cgi-bin/none\\n\\n'");
    start(&plain);
    ask(POST "here" END "Content-Length: 3\r\n\r\nabc");
    has("200 OK");
    has("\nREQUEST_METHOD=GET\n");
    has("\nQUERY_STRING=y=z\n");
    has("\nPATH_INFO=/x\n");
    has_not("CONTENT_LENGTH");
    get("there", "");
    has("text/x-local");
    has("/else/where?q");
    get("away", "");
    has("302 Found");
    has("Location: http://example.org/\r\n");
    get("other", "");
    has("303 See Other");
    has("Location: /done\r\n");
    status_is("lost", "404");
    status_is("loop", "500");
    finish();
}

static void a_redirect_that_nobody_takes_is_the_clients(void **state)
{
    struct netp_cgi_dir_cfg cfg = plain;

    (void)state;
    cfg.local = NULL;
    start(&cfg);
    get("there", "");
    has("302 Found");
    has("Location: /else/where?q\r\n");
    finish();
}

static void head_gets_the_head(void **state)
{
    (void)state;
    script("work", "rm -f worked; printf 'Content-Type: a\\nContent-Length: 100000\\n\\n';"
                   "head -c 100000 /dev/zero; echo x > worked");
    start(&plain);
    ask("HEAD /cgi-bin/work" END "\r\n");
    has("200 OK");
    has("Content-Length: 100000\r\n");
    assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n");
    status_is("env", "200");
    finish();
}

/* --- times and numbers ----------------------------------------------------------------------- */

/* What a script runs, in our directory. */
static bool is_running(const char *name)
{
    char command[200];

    snprintf(command, sizeof command,
             "for p in $(pgrep -f '[%c]%s'); do [ /proc/$p/cwd -ef %s ] && exit; done; exit 1",
             name[0], name + 1, dir);
    return system(command) == 0;
}

/* Soon. */
static void becomes(const char *name, bool running)
{
    netp_ms end = netp_now() + 30000;

    while (is_running(name) != running) {
        assert_true(netp_now() < end);
        poll(NULL, 0, 50);
    }
}

static void a_script_that_hangs_is_ended_with_its_children(void **state)
{
    netp_ms since = netp_now();

    (void)state;
    script("hang", "sleep 61.25; echo");
    script("stubborn", "trap '' TERM; sleep 61.5; sleep 61.5");
    start_hasty();
    status_is("hang", "504");
    assert_true(took(since) >= 2000 && took(since) < 50000);
    becomes("sleep 61.25", false);
    status_is("stubborn", "504");
    becomes("sleep 61.5", false);
    assert_true(logged("out of time"));
    finish();
}

static void children_that_hold_the_output_are_ended(void **state)
{
    netp_ms since = netp_now();

    (void)state;
    script("parent", TYPE "echo all; sleep 62.5 &");
    start(&plain);
    get("parent", "");
    has("all");
    has("\r\n0\r\n");
    assert_true(took(since) >= 2000 && took(since) < 50000);
    becomes("sleep 62.5", false);
    finish();
}

static void a_script_may_go_on_without_its_output(void **state)
{
    netp_ms since = netp_now();
    char path[100];

    (void)state;
    script("later", "printf 'Content-Type: a\\nContent-Length: 2\\n\\nok'; exec >&- 2>&-;"
                    "until [ -e answered ]; do sleep 0.05; done; echo x > later.txt");
    start(&plain);
    get("later", "");
    has("ok");
    script("answered", "");
    snprintf(path, sizeof path, "%s/later.txt", dir);
    while (access(path, F_OK) != 0) {
        assert_true(took(since) < 30000);
        poll(NULL, 0, 50);
    }
    finish();
}

/* 100 MB to a client that reads nothing and then is gone. */
static void a_client_that_goes_takes_its_script_with_it(void **state)
{
    int fd;

    (void)state;
    script("flood", TYPE "exec head -c 100000063 /dev/zero");
    start_hasty();
    fd = dial(&server);
    say(fd, GET "flood" END "\r\n");
    becomes("head -c 100000063", true);
    poll(NULL, 0, 2500); /* longer than idle_ms: it is not the script that is slow */
    assert_true(is_running("head -c 100000063"));
    close(fd);
    becomes("head -c 100000063", false);
    finish();
}

static void much_is_passed_at_once(void **state)
{
    size_t all = 0;
    ssize_t r;
    int fd;

    (void)state;
    script("much", TYPE "exec head -c 50000000 /dev/zero");
    start(&plain);
    fd = dial(&server);
    say(fd, GET "much" END "\r\n");
    for (struct pollfd p = {fd, POLLIN, 0};
         poll(&p, 1, 30000) == 1 && (r = recv(fd, answer, sizeof answer, 0)) > 0;) {
        all += (size_t)r;
    }
    close(fd);
    assert_true(all > 50000000 && all < 50200000);
    finish();
}

static void complaints_are_logged_in_measure(void **state)
{
    (void)state;
    script("complain", "printf 'one\\033[1m\\ntwo' >&2; " TYPE);
    script("noise", "yes noise | head -c 10000000 >&2; " TYPE "echo done");
    start(&plain);
    get("complain", "");
    has("200 OK");
    assert_true(logged("/cgi-bin/complain: one\\x1b[1m\n"));
    assert_true(logged("/cgi-bin/complain: two\n"));
    get("noise", "");
    has("done");
    assert_true(logged(" bytes more\n"));
    finish();
}

static void no_more_scripts_than_may_be(void **state)
{
    struct netp_cgi_dir_cfg cfg = plain;
    unsigned good = 0, busy = 0;
    struct pollfd p[10];

    (void)state;
    cfg.max_running = 2;
    cfg.max_queued = 3;
    script("wait", "until [ -e go ]; do sleep 0.05; done; " TYPE "echo waited");
    start(&cfg);
    for (int i = 0; i < 10; i++) {
        p[i] = (struct pollfd){dial(&server), POLLIN, 0};
        say(p[i].fd, GET "wait" END "\r\n");
    }
    while (good + busy < 10 && poll(p, 10, 30000) > 0) {
        for (int i = 0; i < 10; i++) {
            if (p[i].revents) {
                hear(p[i].fd, "", answer, sizeof answer);
                good += strstr(answer, "waited") != NULL;
                busy += strstr(answer, "503 ") != NULL && strstr(answer, "Retry-After: ") != NULL;
                close(p[i].fd);
                p[i].fd = -1;
            }
        }
        if (busy == 5) {
            script("go", "");
        }
    }
    assert_int_equal(good, 5);
    assert_int_equal(busy, 5);
    finish();
}

static void who_waits_too_long_is_told(void **state)
{
    struct netp_cgi_dir_cfg cfg = plain;
    int fd;

    (void)state;
    cfg.max_running = 1;
    cfg.idle_ms = 2000;
    script("first", TYPE "until [ -e enough ]; do echo x; sleep 0.1; done");
    start(&cfg);
    fd = dial(&server);
    say(fd, GET "first" END "\r\n");
    hear(fd, "x\n", answer, sizeof answer); /* it runs */
    status_is("env", "503");
    script("enough", "");
    hear(fd, "", answer, sizeof answer);
    has("\r\n0\r\n");
    close(fd);
    finish();
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
    char command[60];
    unsigned before;

    (void)state;
    script("quick", TYPE);
    start(&plain);
    get("quick", "");
    poll(NULL, 0, 200); /* until the script and its client are through */
    before = descriptors(server.pid);
    for (int i = 0; i < 200; i++) {
        if (i % 10 == 0) {
            int fd = dial(&server);
            say(fd, GET "flood" END "\r\n");
            close(fd);
        } else {
            get(i % 2 ? "quick" : "none", "");
        }
    }
    becomes("head -c 100000063", false);
    snprintf(command, sizeof command, "ps --ppid %d | grep -q defunct", (int)server.pid);
    for (netp_ms end = netp_now() + 30000;
         descriptors(server.pid) > before || system(command) == 0;) {
        assert_true(netp_now() < end);
        poll(NULL, 0, 50);
    }
    finish();
}

static void processes_are_limited(void **state)
{
    struct netp_cgi_dir_cfg cfg = plain;

    (void)state;
    cfg.max_cpu_s = 7;
    cfg.max_memory = 1u << 28;
    script("limits", "until grep -q 268435456 /proc/$$/limits; do sleep 0.05; done; " TYPE
                     "grep -e cpu -e address /proc/$$/limits");
    start(&cfg);
    get("limits", "");
    has("Max cpu time              7  ");
    has("268435456");
    finish();
}

/* The server ends while they run. */
static void scripts_end_with_the_server(void **state)
{
    int fd;

    (void)state;
    script("sleeper", TYPE "sleep 63.5; echo");
    start(&plain);
    fd = dial(&server);
    say(fd, GET "sleeper" END "\r\n");
    becomes("sleep 63.5", true);
    finish();
    becomes("sleep 63.5", false);
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
