/* test_httpd_log.c - the log and the metrics of an HTTP server. SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "httpd_ask.h"
#include <fcntl.h>
#include <netproto/host/httpd_log.h>
#include <netproto/host/httpd_metrics.h>
#include <netproto/text.h>
#include <regex.h>
#include <sys/stat.h>
#include <time.h>

static char dir[] = "/tmp/netproto-log-XXXXXX", path[64], lines[200000];
static struct netp_httpd_logger *logger;
static struct netp_httpd_metrics metrics;

static void hello(void *arg, struct netp_httpd_exchange *x)
{
    (void)arg;
    assert_int_equal(netp_httpd_set_user(x, NETP_STR("an\"n")), NETP_OK);
    netp_httpd_reply(x, 200, NULL, "hello", 5);
}

static void cut(void *arg, struct netp_httpd_exchange *x)
{
    (void)arg;
    netp_httpd_cut(x);
}

static void plain(void *arg, struct netp_httpd_exchange *x)
{
    (void)arg;
    netp_httpd_reply(x, 200, NULL, NULL, 0);
}

static void tell_id(void *arg, struct netp_httpd_exchange *x)
{
    char text[17];

    (void)arg;
    snprintf(text, sizeof text, "%016llx", (unsigned long long)netp_httpd_logger_id(logger, x));
    netp_httpd_reply(x, 200, NULL, text, 16);
}

static const struct netp_httpd_route routes[] = {
    {.pattern = "/id", .handle = tell_id},
    {.pattern = "/hello", .handle = hello},
    {.pattern = "/cut", .handle = cut},
    {.pattern = "/metrics", .handle = netp_httpd_metrics_handle, .arg = &metrics},
    {.pattern = "/p/*", .handle = plain},
};

static void begin(const struct netp_httpd_logger_cfg *cfg)
{
    const struct netp_httpd_cfg server = {.route = routes,
                                          .nroute = sizeof routes / sizeof *routes,
                                          .log = netp_httpd_logger_log,
                                          .bad = netp_httpd_logger_bad};
    struct netp_httpd_cfg c = server;

    assert_non_null(loop = netp_loop_new());
    c.arg = logger = netp_httpd_logger_new(loop, cfg);
    assert_non_null(logger);
    serve_tls(&c, NULL);
}

static void end(void)
{
    netp_httpd_free(httpd);
    netp_httpd_logger_free(logger);
    netp_loop_free(loop);
}

/* What is in the file, into lines. */
static void read_log(const char *name)
{
    FILE *f = fopen(name, "r");
    size_t n;

    assert_non_null(f);
    n = fread(lines, 1, sizeof lines - 1, f);
    lines[n] = '\0';
    fclose(f);
}

static void match(const char *text, const char *pattern)
{
    regex_t r;

    assert_int_equal(regcomp(&r, pattern, REG_EXTENDED | REG_NOSUB | REG_NEWLINE), 0);
    if (regexec(&r, text, 0, NULL, 0) != 0) {
        fail_msg("no \"%s\" in:\n%s", pattern, text);
    }
    regfree(&r);
}

#define GET(path, fields) "GET " path " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" fields "\r\n"
#define CLF_TIME                                                                                   \
    "\\[[0-3][0-9]/[A-Z][a-z]{2}/20[0-9]{2}:[0-2][0-9]:[0-5][0-9]:[0-6][0-9] \\+0000\\]"
#define RFC3339 "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\\.[0-9]{3}Z"

static void test_combined(void **state)
{
    (void)state;
    begin(&(struct netp_httpd_logger_cfg){.path = path});
    ask(GET("/hello?q=%20", "User-Agent: a\"b\\c\tde\xff\r\nReferer: <x>\r\n"));
    expect("hello");
    ask(GET("/none", ""));
    ask(GET("/cut", ""));
    ask("GET / HTTP/1.1\r\nBad Field: x\r\n\r\n");
    ask("GET /hello HTTP/1.0\r\n\r\n");
    end();
    read_log(path);
    match(lines, "^127\\.0\\.0\\.1 - an\\\\x22n " CLF_TIME
                 " \"GET /hello\\?q=%20 HTTP/1\\.1\" 200 5 \"<x>\" "
                 "\"a\\\\x22b\\\\x5cc\\\\x09de\\\\xff\"$");
    match(lines,
          "^127\\.0\\.0\\.1 - - " CLF_TIME " \"GET /none HTTP/1\\.1\" 404 [0-9]+ \"-\" \"-\"$");
    match(lines, "\"GET /cut HTTP/1\\.1\" 000 0 ");
    match(lines, "^" RFC3339 " 127\\.0\\.0\\.1 400 at byte [0-9]+: [a-z -]+$");
    match(lines, "\"GET /hello HTTP/1\\.0\" 200 5 ");
}

