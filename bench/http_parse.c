/* http_parse.c - how long the head of a request takes. SPDX-License-Identifier: MIT
 *
 * netp_http_head_parse(), alone and after the copy that the machine makes of every head, against
 * picohttpparser (-DPICOHTTPPARSER) and llhttp (-DLLHTTP) where they are linked in; all of them
 * note where each field's name and value are. In each round every parser runs once; the median of
 * the rounds counts. bench/http_client.sh builds and runs it. */
#include <netproto/http_head.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef PICOHTTPPARSER
#include <picohttpparser.h>
#endif
#ifdef LLHTTP
#include <llhttp.h>
#endif

enum { ROUNDS = 9, REPEAT = 100000, FIELDS = 32 };

/* What a browser sent, 703 bytes: the request of picohttpparser's own benchmark. */
static const char browser[] =
    "GET /wp-content/uploads/2010/03/hello-kitty-darth-vader-pink.jpg HTTP/1.1\r\n"
    "Host: www.kittyhell.com\r\n"
    "User-Agent: Mozilla/5.0 (Macintosh; U; Intel Mac OS X 10.6; ja-JP-mac; rv:1.9.2.3) "
    "Gecko/20100401 Firefox/3.6.3 Pathtraq/0.9\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: ja,en-us;q=0.7,en;q=0.3\r\n"
    "Accept-Encoding: gzip,deflate\r\n"
    "Accept-Charset: Shift_JIS,utf-8;q=0.7,*;q=0.7\r\n"
    "Keep-Alive: 115\r\n"
    "Connection: keep-alive\r\n"
    "Cookie: wp_ozh_wsa_visits=2; wp_ozh_wsa_visit_lasttime=xxxxxxxxxx; "
    "__utma=xxxxxxxxx.xxxxxxxxxx.xxxxxxxxxx.xxxxxxxxxx.xxxxxxxxxx.x; "
    "__utmz=xxxxxxxxx.xxxxxxxxxx.x.x.utmccn=(referral)|utmcsr=reader.livedoor.com|"
    "utmcct=/reader/|utmcmd=referral\r\n"
    "\r\n";
static const char small[] = "GET /index.html HTTP/1.1\r\nHost: example.org\r\n\r\n";

/* Each returns how many fields it found. */
typedef unsigned parser(const char *p, size_t n);

static unsigned ours(const char *p, size_t n)
{
    struct netp_http_field field[FIELDS];
    struct netp_http_head h;
    netp_http_head_init(&h, NETP_HTTP_HEAD_REQUEST, field, FIELDS, 0);
    return netp_http_head_parse(&h, p, n) == (int)n ? h.nfield : 0;
}

static unsigned ours_copied(const char *p, size_t n)
{
    static char own[4096];
    memcpy(own, p, n);
    return ours(own, n);
}

#ifdef PICOHTTPPARSER
static unsigned pico(const char *p, size_t n)
{
    struct phr_header field[FIELDS];
    const char *method, *path;
    size_t method_n, path_n, nfield = FIELDS;
    int minor;
    int used =
        phr_parse_request(p, n, &method, &method_n, &path, &path_n, &minor, field, &nfield, 0);
    return used == (int)n ? (unsigned)nfield : 0;
}
#endif

#ifdef LLHTTP
static struct {
    struct netp_str name[FIELDS], value[FIELDS], target;
    unsigned nname, nvalue;
} seen;

static int on_url(llhttp_t *l, const char *p, size_t n)
{
    (void)l;
    seen.target = (struct netp_str){p, n};
    return 0;
}

static int on_name(llhttp_t *l, const char *p, size_t n)
{
    (void)l;
    seen.name[seen.nname++ % FIELDS] = (struct netp_str){p, n};
    return 0;
}

static int on_value(llhttp_t *l, const char *p, size_t n)
{
    (void)l;
    seen.value[seen.nvalue++ % FIELDS] = (struct netp_str){p, n};
    return 0;
}

static unsigned llhttp(const char *p, size_t n)
{
    static llhttp_settings_t settings;
    static llhttp_t l;
    if (settings.on_url == NULL) {
        llhttp_settings_init(&settings);
        settings.on_url = on_url;
        settings.on_header_field = on_name;
        settings.on_header_value = on_value;
        llhttp_init(&l, HTTP_REQUEST, &settings);
    }
    seen.nname = seen.nvalue = 0; /* a request after the other, as on one connection */
    return llhttp_execute(&l, p, n) == HPE_OK ? seen.nvalue : 0;
}
#endif

static const struct {
    const char *name;
    parser *parse;
} parsers[] = {
    {"ours", ours},
    {"ours, with the copy", ours_copied},
#ifdef PICOHTTPPARSER
    {"picohttpparser", pico},
#endif
#ifdef LLHTTP
    {"llhttp", llhttp},
#endif
};
enum { PARSERS = sizeof parsers / sizeof parsers[0] };

static double nanoseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* For one request, in ns. */
static double measure(parser *parse, const char *p, size_t n, unsigned fields)
{
    double begin = nanoseconds();
    for (int i = 0; i < REPEAT; i++) {
        if (parse(p, n) != fields) {
            fprintf(stderr, "a parser fails\n");
            exit(1);
        }
    }
    return (nanoseconds() - begin) / REPEAT;
}

static int less(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void compare(const char *what, const char *p, size_t n, unsigned fields)
{
    double time[PARSERS][ROUNDS];
    for (int r = 0; r < ROUNDS; r++) {
        for (int i = 0; i < PARSERS; i++) {
            time[i][r] = measure(parsers[i].parse, p, n, fields);
        }
    }
    for (int i = 0; i < PARSERS; i++) {
        qsort(time[i], ROUNDS, sizeof time[i][0], less);
    }
    for (int i = 0; i < PARSERS; i++) {
        double ns = time[i][ROUNDS / 2], copied = time[1][ROUNDS / 2];
        printf("%-8s %4zu bytes  %-20s %7.1f ns %6.0f MB/s", what, n, parsers[i].name, ns,
               (double)n / ns * 1e3);
        if (i > 1) {
            printf("  with the copy we take %.2f of it", copied / ns);
        }
        puts("");
    }
}

int main(void)
{
    compare("browser", browser, sizeof browser - 1, 9);
    compare("small", small, sizeof small - 1, 1);
    return 0;
}
