/* selftest_device.c - netproto selftest --device: our clients against the services of a device.
 *
 * SPDX-License-Identifier: MIT
 *
 * What it is to have is told in docs/netproto.md. The clients are this program again. */
#include "selftest.h"
#include <errno.h>
#include <fcntl.h>
#include <netproto/bytes.h>
#include <netproto/crc.h>
#include <netproto/host/resolve.h>
#include <netproto/host/socket.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IMAGE   12000 /* bytes; boards have slots of 16 KB */
#define AT_ONCE 10
#define NONE    (-2) /* of a check: the device has no such service, and need not */

struct device {
    struct cli *c;
    const char *what; /* the check that runs */
    char host[128];   /* as a URL has it */
    uint16_t base;
    struct netp_addr addr;
    bool named; /* it was asked for the check by name */
};

static int fault(const struct device *d, int status, const char *text)
{
    return cli_error(d->c, status, "%s: %s", d->what, text);
}

static unsigned port(const struct device *d, unsigned service)
{
    return d->base + service;
}

static size_t contents(const char *name, char *p, size_t n)
{
    FILE *f = fopen(name, "r");
    size_t got = f ? fread(p, 1, n - 1, f) : 0;

    p[got] = '\0';
    if (f) {
        fclose(f);
    }
    return got;
}

/* Starts a client, whose output goes to a file; said: what it says on stderr goes there. */
__attribute__((format(printf, 4, 5))) static pid_t start(const struct device *d, const char *output,
                                                         int *said, const char *format, ...)
{
    char command[512], words[400];
    int to = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    va_list ap;
    pid_t pid;

    va_start(ap, format);
    vsnprintf(words, sizeof words, format, ap);
    va_end(ap);
    snprintf(command, sizeof command, "%s -q --connect-timeout 5 --timeout 20%s", words,
             d->c->fam == 4   ? " -4"
             : d->c->fam == 6 ? " -6"
                              : "");
    pid = to >= 0 ? selftest_spawn(command, to, said) : -1;
    close(to);
    return pid;
}

/* Waits for the end of one, of which what it says goes to text[0..n). */
static int overhear(pid_t pid, int said, char *text, size_t n)
{
    size_t got = 0;
    ssize_t r;

    while (pid >= 0 && (r = read(said, text + got, n - 1 - got)) > 0) {
        got += (size_t)r;
    }
    text[got] = '\0';
    if (pid >= 0) {
        close(said);
    }
    return selftest_finish(pid);
}

static int client(const struct device *d, const char *output, const char *command, const char *rest)
{
    return selftest_finish(start(d, output, NULL, "%s%s", command, rest));
}

/* --- echo ------------------------------------------------------------------------------------ */

static int refused(const struct device *d)
{
    return errno == ECONNREFUSED ? fault(d, CLI_CONNECT, "connection refused")
           : errno == EAGAIN     ? fault(d, CLI_TIMEOUT, "no answer")
                                 : fault(d, CLI_FAILED, "what came back is something else");
}

static const char *pattern(void)
{
    static char p[IMAGE];

    for (unsigned i = 0; i < sizeof p; i++) {
        p[i] = (char)(i * 31 + i / 251);
    }
    return p;
}

static int echo_tcp(struct device *d)
{
    struct netp_addr to = d->addr;

    to.port = (uint16_t)port(d, 7);
    return selftest_echo_tcp(&to, pattern(), IMAGE) ? CLI_DONE : refused(d);
}

static int echo_udp(struct device *d)
{
    struct netp_addr to = d->addr;

    to.port = (uint16_t)port(d, 7);
    for (unsigned i = 0; i < 3; i++) { /* one may be lost */
        if (selftest_echo_udp(&to, pattern(), 4)) {
            return CLI_DONE;
        }
    }
    return refused(d);
}

/* --- images ---------------------------------------------------------------------------------- */

/* Bytes and their CRC-32, never the same twice. */
static bool make_image(unsigned seed)
{
    uint8_t p[IMAGE];
    uint32_t x = (uint32_t)netp_now() + seed, crc;

    for (unsigned i = 0; i < sizeof p - 4; i++) {
        x = x * 1664525u + 1013904223u;
        p[i] = (uint8_t)(x >> 24);
    }
    crc = netp_crc32(NETP_CRC32_START, p, sizeof p - 4);
    for (unsigned i = 0; i < 4; i++) {
        p[sizeof p - 4 + i] = (uint8_t)(crc >> 8 * i);
    }
    return selftest_write_file("image", (const char *)p, sizeof p);
}

static int store(const struct device *d, const char *name, const char *url)
{
    return selftest_finish(start(d, "said", NULL, "put %s %s", name, url));
}

