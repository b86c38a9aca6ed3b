/* cgi_spawn.c - what a script starts with: its environment, its pipes, its process.
 * SPDX-License-Identifier: MIT */
#include "cgi_priv.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* Sets job->envp to the pointers to it, to PATH and what cfg adds; false: no memory. */
static bool make_envp(struct cgi_job *job, size_t count)
{
    const char *const *more = job->dir->cfg.env;
    char *p = (char *)job->buffer;
    size_t nmore = 0, k = 0;

    while (more && more[nmore]) {
        nmore++;
    }
    job->envp = calloc(count + nmore + 2, sizeof *job->envp);
    if (!job->envp) {
        return false;
    }
    job->envp[k++] = job->dir->path;
    for (size_t i = 0; i < nmore; i++) {
        job->envp[k++] = (char *)(uintptr_t)more[i];
    }
    for (size_t i = 0; i < count; i++, p += strlen(p) + 1) {
        job->envp[k++] = p;
    }
    return true;
}

/* --- descriptors ----------------------------------------------------------------------------- */

static void close_theirs(struct cgi_job *job)
{
    for (int i = 0; i < 3; i++) {
        if (job->theirs[i] >= 0) {
            close(job->theirs[i]);
            job->theirs[i] = -1;
        }
    }
}

/* A pipe whose end for us, 0 to read or 1 to write, does not block. */
static bool make_pipe(int *ours, int mine, int *theirs)
{
    int fd[2];

    if (pipe2(fd, O_CLOEXEC) != 0) {
        return false;
    }
    *ours = fd[mine];
    *theirs = fd[!mine];
    return fcntl(*ours, F_SETFL, O_NONBLOCK) == 0;
}

/* A body that is kept in a file is read from there; none is read from /dev/null. */
static bool make_pipes(struct cgi_job *job)
{
    bool body = !job->redirect && netp_httpd_request(job->x)->length > 0;

    if (body && job->spool < 0) {
        if (!make_pipe(&job->in.fd, 1, &job->theirs[0])) {
            return false;
        }
    } else {
        job->theirs[0] = fcntl(body ? job->spool : job->dir->null, F_DUPFD_CLOEXEC, 3);
    }
    return job->theirs[0] >= 0 && make_pipe(&job->out.fd, 0, &job->theirs[1]) &&
           make_pipe(&job->err.fd, 0, &job->theirs[2]);
}

/* --- the process ----------------------------------------------------------------------------- */

static bool set_up(const struct cgi_job *job)
{
    const struct sigaction act = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int sig = 1; sig < 32; sig++) { /* of real time they are not ignored */
        sigaction(sig, &act, NULL);
    }
    for (int i = 0; i < 3; i++) {
        if (dup2(job->theirs[i], i) < 0) {
            return false;
        }
    }
    sigemptyset(&none);
    return setpgid(0, 0) == 0 && fchdir(job->cwd) == 0 && close_range(3, ~0u, 0) == 0 &&
           pthread_sigmask(SIG_SETMASK, &none, NULL) == 0;
}

/* In the child, which has our memory until it is the script. By "./" and its name: it is what was
 * found as long as nobody who may write into that directory changes it, who could as well change
 * the script. */
static int become(void *arg)
{
    struct cgi_job *job = arg;
    char *argv[] = {job->name, NULL};

    if (set_up(job)) {
        execve(job->name, argv, job->envp);
    }
    job->error = errno;
    _exit(127);
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

/* As posix_spawn() does, which maps a stack for it and asks for the limit of descriptors at each
 * action. */
static void start(void *arg)
{
    struct cgi_job *job = arg;
    _Alignas(16) char stack[16384];
    int fd;

    job->error = 0;
    job->pid = clone(become, stack + sizeof stack, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD,
                     job, &fd);
    if (job->pid < 0) {
        job->error = errno;
    } else if (job->error) {
        waitpid(job->pid, NULL, 0);
        close(fd);
    } else {
        job->child.fd = fd;
        limit(job);
    }
    close_theirs(job);
}

static void set_name(struct cgi_job *job)
{
    size_t at = job->script_n;

    while (job->path[at - 1] != '/') {
        at--;
    }
    snprintf(job->name, sizeof job->name, "./%.*s", (int)(job->script_n - at), job->path + at);
}

int cgi_spawn(struct cgi_job *job)
{
    size_t count = write_env(job);
    int err;

    if (count == 0) {
        return E2BIG;
    }
    if (!make_envp(job, count)) {
        return ENOMEM;
    }
    set_name(job);
    job->start = (struct crew_job){.work = start, .done = cgi_started, .arg = job};
    err = make_pipes(job) ? crew_give(&job->dir->starters, &job->start) : errno;
    if (err != 0) {
        close_theirs(job);
    }
    return err;
}
