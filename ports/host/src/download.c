/* download.c - a file fetched by HTTP: tries, verdicts, and what they do to the part.
 *
 * SPDX-License-Identifier: MIT */
#include "download.h"
#include "http_client.h"
#include <errno.h>
#include <fcntl.h>
#include <netproto/host/download.h>
#include <netproto/host/random.h>
#include <netproto/http_retry.h>
#include <netproto/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define OWN_FIELDS 4
#define DRAIN      65536u /* bytes of a body nobody wants that are read to keep its connection */

/* What the answer to a try is; the first six are http_resume.h's. */
enum verdict {
    NONE,
    APPEND = NETP_HTTP_RESUME_APPEND,
    RESTART = NETP_HTTP_RESUME_RESTART,
    COMPLETE = NETP_HTTP_RESUME_COMPLETE,
    WEAKER = NETP_HTTP_RESUME_WEAKER,
    ANEW = NETP_HTTP_RESUME_ANEW,
    OTHER = NETP_HTTP_RESUME_OTHER,
    UNCHANGED
};

struct netp_download {
    struct netp_http_client *client;
    struct netp_download_cfg cfg;
    struct netp_download_result result, *to; /* to: of netp_download_run() */
    bool *over;                              /* of the same */
    bool busy,
        gone; /* in a callback of a try; cancelled in it, so that this struct alone is left */
    struct netp_timer timer;
    struct netp_fetch *fetch; /* NULL: between tries */

    char url[FETCH_URL]; /* in its normal form, without user, password and fragment */
    size_t url_n;
    struct netp_sink sink;
    struct there there;
    struct note note;
    struct check *check;
    uint64_t have, most; /* bytes of the part; the most there ever were */
    uint64_t total;      /* or NETP_HTTP_LENGTH_UNKNOWN */
    int64_t modified;    /* Last-Modified, or NETP_HTTP_NO_DATE */
    struct netp_http_repr_digest digest;
    unsigned failures; /* in a row, without a byte more */

    /* this try */
    bool by_date; /* the server does not know tags in If-Range */
    struct netp_http_resume resume;
    enum verdict verdict;
    uint64_t end, drained; /* where the body ends in the file; bytes of one that is left */
    uint64_t retry_after;  /* ms */
    bool stopped;          /* by the user, or for want of disk: see result */
    char since[NETP_HTTP_DATE_LEN];
    size_t since_n;
    struct netp_http1_pair *field; /* cfg.fetch.nfield + OWN_FIELDS */
    size_t nfield;
};

static void try_again(void *arg);

/* --- ends ------------------------------------------------------------------------------------ */

static void release(struct netp_download *d)
{
    if (d->fetch) {
        netp_fetch_cancel(d->fetch);
    }
    netp_loop_at(d->client->loop, &d->timer, NETP_NEVER);
    if (d->have > 0) {
        netp_note_keep(&d->note);
    }
    netp_sink_abort(&d->sink);
    netp_source_close(&d->there.file);
    netp_check_free(d->check);
    free(d->note.path);
    free(d->field);
    d->gone = true;
    if (!d->busy) {
        free(d);
    }
}

/* A callback of a try has returned: whether the download is still there. */
static bool survived(struct netp_download *d)
{
    d->busy = false;
    if (d->gone) {
        free(d);
        return false;
    }
    return true;
}

void netp_download_cancel(struct netp_download *d)
{
    if (d->over) {
        memset(d->to, 0, sizeof *d->to);
        d->to->fetch.err = NETP_E_ABORTED;
        d->to->fetch.stage = NETP_FETCH_LOCAL;
        *d->over = true;
    }
    release(d);
}

static void finish(struct netp_download *d)
{
    void (*done)(void *, const struct netp_download_result *) = d->cfg.done;
    void *arg = d->cfg.arg;
    struct netp_download_result result = d->result;

    result.bytes = d->have;
    if (d->over) {
        *d->to = result;
        *d->over = true;
    }
    release(d);
    if (done) {
        done(arg, &result);
    }
}

