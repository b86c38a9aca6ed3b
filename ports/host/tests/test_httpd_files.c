/* test_httpd_files.c - files of a server in a process of its own, asked by plain sockets.
 *
 * SPDX-License-Identifier: MIT */
#include "httpd_child.h"
#include <fcntl.h>
#include <netproto/host/httpd_files.h>
#include <netproto/http_date.h>
#include <netproto/text.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

#define DATED  1000000000 /* Sun, 09 Sep 2001 01:46:40 GMT, the date of most files */
#define DATE   "Sun, 09 Sep 2001 01:46:40 GMT"
#define SECRET "secret of the machine"
#define LARGE  300000

/* --- the files ------------------------------------------------------------------------------- */

static char top[] = "/tmp/test_httpd_files.XXXXXX"; /* has www, which is served, and secrets */

static const char *in_top(const char *name)
{
    static char path[4][512];
    static unsigned i;

    i = (i + 1) % 4;
    snprintf(path[i], sizeof path[i], "%s/%s", top, name);
    return path[i];
}

static void dated(const char *name, time_t t)
{
    struct timespec times[2] = {{t, 5}, {t, 5}};

    assert_int_equal(utimensat(AT_FDCWD, in_top(name), times, AT_SYMLINK_NOFOLLOW), 0);
}

static void put_bytes(const char *name, const void *p, size_t n)
{
    FILE *f = fopen(in_top(name), "w");

    assert_non_null(f);
    assert_int_equal(fwrite(p, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
    dated(name, DATED);
}

static void put(const char *name, const char *text)
{
    put_bytes(name, text, strlen(text));
}

/* A pattern in which each place can be told. */
static char pattern(size_t i)
{
    return "0123456789abcdef"[(i ^ i >> 4 ^ i >> 9) & 15];
}

static void put_pattern(const char *name, size_t n)
{
    char *p = malloc(n);

    assert_non_null(p);
    for (size_t i = 0; i < n; i++) {
        p[i] = pattern(i);
    }
    put_bytes(name, p, n);
    free(p);
}

static void folder(const char *name)
{
    assert_int_equal(mkdir(in_top(name), 0755), 0);
}

static void make_odd_files(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    assert_int_equal(mkfifo(in_top("www/fifo"), 0644), 0);
    assert_in_range(snprintf(a.sun_path, sizeof a.sun_path, "%s", in_top("www/socket")), 1,
                    sizeof a.sun_path - 1);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    close(fd);
    assert_int_equal(symlink("hello.txt", in_top("www/inside")), 0);
    assert_int_equal(symlink("../secret.txt", in_top("www/outside")), 0);
    assert_int_equal(symlink("/etc/passwd", in_top("www/passwd")), 0);
    assert_int_equal(symlink("..", in_top("www/up_link")), 0);
    assert_int_equal(symlink("loop", in_top("www/loop")), 0);
    assert_int_equal(symlink("/proc/self/root", in_top("www/magic")), 0);
    put("www/odd/<img src=x onerror=alert(1)>", "1");
    put("www/odd/a\"b", "2");
    put("www/odd/a\r\nb", "3");
    put("www/odd/..foo", "4");
    put("www/odd/\xff\xc3(", "5");
    put("www/odd/javascript:x", "6");
    put("www/odd/\xc3\xa4&'%41 ?#", "7");
    assert_int_equal(symlink("../hello.txt", in_top("www/odd/link")), 0);
    assert_int_equal(symlink("../../secret.txt", in_top("www/odd/wrong")), 0);
    assert_int_equal(mkfifo(in_top("www/odd/pipe"), 0644), 0);
    folder("www/odd/zz");
    put("www/odd.html", "beside a folder");
    folder("www/odd.html.gz");
    folder("www/index");
    folder("www/index/index.html");
}

static void make_text_files(void)
{
    char text[3000];

    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = "hello world\n"[i % 12];
    }
    put_bytes("www/hello.txt", text, 1000);
    put_bytes("www/short.txt", text, 255);
    put_bytes("www/hello.bin", text, 3000);
    put_bytes("www/page.html", text, 3000);
    put("www/page.html.gz", "as if compressed");
    put_bytes("www/old.html", text, 3000);
    put("www/old.html.gz", "of before");
    dated("www/old.html.gz", DATED - 1);
    put_bytes("www/future.txt", text, 1000);
    dated("www/future.txt", time(NULL) + 86400);
    put("www/ancient.txt", "1960");
    dated("www/ancient.txt", -315619200);
}

static int set_up(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    assert_non_null(mkdtemp(top));
    folder("www");
    folder("www/sub");
    folder("www/plain");
    folder("www/odd");
    folder("www/.git");
    folder("wwwsecret");
    put("secret.txt", SECRET);
    put("wwwsecret/s", SECRET);
    put("www/.git/config", SECRET);
    put("www/.htpasswd", SECRET);
    put("www/backup.c~", SECRET);
    put("www/%2e%2e", "a name of escapes");
    put("www/empty.txt", "");
    put("www/sub/index.html", "<p>index</p>");
    put("www/plain/a b.txt", "blank");
    put_pattern("www/large.bin", LARGE);
    put_pattern("www/edge.bin", 65536);
    put_pattern("www/copy.bin", 16384);
    make_text_files();
    make_odd_files();
    return 0;
}

static int tear_down(void **state)
{
    char command[100];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", top);
    return system(command);
}

/* --- the server ------------------------------------------------------------------------------ */

struct server {
    struct child child;
    /* set before start() */
    struct netp_httpd_files_cfg cfg;
    rlim_t descriptors; /* 0: as they are */
    size_t disk;        /* bytes of a disk of its own at www/disk; 0: none */
};

static struct netp_httpd_files *files(const struct server *s, unsigned flags)
{
    struct netp_httpd_files_cfg cfg = s->cfg;

    cfg.root = in_top("www");
    cfg.flags = flags;
    return netp_httpd_files_new(&cfg);
}

static void limit(const struct server *s)
{
    struct rlimit limit = {s->descriptors, s->descriptors};
    char size[32];

    if (s->descriptors) {
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (s->disk) {
        snprintf(size, sizeof size, "size=%zu", s->disk);
        mkdir(in_top("www/disk"), 0755);
        if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
            mount("none", in_top("www/disk"), "tmpfs", 0, size) != 0) {
            exit(77);
        }
    }
}

static void serve(int fd, const void *arg)
{
    const struct server *s = arg;
    struct netp_httpd_files *plain, *list, *all, *write;

    limit(s);
    plain = files(s, 0);
    list = files(s, NETP_HTTPD_FILES_LIST);
    all = files(s, NETP_HTTPD_FILES_LIST | NETP_HTTPD_FILES_HIDDEN);
    write = files(s, NETP_HTTPD_FILES_LIST | NETP_HTTPD_FILES_WRITE);
    const struct netp_httpd_route routes[] = {
        {.pattern = "/f", .handle = netp_httpd_files_handle, .arg = plain},
        {.pattern = "/f/*", .handle = netp_httpd_files_handle, .arg = plain},
        {.pattern = "/list/*", .handle = netp_httpd_files_handle, .arg = list},
        {.pattern = "/all/*", .handle = netp_httpd_files_handle, .arg = all},
        {.pattern = "/write/*", .handle = netp_httpd_files_handle, .arg = write},
        {.pattern = "/*", .handle = netp_httpd_files_handle, .arg = list},
    };
    const struct netp_httpd_cfg cfg = {.route = routes, .nroute = sizeof routes / sizeof *routes};

    loop = netp_loop_new();
    httpd = netp_httpd_new(loop, &cfg);
    if (!plain || !list || !all || !write) {
        exit(9);
    }
    child_serve(fd);
    netp_httpd_files_free(plain);
    netp_httpd_files_free(list);
    netp_httpd_files_free(all);
    netp_httpd_files_free(write);
    netp_loop_free(loop);
}

static void start(struct server *s)
{
    child_start(&s->child, NULL, serve, s);
}

static struct server plain_server;

static int start_plain(void **state)
{
    (void)state;
    plain_server = (struct server){0};
    start(&plain_server);
    return 0;
}

static int finish_plain(void **state)
{
    (void)state;
    return child_end(&plain_server.child);
}

/* --- the client ------------------------------------------------------------------------------ */

static char answer[1 << 20];
static size_t nanswer;

/* Adds to answer until it has most bytes, or the end. */
static void hear_more(int fd, size_t most)
{
    nanswer += hear(fd, "", answer + nanswer, most + 1 - nanswer);
}

static void ask(const struct server *s, const char *request)
{
    int fd = dial(&s->child);

    nanswer = 0;
    say(fd, request);
    shutdown(fd, SHUT_WR);
    hear_more(fd, sizeof answer - 1);
    close(fd);
}

/* Behind the 100 by which a server asks whether a client that has closed its side has gone. */
static const char *final_answer(void)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    size_t n = sizeof go_on - 1;

    return nanswer > n && memcmp(answer, go_on, n) == 0 ? answer + n : answer;
}