static void put_now(char text[32])
{
    time_t t = time(NULL);
    struct tm tm;

    gmtime_r(&t, &tm);
    strftime(text, 32, "%Y-%m-%dT%H:%M:%S", &tm);
}

/* The time is when the request came. */
static void test_time(void **state)
{
    char before[32], after[32];

    (void)state;
    unlink(path);
    begin(&(struct netp_httpd_logger_cfg){.path = path, .json = true});
    put_now(before);
    ask(GET("/hello", ""));
    put_now(after);
    end();
    read_log(path);
    assert_true(memcmp(lines + 9, before, 19) >= 0 && memcmp(lines + 9, after, 19) <= 0);
}

static void test_json(void **state)
{
    (void)state;
    unlink(path);
    begin(&(struct netp_httpd_logger_cfg){.path = path, .json = true});
    ask(GET("/hello", "User-Agent: a\"b\\c\x7f"
                      "d\xc3\xa9\r\n"));
    expect("HTTP/1.1 400 "); /* for the DEL */
    ask(GET("/hello", "User-Agent: a\"b\\c\td\xc3\xa9\r\n"));
    ask(GET("/hello", ""));
    end();
    read_log(path);
    match(lines,
          "^\\{\"time\":\"" RFC3339 "\",\"peer\":\"127\\.0\\.0\\.1\",\"status\":400,\"error\":"
          "\"NETP_E_SYNTAX\",\"at\":[0-9]+,\"where\":\"[a-z -]+\"\\}$");
    match(
        lines,
        "^\\{\"time\":\"" RFC3339 "\",\"id\":\"[0-9a-f]{16}\",\"peer\":\"127\\.0\\.0\\.1\","
        "\"method\":\"GET\",\"target\":\"/hello\",\"status\":200,\"complete\":true,\"sent\":5,"
        "\"received\":0,\"ms\":[0-9]+,\"referer\":\"\","
        "\"agent\":\"a\\\\u0022b\\\\u005cc\\\\u0009d\\\\u00c3\\\\u00a9\",\"user\":\"an\\\\u0022n\","
        "\"tls\":\"\"\\}$");
}

/* However long what peers send is, a line is a whole one. */
static void test_long(void **state)
{
    static char request[20000], target[5001], referer[5001], agent[5001];
    size_t len;

    (void)state;
    unlink(path);
    begin(&(struct netp_httpd_logger_cfg){.path = path, .json = true});
    memset(target, 'q', sizeof target - 1);
    memset(referer, '"', sizeof referer - 1);
    memset(agent, '\xff', sizeof agent - 1);
    snprintf(request, sizeof request,
             "GET /hello?%s HTTP/1.1\r\nHost: h\r\nConnection: close\r\nReferer: %s\r\n"
             "User-Agent: %s\r\n\r\n",
             target, referer, agent);
    ask(request);
    expect("HTTP/1.1 200");
    end();
    read_log(path);
    len = strlen(lines);
    assert_true(len > 9000 && len < 16384);
    match(lines, "\\\\u00ff\",\"user\":\"an\\\\u0022n\",\"tls\":\"\"\\}$");
}

static void test_reopen(void **state)
{
    char old[70];

    (void)state;
    unlink(path);
    snprintf(old, sizeof old, "%s.1", path);
    begin(&(struct netp_httpd_logger_cfg){.path = path});
    ask(GET("/p/old", ""));
    assert_int_equal(rename(path, old), 0);
    ask(GET("/p/old", ""));
    assert_int_equal(netp_httpd_logger_reopen(logger), 0);
    ask(GET("/p/new", ""));
    turns(10);
    read_log(path);
    match(lines, "/p/new");
    assert_null(strstr(lines, "/p/old"));
    read_log(old);
    match(lines, "/p/old HTTP.*\n.*/p/old ");
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0); /* can't be opened: goes on */
    assert_int_equal(netp_httpd_logger_reopen(logger), -1);
    assert_int_equal(errno, EISDIR);
    ask(GET("/p/on", ""));
    assert_null(netp_httpd_logger_new(loop, &(struct netp_httpd_logger_cfg){.path = "/no/where"}));
    assert_int_equal(errno, ENOENT);
    assert_null(netp_httpd_logger_new(loop, &(struct netp_httpd_logger_cfg){.fd = -1}));
    netp_httpd_logger_free(NULL);
    end();
    rmdir(path);
    unlink(old);
}

