/* cgi_spawn.c - starts a script: its environment, its pipes, its process.
 * SPDX-License-Identifier: MIT */
#include "cgi_priv.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the script is to read, write and complain to, and our ends. */
struct ends {
    int child[3], ours[3];
};

/* --- the environment ------------------------------------------------------------------------- */

/* Two paths in a row, in memory that the caller frees; n 0 when there is none of them. */
static struct netp_str join(const char *a, struct netp_str b)
{
    size_t n = strlen(a);
    char *p = malloc(n + b.n + 1);

    if (!p) {
        return netp_str_make(NULL, 0);
    }
    memcpy(stpcpy(p, a), b.p, b.n);
    return netp_str_make(p, n + b.n);
}

static struct netp_str query_of(const struct cgi_job *job, const struct netp_httpd_request *r)
{
    const char *mark;

    if (!job->redirect) {
        return r->query;
    }
    mark = strchr(job->redirect, '?');
    return netp_str_of(mark ? mark + 1 : "");
}

static uint64_t length_of(const struct cgi_job *job, const struct netp_httpd_request *r)
{
    struct netp_str value;

    if (job->redirect) {
        return NETP_CGI_NO_BODY;
    }
    if (job->spool >= 0) {
        return job->spooled;
    }
    return netp_httpd_field(job->x, "Content-Length", 0, &value) ? r->length : NETP_CGI_NO_BODY;
}

/* Writes the environment to job->buffer: how many variables, or 0: it is too much. */
static size_t write_env(struct cgi_job *job)
{
    const struct netp_httpd_request *r = netp_httpd_request(job->x);
    const struct netp_cgi_dir_cfg *cfg = &job->dir->cfg;
    struct netp_str script = netp_str_make(job->path, job->script_n), filename, translated;
    size_t skip = strlen(cfg->prefix) - 1, count = 0;
    struct netp_cgi_request q = {.head = r->head,
                                 .text = r->text,
                                 .method =
                                     job->redirect && !job->head_only ? NETP_STR("GET") : r->method,
                                 .query = query_of(job, r),
                                 .target = r->target,
                                 .script_name = script,
                                 .host = r->host,
                                 .software = netp_str_of(cfg->server),
                                 .length = length_of(job, r),
                                 .local = netp_httpd_local(job->x),
                                 .peer = r->peer,
                                 .https = r->tls != NULL};
    ptrdiff_t n;

    q.path_info = netp_str_make(job->path + job->script_n, job->path_n - job->script_n);
    filename = join(cfg->directory, netp_str_make(script.p + skip, script.n - skip));
    translated = join(cfg->document_root ? cfg->document_root : "", q.path_info);
    q.script_filename = filename;
    if (cfg->document_root && q.path_info.n > 0) {
        q.path_translated = translated;
    }
    if (cfg->user && !cfg->user(cfg->arg, job->x, &q.auth_type, &q.remote_user)) {
        q.auth_type.n = q.remote_user.n = 0;
    }
    n = netp_cgi_env(&q, (char *)job->buffer, sizeof job->buffer, &count);
    free((void *)(uintptr_t)filename.p);
    free((void *)(uintptr_t)translated.p);
    return n < 0 ? 0 : count;
}

/* The pointers to it, PATH and what cfg adds; NULL: no memory. */
static char **make_envp(struct cgi_job *job, size_t count, char *path)
{
    const char *const *more = job->dir->cfg.env;
    char *p = (char *)job->buffer, **envp;
    size_t nmore = 0, k = 0;

    while (more && more[nmore]) {
        nmore++;
    }
    envp = calloc(count + nmore + 2, sizeof *envp);
    if (!envp) {
        return NULL;
    }
    envp[k++] = path;
    for (size_t i = 0; i < nmore; i++) {
        envp[k++] = (char *)(uintptr_t)more[i];
    }
    for (size_t i = 0; i < count; i++, p += strlen(p) + 1) {
        envp[k++] = p;
    }
    return envp;
}

/* --- descriptors ----------------------------------------------------------------------------- */

static void close_all(int fd[3])
{
    for (int i = 0; i < 3; i++) {
        if (fd[i] >= 0) {
            close(fd[i]);
            fd[i] = -1;
        }
    }
}