static unsigned status(void)
{
    return nanswer > 12 ? (unsigned)strtoul(final_answer() + 9, NULL, 10) : 0;
}

static const char *body(size_t *n)
{
    const char *from = final_answer();
    char *end = memmem(from, nanswer - (size_t)(from - answer), "\r\n\r\n", 4);

    assert_non_null(end);
    *n = nanswer - (size_t)(end + 4 - answer);
    return end + 4;
}

/* The value of a field of the last answer; "" without. */
static const char *field(const char *name)
{
    static char value[8][600];
    static unsigned i;
    char start[64];
    size_t n;
    const char *p, *end = body(&n);

    i = (i + 1) % 8;
    value[i][0] = '\0';
    snprintf(start, sizeof start, "\r\n%s: ", name);
    if ((p = strstr(answer, start)) && p < end) {
        p += strlen(start);
        snprintf(value[i], sizeof value[i], "%.*s", (int)strcspn(p, "\r"), p);
    }
    return value[i];
}

/* An expected text, or with ! before it one that must not be there. */
static void expect(const struct server *s, const char *request, const char *const *want, size_t n)
{
    ask(s, request);
    for (size_t i = 0; i < n; i++) {
        bool not = want[i][0] == '!';
        const char *text = want[i] + not ;
        if ((memmem(answer, nanswer, text, strlen(text)) != NULL) == not ) {
            fail_msg("%s\n--- %s \"%s\" in its answer:\n%.2000s", request, not ? "has" : "has no",
                     text, answer);
        }
    }
    if (memmem(answer, nanswer, SECRET, strlen(SECRET)) || strstr(answer, "root:")) {
        fail_msg("%s\n--- tells a secret", request);
    }
}