/* Notes why the file, or something else here, ends it: with errno. */
static bool local(struct netp_download *d, const char *what)
{
    struct netp_fetch_result *r = &d->result.fetch;

    r->err = NETP_E_IO;
    r->stage = NETP_FETCH_LOCAL;
    r->sys_errno = errno;
    snprintf(r->text, sizeof r->text, "%s: %s", what,
             errno == EBUSY ? "another process is writing it" : strerror(errno));
    d->stopped = true;
    if (d->sink.fd >= 0) {
        d->have = netp_sink_size(&d->sink); /* some of it may not have reached the disk */
    }
    return false;
}

static void finish_local(struct netp_download *d, const char *what)
{
    local(d, what);
    finish(d);
}

/* --- complete -------------------------------------------------------------------------------- */

static void commit(struct netp_download *d)
{
    const struct timespec t[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = (time_t)d->modified}};

    if ((d->cfg.flags & NETP_DOWNLOAD_TIME) && d->modified != NETP_HTTP_NO_DATE) {
        (void)!futimens(d->sink.fd, t); /* where the file system can't, it is of now */
    }
    if (netp_note_remove(&d->note) != 0 || netp_sink_commit(&d->sink) != 0) {
        finish_local(d, d->cfg.path);
        return;
    }
    d->result.complete = true;
    finish(d);
}

/* Calls fn in a turn of its own; false: it can't, and d is finished and gone. */
static bool later(struct netp_download *d, void (*fn)(void *), netp_ms at)
{
    d->timer.due = fn;
    if (netp_loop_at(d->client->loop, &d->timer, at) != 0) {
        errno = ENOMEM;
        finish_local(d, "the next step");
        return false;
    }
    return true;
}

/* The file that is there stays. */
static void unchanged(struct netp_download *d)
{
    if (d->there.file.fd >= 0) {
        d->have = d->there.file.size;
        netp_sink_resize(&d->sink, 0); /* a part that nothing is known of */
    }
    d->result.complete = d->result.unchanged = true;
    finish(d);
}

/* Of what is here nothing is to be kept. */
static void anew(struct netp_download *d)
{
    netp_source_close(&d->there.file);
    d->note.part.url.n = 0;
    try_again(d);
}

/* Reads on in the file, here or there, whose digest must be right. */
static void check_more(void *arg)
{
    struct netp_download *d = arg;
    bool there = d->there.file.fd >= 0;
    int r = netp_check_slice(d->check, there ? d->there.file.fd : d->sink.fd);

    if (r > 0) {
        later(d, check_more, 0);
    } else if (r == 0) {
        (there ? unchanged : commit)(d);
    } else if (errno != 0) {
        finish_local(d, "the digest");
    } else if (there) {
        netp_check_free(d->check);
        d->check = NULL;
        anew(d);
    } else {
        netp_note_remove(&d->note);
        d->result.wrong_digest = true;
        d->result.fetch.err = NETP_E_SYNTAX;
        d->result.fetch.stage = NETP_FETCH_BODY;
        snprintf(d->result.fetch.text, sizeof d->result.fetch.text,
                 "the file does not have the digest that it must have");
        finish(d);
    }
}

/* Calls fn when the digest is right, if there is one to be right. */
static void check(struct netp_download *d, void (*fn)(struct netp_download *))
{
    if (netp_check_begin(&d->check, d->cfg.hash, d->cfg.digest, &d->digest) != 0) {
        errno = ENOMEM;
        finish_local(d, "the digest");
    } else if (d->check) {
        later(d, check_more, 0);
    } else {
        fn(d);
    }
}

/* All bytes are there: on the disk, and no others. */
static void whole(struct netp_download *d)
{
    d->result.fetch.err = NETP_OK;
    d->result.fetch.text[0] = '\0';
    if (netp_sink_resize(&d->sink, d->have) != 0) {
        finish_local(d, d->cfg.path);
        return;
    }
    check(d, commit);
}

