/* document.c - what is behind a URL, or standard input. SPDX-License-Identifier: MIT */
#include "document.h"
#include "url.h"
#include <errno.h>
#include <netproto/host/file.h>
#include <netproto/text.h>
#include <netproto/url.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 65536 };

void document_init(struct document *d, struct cli *c)
{
    memset(d, 0, sizeof *d);
    http_job_init(&d->http, c);
}

bool document_option(struct document *d, int opt, const char *value)
{
    struct netp_url u;
    size_t at;

    if (opt != OPT_BASE) {
        return http_job_option(&d->http, opt, value);
    }
    d->base = value;
    return netp_url_parse(netp_str_of(value), &u, &at) == NETP_OK && (u.has & NETP_URL_SCHEME) != 0;
}

static bool begin(struct document *d, const char *url, struct netp_str type)
{
    struct netp_http_media media;

    if (netp_http_media_parse(type, &media) != NETP_OK) {
        memset(&media, 0, sizeof media);
    }
    d->begun_ = true;
    d->http.stopped = !d->begin(d->arg, netp_str_of(d->base ? d->base : url), &media);
    return !d->http.stopped;
}

static bool take(struct document *d, const void *p, size_t n)
{
    d->http.stopped = !d->data(d->arg, p, n);
    return !d->http.stopped;
}

/* --- HTTP ------------------------------------------------------------------------------------ */

static bool on_head(void *arg, const struct netp_fetch_head *head)
{
    struct document *d = (struct document *)arg;
    struct netp_str type = NETP_STR("");

    http_job_head(&d->http, head);
    d->begun_ = false;
    if (!head->final || head->head->status / 100 != 2) {
        return true;
    }
    netp_http_head_find(head->head, head->text, NETP_STR("Content-Type"), 0, &type);
    return begin(d, head->url, type);
}

static bool on_data(void *arg, const void *p, size_t n)
{
    struct document *d = (struct document *)arg;

    http_job_rate(&d->http, n);
    d->http.given = d->http.given || d->begun_;
    return !d->begun_ || take(d, p, n);
}

static int read_http(struct document *d, const char *url)
{
    struct netp_fetch_cfg cfg = d->http.fetch;
    struct netp_fetch_result result;
    int status;

    cfg.url = url;
    cfg.head = on_head;
    cfg.data = on_data;
    cfg.arg = d;
    status = http_job_run(&d->http, &cfg, &result);
    if (status == CLI_DONE && !d->begun_) {
        char shown[2048];
        return cli_error(d->http.c, CLI_FAILED, "%s: the server answers %d, which is no document",
                         http_job_shown(url, shown, sizeof shown), result.status);
    }
    return status;
}

/* --- files ----------------------------------------------------------------------------------- */

static int read_file(struct document *d, const struct url *u, const char *url)
{
    struct cli *c = d->http.c;
    struct netp_source from;
    char buf[PIECE];
    uint64_t at = 0;
    ptrdiff_t n = 0;

    if (netp_source_open(&from, NULL, u->path) != 0) {
        return cli_error(c, errno == ENOENT ? CLI_FAILED : CLI_LOCAL, "%s: %s", url,
                         strerror(errno));
    }
    for (bool more = begin(d, url, NETP_STR("")); more; at += (uint64_t)n) {
        n = netp_source_read(&from, buf, sizeof buf, at);
        more = n > 0 && take(d, buf, (size_t)n);
    }
    netp_source_close(&from);
    return n < 0 ? cli_error(c, CLI_LOCAL, "%s: %s", url, strerror(errno)) : CLI_DONE;
}

static int read_input(struct document *d)
{
    char buf[PIECE];
    ssize_t n = 0;

    if (!d->base) {
        return cli_usage(d->http.c, "- needs --base");
    }
    for (bool more = begin(d, d->base, NETP_STR("")); more;) {
        do {
            n = read(STDIN_FILENO, buf, sizeof buf);
        } while (n < 0 && errno == EINTR);
        more = n > 0 && take(d, buf, (size_t)n);
    }
    return n < 0 ? cli_error(d->http.c, CLI_LOCAL, "standard input: %s", strerror(errno))
                 : CLI_DONE;
}

int document_read(struct document *d, const char *url)
{
    struct netp_url parts;
    size_t at;
    struct url u;
    const char *fault;

    if (strcmp(url, "-") == 0) {
        return read_input(d);
    }
    if (netp_url_parse(netp_str_of(url), &parts, &at) == NETP_OK &&
        (netp_str_ieq(parts.scheme, NETP_STR("http")) ||
         netp_str_ieq(parts.scheme, NETP_STR("https")))) {
        return read_http(d, url);
    }
    if ((fault = url_parse(&u, url)) != NULL) {
        return cli_usage(d->http.c, "%s: %s", url, fault);
    }
    if (strcmp(u.scheme, "file") != 0) {
        return cli_usage(d->http.c, "%s: '%s:' is no scheme that can be read", url, u.scheme);
    }
    return read_file(d, &u, url);
}

int document_tell(const struct document *d, const char *url, int err, const char *what)
{
    char shown[2048];

    if (err == NETP_OK) {
        return CLI_DONE;
    }
    return cli_error(d->http.c, err == NETP_E_IO ? CLI_LOCAL : cli_status(err), "%s: %s",
                     http_job_shown(url, shown, sizeof shown), what);
}

const char *document_no_url(int err)
{
    return err == NETP_E_LIMIT ? "too long a URL, host or port" : "no URL";
}

/* --- output ---------------------------------------------------------------------------------- */

void document_print(struct netp_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool c1 = c == 0xc2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xa0;
        i += c1;
        bool space = c == '\t' || c == '\n' || c == '\r';
        putchar(space ? ' ' : c1 || c < ' ' || c == 0x7f ? '?' : c);
    }
}

void document_json(const char *before, const char *name, struct netp_str s)
{
    printf("%s\"%s\": ", before, name);
    cli_json_string(s.p, s.n);
}