#define EXPECT(request, ...)                                                                       \
    expect(&plain_server, (request), (const char *const[]){__VA_ARGS__},                           \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
#define GET(path, ...) EXPECT("GET " path HOST "\r\n", __VA_ARGS__)

static void expect_pattern(size_t from, size_t count)
{
    size_t n;
    const char *p = body(&n);

    assert_int_equal(n, count);
    for (size_t i = 0; i < n; i++) {
        if (p[i] != pattern(from + i)) {
            fail_msg("byte %zu is wrong", i);
        }
    }
}

/* --- what is served -------------------------------------------------------------------------- */

static void files_are_served(void **state)
{
    (void)state;
    GET("/f/hello.txt", " 200 OK\r\n", "Content-Length: 1000\r\n", "hello world\n",
        "Content-Type: text/plain; charset=utf-8\r\n", "Last-Modified: " DATE "\r\n",
        "Accept-Ranges: bytes\r\n", "Vary: Accept-Encoding\r\n", "ETag: \"", "!Content-Encoding");
    GET("/f/hello.txt", " 200 OK\r\n", "hello world\n"); /* from memory */
    GET("/f/hello%2etxt?query", " 200 OK\r\n", "hello world\n");
    GET("/f/empty.txt", " 200 OK\r\n", "Content-Length: 0\r\n");
    GET("/f/hello.bin", "Content-Type: application/octet-stream\r\n", "!Vary");
    GET("/f/plain/a%20b.txt", "blank");
    GET("/f/%252e%252e", "a name of escapes");
    GET("/f/sub/", "<p>index</p>", "Content-Type: text/html; charset=utf-8\r\n");
    EXPECT("HEAD /f/hello.txt" HOST "\r\n", " 200 OK\r\n", "Content-Length: 1000\r\n", "!hello");
    EXPECT("HEAD /f/large.bin" HOST "\r\n", " 200 OK\r\n", "Content-Length: 300000\r\n", "!0123");
    EXPECT("GET /f/hello.txt" HOST "\r\nGET /f/sub/" HOST "\r\nHEAD /f/large.bin" HOST
           "\r\nGET /f/large.bin" HOST "\r\nGET /f/empty.txt" HOST "\r\n",
           "hello world\n", "<p>index</p>", "Content-Length: 0\r\n");
    GET("/f/large.bin", "Content-Length: 300000\r\n");
    expect_pattern(0, LARGE);
    GET("/f/edge.bin", "Content-Length: 65536\r\n");
    expect_pattern(0, 65536);
    GET("/f/copy.bin", "Content-Length: 16384\r\n");
    expect_pattern(0, 16384);
}

static void methods(void **state)
{
    (void)state;
    EXPECT("PUT /f/new.txt" HOST "Content-Length: 1\r\n\r\na", " 405 Method Not Allowed\r\n",
           "Allow: GET, HEAD, OPTIONS\r\n");
    EXPECT("POST /f/hello.txt" HOST "Content-Length: 0\r\n\r\n", " 405 ", "Allow: GET, HEAD");
    EXPECT("DELETE /f/hello.txt" HOST "\r\n", " 405 ");
    EXPECT("get /f/hello.txt" HOST "\r\n", " 405 ");
    EXPECT("OPTIONS /f/hello.txt" HOST "\r\n", " 204 No Content\r\n",
           "Allow: GET, HEAD, OPTIONS\r\n");
    EXPECT("OPTIONS /write/x" HOST "\r\n", "Allow: GET, HEAD, PUT, OPTIONS\r\n");
}

/* --- paths ----------------------------------------------------------------------------------- */

static const struct {
    const char *path;
    unsigned status;
} paths[] = {
    {"/f/none", 404},
    {"/f/hello.txt/", 404},
    {"/f/hello.txt/x", 404},
    {"/f/../secret.txt", 404},
    {"/f/sub/../../secret.txt", 404},
    {"/f/sub/../hello.txt", 404}, /* a client takes these out itself */
    {"/f/./hello.txt", 404},
    {"/f/%2e%2e/secret.txt", 404},
    {"/f/%2e%2e%2fsecret.txt", 404},
    {"/f/..%2fsecret.txt", 404},
    {"/f/..%5csecret.txt", 404},
    {"/f/..\\secret.txt", 404},
    {"/f/%252e%252e/secret.txt", 404},
    {"/f/..%c0%afsecret.txt", 404},
    {"/f/%c0%ae%c0%ae/secret.txt", 404},
    {"/f/sub%2findex.html", 404},
    {"/f//etc/passwd", 404},
    {"/f/%2fetc/passwd", 404},
    {"/f/sub//index.html", 404},
    {"/f/sub/.", 404},
    {"/f/hello.txt%00", 400},
    {"/f/hello.txt%00.html", 400},
    {"/f/%", 400},
    {"/f/%4", 400},
    {"/f/%zz", 400},
    {"/f/hello.txt%0d%0aX:y", 404},
    {"/f/%7f", 404},
    /* links */
    {"/f/inside", 200},
    {"/f/outside", 404},
    {"/f/passwd", 404},
    {"/f/up_link/secret.txt", 404},
    {"/f/up_link/", 404},
    {"/f/loop", 404},
    {"/f/magic/etc/passwd", 404},
    /* what is no file */
    {"/f/fifo", 404},
    {"/f/socket", 404},
    {"/f/fifo/", 404},
    /* a prefix is of whole segments */
    {"/f../secret.txt", 404},
    {"/fsecret/s", 404},
    {"/f/../wwwsecret/s", 404},
    {"/f../wwwsecret/s", 404},
    /* folders without an index */
    {"/f/plain/", 404},
    {"/f/.%2f", 404},
    {"/f/plain/.%2f", 404},
    {"/f/plain/%2f", 404},
    {"/f/", 404},
    {"/f/index/", 404},
    /* what is hidden */
    {"/f/.git/config", 404},
    {"/f/%2egit/config", 404},
    {"/f/.htpasswd", 404},
    {"/f/backup.c~", 404},
    {"/f/backup.c%7e", 404},
    {"/all/.git/", 200},
    {"/all/odd/..foo", 200},
    {"/all/..", 404},
    {"/all/sub/../hello.txt", 404},
    {"/all/sub/./index.html", 404},
    {"/all/../secret.txt", 404},
    {"/list/odd/..foo", 404},
};

static void paths_lead_nowhere_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char request[300];
        snprintf(request, sizeof request, "GET %s" HOST "\r\n", paths[i].path);
        expect(&plain_server, request, NULL, 0);
        if (status() != paths[i].status) {
            fail_msg("%s: %u", paths[i].path, status());
        }
    }
}

static void long_paths(void **state)
{
    static char path[7000], request[9000];
    const size_t lengths[] = {255, 256, 3000, 4093, 4094, 4095, 4096, 5000, 7000};

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        for (int parts = 0; parts < 2; parts++) {
            for (size_t k = 0; k < lengths[i]; k++) {
                path[k] = parts && k % 200 == 199 ? '/' : 'x';
            }
            snprintf(request, sizeof request, "GET /f/%.*s" HOST "\r\n", (int)lengths[i], path);
            expect(&plain_server, request, NULL, 0);
            assert_int_equal(status(), 404);
        }
    }
}

static void folders_get_their_slash(void **state)
{
    (void)state;
    GET("/f/sub", " 301 Moved Permanently\r\n", "Location: /f/sub/\r\n");
    GET("/f/sub?a=b&c", "Location: /f/sub/?a=b&c\r\n");
    GET("/f/%73ub?", "Location: /f/%73ub/?\r\n");
    GET("/f", "Location: /f/\r\n");
    GET("/f?q", "Location: /f/?q\r\n");
    GET("/f/sub?a\\b", "!\\");
    EXPECT("GET http://evil.example/f/sub" HOST "\r\n", "Location: /f/sub/\r\n");
    EXPECT("GET /f/sub HTTP/1.1\r\nHost: evil.example\r\n\r\n", "Location: /f/sub/\r\n");
    EXPECT("HEAD /f/sub" HOST "\r\n", " 301 ", "Location: /f/sub/\r\n");
    GET("//evil.example/%2e%2e", " 404 ", "!Location");
    GET("//sub", " 404 ", "!Location");
    GET("/\\evil.example/sub", "!Location");
    GET("//list/sub", "!Location: //");
}

