/* httpd_log.c - the log of an HTTP server. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netproto/addr.h>
#include <netproto/host/httpd_log.h>
#include <netproto/host/random.h>
#include <netproto/text.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BUFFER   (256u << 10)
#define LINE     16384u
#define SENT     3000u /* characters of a text that a peer has sent */
#define AGAIN_MS 100   /* before what could not be written is tried again */

struct netp_httpd_logger {
    struct netp_loop *loop;
    char *path;
    int fd;
    bool json, is_file;
    uint64_t first_id, dropped;
    struct netp_timer turned;
    size_t n, cap;
    char wait[]; /* whole lines, but for the first when a part of it was written */
};

/* A line, or as much of it as there is room for. */
struct line {
    size_t n;
    bool json;
    char text[LINE];
};

/* --- writing --------------------------------------------------------------------------------- */

/* Whether n bytes can be written without waiting: those of a file, or as many as a pipe that is
 * writable has room for. */
static size_t room(const struct netp_httpd_logger *l)
{
    struct pollfd p = {.fd = l->fd, .events = POLLOUT};

    if (l->is_file) {
        return SIZE_MAX;
    }
    return poll(&p, 1, 0) == 1 && p.revents == POLLOUT ? PIPE_BUF : 0;
}

static void flush(void *arg)
{
    struct netp_httpd_logger *l = arg;
    size_t done = 0, n;

    while (done < l->n && (n = room(l)) > 0) {
        ssize_t r = write(l->fd, l->wait + done, n < l->n - done ? n : l->n - done);
        if (r < 0 && errno != EINTR) {
            break;
        }
        done += r > 0 ? (size_t)r : 0;
    }
    l->n -= done;
    memmove(l->wait, l->wait + done, l->n);
    if (l->n > 0) {
        (void)netp_loop_at(l->loop, &l->turned, netp_loop_now(l->loop) + AGAIN_MS);
    }
}

static void add_line(struct netp_httpd_logger *l, const struct line *line)
{
    if (line->n + 1 > l->cap - l->n) {
        l->dropped++;
        return;
    }
    if (l->n == 0) {
        (void)netp_loop_at(l->loop, &l->turned, 0);
    }
    memcpy(l->wait + l->n, line->text, line->n);
    l->n += line->n;
    l->wait[l->n++] = '\n';
}

/* --- lines ----------------------------------------------------------------------------------- */

static void put(struct line *l, const char *p, size_t n)
{
    n = n < LINE - l->n ? n : LINE - l->n;
    memcpy(l->text + l->n, p, n);
    l->n += n;
}

static void put_text(struct line *l, const char *text)
{
    put(l, text, strlen(text));
}

static void put_number(struct line *l, uint64_t number)
{
    char text[NETP_DEC_CAP];

    put(l, text, netp_format_dec(number, text));
}

/* What a peer has sent; a line has room for five such. */
static void put_sent(struct line *l, struct netp_str s)
{
    const char *escape = l->json ? "\\u00" : "\\x";
    size_t k = strlen(escape), end = l->n + SENT;

    for (size_t i = 0; i < s.n && l->n + k + 2 <= end; i++) {
        uint8_t c = (uint8_t)s.p[i];
        if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
            put(l, s.p + i, 1);
        } else {
            put(l, escape, k);
            put(l, &"0123456789abcdef"[c >> 4], 1);
            put(l, &"0123456789abcdef"[c & 15], 1);
        }
    }
}

static void put_address(struct line *l, const struct netp_addr *peer)
{
    struct netp_addr a = *peer;
    char text[NETP_ADDR_CAP];

    a.port = 0;
    put(l, text, netp_addr_format(&a, text));
}

/* Some milliseconds ago, in UTC. */
static void ago(netp_ms ms, struct tm *tm, unsigned *millis)
{
    struct timespec t;
    int64_t then;
    time_t second;

    clock_gettime(CLOCK_REALTIME, &t);
    then = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 - (int64_t)ms;
    second = (time_t)(then / 1000);
    *millis = (unsigned)(then % 1000);
    gmtime_r(&second, tm);
}