/* --- answers --------------------------------------------------------------------------------- */

static void read_digest(struct netp_download *d, const struct netp_fetch_head *h)
{
    struct netp_str value;

    if (d->verdict == RESTART) {
        d->digest = (struct netp_http_repr_digest){0};
    }
    for (unsigned i = 0;
         h->head->status < 300 && /* else it is of the page that tells of an error */
         !h->decoded && netp_http_head_find(h->head, h->text, NETP_STR("Repr-Digest"), i, &value);
         i++) {
        netp_http_repr_digest_parse(value, &d->digest);
    }
}

static void read_times(struct netp_download *d, const struct netp_fetch_head *h, int64_t now)
{
    struct netp_str value;

    if (d->verdict == RESTART) {
        d->modified = NETP_HTTP_NO_DATE;
    }
    if (netp_http_head_find(h->head, h->text, NETP_STR("Last-Modified"), 0, &value)) {
        netp_http_date_parse(value, now, &d->modified);
    }
    if (netp_http_head_find(h->head, h->text, NETP_STR("Retry-After"), 0, &value)) {
        netp_http_retry_after(value, now, &d->retry_after);
    }
}

/* The body is all of the file. */
static bool restart(struct netp_download *d, const struct netp_fetch_head *h, int64_t now)
{
    const struct netp_str url = {d->url, h->decoded ? 0 : d->url_n};

    d->have = d->result.resumed = 0;
    d->total = h->decoded ? NETP_HTTP_LENGTH_UNKNOWN : h->length;
    d->end = UINT64_MAX;
    if (netp_sink_resize(&d->sink, 0) != 0) {
        return local(d, d->cfg.path);
    }
    return netp_note_take(&d->note, h->head, h->text, url, now) == 0 || local(d, d->note.path);
}

/* A part of the file; its length may be news. */
static void append(struct netp_download *d, const struct netp_fetch_head *h)
{
    struct netp_http_content_range range;
    struct netp_str value;

    if (netp_http_head_find(h->head, h->text, NETP_STR("Content-Range"), 0, &value) &&
        netp_http_content_range_parse(value, &range) == NETP_OK &&
        range.length != NETP_HTTP_LENGTH_UNKNOWN) {
        d->total = range.length;
    }
}

static enum verdict judge(struct netp_download *d, const struct netp_fetch_head *h, int64_t now)
{
    if (d->there.file.fd >= 0) {
        return netp_there_is_whole(&d->there, h, now) ? UNCHANGED : ANEW;
    }
    if (h->head->status == 304 && d->since_n > 0) {
        return UNCHANGED;
    }
    return (enum verdict)netp_http_resume_judge(&d->resume, h->head, h->text, now, &d->end);
}

static bool users_head(struct netp_download *d, const struct netp_fetch_head *h)
{
    bool go_on;

    if (!d->cfg.fetch.head) {
        return true;
    }
    d->busy = true;
    go_on = d->cfg.fetch.head(d->cfg.arg, h);
    if (!survived(d)) {
        return false;
    }
    d->stopped = d->stopped || !go_on;
    return go_on;
}

static bool on_head(void *arg, const struct netp_fetch_head *h)
{
    struct netp_download *d = arg;
    int64_t now = time(NULL);

    if (h->final) {
        d->verdict = judge(d, h, now);
        read_digest(d, h);
        read_times(d, h, now);
        if (d->verdict == RESTART && !restart(d, h, now)) {
            return false;
        }
        if (d->verdict == APPEND) {
            append(d, h);
        }
    }
    return users_head(d, h);
}

/* Tells the user of bytes that are stored. */
static bool users_data(struct netp_download *d, const void *p, size_t n)
{
    bool go_on = true;

    if (d->have >= NETP_SINK_BUFFER) {
        netp_note_keep(&d->note);
    }
    d->busy = true;
    if (d->cfg.fetch.data) {
        go_on = d->cfg.fetch.data(d->cfg.arg, p, n);
    }
    if (!d->gone && d->cfg.progress) {
        d->cfg.progress(d->cfg.arg, d->have, d->total);
    }
    if (!survived(d)) {
        return false;
    }
    d->stopped = !go_on;
    return go_on;
}