/* A link that is outside now and then, and mostly not there. */
static void swapped_links(void **state)
{
    pid_t pid = fork();

    (void)state;
    if (pid == 0) {
        char now[512], in[512], out[512];
        snprintf(now, sizeof now, "%s/www/swapped", top);
        snprintf(in, sizeof in, "%s/www/swapped.in", top);
        snprintf(out, sizeof out, "%s/www/swapped.out", top);
        for (;;) {
            (void)!symlink("hello.txt", in);
            (void)!rename(in, now);
            (void)!symlink("../secret.txt", out);
            (void)!rename(out, now);
        }
    }
    for (int i = 0; i < 300; i++) {
        GET("/f/swapped", "HTTP/1.1 "); /* and no secret */
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* --- conditions and ranges ------------------------------------------------------------------- */

static void ask_with(const char *path, const char *fmt, ...)
{
    static char request[16000];
    size_t n = (size_t)snprintf(request, sizeof request, "GET %s" HOST, path);
    va_list ap;

    va_start(ap, fmt);
    n += (size_t)vsnprintf(request + n, sizeof request - n, fmt, ap);
    va_end(ap);
    assert_true(n + 3 < sizeof request);
    memcpy(request + n, "\r\n", 3);
    expect(&plain_server, request, NULL, 0);
}

static void conditions(void **state)
{
    char tag[100], many[9001];

    (void)state;
    GET("/f/hello.txt", " 200 ");
    snprintf(tag, sizeof tag, "%s", field("ETag"));
    ask_with("/f/hello.txt", "If-None-Match: %s\r\n", tag);
    assert_int_equal(status(), 304);
    assert_string_equal(field("ETag"), tag);
    assert_string_equal(field("Vary"), "Accept-Encoding");
    assert_string_equal(field("Content-Type"), "");
    assert_true(strcmp(field("Content-Length"), "0") != 0);
    ask_with("/f/hello.txt", "If-None-Match: \"a\", W/%s\r\n", tag);
    assert_int_equal(status(), 304);
    ask_with("/f/hello.txt", "If-None-Match: *\r\n");
    assert_int_equal(status(), 304);
    ask_with("/f/hello.txt", "If-None-Match: abc\r\n");
    assert_int_equal(status(), 200);
    for (size_t i = 0; i < 9000; i++) {
        many[i] = "\"a\","[i % 4];
    }
    many[9000] = '\0';
    ask_with("/f/hello.txt", "If-None-Match: %s%s\r\n", many, tag);
    assert_int_equal(status(), 304);
    ask_with("/f/hello.txt", "If-Match: %s\r\n", many);
    assert_int_equal(status(), 412);
    ask_with("/f/hello.txt", "If-Modified-Since: " DATE "\r\n");
    assert_int_equal(status(), 304);
    ask_with("/f/hello.txt", "If-Modified-Since: Sunday, 09-Sep-01 01:46:40 GMT\r\n");
    assert_int_equal(status(), 304);
    ask_with("/f/hello.txt", "If-Modified-Since: Sun Sep  9 01:46:39 2001\r\n");
    assert_int_equal(status(), 200);
    ask_with("/f/hello.txt", "If-Modified-Since: never\r\n");
    assert_int_equal(status(), 200);
    ask_with("/f/hello.txt", "If-Match: \"x\"\r\nIf-None-Match: %s\r\n", tag);
    assert_int_equal(status(), 412);
    ask_with("/f/hello.txt", "If-None-Match: \"x\"\r\nIf-Modified-Since: " DATE "\r\n");
    assert_int_equal(status(), 200);
    ask_with("/f/none", "If-None-Match: *\r\n");
    assert_int_equal(status(), 404);
}

static void times_that_are_odd(void **state)
{
    struct netp_str date;
    int64_t modified, now;

    (void)state;
    GET("/f/future.txt", " 200 ", "ETag: W/\"");
    date = netp_str_of(field("Last-Modified"));
    assert_int_equal(netp_http_date_parse(date, 0, &modified), NETP_OK);
    date = netp_str_of(field("Date"));
    assert_int_equal(netp_http_date_parse(date, 0, &now), NETP_OK);
    assert_true(modified <= now && modified > now - 5);
    GET("/f/ancient.txt", "Last-Modified: Fri, 01 Jan 1960 00:00:00 GMT\r\n", "ETag: \"");
    for (int i = 0; i < 10; i++) { /* lest the machine pauses between */
        put("www/fresh.txt", "new");
        dated("www/fresh.txt", time(NULL));
        GET("/f/fresh.txt", "ETag: ");
        if (field("ETag")[0] == 'W') {
            break;
        }
    }
    assert_memory_equal(field("ETag"), "W/\"", 3);
    sleep(2);
    GET("/f/fresh.txt", "ETag: \"");
}

static void one_range(void **state)
{
    (void)state;
    ask_with("/f/large.bin", "Range: bytes=1000-299998\r\n");
    assert_int_equal(status(), 206);
    assert_string_equal(field("Content-Range"), "bytes 1000-299998/300000");
    expect_pattern(1000, 298999);
    ask_with("/f/large.bin", "Range: bytes=-5\r\n");
    assert_string_equal(field("Content-Type"), "application/octet-stream");
    expect_pattern(LARGE - 5, 5);
    ask_with("/f/copy.bin", "Range: bytes=5-\r\n");
    assert_string_equal(field("Content-Range"), "bytes 5-16383/16384");
    expect_pattern(5, 16379);
    ask_with("/f/edge.bin", "Range: bytes=1-65534\r\n");
    expect_pattern(1, 65534);
    ask_with("/f/large.bin", "Range: bytes=300000-\r\n");
    assert_int_equal(status(), 416);
    assert_string_equal(field("Content-Range"), "bytes */300000");
    ask_with("/f/empty.txt", "Range: bytes=0-\r\n");
    assert_int_equal(status(), 200);
    ask_with("/f/copy.bin", "Range: lines=0-\r\n");
    assert_int_equal(status(), 200);
    EXPECT("HEAD /f/copy.bin" HOST "Range: bytes=0-1\r\n\r\n", " 200 ", "Content-Length: 16384");
}

/* What a body may be is the server's to say, also where none is expected. */
static void requests_with_bodies(void **state)
{
    (void)state;
    EXPECT("GET /f/hello.txt" HOST "Content-Length: 3\r\n\r\nabcGET /f/sub/" HOST "\r\n",
           "hello world", "<p>index</p>");
    EXPECT("GET /f/large.bin" HOST "Content-Length: 2000000\r\n\r\n", " 413 ");
    EXPECT("GET /f/large.bin" HOST "Range: bytes=0-1,9-9\r\nContent-Length: 2000000\r\n\r\n",
           " 413 ");
}

static void several_ranges(void **state)
{
    const char *files_[] = {"/f/large.bin", "/f/edge.bin"};
    const char *p, *boundary;
    char want[300];
    size_t n;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        ask_with(files_[i], "Range: bytes=0-9,40000-40004\r\n");
        assert_int_equal(status(), 206);
        boundary = field("Content-Type") + strlen("multipart/byteranges; boundary=");
        p = body(&n);
        assert_int_equal(strtoul(field("Content-Length"), NULL, 10), n);
        snprintf(want, sizeof want,
                 "--%s\r\nContent-Type: application/octet-stream\r\n"
                 "Content-Range: bytes 0-9/%d\r\n\r\n0123456789\r\n--%s\r\n",
                 boundary, i ? 65536 : LARGE, boundary);
        assert_memory_equal(p, want, strlen(want));
        snprintf(want, sizeof want, "\r\n\r\n%c%c%c%c%c\r\n--%s--\r\n", pattern(40000),
                 pattern(40001), pattern(40002), pattern(40003), pattern(40004), boundary);
        assert_memory_equal(p + n - strlen(want), want, strlen(want));
    }
    ask_with("/f/large.bin", "Range: bytes=0-9,5-20\r\n");
    assert_int_equal(status(), 200);
    expect_pattern(0, LARGE);
}

/* --- codings --------------------------------------------------------------------------------- */

static void gzip(void **state)
{
    static const struct {
        const char *path, *accept;
        bool gzip;
    } rows[] = {
        {"/f/page.html", "gzip", true},
        {"/f/page.html", "x-gzip", true},
        {"/f/page.html", "deflate, gzip;q=1.0, *;q=0.5", true},
        {"/f/page.html", "gzip;q=0.001", true},
        {"/f/page.html", "*", true},
        {"/f/page.html", "identity;q=0, *", true},
        {"/f/page.html", "gzip;q=0", false},
        {"/f/page.html", "*;q=0", false},
        {"/f/page.html", "identity;q=0", false},
        {"/f/page.html", "gzip;q=0.5, identity", false},
        {"/f/page.html", "br", false},
        {"/f/page.html", "gzip;q=x", false},
        {"/f/page.html", "gzip\r\nAccept-Encoding: identity;q=0", false},
        {"/f/page.html", "", false},
        {"/f/old.html", "gzip", true}, /* compressed here */
        {"/f/hello.txt", "gzip", true},
        {"/f/short.txt", "gzip", false}, /* it is not worth it */
        {"/f/hello.bin", "gzip", false},
        {"/f/odd.html", "gzip", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ask_with(rows[i].path, "Accept-Encoding: %s\r\n", rows[i].accept);
        assert_int_equal(status(), 200);
        if ((strcmp(field("Content-Encoding"), "gzip") == 0) != rows[i].gzip) {
            fail_msg("%s: %s: %s", rows[i].path, rows[i].accept, answer);
        }
    }
    GET("/f/page.html", "!Content-Encoding", "Vary: Accept-Encoding\r\n");
    ask_with("/f/page.html", "Accept-Encoding: gzip\r\n");
    assert_non_null(strstr(answer, "as if compressed"));
    assert_string_equal(field("Content-Length"), "16");
    assert_string_equal(field("Vary"), "Accept-Encoding");
    ask_with("/f/old.html", "Accept-Encoding: gzip\r\n");
    assert_null(strstr(answer, "of before"));
}

/* Each form has its tag, and ranges are of the file as it is. */
static void forms_differ(void **state)
{
    static const char *const two[] = {"/f/page.html", "/f/old.html"};
    char plain[100], coded[100], length[20];
    size_t n;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        ask_with(two[i], "%s", "");
        snprintf(plain, sizeof plain, "%s", field("ETag"));
        ask_with(two[i], "Accept-Encoding: gzip\r\n");
        snprintf(coded, sizeof coded, "%s", field("ETag"));
        snprintf(length, sizeof length, "%s", field("Content-Length"));
        assert_string_not_equal(plain, coded);
        body(&n);
        assert_int_equal(n, strtoul(length, NULL, 10));
        ask_with(two[i], "Accept-Encoding: gzip\r\nIf-None-Match: %s\r\n", coded);
        assert_int_equal(status(), 304);
        assert_string_equal(field("ETag"), coded);
        ask_with(two[i], "Accept-Encoding: gzip\r\nIf-None-Match: %s\r\n", plain);
        assert_int_equal(status(), 200);
        ask_with(two[i], "Accept-Encoding: gzip\r\nRange: bytes=0-4\r\n");
        assert_int_equal(status(), 206);
        assert_string_equal(field("Content-Encoding"), "");
        assert_string_equal(field("ETag"), plain);
        assert_memory_equal(body(&n), "hello", 5);
        ask_with(two[i], "Accept-Encoding: gzip\r\nRange: bytes=0-4\r\nIf-Range: %s\r\n", coded);
        assert_int_equal(status(), 200);
        assert_string_equal(field("Content-Encoding"), "");
    }
    EXPECT("HEAD /f/old.html" HOST "Accept-Encoding: gzip\r\n\r\n", "Content-Encoding: gzip");
    assert_string_equal(field("Content-Length"), length);
}

/* --- lists ----------------------------------------------------------------------------------- */

static void lists(void **state)
{
    (void)state;
    GET("/all/odd/", " 200 ", "Content-Type: text/html; charset=utf-8\r\n", "Vary: Accept\r\n",
        "<a href=\"./%3Cimg%20src=x%20onerror=alert(1)%3E\">&#60;img src=x onerror=alert(1)&#62;<",
        "<a href=\"./a%22b\">a&#34;b<",
        "<a href=\"./a%0D%0Ab\">a\xef\xbf\xbd\xef\xbf\xbd"
        "b<",
        "<a href=\"./..foo\">..foo<", "<a href=\"./%FF%C3(\">\xef\xbf\xbd\xef\xbf\xbd(<",
        "<a href=\"./javascript%3Ax\">",
        "<a href=\"./%C3%A4&'%2541%20%3F%23\">\xc3\xa4&#38;&#39;%41 ?#<", "<a href=\"./link\">",
        "<a href=\"./zz/\">zz/<", "<a href=\"../\">", "!<img", "!wrong", "!pipe",
        "!href=\"javascript");
    GET("/list/odd/", "!..foo", "a%22b");
    GET("/list/", "!.git", "!backup", "!passwd", "!href=\"../\"", "hello.txt");
    GET("/all/", ".git/", "backup.c~", "!\"./passwd");
    EXPECT("HEAD /list/plain/" HOST "\r\n", " 200 ", "Content-Length: ", "!<");
    GET("/list/sub/", "<p>index</p>");
    GET("/all/odd/javascript:x", "6");
    GET("/all/odd/%FF%C3(", "5");
    GET("/all/odd/%C3%A4&'%2541%20%3F%23", "7");
    GET("/all/odd/a%0D%0Ab", " 404 ");
}

static void lists_are_sorted(void **state)
{
    char before[300] = "", name[300] = "";
    unsigned n = 0;

    (void)state;
    ask_with("/all/", "Accept: application/json\r\n");
    for (const char *p = answer; (p = strstr(p, "{\"name\":\"")); n++) {
        assert_int_equal(sscanf(p, "{\"name\":\"%299[^\"]", name), 1);
        assert_true(strcmp(before, name) < 0);
        memcpy(before, name, sizeof before);
        p++;
    }
    assert_true(n > 20);
}

static void lists_in_json(void **state)
{
    static const struct {
        const char *accept;
        bool json;
    } rows[] = {
        {"application/json", true},
        {"text/html;q=0.5, application/json", true},
        {"application/json;q=0.5, text/html", false},
        {"application/json;q=0", false},
        {"text/html", false},
        {"*/*", false},
        {"nonsense", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ask_with("/list/plain/", "Accept: %s\r\n", rows[i].accept);
        assert_string_equal(field("Content-Type"),
                            rows[i].json ? "application/json" : "text/html; charset=utf-8");
    }
    ask_with("/list/plain/", "Accept: application/json\r\n");
    assert_non_null(strstr(answer,
                           "\r\n\r\n{\"path\":\"/plain/\",\"complete\":true,\"entries\":[\n"
                           "{\"name\":\"a b.txt\",\"href\":\"./a%20b.txt\",\"type\":\"file\","
                           "\"size\":5,\"modified\":\"2001-09-09T01:46:40Z\"}\n]}\n"));
    ask_with("/all/odd/", "Accept: application/json\r\n");
    assert_non_null(strstr(answer, "{\"name\":\"a\\u0022b\",\"href\":\"./a%22b\""));
    assert_non_null(strstr(answer, "{\"name\":\"a\\u000d\\u000ab\""));
    assert_non_null(strstr(answer, "{\"name\":\"zz\",\"href\":\"./zz/\",\"type\":\"folder\""));
    assert_non_null(strstr(answer, "\"\xef\xbf\xbd\xef\xbf\xbd(\""));
}

/* --- files that change ----------------------------------------------------------------------- */

/* A file of 16 MiB, of which the client has read the head; size is then what it becomes. What is
 * sent is less than all, which no socket buffers hold. */
static size_t changed_while_sent(off_t size)
{
    int fd = dial(&plain_server.child);
    size_t n, total;

    put("www/changing.bin", "");
    assert_int_equal(truncate(in_top("www/changing.bin"), 16 << 20), 0);
    dated("www/changing.bin", DATED);
    nanswer = 0;
    say(fd, "GET /f/changing.bin" HOST "Connection: close\r\n\r\n");
    hear_more(fd, 1000);
    assert_string_equal(field("Content-Length"), "16777216");
    assert_int_equal(truncate(in_top("www/changing.bin"), size), 0);
    body(&n);
    for (total = n, n = 1; n > 0; total += n) {
        nanswer = 0;
        hear_more(fd, 100000);
        n = nanswer;
    }
    close(fd);
    unlink(in_top("www/changing.bin"));
    return total;
}

static void changed_files(void **state)
{
    size_t n;

    (void)state;
    n = changed_while_sent(1000);
    assert_true(n < 16 << 20);
    sleep(1);
    n = changed_while_sent((16 << 20) + 100000);
    assert_int_equal(n, 16 << 20);
}

static void replaced_files(void **state)
{
    char tag[100];

    (void)state;
    put("www/one.txt", "the first");
    GET("/f/one.txt", "the first");
    snprintf(tag, sizeof tag, "%s", field("ETag"));
    ask_with("/f/one.txt", "Range: bytes=4-\r\nIf-Range: %s\r\n", tag);
    assert_int_equal(status(), 206);
    put("www/two.txt", "the other"); /* of the same size and date */
    assert_int_equal(rename(in_top("www/two.txt"), in_top("www/one.txt")), 0);
    usleep(1100000);
    ask_with("/f/one.txt", "Range: bytes=4-\r\nIf-Range: %s\r\n", tag);
    assert_int_equal(status(), 200);
    assert_non_null(strstr(answer, "the other"));
    assert_string_not_equal(field("ETag"), tag);
    assert_int_equal(unlink(in_top("www/one.txt")), 0);
    usleep(1100000);
    GET("/f/one.txt", " 404 ");
    /* what is read when it is sent is looked at each time */
    put_pattern("www/big.txt", 100000);
    GET("/f/big.txt", "Content-Length: 100000");
    put_pattern("www/big.txt", 100001);
    GET("/f/big.txt", "Content-Length: 100001");
    /* a compressed form is that of the file as it is */
    put("www/late.html", "<p>late</p>");
    GET("/f/late.html", "late");
    put("www/late.html.gz", "compressed later");
    usleep(1100000);
    EXPECT("GET /f/late.html" HOST "Accept-Encoding: gzip\r\n\r\n", "compressed later");
    assert_int_equal(unlink(in_top("www/late.html.gz")), 0);
    usleep(1100000);
    EXPECT("GET /f/late.html" HOST "Accept-Encoding: gzip\r\n\r\n", "<p>late</p>");
}

/* More files than may be kept, or than there are descriptors for. */
static void many_files(void **state)
{
    struct server s = {.cfg = {.max_open = 5, .max_memory = 100000}};
    char name[40], request[80];

    (void)state;
    folder("www/many");
    for (int round = 0; round < 2; round++) {
        start(&s);
        for (int i = 0; i < 120; i++) {
            int k = i % 40;
            snprintf(name, sizeof name, "www/many/%d.txt", k);
            if (i < 40 && round == 0) {
                put_pattern(name, k % 2 ? 70000 : 30000);
            }
            snprintf(request, sizeof request, "GET /f/many/%d.txt" HOST "%s\r\n", k,
                     i >= 80 ? "Accept-Encoding: gzip\r\n" : "");
            ask(&s, request);
            assert_int_equal(status(), 200);
            if (i < 80) {
                expect_pattern(0, k % 2 ? 70000 : 30000);
            }
        }
        assert_int_equal(child_end(&s.child), 0);
        s = (struct server){.descriptors = 24};
    }
}

static void types_from_a_file(void **state)
{
    char path[512];
    struct server s = {.cfg = {.mime_types = path}};
    struct netp_httpd_files_cfg bad = {.root = top, .mime_types = "/nonexistent"};

    (void)state;
    snprintf(path, sizeof path, "%s", in_top("mime.types"));
    put("mime.types", "# types\n\ntext/x-mine  MINE bin # c\nimage/x-late mine\nnonsense\r\n"
                      "application/x-long longer\n");
    put("www/a.mine", "1");
    put("www/a.longer", "1");
    put("www/a.long", "1");
    start(&s);
    ask(&s, "GET /f/a.mine" HOST "\r\n");
    assert_string_equal(field("Content-Type"), "text/x-mine; charset=utf-8");
    ask(&s, "GET /f/hello.bin" HOST "\r\n");
    assert_string_equal(field("Content-Type"), "text/x-mine; charset=utf-8");
    ask(&s, "GET /f/a.longer" HOST "\r\n");
    assert_string_equal(field("Content-Type"), "application/x-long");
    ask(&s, "GET /f/a.long" HOST "\r\n");
    assert_string_equal(field("Content-Type"), "application/octet-stream");
    ask(&s, "GET /f/page.html" HOST "\r\n");
    assert_string_equal(field("Content-Type"), "text/html; charset=utf-8");
    assert_int_equal(child_end(&s.child), 0);
    assert_null(netp_httpd_files_new(&bad));
    assert_int_equal(errno, ENOENT);
    bad = (struct netp_httpd_files_cfg){.root = "/nonexistent"};
    assert_null(netp_httpd_files_new(&bad));
    assert_int_equal(errno, ENOENT);
    netp_httpd_files_free(NULL);
}

static void index_files(void **state)
{
    static const char *const names[] = {"none.html", "page.html", "hello.txt"};
    struct server s = {.cfg = {.index = names, .nindex = 3}};

    (void)state;
    start(&s);
    ask(&s, "GET /f/" HOST "\r\n");
    assert_string_equal(field("Content-Length"), "3000");
    ask(&s, "GET /f/sub/" HOST "\r\n");
    assert_int_equal(status(), 404);
    assert_int_equal(child_end(&s.child), 0);
}

/* --- uploads --------------------------------------------------------------------------------- */

#define PUT_(path, fields, text) "PUT " path HOST fields "Content-Length: 4\r\n\r\n" text

static void expect_file(const char *name, const char *text)
{
    char got[100] = "";
    int fd = open(in_top(name), O_RDONLY);

    assert_true(fd >= 0);
    assert_int_equal(read(fd, got, sizeof got - 1), strlen(text));
    assert_string_equal(got, text);
    close(fd);
}

/* Soon: a server tidies up after it has closed. */
static void expect_nothing_left(const char *folder_)
{
    char command[200];
    int r = 1;

    snprintf(command, sizeof command, "test -z \"$(ls -A %s | grep part)\"", in_top(folder_));
    for (int i = 0; i < 1000 && r != 0; i++) {
        usleep(i > 0 ? 20000 : 0);
        r = system(command);
    }
    assert_int_equal(r, 0);
}

static void uploads(void **state)
{
    (void)state;
    EXPECT(PUT_("/write/put.txt", "", "abcd"), " 201 Created\r\n");
    expect_file("www/put.txt", "abcd");
    GET("/write/put.txt", "abcd");
    EXPECT(PUT_("/write/put.txt", "", "efgh"), " 204 No Content\r\n");
    expect_file("www/put.txt", "efgh");
    GET("/write/put.txt", "efgh"); /* at once */
    EXPECT("PUT /write/chunks.txt" HOST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
           " 201 ");
    expect_file("www/chunks.txt", "abc");
    EXPECT("PUT /write/none.txt" HOST "Content-Length: 0\r\n\r\n", " 201 ");
    expect_file("www/none.txt", "");
    EXPECT(PUT_("/write/plain/n%C3%A4.txt", "Expect: 100-continue\r\n", "abcd"), " 100 ", " 201 ");
    expect_file("www/plain/n\xc3\xa4.txt", "abcd");
    EXPECT(PUT_("/write/put.txt", "Content-Encoding: identity\r\n", "ijkl"), " 204 ");
    expect_nothing_left("www");
}

static void refused_uploads(void **state)
{
    (void)state;
    EXPECT(PUT_("/write/plain", "", "abcd"), " 409 ");
    EXPECT(PUT_("/write/plain/", "", "abcd"), " 409 ");
    EXPECT(PUT_("/write/", "", "abcd"), " 409 ");
    EXPECT(PUT_("/write/no/such/folder", "", "abcd"), " 409 ");
    EXPECT(PUT_("/write/hello.txt/x", "", "abcd"), " 409 ");
    EXPECT(PUT_("/write/fifo", "", "abcd"), " 403 ");
    EXPECT(PUT_("/write/outside", "", "abcd"), " 403 ");
    EXPECT(PUT_("/write/up_link/new", "", "abcd"), " 403 ");
    EXPECT(PUT_("/write/../new", "", "abcd"), " 404 ");
    EXPECT(PUT_("/write/.hidden", "", "abcd"), " 404 ");
    EXPECT(PUT_("/write/x.part", "", "abcd"), " 404 ");
    EXPECT(PUT_("/write/x%00", "", "abcd"), " 400 ");
    EXPECT(PUT_("/write/new", "Content-Range: bytes 0-3/10\r\n", "abcd"), " 400 ");
    EXPECT(PUT_("/write/new", "Content-Encoding: gzip\r\n", "abcd"), " 415 ");
    EXPECT("PUT /write/new" HOST "Content-Length: 2000000000\r\n\r\n", " 413 ");
    EXPECT("PUT /write/new" HOST "Expect: 100-continue\r\nContent-Length: 2000000000\r\n\r\n",
           " 413 ", "! 100 ");
    EXPECT("PUT /write/new" HOST "Content-Length: 4\r\n\r\nab", "");
    assert_int_not_equal(access(in_top("www/new"), F_OK), 0);
    expect_file("secret.txt", SECRET);
    expect_nothing_left("www");
}

static void conditional_uploads(void **state)
{
    char request[300];

    (void)state;
    put("www/cond.txt", "abcd");
    EXPECT(PUT_("/write/cond.txt", "If-None-Match: *\r\n", "efgh"), " 412 ");
    EXPECT(PUT_("/write/cond.txt", "If-Match: \"x\"\r\n", "efgh"), " 412 ");
    EXPECT(PUT_("/write/cond2.txt", "If-Match: *\r\n", "efgh"), " 412 ");
    EXPECT(PUT_("/write/cond.txt", "If-Unmodified-Since: Sun, 09 Sep 2001 01:46:39 GMT\r\n", "e"),
           " 412 ");
    expect_file("www/cond.txt", "abcd");
    GET("/write/cond.txt", "abcd");
    snprintf(request, sizeof request, PUT_("/write/cond.txt", "If-Match: %s\r\n", "efgh"),
             field("ETag"));
    EXPECT(request, " 204 ");
    EXPECT(request, " 412 "); /* it is another now */
    expect_file("www/cond.txt", "efgh");
    EXPECT(PUT_("/write/cond2.txt", "If-None-Match: *\r\n", "efgh"), " 201 ");
}

/* Somebody else's file comes while ours is on its way. */
static void overtaken_uploads(void **state)
{
    int fd = dial(&plain_server.child);

    (void)state;
    say(fd, "PUT /write/race.txt" HOST "If-None-Match: *\r\nContent-Length: 4\r\n\r\nab");
    usleep(200000);
    put("www/race.txt", "theirs");
    say(fd, "cd");
    shutdown(fd, SHUT_WR);
    nanswer = 0;
    hear_more(fd, 1000);
    close(fd);
    assert_int_equal(status(), 412);
    expect_file("www/race.txt", "theirs");
    expect_nothing_left("www");
}

static void full_disk(void **state)
{
    struct server s = {.disk = 65536};
    static char request[200000];
    size_t n;
    int r;

    (void)state;
    start(&s);
    ask(&s, "PUT /write/disk/told" HOST "Content-Length: 1000000\r\n\r\n");
    if (nanswer == 0) {
        r = child_end(&s.child);
        if (r == 77) {
            skip();
        }
    }
    assert_int_equal(status(), 507);
    n = (size_t)snprintf(request, sizeof request,
                         "PUT /write/disk/chunks" HOST
                         "Transfer-Encoding: chunked\r\n\r\n20000\r\n");
    memset(request + n, 'x', 0x20000);
    memcpy(request + n + 0x20000, "\r\n0\r\n\r\n", 8);
    ask(&s, request);
    assert_int_equal(status(), 507);
    ask(&s, "GET /write/disk/" HOST "\r\n");
    assert_null(strstr(answer, "chunks"));
    ask(&s, PUT_("/write/disk/small", "", "abcd"));
    assert_int_equal(status(), 201);
    assert_int_equal(child_end(&s.child), 0);
}

static void small_uploads_only(void **state)
{
    struct server s = {.cfg = {.max_upload = 3}};

    (void)state;
    start(&s);
    ask(&s, PUT_("/write/four", "", "abcd"));
    assert_int_equal(status(), 413);
    ask(&s, "PUT /write/four" HOST "Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n");
    assert_int_equal(status(), 413);
    assert_int_not_equal(access(in_top("www/four"), F_OK), 0);
    ask(&s, "PUT /write/three" HOST "Content-Length: 3\r\n\r\nabc");
    assert_int_equal(status(), 201);
    assert_int_equal(child_end(&s.child), 0);
    expect_nothing_left("www");
}

#define WITH_SERVER(f) cmocka_unit_test_setup_teardown(f, start_plain, finish_plain)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH_SERVER(files_are_served),
        WITH_SERVER(methods),
        WITH_SERVER(paths_lead_nowhere_else),
        WITH_SERVER(long_paths),
        WITH_SERVER(folders_get_their_slash),
        WITH_SERVER(swapped_links),
        WITH_SERVER(conditions),
        WITH_SERVER(times_that_are_odd),
        WITH_SERVER(one_range),
        WITH_SERVER(several_ranges),
        WITH_SERVER(requests_with_bodies),
        WITH_SERVER(gzip),
        WITH_SERVER(forms_differ),
        WITH_SERVER(lists),
        WITH_SERVER(lists_are_sorted),
        WITH_SERVER(lists_in_json),
        WITH_SERVER(changed_files),
        WITH_SERVER(replaced_files),
        cmocka_unit_test(many_files),
        cmocka_unit_test(types_from_a_file),
        cmocka_unit_test(index_files),
        WITH_SERVER(uploads),
        WITH_SERVER(refused_uploads),
        WITH_SERVER(conditional_uploads),
        WITH_SERVER(overtaken_uploads),
        cmocka_unit_test(full_disk),
        cmocka_unit_test(small_uploads_only),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
