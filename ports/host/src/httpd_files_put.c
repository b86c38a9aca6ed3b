/* httpd_files_put.c - files that come by PUT. SPDX-License-Identifier: MIT */
#include "httpd_files_priv.h"

#include <errno.h>
#include <netproto/host/socket.h>
#include <netproto/http_precondition.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct upload {
    struct netp_httpd_files *files;
    struct netp_sink sink;
    uint64_t at;
    bool existed; /* when it was last looked at */
    char path[];
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

/* Judges the conditions of the request about what is there now: 0 or the status. */
static unsigned check_conditions(const struct netp_httpd_files *f,
                                 const struct netp_httpd_exchange *x, const char *path,
                                 bool *existed)
{
    const struct netp_httpd_request *r = netp_httpd_request(x);
    struct netp_http_selected selected = {NULL, NETP_HTTP_NOT_DATED};
    struct files_form form;
    struct netp_source s;
    struct netp_str range;
    struct timespec now;
    struct stat st;

    clock_gettime(CLOCK_REALTIME, &now);
    *existed = netp_source_open(&s, &f->root, path) == 0;
    if (*existed) {
        int bad = fstat(s.fd, &st), e = errno;
        netp_source_close(&s);
        if (bad) {
            return status_of(e);
        }
        files_etag(&form, &st, "", &now);
        selected.etag = &form.tag;
        selected.modified = st.st_mtim.tv_sec < now.tv_sec ? st.st_mtim.tv_sec : now.tv_sec;
    } else if (errno != ENOENT &&
               errno != EACCES) { /* EACCES: a folder, or a link; the sink says */
        return status_of(errno);
    }
    return netp_http_precondition(r->head, r->text, &selected, now.tv_sec, &range) ==
                   NETP_HTTP_FAILED
               ? 412
               : 0;
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

static void complete(struct upload *u, struct netp_httpd_exchange *x)
{
    unsigned bad = check_conditions(u->files, x, u->path, &u->existed);

    if (bad != 0) { /* someone else has been here since */
        netp_sink_abort(&u->sink);
        netp_httpd_error(x, bad);
    } else if (netp_sink_commit(&u->sink) != 0) {
        netp_httpd_error(x, status_of(errno));
    } else {
        u->files->written = netp_now();
        netp_httpd_reply(x, u->existed ? 204 : 201, NULL, NULL, 0);
    }
}

static void on_data(void *arg, struct netp_httpd_exchange *x, const void *p, size_t n)
{
    struct upload *u = arg;

    if (u->sink.fd < 0) { /* it has failed and been answered: the rest is dropped */
        return;
    }
    if (n == 0) {
        complete(u, x);
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
    netp_sink_abort(&u->sink);
    free(u);
}

/* Opens the sink; 0 or the status. */
static unsigned begin(struct upload *u, uint64_t length)
{
    if (netp_sink_open(&u->sink, &u->files->root, u->path,
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
    bool existed = false;
    unsigned bad = check_request(f, x, rest, path);
    struct upload *u = NULL;

    bad = bad ? bad : check_conditions(f, x, path, &existed);
    if (bad == 0 && !(u = malloc(sizeof *u + strlen(path) + 1))) {
        bad = 503;
    }
    if (u) {
        u->files = f;
        u->at = 0;
        memcpy(u->path, path, strlen(path) + 1);
        bad = begin(u, netp_httpd_request(x)->length);
    }
    if (bad) {
        free(u);
        netp_httpd_error(x, bad);
        return;
    }
    netp_httpd_watch(x, &(struct netp_httpd_watcher){.data = on_data, .gone = on_gone, .arg = u},
                     f->max_upload);
}