static void put_rfc3339(struct line *l, netp_ms ms)
{
    char text[64];
    unsigned millis;
    struct tm t;

    ago(ms, &t, &millis);
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ", t.tm_year + 1900,
             t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, millis);
    put_text(l, text);
}

/* As Apache has it, whatever the locale. */
static void put_clf_time(struct line *l, netp_ms ms)
{
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[64];
    unsigned millis;
    struct tm t;

    ago(ms, &t, &millis);
    snprintf(text, sizeof text, "%02d/%s/%04d:%02d:%02d:%02d +0000", t.tm_mday, months[t.tm_mon],
             t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
    put_text(l, text);
}

/* --- what they say --------------------------------------------------------------------------- */

static struct netp_str field(const struct netp_httpd_exchange *x, const char *name)
{
    struct netp_str value;

    return netp_httpd_field(x, name, 0, &value) ? value : NETP_STR("");
}

static void put_or_dash(struct line *l, struct netp_str s)
{
    put_sent(l, s.n > 0 ? s : NETP_STR("-"));
}

static void format_combined(struct line *l, const struct netp_httpd_log *log)
{
    const struct netp_httpd_request *r = netp_httpd_request(log->exchange);
    char status[8];

    put_address(l, &r->peer);
    put_text(l, " - ");
    put_or_dash(l, r->user);
    put_text(l, " [");
    put_clf_time(l, log->ms);
    put_text(l, "] \"");
    put_sent(l, r->method);
    put_text(l, " ");
    put_sent(l, r->target);
    put_text(l, r->head->minor == 0 ? " HTTP/1.0\" " : " HTTP/1.1\" ");
    snprintf(status, sizeof status, "%03u ", log->status % 1000);
    put_text(l, status);
    put_number(l, log->sent);
    put_text(l, " \"");
    put_or_dash(l, field(log->exchange, "Referer"));
    put_text(l, "\" \"");
    put_or_dash(l, field(log->exchange, "User-Agent"));
    put_text(l, "\"");
}

/* A member of an object that is not the first: its text, or the number. */
static void put_member(struct line *l, const char *name, struct netp_str s)
{
    put_text(l, ",\"");
    put_text(l, name);
    put_text(l, "\":\"");
    put_sent(l, s);
    put_text(l, "\"");
}

static void put_count(struct line *l, const char *name, uint64_t number)
{
    put_text(l, ",\"");
    put_text(l, name);
    put_text(l, "\":");
    put_number(l, number);
}

static struct netp_str tls_version(const struct netp_httpd_request *r)
{
    struct netp_tls_info info;

    return r->tls && netp_tls_info(r->tls, &info) == NETP_OK ? netp_str_of(info.version)
                                                             : NETP_STR("");
}

static void put_begin(struct line *l, netp_ms ms)
{
    put_text(l, "{\"time\":\"");
    put_rfc3339(l, ms);
    put_text(l, "\"");
}

static void put_peer(struct line *l, const struct netp_addr *peer)
{
    put_text(l, ",\"peer\":\"");
    put_address(l, peer);
    put_text(l, "\"");
}

static void format_json(struct line *l, const struct netp_httpd_log *log, uint64_t id)
{
    const struct netp_httpd_request *r = netp_httpd_request(log->exchange);
    char hex[17];

    put_begin(l, log->ms);
    snprintf(hex, sizeof hex, "%016llx", (unsigned long long)id);
    put_member(l, "id", netp_str_of(hex));
    put_peer(l, &r->peer);
    put_member(l, "method", r->method);
    put_member(l, "target", r->target);
    put_count(l, "status", log->status);
    put_text(l, log->complete ? ",\"complete\":true" : ",\"complete\":false");
    put_count(l, "sent", log->sent);
    put_count(l, "received", log->received);
    put_count(l, "ms", log->ms);
    put_member(l, "referer", field(log->exchange, "Referer"));
    put_member(l, "agent", field(log->exchange, "User-Agent"));
    put_member(l, "user", r->user);
    put_member(l, "tls", tls_version(r));
    put_text(l, "}");
}

void netp_httpd_logger_log(void *logger, const struct netp_httpd_log *log)
{
    struct netp_httpd_logger *l = logger;
    struct line line;

    line.n = 0;
    line.json = l->json;
    if (l->json) {
        format_json(&line, log, netp_httpd_logger_id(l, log->exchange));
    } else {
        format_combined(&line, log);
    }
    add_line(l, &line);
}

void netp_httpd_logger_bad(void *logger, const struct netp_addr *peer, const struct netp_fail *fail)
{
    struct netp_httpd_logger *l = logger;
    unsigned status = fail->peer_code > 0 ? (unsigned)fail->peer_code : 0;
    struct line line;

    line.n = 0;
    line.json = l->json;
    if (l->json) {
        put_begin(&line, 0);
        put_peer(&line, peer);
        put_count(&line, "status", status);
        put_member(&line, "error", netp_str_of(netp_errname(fail->code)));
        put_count(&line, "at", fail->offset);
        put_member(&line, "where", netp_str_of(fail->where));
        put_text(&line, "}");
    } else {
        put_rfc3339(&line, 0);
        put_text(&line, " ");
        put_address(&line, peer);
        put_text(&line, " ");
        put_number(&line, status);
        put_text(&line, " at byte ");
        put_number(&line, fail->offset);
        put_text(&line, ": ");
        put_text(&line, fail->where);
    }
    add_line(l, &line);
}

uint64_t netp_httpd_logger_id(const struct netp_httpd_logger *l,
                              const struct netp_httpd_exchange *x)
{
    return l->first_id + netp_httpd_request(x)->id;
}

/* --- files ----------------------------------------------------------------------------------- */

static bool set_fd(struct netp_httpd_logger *l, int fd)
{
    struct stat st;

    if (fd < 0 || fstat(fd, &st) != 0) {
        return false;
    }
    l->fd = fd;
    l->is_file = S_ISREG(st.st_mode);
    return true;
}

/* O_NONBLOCK: a pipe that nobody reads is no reason to wait. */
static int open_log(const char *path)
{
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0640);
}