/* A new image there, and back again. What there was before is put back, if there was one. */
static int there_and_back(struct device *d, const char *scheme, unsigned service)
{
    char url[200], text[256];
    int said, had, status, again = CLI_DONE;
    pid_t pid;

    snprintf(url, sizeof url, "%s://%s:%u/firmware.bin", scheme, d->host, port(d, service));
    pid = start(d, "had", &said, "get %s", url);
    had = overhear(pid, said, text, sizeof text);
    if (had != CLI_DONE && had != CLI_FAILED) { /* it may have one */
        fputs(text, stderr);
        return had;
    }
    if (!make_image(service)) {
        return fault(d, CLI_LOCAL, strerror(errno));
    }
    status = store(d, "image", url);
    if (status == CLI_DONE) {
        status = client(d, "back", "get ", url);
        if (status == CLI_DONE && !selftest_same("image", "back")) {
            status = fault(d, CLI_FAILED, "what was stored comes back as something else");
        }
        again = had == CLI_DONE ? store(d, "had", url) : again;
    }
    return status != CLI_DONE ? status : again;
}

/* --- HTTP ------------------------------------------------------------------------------------ */

static const char *page_url(const struct device *d)
{
    static char url[200];

    snprintf(url, sizeof url, "http://%s:%u/", d->host, port(d, 80));
    return url;
}

static int http_page(struct device *d)
{
    char p[2];
    int status = client(d, "page", "get ", page_url(d));

    return status != CLI_DONE || contents("page", p, sizeof p) ? status
                                                               : fault(d, CLI_FAILED, "no bytes");
}

static int http_range(struct device *d)
{
    char whole[32], part[32];
    int status = client(d, "page", "get ", page_url(d));

    if (status == CLI_DONE) {
        status = client(d, "part", "get -r 5-14 ", page_url(d));
    }
    return status != CLI_DONE ||
                   (contents("page", whole, sizeof whole) >= 15 &&
                    contents("part", part, sizeof part) == 10 && memcmp(whole + 5, part, 10) == 0)
               ? status
               : fault(d, CLI_FAILED, "bytes 5 to 14 are not those of the page");
}

static int http_at_once(struct device *d)
{
    pid_t pid[AT_ONCE];
    char name[AT_ONCE][8];
    int status = client(d, "page", "get ", page_url(d));

    if (status != CLI_DONE) {
        return status;
    }
    for (unsigned i = 0; i < AT_ONCE; i++) {
        snprintf(name[i], sizeof name[i], "page%u", i);
        pid[i] = start(d, name[i], NULL, "get --retry 6 --retry-delay 0.1 %s", page_url(d));
    }
    for (unsigned i = 0; i < AT_ONCE; i++) {
        int own = selftest_finish(pid[i]);
        if (own == CLI_DONE && !selftest_same("page", name[i])) {
            own = fault(d, CLI_FAILED, "two pages are not the same");
        }
        status = status != CLI_DONE ? status : own;
        unlink(name[i]);
    }
    return status;
}

static int http_image(struct device *d)
{
    return there_and_back(d, "http", 80);
}

static int tftp_image(struct device *d)
{
    return there_and_back(d, "tftp", 69);
}

/* --- Modbus ---------------------------------------------------------------------------------- */

/* Starts to do this with holding registers. */
static pid_t modbus(const struct device *d, int *said, const char *verb, const char *rest)
{
    return start(d, "value", said, "modbus %s tcp://%s:%u holding %s --response-timeout 5", verb,
                 d->host, port(d, 502), rest);
}

/* The value of register 0. */
static int modbus_value(const struct device *d, unsigned *value)
{
    char p[32];
    int status = selftest_finish(modbus(d, NULL, "read", "0 1"));

    if (status == CLI_DONE) {
        contents("value", p, sizeof p);
        *value = (unsigned)strtoul(p[0] ? p + 1 : p, NULL, 10);
    }
    return status;
}

static int modbus_read(struct device *d)
{
    unsigned value;

    return modbus_value(d, &value);
}

static int modbus_write(struct device *d)
{
    unsigned old = 0, next, got = 0;
    char rest[16];
    int status = modbus_value(d, &old), back;

    if (status != CLI_DONE) {
        return status;
    }
    next = old > 200 ? old - 1 : old + 1; /* of the thermostat's set points 50 to 350 */
    snprintf(rest, sizeof rest, "0 %u", next);
    status = selftest_finish(modbus(d, NULL, "write", rest));
    if (status == CLI_DONE && (status = modbus_value(d, &got)) == CLI_DONE && got != next) {
        status = fault(d, CLI_FAILED, "what was written is not what is read");
    }
    snprintf(rest, sizeof rest, "0 %u", old);
    back = selftest_finish(modbus(d, NULL, "write", rest));
    return status != CLI_DONE ? status : back;
}

static int modbus_exception(struct device *d)
{
    char text[256];
    int said, status;
    pid_t pid = modbus(d, &said, "read", "65535 1");

    status = overhear(pid, said, text, sizeof text);
    if (status == CLI_FAILED && strstr(text, "exception 2")) {
        return CLI_DONE;
    }
    fputs(text, stderr);
    return status == CLI_DONE ? fault(d, CLI_FAILED, "there is a register 65535") : status;
}

