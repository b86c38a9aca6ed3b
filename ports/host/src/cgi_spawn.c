/* cgi_spawn.c - starts a script: its environment, its pipes, its process.
 * SPDX-License-Identifier: MIT */
#include "cgi_priv.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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

/* What a child needs to become the script; err: why it could not. */
struct become {
    const struct cgi_job *job;
    const struct ends *ends;
    char **argv, **envp;
    int err;
};

static bool set_up(const struct become *b)
{
    const struct sigaction act = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int sig = 1; sig < 32; sig++) { /* of real time they are not ignored */
        sigaction(sig, &act, NULL);
    }
    for (int i = 0; i < 3; i++) {
        if (dup2(b->ends->child[i], i) < 0) {
            return false;
        }
    }
    sigemptyset(&none);
    return setpgid(0, 0) == 0 && fchdir(b->job->cwd) == 0 && close_range(3, ~0u, 0) == 0 &&
           pthread_sigmask(SIG_SETMASK, &none, NULL) == 0;
}

/* In the child, which has our memory until it is the script, and we stand still. */
static int become(void *arg)
{
    struct become *b = arg;

    if (set_up(b)) {
        execve(b->argv[0], b->argv, b->envp);
    }
    b->err = errno;
    _exit(127);
}

/* 0, or an error. It is posix_spawn() with less: that maps a stack and asks for the limit of
 * descriptors at each of its actions. */
static int start(struct cgi_job *job, struct become *b)
{
    _Alignas(16) char stack[16384];
    sigset_t all, before;
    int err = 0;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    job->pid = clone(become, stack + sizeof stack, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD,
                     b, &job->child.fd);
    if (job->pid < 0) {
        err = errno;
    } else if (b->err) {
        err = b->err;
        waitpid(job->pid, NULL, 0);
        close(job->child.fd);
    }
    if (err) {
        job->child.fd = -1;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return err;
}

/* "./" and the name of the script: it is what was found as long as nobody who may write into that
 * directory changes it, who could as well change the script. */
static void name_of(const struct cgi_job *job, char name[NAME_MAX + 3])
{
    size_t at = job->script_n;

    while (job->path[at - 1] != '/') {
        at--;
    }
    snprintf(name, NAME_MAX + 3, "./%.*s", (int)(job->script_n - at), job->path + at);
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
    char path[1024], name[NAME_MAX + 3], *argv[] = {name, NULL}, **envp;
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
    name_of(job, name);
    err = make_ends(job, &e);
    if (err == 0) {
        err = start(job, &(struct become){job, &e, argv, envp, 0});
        close_all(e.child);
    }
    free(envp);
    if (err != 0) {
        close_all(e.ours);
        cgi_log(job, strerror(err));
        return status_of(err);
    }
    limit(job);
    job->in.fd = e.ours[0];
    job->out.fd = e.ours[1];
    job->err.fd = e.ours[2];
    return 0;
}