/* A pipe whose end for us, 0 to read or 1 to write, does not block. */
static int make_pipe(struct ends *e, int i)
{
    int fd[2], mine = i == 0;

    if (pipe2(fd, O_CLOEXEC) != 0) {
        return -1;
    }
    e->ours[i] = fd[mine];
    e->child[i] = fd[!mine];
    return fcntl(fd[mine], F_SETFL, O_NONBLOCK);
}

/* A body that is kept in a file is read from there; none is read from /dev/null. */
static int make_ends(struct cgi_job *job, struct ends *e)
{
    bool body = !job->redirect && netp_httpd_request(job->x)->length > 0;
    int r = 0;

    *e = (struct ends){{-1, -1, -1}, {-1, -1, -1}};
    if (job->spool >= 0 || !body) {
        e->child[0] = fcntl(job->spool >= 0 ? job->spool : job->dir->null, F_DUPFD_CLOEXEC, 3);
    } else {
        r = make_pipe(e, 0);
    }
    if (r != 0 || e->child[0] < 0 || make_pipe(e, 1) != 0 || make_pipe(e, 2) != 0) {
        int err = errno;
        close_all(e->child);
        close_all(e->ours);
        return err;
    }
    return 0;
}

/* --- the process ----------------------------------------------------------------------------- */

static int set_actions(posix_spawn_file_actions_t *a, const struct cgi_job *job,
                       const struct ends *e)
{
    int err = 0;

    for (int i = 0; i < 3 && err == 0; i++) {
        err = posix_spawn_file_actions_adddup2(a, e->child[i], i);
    }
    err = err ? err : posix_spawn_file_actions_addfchdir_np(a, job->cwd);
    return err ? err : posix_spawn_file_actions_addclosefrom_np(a, 3);
}

static void set_attributes(posix_spawnattr_t *attr)
{
    sigset_t none, all;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                       POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(attr, 0);
    posix_spawnattr_setsigmask(attr, &none);
    posix_spawnattr_setsigdefault(attr, &all);
}

/* 0, or an error. By "./" and its name: it is what was found as long as nobody who may write into
 * that directory changes it, who could as well change the script. */
static int start(struct cgi_job *job, char **envp, const struct ends *e)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    size_t at = job->script_n;
    char name[NAME_MAX + 3];
    char *argv[] = {name, NULL};
    int err;

    while (job->path[at - 1] != '/') {
        at--;
    }
    snprintf(name, sizeof name, "./%.*s", (int)(job->script_n - at), job->path + at);
    if ((err = posix_spawn_file_actions_init(&actions)) != 0) {
        return err;
    }
    posix_spawnattr_init(&attr);
    set_attributes(&attr);
    err = set_actions(&actions, job, e);
    err = err ? err : posix_spawn(&job->pid, name, &actions, &attr, argv, envp);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    return err;
}

static void limit(const struct cgi_job *job)
{
    const struct netp_cgi_dir_cfg *cfg = &job->dir->cfg;

    if (cfg->max_cpu_s) {
        prlimit(job->pid, RLIMIT_CPU, &(struct rlimit){cfg->max_cpu_s, cfg->max_cpu_s}, NULL);
    }
    if (cfg->max_memory) {
        prlimit(job->pid, RLIMIT_AS, &(struct rlimit){cfg->max_memory, cfg->max_memory}, NULL);
    }
}

static unsigned status_of(int err)
{
    return err == EAGAIN || err == ENOMEM || err == EMFILE || err == ENFILE ? 503 : 500;
}

unsigned cgi_spawn(struct cgi_job *job)
{
    char path[1024], **envp;
    struct ends e;
    size_t count = write_env(job);
    int err;

    if (count == 0) {
        return 431;
    }
    snprintf(path, sizeof path, "PATH=%s", job->dir->cfg.path);
    if (!(envp = make_envp(job, count, path))) {
        return 503;
    }
    err = make_ends(job, &e);
    if (err == 0) {
        err = start(job, envp, &e);
        close_all(e.child);
    }
    free(envp);
    if (err == 0) {
        limit(job);
        job->child.fd = (int)syscall(SYS_pidfd_open, job->pid, 0L, 0L, 0L);
        if (job->child.fd < 0) {
            err = errno;
            kill(-job->pid, SIGKILL);
            waitpid(job->pid, NULL, 0);
        }
    }
    if (err != 0) {
        close_all(e.ours);
        cgi_log(job, strerror(err));
        return status_of(err);
    }
    job->in.fd = e.ours[0];
    job->out.fd = e.ours[1];
    job->err.fd = e.ours[2];
    return 0;
}
