/* cgi.c - directories of CGI programs, and the requests for them. SPDX-License-Identifier: MIT */
#include "cgi_priv.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void data(void *arg, struct netp_httpd_exchange *x, const void *p, size_t n);
static void ready(void *arg, struct netp_httpd_exchange *x);
static void gone(void *arg, struct netp_httpd_exchange *x, bool complete);

/* --- jobs ------------------------------------------------------------------------------------ */

static struct cgi_job *new_job(struct netp_cgi_dir *dir, struct netp_httpd_exchange *x)
{
    struct cgi_job *job = malloc(sizeof *job);

    if (job) {
        memset(job, 0, offsetof(struct cgi_job, field));
        job->dir = dir;
        job->x = x;
        job->id = netp_httpd_request(x)->id;
        job->theirs[0] = job->theirs[1] = job->theirs[2] = -1;
        job->cwd = job->spool = job->child.fd = job->in.fd = job->out.fd = job->err.fd = -1;
        job->head_only = netp_str_eq(netp_httpd_request(x)->method, NETP_STR("HEAD"));
        cgi_move(job, &dir->leaving);
    }
    return job;
}

/* Frees what is in no list any more. */
static void destroy(struct cgi_job *job)
{
    netp_loop_at(job->dir->loop, &job->timer, NETP_NEVER);
    if (job->cwd >= 0) {
        close(job->cwd);
    }
    if (job->spool >= 0) {
        close(job->spool);
    }
    free(job->held);
    free(job->envp);
    free(job->path);
    free(job->redirect);
    free(job);
}

static void free_job(struct cgi_job *job)
{
    cgi_move(job, NULL);
    destroy(job);
}

static void free_all(struct cgi_list *list)
{
    struct cgi_job *job = list->first, *next;

    *list = (struct cgi_list){.n = 0};
    for (; job; job = next) {
        next = job->next;
        destroy(job);
    }
}

void cgi_move(struct cgi_job *job, struct cgi_list *to)
{
    struct cgi_list *from = job->list;

    if (from) {
        *(job->prev ? &job->prev->next : &from->first) = job->next;
        *(job->next ? &job->next->prev : &from->last) = job->prev;
        from->n--;
    }
    job->list = to;
    if (to) {
        job->prev = to->last;
        job->next = NULL;
        *(to->last ? &to->last->next : &to->first) = job;
        to->last = job;
        to->n++;
    }
}

static void free_dead(void *arg)
{
    struct netp_cgi_dir *dir = arg;

    free_all(&dir->dead);
}

/* When whoever may be at work on it has returned. */
void cgi_forget(struct cgi_job *job)
{
    cgi_move(job, &job->dir->dead);
    netp_loop_at(job->dir->loop, &job->dir->burial, 0);
}

/* --- requests -------------------------------------------------------------------------------- */

static void watch(struct cgi_job *job, uint64_t max_body)
{
    netp_httpd_watch(
        job->x,
        &(struct netp_httpd_watcher){.data = data, .ready = ready, .gone = gone, .arg = job},
        max_body);
}

static int open_spool(const char *dir)
{
    char *name = malloc(strlen(dir) + sizeof "/cgi.XXXXXX");
    int fd = -1;

    if (name) {
        stpcpy(stpcpy(name, dir), "/cgi.XXXXXX");
        fd = mkostemp(name, O_CLOEXEC);
        if (fd >= 0) {
            unlink(name);
        }
        free(name);
    }
    return fd;
}

/* 0, or the status to answer at once. */
static unsigned check(const struct netp_cgi_dir_cfg *cfg, const struct netp_httpd_request *r)
{
    if (r->length == NETP_HTTP1_UNKNOWN) {
        return cfg->max_spool > 0 ? 0 : 411;
    }
    return r->length > cfg->max_body ? 413 : 0;
}

void netp_cgi_handle(void *arg, struct netp_httpd_exchange *x)
{
    struct netp_cgi_dir *dir = arg;
    const struct netp_httpd_request *r = netp_httpd_request(x);
    bool chunked = r->length == NETP_HTTP1_UNKNOWN;
    unsigned status = check(&dir->cfg, r);
    struct cgi_job *job = status == 0 ? new_job(dir, x) : NULL;

    if (!job) {
        netp_httpd_error(x, status ? status : 503);
        return;
    }
    status = cgi_find(job, r->path);
    if (status == 0 && chunked && (job->spool = open_spool(dir->cfg.spool)) < 0) {
        status = 503;
    }
    if (status != 0) {
        free_job(job);
        netp_httpd_error(x, status);
        return;
    }
    job->body_over = r->length == 0;
    watch(job, chunked ? dir->cfg.max_spool : dir->cfg.max_body);
    if (!chunked) {
        cgi_launch(job);
    }
}

static void data(void *arg, struct netp_httpd_exchange *x, const void *p, size_t n)
{
    (void)x;
    cgi_body(arg, p, n);
}

static void ready(void *arg, struct netp_httpd_exchange *x)
{
    struct cgi_job *job = arg;

    (void)x;
    if (job->lent) {
        job->lent = false;
        job->piece_n = 0;
    }
    job->moved = netp_loop_now(job->dir->loop);
    cgi_answer(job);
    cgi_over(job);
}