static bool over_limit(struct netp_download *d)
{
    struct netp_fetch_result *r = &d->result.fetch;

    r->err = NETP_E_LIMIT;
    r->stage = NETP_FETCH_BODY;
    snprintf(r->text, sizeof r->text, "the file is longer than %llu bytes",
             (unsigned long long)d->cfg.fetch.max_body);
    d->stopped = true;
    return false;
}

static bool on_data(void *arg, const void *p, size_t n)
{
    struct netp_download *d = arg;

    if (d->verdict != APPEND && d->verdict != RESTART) {
        d->drained += n;
        return d->drained <= DRAIN;
    }
    n = n < d->end - d->have ? n : (size_t)(d->end - d->have);
    if (n == 0) {
        return true; /* more than was announced */
    }
    if (d->cfg.fetch.max_body && d->have + n > d->cfg.fetch.max_body) {
        return over_limit(d);
    }
    if (netp_sink_write(&d->sink, p, n, d->have) != 0) {
        return local(d, d->cfg.path);
    }
    d->have += n;
    return users_data(d, p, n);
}

/* --- tries ----------------------------------------------------------------------------------- */

/* Whether another try may do better. */
static bool may_pass(const struct netp_download *d)
{
    const struct netp_fetch_result *r = &d->result.fetch;

    if (r->err == NETP_OK) {
        return d->verdict == APPEND || netp_http_retry_status((unsigned)r->status);
    }
    switch (r->stage) {
    case NETP_FETCH_URL:
    case NETP_FETCH_REDIRECT:
    case NETP_FETCH_LOCAL:
        return false;
    case NETP_FETCH_TLS:
        return r->err == NETP_E_TIMEOUT || r->tls == NETP_TLS_IO || r->tls == NETP_TLS_TRUNCATED;
    default:
        return netp_http_retry_error(r->err);
    }
}

static uint64_t delay(struct netp_download *d)
{
    uint32_t random = 0;

    if (d->have > d->most) {
        d->most = d->have;
        d->failures = 0;
    }
    if (!may_pass(d) || d->failures >= d->cfg.tries || !netp_random(&random, sizeof random)) {
        return NETP_NEVER;
    }
    return netp_http_retry_delay(++d->failures, random, d->retry_after, d->cfg.first_ms,
                                 d->cfg.max_ms);
}

static void failed(struct netp_download *d)
{
    uint64_t ms = delay(d);

    if (ms == NETP_NEVER) {
        finish(d);
        return;
    }
    d->result.tries++;
    if (later(d, try_again, netp_loop_now(d->client->loop) + ms) && d->cfg.again) {
        /* last: it may cancel d */
        d->cfg.again(d->cfg.arg, &d->result.fetch, ms);
    }
}

/* A body was stored: all of the file, a part of it, or some of that. */
static void stored(struct netp_download *d)
{
    struct netp_fetch_result *r = &d->result.fetch;

    if (r->err != NETP_OK) {
        failed(d);
    } else if (d->verdict == RESTART || d->have == d->total) {
        whole(d);
    } else if (d->have == d->end) { /* the server gives it piece by piece */
        try_again(d);
    } else {
        r->err = NETP_E_TRUNCATED;
        r->stage = NETP_FETCH_HTTP;
        snprintf(r->text, sizeof r->text, "the server sent less than it announced");
        failed(d);
    }
}

/* What the answer was is still of interest, but the reason is ours, if it was not the user. */
static void finish_stopped(struct netp_download *d, const struct netp_fetch_result *result)
{
    struct netp_fetch_result ours = d->result.fetch, *r = &d->result.fetch;

    *r = *result;
    if (ours.err != NETP_OK) {
        r->err = ours.err;
        r->stage = ours.stage;
        r->sys_errno = ours.sys_errno;
        memcpy(r->text, ours.text, sizeof r->text);
    }
    finish(d);
}