int netp_httpd_logger_reopen(struct netp_httpd_logger *l)
{
    int old = l->fd, fd;

    if (!l->path) {
        return 0;
    }
    flush(l);
    fd = open_log(l->path);
    if (!set_fd(l, fd)) {
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    close(old);
    return 0;
}

uint64_t netp_httpd_logger_dropped(const struct netp_httpd_logger *l)
{
    return l->dropped;
}

struct netp_httpd_logger *netp_httpd_logger_new(struct netp_loop *loop,
                                                const struct netp_httpd_logger_cfg *cfg)
{
    size_t cap = cfg->buffer ? cfg->buffer : BUFFER;
    struct netp_httpd_logger *l = calloc(1, sizeof *l + cap);
    int fd;

    if (!l) {
        return NULL;
    }
    l->loop = loop;
    l->cap = cap;
    l->json = cfg->json;
    l->fd = -1;
    l->turned = (struct netp_timer){.due = flush, .arg = l};
    l->path = cfg->path ? strdup(cfg->path) : NULL;
    if ((cfg->path && !l->path) || !netp_random(&l->first_id, sizeof l->first_id)) {
        netp_httpd_logger_free(l);
        return NULL;
    }
    fd = l->path ? open_log(l->path) : cfg->fd;
    if (!set_fd(l, fd)) {
        int e = errno;
        if (l->path && fd >= 0) {
            close(fd);
        }
        netp_httpd_logger_free(l);
        errno = e;
        return NULL;
    }
    return l;
}

void netp_httpd_logger_free(struct netp_httpd_logger *l)
{
    if (!l) {
        return;
    }
    flush(l);
    (void)netp_loop_at(l->loop, &l->turned, NETP_NEVER);
    if (l->path && l->fd >= 0) {
        close(l->fd);
    }
    free(l->path);
    free(l);
}