/* A pipe that is full stops nobody; what does not fit is left out as whole lines. */
static void test_full_pipe(void **state)
{
    int fd[2];
    size_t n = 0, k = 0;
    ssize_t r;
    char junk[4096];

    (void)state;
    memset(junk, '\n', sizeof junk);
    assert_int_equal(pipe(fd), 0); /* one that blocks */
    begin(&(struct netp_httpd_logger_cfg){.fd = fd[1], .buffer = 1000});
    assert_true(fcntl(fd[1], F_SETPIPE_SZ, 4096) == 4096);
    assert_int_equal(write(fd[1], junk, 4096), 4096);
    for (int i = 0; i < 20; i++) {
        ask(GET("/p/x", ""));
        expect("200");
    }
    assert_true(netp_httpd_logger_dropped(logger) > 5);
    assert_int_equal(netp_httpd_logger_reopen(logger), 0); /* nothing to do */
    for (int i = 0; i < 5; i++) {                          /* read, and it goes on by itself */
        turns(120);
        r = 0;
        if (i < 4) {
            assert_int_equal(fcntl(fd[0], F_SETFL, O_NONBLOCK), 0);
            r = read(fd[0], lines + n, sizeof lines - 1 - n);
        }
        n += r > 0 ? (size_t)r : 0;
    }
    lines[n] = '\0';
    for (const char *p = lines; (p = strstr(p, "\"GET /p/x HTTP/1.1\" 200 0 \"-\" \"-\"\n")); p++) {
        k++;
    }
    assert_int_equal(k + netp_httpd_logger_dropped(logger), 20);
    close(fd[0]);
    ask(GET("/p/x", "")); /* nobody reads: no SIGPIPE either */
    turns(20);
    end();
    close(fd[1]);
}

/* A handler tells its client the id that the line has. */
static void test_id(void **state)
{
    char *first, *second;

    (void)state;
    unlink(path);
    begin(&(struct netp_httpd_logger_cfg){.path = path, .json = true});
    ask(GET("/id", ""));
    first = strdup(strstr(answer, "\r\n\r\n") + 4);
    ask(GET("/id", ""));
    second = strdup(strstr(answer, "\r\n\r\n") + 4);
    end();
    assert_int_equal(strlen(first), 16);
    assert_int_not_equal(strcmp(first, second), 0);
    read_log(path);
    match(lines, first);
    match(lines, second);
    free(first);
    free(second);
}

/* --- metrics --------------------------------------------------------------------------------- */

static void count(void *arg, const struct netp_httpd_log *log)
{
    struct netp_httpd_log l = *log;
    static const netp_ms took[] = {0, 1, 2, 60000, 60001};
    static unsigned n;

    l.ms = n < 5 ? took[n++] : l.ms;
    netp_httpd_metrics_log(arg, &l);
}

static void test_metrics(void **state)
{
    const struct netp_httpd_cfg cfg = {.route = routes,
                                       .nroute = sizeof routes / sizeof *routes,
                                       .log = count,
                                       .arg = &metrics,
                                       .counts = &metrics.counts};

    (void)state;
    assert_non_null(loop = netp_loop_new());
    serve_tls(&cfg, NULL);
    for (int i = 0; i < 4; i++) {
        ask(GET("/hello", ""));
    }
    ask(GET("/none", ""));
    ask("GET / HTTP/1.1\r\nBad Field: x\r\n\r\n");
    ask(GET("/metrics", ""));
    expect("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n");
    match(answer, "^# HELP netproto_httpd_requests_total Requests\\.$");
    match(answer, "^# TYPE netproto_httpd_requests_total counter$");
    match(answer, "^netproto_httpd_requests_total 6$");
    match(answer, "^netproto_httpd_connections 1$");
    match(answer, "^netproto_httpd_exchanges 1$");
    match(answer, "^netproto_httpd_accepted_total 7$");
    match(answer, "^netproto_httpd_bad_requests_total 1$");
    match(answer, "^netproto_httpd_responses_total\\{code=\"2xx\"\\} 4$");
    match(answer, "^netproto_httpd_responses_total\\{code=\"4xx\"\\} 1$");
    match(answer, "^# TYPE netproto_httpd_request_duration_seconds histogram$");
    match(answer, "_duration_seconds_bucket\\{le=\"0\\.001\"\\} 2$");
    match(answer, "_duration_seconds_bucket\\{le=\"0\\.005\"\\} 3$");
    match(answer, "_duration_seconds_bucket\\{le=\"10\"\\} 3$");
    match(answer, "_duration_seconds_bucket\\{le=\"60\"\\} 4$");
    match(answer, "_duration_seconds_bucket\\{le=\"\\+Inf\"\\} 5$");
    match(answer, "_duration_seconds_sum 120\\.004$");
    match(answer, "_duration_seconds_count 5$");
    netp_httpd_free(httpd);
    netp_loop_free(loop);
}