static void on_done(void *arg, const struct netp_fetch_result *result)
{
    struct netp_download *d = arg;

    d->fetch = NULL;
    if (d->stopped) {
        finish_stopped(d, result);
        return;
    }
    d->result.fetch = *result;
    switch (d->verdict) {
    case APPEND:
    case RESTART:
        stored(d);
        break;
    case COMPLETE:
        whole(d);
        break;
    case UNCHANGED:
        if (d->there.file.fd >= 0) {
            check(d, unchanged);
        } else {
            unchanged(d);
        }
        break;
    case WEAKER:
        d->by_date = true;
        try_again(d);
        break;
    case ANEW:
        anew(d);
        break;
    default:
        if (d->drained > DRAIN) {
            d->result.fetch.err = NETP_OK; /* it was we who did not read on */
            d->result.fetch.text[0] = '\0';
        }
        failed(d);
        break;
    }
}

/* --- requests -------------------------------------------------------------------------------- */

static void put(struct netp_download *d, struct netp_str name, struct netp_str value)
{
    if (value.n > 0) {
        d->field[d->nfield++] = (struct netp_http1_pair){name, value};
    }
}

static bool is_ours(struct netp_str name, bool raw)
{
    return netp_str_ieq(name, NETP_STR("Range")) ||
           (name.n > 3 && netp_str_ieq(netp_str_make(name.p, 3), NETP_STR("If-"))) ||
           (raw && netp_str_ieq(name, NETP_STR("Accept-Encoding")));
}

static void put_fields(struct netp_download *d, bool raw)
{
    const struct netp_http1_pair *f = d->cfg.fetch.field;

    d->nfield = 0;
    for (size_t i = 0; i < d->cfg.fetch.nfield; i++) {
        if (!is_ours(f[i].name, raw)) {
            d->field[d->nfield++] = f[i];
        }
    }
    put(d, NETP_STR("Range"), netp_str_make(d->resume.range, d->resume.range_n));
    put(d, NETP_STR("If-Range"), d->resume.if_range);
    put(d, NETP_STR("If-Modified-Since"), netp_str_make(d->since, d->since_n));
    put(d, NETP_STR("Accept-Encoding"), raw ? NETP_STR("identity") : NETP_STR(""));
}

/* What to ask for: what is missing, or all of it. */
static void choose(struct netp_download *d)
{
    memset(&d->resume, 0, sizeof d->resume);
    if (d->note.part.url.n > 0 &&
        netp_http_resume_begin(&d->resume, &d->note.part, d->have) == NETP_HTTP_RESUME_BY_ETAG &&
        d->by_date) {
        netp_http_resume_weaker(&d->resume);
    }
}

static void try_again(void *arg)
{
    struct netp_download *d = arg;
    struct netp_fetch_cfg cfg = d->cfg.fetch;
    bool raw = (d->cfg.flags & NETP_DOWNLOAD_CONTINUE) || d->cfg.tries > 0 || d->cfg.hash;

    choose(d);
    put_fields(d, raw);
    d->verdict = NONE;
    d->result.fetch.err = NETP_OK;
    d->end = d->drained = d->retry_after = 0;
    cfg.flags |= raw ? NETP_FETCH_RAW : 0;
    cfg.method = d->there.file.fd >= 0 ? "HEAD" : NULL;
    cfg.body = NULL;
    cfg.read = NULL;
    cfg.sent = NULL;
    cfg.max_body = 0;
    cfg.field = d->field;
    cfg.nfield = d->nfield;
    cfg.head = on_head;
    cfg.data = on_data;
    cfg.done = on_done;
    cfg.arg = d;
    d->fetch = netp_fetch_start(d->client, &cfg);
    if (!d->fetch) {
        finish_local(d, "the request");
    }
}

