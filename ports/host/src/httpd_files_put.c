/* httpd_files_put.c - files that come by PUT. SPDX-License-Identifier: MIT */
#include "httpd_files_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <netproto/host/socket.h>
#include <netproto/http_precondition.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct upload {
    struct netp_httpd_files *files;
    struct netp_httpd_exchange *x; /* NULL: it is gone */
    struct netp_sink sink;
    uint64_t at;
    struct crew_job job;
    bool storing;     /* the crew has it */
    bool conditional; /* the request has conditions, which were judged about before: */
    struct stat before;
    bool changed;   /* what was there is another now; nothing was done */
    bool succeeded; /* or errno_ says why it did not */
    bool existed;
    int errno_;
};

/* The status for errno after something could not be written. */
static unsigned status_of(int e)
{
    switch (e) {
    case ENOSPC:
    case EDQUOT:
        return 507;
    case EFBIG:
        return 413;
    case EISDIR:
    case ENOENT: /* the folder: a file may be new, folders are not made */
    case ENOTDIR:
    case EEXIST:
        return 409;
    case EACCES:
    case EPERM:
    case EROFS:
    case ELOOP:
        return 403;
    case ENAMETOOLONG:
        return 404;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
        return 503;
    default:
        return 500;
    }
}

/* Judges the conditions of the request about the file that st is of, NULL: none. 0 or the status.
 */
static unsigned judge(const struct netp_httpd_exchange *x, const struct stat *st)
{
    const struct netp_httpd_request *r = netp_httpd_request(x);
    struct netp_http_selected selected = {NULL, NETP_HTTP_NOT_DATED};
    struct files_form form;
    struct netp_str range;
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (st) {
        files_etag(&form, st, "", &now);
        selected.etag = &form.tag;
        selected.modified = st->st_mtim.tv_sec < now.tv_sec ? st->st_mtim.tv_sec : now.tv_sec;
    }
    return netp_http_precondition(r->head, r->text, &selected, now.tv_sec, &range) ==
                   NETP_HTTP_FAILED
               ? 412
               : 0;
}

/* The same about what is there, before any of the body has come. */
static unsigned check_conditions(const struct netp_httpd_files *f,
                                 const struct netp_httpd_exchange *x, const char *path)
{
    struct netp_source s;
    struct stat st;
    int bad, e;

    if (netp_source_open(&s, &f->root, path) != 0) {
        /* EACCES: a folder, or a link; the sink says */
        return errno == ENOENT || errno == EACCES ? judge(x, NULL) : status_of(errno);
    }
    bad = fstat(s.fd, &st);
    e = errno;
    netp_source_close(&s);
    return bad ? status_of(e) : judge(x, &st);
}

static bool is_conditional(const struct netp_httpd_exchange *x)
{
    struct netp_str field;

    return netp_httpd_field(x, "If-Match", 0, &field) ||
           netp_httpd_field(x, "If-None-Match", 0, &field) ||
           netp_httpd_field(x, "If-Unmodified-Since", 0, &field);
}

/* What can't be stored as it is meant (RFC 9110 sections 8.4, 9.3.4 and 14.5): 0 or the status. */
static unsigned check_request(const struct netp_httpd_files *f, const struct netp_httpd_exchange *x,
                              struct netp_str rest, char path[PATH_MAX])
{
    const struct netp_httpd_request *r = netp_httpd_request(x);
    struct netp_str field;
    unsigned bad = files_path(f, rest, path);

    if (bad != 0) {
        return bad;
    }
    if (*path == '\0' || path[strlen(path) - 1] == '/') {
        return 409;
    }
    if (netp_httpd_field(x, "Content-Range", 0, &field)) {
        return 400;
    }
    if (netp_httpd_field(x, "Content-Encoding", 0, &field) &&
        !netp_str_ieq(field, NETP_STR("identity"))) {
        return 415;
    }
    return r->length != NETP_HTTP1_UNKNOWN && r->length > f->max_upload ? 413 : 0;
}

/* --- the end --------------------------------------------------------------------------------- */