static void gone(void *arg, struct netp_httpd_exchange *x, bool complete)
{
    struct cgi_job *job = arg;

    (void)x;
    job->x = NULL;
    job->answered = true;
    job->lent = false;
    job->piece_n = 0;
    if (!complete) {
        cgi_end(job);
    }
    cgi_over(job);
}

/* --- local redirects ------------------------------------------------------------------------- */

/* Another script of the directory. */
static void redirect_here(struct cgi_job *job, struct netp_str target, size_t path_n)
{
    struct cgi_job *next = new_job(job->dir, job->x);
    unsigned status;

    if (!next || !(next->redirect = strndup(target.p, target.n))) {
        if (next) {
            free_job(next);
        }
        cgi_answer_error(job, 503, "no memory");
        return;
    }
    next->redirects = job->redirects + 1;
    next->body_over = job->body_over;
    status = cgi_find(next, netp_str_make(target.p, path_n));
    watch(next, 0);
    job->x = NULL;
    if (status == 0) {
        cgi_launch(next);
    } else {
        next->stage = CGI_OVER;
        cgi_answer_error(next, status, "no such script");
    }
}

void cgi_redirect(struct cgi_job *job, struct netp_str target)
{
    const struct netp_cgi_dir_cfg *cfg = &job->dir->cfg;
    const char *mark = memchr(target.p, '?', target.n);
    struct netp_httpd_exchange *x = job->x;
    size_t n = strlen(cfg->prefix);

    if (job->redirects >= CGI_REDIRECTS) {
        cgi_answer_error(job, 500, "too many redirects");
        return;
    }
    cgi_answered(job);
    if (target.n >= n && memcmp(target.p, cfg->prefix, n) == 0) {
        redirect_here(job, target, mark ? (size_t)(mark - target.p) : target.n);
    } else if (cfg->local) {
        job->x = NULL;
        netp_httpd_watch(x, &(struct netp_httpd_watcher){.arg = NULL}, 0);
        cfg->local(cfg->arg, x, target);
    } else if (netp_httpd_add(x, "Location", target) == NETP_OK) {
        netp_httpd_reply(x, 302, NULL, "", 0);
    } else {
        netp_httpd_error(x, 502);
    }
}

/* --- directories ----------------------------------------------------------------------------- */

/* Descriptors 0, 1 and 2 are taken in what has none, lest a pipe become one of them. */
static int open_null(void)
{
    int fd;

    do {
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    } while (fd >= 0 && fd < 3);
    return fd;
}

static void set_defaults(struct netp_cgi_dir_cfg *cfg)
{
    cfg->server = cfg->server ? cfg->server : "netproto/" NETP_VERSION;
    cfg->path = cfg->path ? cfg->path : "/usr/local/bin:/usr/bin:/bin";
    cfg->spool = cfg->spool ? cfg->spool : "/tmp";
    cfg->max_running = cfg->max_running ? cfg->max_running : 32;
    cfg->max_queued = cfg->max_queued ? cfg->max_queued : 64;
    cfg->idle_ms = cfg->idle_ms ? cfg->idle_ms : 60000;
    cfg->total_ms = cfg->total_ms ? cfg->total_ms : 3600000;
    cfg->max_body = cfg->max_body ? cfg->max_body : 16u << 20;
}

struct netp_cgi_dir *netp_cgi_dir_new(struct netp_loop *loop, const struct netp_cgi_dir_cfg *cfg)
{
    size_t n = strlen(cfg->prefix);
    struct netp_cgi_dir *dir;
    int err;

    if (n == 0 || cfg->prefix[0] != '/' || cfg->prefix[n - 1] != '/') {
        errno = EINVAL;
        return NULL;
    }
    dir = calloc(1, sizeof *dir);
    if (!dir) {
        return NULL;
    }
    dir->loop = loop;
    dir->cfg = *cfg;
    set_defaults(&dir->cfg);
    dir->burial.due = free_dead;
    dir->burial.arg = dir;
    dir->null = open_null();
    dir->path = malloc(sizeof "PATH=" + strlen(dir->cfg.path));
    if (dir->null >= 0 && dir->path && netp_root_open(&dir->root, cfg->directory) == 0) {
        stpcpy(stpcpy(dir->path, "PATH="), dir->cfg.path);
        if (crew_open(&dir->starters, loop, CGI_STARTERS) == 0) {
            return dir;
        }
        err = errno;
        netp_root_close(&dir->root);
        errno = err;
    }
    err = errno;
    if (dir->null >= 0) {
        close(dir->null);
    }
    free(dir->path);
    free(dir);
    errno = err;
    return NULL;
}

void netp_cgi_dir_free(struct netp_cgi_dir *dir)
{
    if (!dir) {
        return;
    }
    crew_close(&dir->starters, false);
    while (dir->running.first) {
        cgi_kill(dir->running.first);
    }
    free_all(&dir->leaving);
    free_all(&dir->dead);
    netp_loop_at(dir->loop, &dir->burial, NETP_NEVER);
    netp_root_close(&dir->root);
    close(dir->null);
    free(dir->path);
    free(dir);
}

void netp_cgi_dir_load(const struct netp_cgi_dir *dir, unsigned *running, unsigned *queued)
{
    *running = dir->running.n;
    *queued = dir->queued.n;
}