/* --- beginning ------------------------------------------------------------------------------- */

/* The URL as it is noted down; without one, nothing is. */
static void read_url(struct netp_download *d)
{
    struct netp_url u;
    size_t at;
    ptrdiff_t n = 0;

    if (netp_url_parse(netp_str_of(d->cfg.fetch.url), &u, &at) == NETP_OK) {
        u.has &= ~(unsigned)(NETP_URL_USERINFO | NETP_URL_FRAGMENT);
        n = netp_url_normalise(&u, d->url, sizeof d->url);
    }
    d->url_n = n > 0 ? (size_t)n : 0;
}

static void begin(void *arg)
{
    struct netp_download *d = arg;
    unsigned flags = NETP_SINK_CREATE | NETP_SINK_RESUME |
                     (d->cfg.flags & NETP_DOWNLOAD_KEEP ? 0u : NETP_SINK_OVERWRITE);
    struct stat st;

    if (netp_sink_open(&d->sink, NULL, d->cfg.path, flags) != 0) {
        finish_local(d, d->cfg.path);
        return;
    }
    read_url(d);
    if (d->cfg.flags & NETP_DOWNLOAD_CONTINUE) {
        netp_note_read(&d->note, netp_str_make(d->url, d->url_n));
    }
    if (d->note.part.url.n > 0) {
        d->have = d->most = d->result.resumed = netp_sink_size(&d->sink);
        d->total = d->note.part.length;
        d->modified = d->note.part.modified;
    }
    if ((d->cfg.flags & NETP_DOWNLOAD_NEWER) &&
        fstatat(d->sink.dir, d->sink.name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
        netp_http_date_format(st.st_mtime, d->since) == NETP_OK) {
        d->since_n = sizeof d->since;
    } else if ((d->cfg.flags & NETP_DOWNLOAD_CONTINUE) && d->note.part.url.n == 0) {
        netp_there_open(&d->there, d->cfg.path);
    }
    try_again(d);
}

struct netp_download *netp_download_start(struct netp_http_client *client,
                                          const struct netp_download_cfg *cfg)
{
    struct netp_download *d = calloc(1, sizeof *d);

    if (!d) {
        return NULL;
    }
    d->client = client;
    d->cfg = *cfg;
    d->cfg.first_ms = cfg->first_ms ? cfg->first_ms : 1000;
    d->cfg.max_ms = cfg->max_ms ? cfg->max_ms : 60000;
    d->sink.fd = d->sink.dir = d->there.file.fd = -1;
    d->total = NETP_HTTP_LENGTH_UNKNOWN;
    d->modified = NETP_HTTP_NO_DATE;
    d->field = malloc((cfg->fetch.nfield + OWN_FIELDS) * sizeof *d->field);
    d->timer = (struct netp_timer){.due = begin, .arg = d};
    if (!d->field || asprintf(&d->note.path, "%s.part.http", cfg->path) < 0) {
        d->note.path = NULL;
    }
    if (!d->note.path || netp_loop_at(client->loop, &d->timer, 0) != 0) {
        release(d);
        errno = ENOMEM;
        return NULL;
    }
    return d;
}

bool netp_download_run(struct netp_http_client *client, const struct netp_download_cfg *cfg,
                       struct netp_download_result *result)
{
    struct netp_download *d = netp_download_start(client, cfg);
    bool over = false;

    memset(result, 0, sizeof *result);
    if (d) {
        d->over = &over;
        d->to = result;
    }
    while (d && !over && netp_loop_turn(client->loop, NETP_NEVER) == 0) {
    }
    if (!over) {
        int e = errno;
        if (d) {
            netp_download_cancel(d);
        }
        result->fetch.err = NETP_E_IO;
        result->fetch.stage = NETP_FETCH_LOCAL;
        result->fetch.sys_errno = e;
        snprintf(result->fetch.text, sizeof result->fetch.text, "%s", strerror(e));
    }
    return result->complete;
}