/* --- SNTP ------------------------------------------------------------------------------------ */

static int sntp(struct device *d)
{
    char text[256];
    int said, status;
    pid_t pid = start(d, "time", &said, "time %s:%u --patience 2", d->host, port(d, 123));

    status = overhear(pid, said, text, sizeof text);
    if (status != CLI_DONE && !d->named) {
        return NONE;
    }
    fputs(text, stderr);
    return status;
}

/* --- all of them ----------------------------------------------------------------------------- */

static const struct check {
    const char *name, *what;
    int (*run)(struct device *d);
} checks[] = {
    {"echo", "echo, TCP", echo_tcp},
    {"echo", "echo, UDP", echo_udp},
    {"http", "http page", http_page},
    {"http", "http range", http_range},
    {"http", "http, ten at a time", http_at_once},
    {"http", "http image, put and get", http_image},
    {"tftp", "tftp image, put and get", tftp_image},
    {"modbus", "modbus read", modbus_read},
    {"modbus", "modbus write, read back", modbus_write},
    {"modbus", "modbus exception", modbus_exception},
    {"sntp", "sntp", sntp},
};
#define CHECKS (sizeof checks / sizeof *checks)

static bool is_among(const char *word, char **name, int n)
{
    for (int i = 0; i < n; i++) {
        if (strcmp(word, name[i]) == 0) {
            return true;
        }
    }
    return n == 0;
}

static void print(const struct device *d, int status, netp_ms ms, bool first)
{
    if (d->c->json) {
        printf("%s{\"test\": \"%s\", \"ok\": %s, \"status\": %d, \"ms\": %llu}",
               first ? "[" : ",\n ", d->what,
               status == NONE       ? "null"
               : status == CLI_DONE ? "true"
                                    : "false",
               status == NONE ? 0 : status, (unsigned long long)ms);
    } else if (status == NONE) {
        printf("%-28s not served\n", d->what);
    } else {
        printf("%-28s %s  %llu ms\n", d->what, status == CLI_DONE ? "ok    " : "FAILED",
               (unsigned long long)ms);
    }
    fflush(stdout);
}

static bool is_away(int status)
{
    return status == CLI_CONNECT || status == CLI_TIMEOUT;
}

/* What two checks have come to, together: where nobody answers, some services are refused, and
 * others, of UDP, time out. */
static int together(int a, int b)
{
    return a == CLI_DONE || a == b ? b : is_away(a) && is_away(b) ? CLI_CONNECT : CLI_FAILED;
}

/* All, or those that are named. */
static int run_checks(struct device *d, char **name, int n)
{
    int worst = CLI_DONE;
    unsigned lines = 0, good = 0;

    for (size_t i = 0; i < CHECKS; i++) {
        netp_ms begun = netp_now();
        int status;
        if (!is_among(checks[i].name, name, n)) {
            continue;
        }
        d->what = checks[i].what;
        status = checks[i].run(d);
        print(d, status, netp_now() - begun, lines == 0);
        lines += status != NONE;
        good += status == CLI_DONE;
        worst = status == NONE || status == CLI_DONE ? worst : together(worst, status);
    }
    if (d->c->json) {
        printf("]\n");
    } else {
        printf("%u of %u ok\n", good, lines);
    }
    return good > 0 && worst != CLI_DONE ? CLI_FAILED : worst;
}

static int take_names(const struct cli *c, char **name, int n)
{
    for (int i = 0; i < n; i++) {
        bool known = false;
        for (size_t j = 0; j < CHECKS; j++) {
            known = known || strcmp(checks[j].name, name[i]) == 0;
        }
        if (!known) {
            return cli_usage(c, "'%s' is none of echo, http, tftp, modbus, sntp", name[i]);
        }
    }
    return CLI_DONE;
}

int selftest_device(struct cli *c, const char *host, uint16_t base, char **name, int n)
{
    static const char *const made[] = {"said",  "page",  "part", "back",
                                       "image", "value", "time", "had"};
    struct device d = {.c = c, .base = base, .named = n > 0};
    int status = take_names(c, name, n), r;
    char dir[64];

    if (status != CLI_DONE) {
        return status;
    }
    if ((r = netp_resolve(host, 0, c->fam, &d.addr, 1)) < 0) {
        return cli_error(c, CLI_CONNECT, "%s: %s", host, netp_resolve_text(r));
    }
    if (!selftest_folder(dir, sizeof dir) || chdir(dir) != 0) {
        return cli_error(c, CLI_LOCAL, "%s: %s", dir, strerror(errno));
    }
    snprintf(d.host, sizeof d.host, strchr(host, ':') ? "[%s]" : "%s", host);
    status = run_checks(&d, name, n);
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        unlink(made[i]);
    }
    rmdir(dir);
    return status;
}