/* What is there under the final name; all 0: nothing. False with errno. */
static bool look(const struct upload *u, struct stat *st)
{
    memset(st, 0, sizeof *st);
    return fstatat(u->sink.dir, u->sink.name, st, AT_SYMLINK_NOFOLLOW) == 0 || errno == ENOENT;
}

/* In a thread, for it waits for the disk. There is one: no other upload comes in between. */
static void store(void *arg)
{
    struct upload *u = arg;
    struct stat st;
    bool known = look(u, &st);

    u->changed = known && u->conditional && !files_same(&st, &u->before);
    u->existed = st.st_ino != 0;
    u->succeeded = known && !u->changed && netp_sink_commit(&u->sink) == 0;
    u->errno_ = errno;
}

static void stored(void *arg);

/* All has come. Somebody else may have been here since it began. */
static void complete(struct upload *u)
{
    struct netp_httpd_exchange *x = u->x;
    unsigned bad =
        look(u, &u->before) ? judge(x, u->before.st_ino ? &u->before : NULL) : status_of(errno);

    if (bad != 0) {
        netp_sink_abort(&u->sink);
        netp_httpd_error(x, bad);
        return;
    }
    u->storing = true;
    u->job = (struct crew_job){.work = store, .done = stored, .arg = u};
    files_give(&u->files->storers, x, &u->job);
}

static void upload_free(struct upload *u)
{
    netp_sink_abort(&u->sink);
    free(u);
}

/* It stays when its client has gone, unless somebody has to judge once more whether it may. */
static void stored(void *arg)
{
    struct upload *u = arg;

    u->storing = false;
    if (u->succeeded) {
        u->files->written = netp_now();
    }
    if (!u->x) {
        upload_free(u);
    } else if (u->changed) {
        complete(u);
    } else if (u->succeeded) {
        netp_httpd_reply(u->x, u->existed ? 204 : 201, NULL, NULL, 0);
    } else {
        netp_sink_abort(&u->sink);
        netp_httpd_error(u->x, status_of(u->errno_));
    }
}

/* --- the body -------------------------------------------------------------------------------- */

static void on_data(void *arg, struct netp_httpd_exchange *x, const void *p, size_t n)
{
    struct upload *u = arg;

    if (u->sink.fd < 0) { /* it has failed and been answered: the rest is dropped */
        return;
    }
    if (n == 0) {
        complete(u);
        return;
    }
    if (netp_sink_write(&u->sink, p, n, u->at) != 0) {
        unsigned status = status_of(errno);
        netp_sink_abort(&u->sink);
        netp_httpd_error(x, status);
        return;
    }
    u->at += n;
}

static void on_gone(void *arg, struct netp_httpd_exchange *x, bool complete)
{
    struct upload *u = arg;

    (void)x;
    (void)complete;
    if (u->storing) {
        u->x = NULL;
    } else {
        upload_free(u);
    }
}

/* Opens the sink; 0 or the status. */
static unsigned begin(struct upload *u, const char *path, uint64_t length)
{
    if (netp_sink_open(&u->sink, &u->files->root, path,
                       NETP_SINK_OVERWRITE | NETP_SINK_CREATE | NETP_SINK_UNIQUE) != 0) {
        return status_of(errno);
    }
    if (length != NETP_HTTP1_UNKNOWN && !netp_sink_room(&u->sink, length)) {
        netp_sink_abort(&u->sink);
        return 507;
    }
    return 0;
}

void files_put(struct netp_httpd_files *f, struct netp_httpd_exchange *x, struct netp_str rest)
{
    char path[PATH_MAX];
    unsigned bad = check_request(f, x, rest, path);
    struct upload *u = NULL;

    bad = bad ? bad : check_conditions(f, x, path);
    if (bad == 0 && !(u = calloc(1, sizeof *u))) {
        bad = 503;
    }
    if (u) {
        u->files = f;
        u->x = x;
        u->conditional = is_conditional(x);
        bad = begin(u, path, netp_httpd_request(x)->length);
    }
    if (bad) {
        free(u);
        netp_httpd_error(x, bad);
        return;
    }
    netp_httpd_watch(x, &(struct netp_httpd_watcher){.data = on_data, .gone = on_gone, .arg = u},
                     f->max_upload);
}