/* Of three, the second in the place of one that has ended, with connections it could not close. */
static void test_metrics_of_several(void **state)
{
    struct netp_httpd_metrics all[3] = {{.counts = {.connections = 5, .requests = 100}},
                                        {.counts = {.connections = 7,
                                                    .exchanges = 6,
                                                    .accepted = 20,
                                                    .refused = 1,
                                                    .requests = 30,
                                                    .bad = 2,
                                                    .aborted = 3,
                                                    .status = {[2] = 40, [5] = 4},
                                                    .sent = 1000,
                                                    .received = 2000},
                                         .took_ = {[1] = 8},
                                         .ms_ = 500},
                                        {.counts = {.sent = 9}, .took_ = {[2] = 1}, .ms_ = 700}};
    const struct netp_httpd_route route = {
        .pattern = "/*", .handle = netp_httpd_metrics_handle, .arg = &all[1]};
    const struct netp_httpd_cfg cfg = {.route = &route, .nroute = 1, .counts = &all[1].counts};

    (void)state;
    for (int i = 0; i < 3; i++) {
        all[i].all = all;
        all[i].nall = 3;
    }
    assert_non_null(loop = netp_loop_new());
    serve_tls(&cfg, NULL);
    ask(GET("/metrics", ""));
    match(answer, "^netproto_httpd_connections 6$"); /* 5, and this one */
    match(answer, "^netproto_httpd_exchanges 1$");
    match(answer, "^netproto_httpd_accepted_total 21$");
    match(answer, "^netproto_httpd_refused_total 1$");
    match(answer, "^netproto_httpd_requests_total 131$");
    match(answer, "^netproto_httpd_bad_requests_total 2$");
    match(answer, "^netproto_httpd_aborted_total 3$");
    match(answer, "^netproto_httpd_sent_bytes_total 1009$");
    match(answer, "^netproto_httpd_received_bytes_total 2000$");
    match(answer, "^netproto_httpd_responses_total\\{code=\"2xx\"\\} 40$");
    match(answer, "^netproto_httpd_responses_total\\{code=\"5xx\"\\} 4$");
    match(answer, "_duration_seconds_bucket\\{le=\"0\\.005\"\\} 8$");
    match(answer, "_duration_seconds_count 9$");
    match(answer, "_duration_seconds_sum 1\\.200$");
    netp_httpd_free(httpd);
    netp_loop_free(loop);
}

static int make_dir(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/log", dir);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(dir);
}

/* Each line has the target of its own request, though the next has been read. */
static void test_pipeline(void **state)
{
    (void)state;
    unlink(path);
    begin(&(struct netp_httpd_logger_cfg){.path = path});
    ask("GET /p/first HTTP/1.1\r\nHost: h\r\n\r\nGET /p/2 HTTP/1.1\r\nHost: h\r\n\r\n"
        "GET /p/third?x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    end();
    read_log(path);
    match(lines, "\"GET /p/first HTTP/1\\.1\" 200 0 ");
    match(lines, "\"GET /p/2 HTTP/1\\.1\" 200 0 ");
    match(lines, "\"GET /p/third\\?x HTTP/1\\.1\" 200 0 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pipeline),  cmocka_unit_test(test_combined),
        cmocka_unit_test(test_time),      cmocka_unit_test(test_json),
        cmocka_unit_test(test_long),      cmocka_unit_test(test_reopen),
        cmocka_unit_test(test_full_pipe), cmocka_unit_test(test_id),
        cmocka_unit_test(test_metrics),   cmocka_unit_test(test_metrics_of_several),
    };

    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
