/* cgi_run.c - a script's process: its beginning, its times, its end. SPDX-License-Identifier: MIT
 */
#include "cgi_priv.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static netp_ms now(const struct cgi_job *job)
{
    return netp_loop_now(job->dir->loop);
}

void cgi_close(struct cgi_job *job, struct netp_watch *w)
{
    if (w->fd >= 0) {
        netp_loop_unwatch(job->dir->loop, w);
        close(w->fd);
        w->fd = -1;
    }
}

static void close_pipes(struct cgi_job *job)
{
    cgi_close(job, &job->in);
    cgi_close(job, &job->out);
    cgi_close(job, &job->err);
}

/* --- times ----------------------------------------------------------------------------------- */

/* Whether the script waits for the client and not the client for it. */
static bool is_held_up(const struct cgi_job *job)
{
    return job->lent || job->piece_n > 0;
}

static netp_ms first(netp_ms a, netp_ms b)
{
    return a < b ? a : b;
}

static netp_ms deadline(const struct cgi_job *job)
{
    const struct netp_cgi_dir_cfg *cfg = &job->dir->cfg;
    bool ends = job->exited || (job->eof && !job->answered);
    netp_ms grace = job->moved + CGI_GRACE_MS;

    switch (job->stage) {
    case CGI_QUEUED:
        return job->begun + cfg->idle_ms;
    case CGI_STARTING:
    case CGI_RUNNING:
        return is_held_up(job)
                   ? NETP_NEVER
                   : first(ends ? grace : job->moved + cfg->idle_ms, job->begun + cfg->total_ms);
    case CGI_ENDING:
        return grace;
    default:
        return NETP_NEVER;
    }
}

/* Timers are set without fail where there was one before: all jobs have theirs from the start. */
void cgi_arm(struct cgi_job *job)
{
    netp_loop_at(job->dir->loop, &job->timer, deadline(job));
}

static void kill_group(struct cgi_job *job)
{
    kill(-job->pid, SIGKILL);
    job->cut_off = true;
}

/* Until it is reaped its number is not given to others. */
void cgi_end(struct cgi_job *job)
{
    if (job->stage == CGI_RUNNING) {
        kill(-job->pid, job->exited ? SIGKILL : SIGTERM);
        job->stage = CGI_ENDING;
        job->moved = now(job);
        job->cut_off = true;
        cgi_close(job, &job->in);
        cgi_arm(job);
    }
}

/* Has no process, or no longer one. */
static void leave(struct cgi_job *job)
{
    job->stage = CGI_OVER;
    cgi_move(job, &job->dir->leaving);
    cgi_arm(job);
}

static void due(void *arg)
{
    struct cgi_job *job = arg;

    switch (job->stage) {
    case CGI_QUEUED:
        leave(job);
        cgi_answer_error(job, 503, "too many scripts");
        break;
    case CGI_ENDING:
        kill_group(job);
        job->stage = CGI_KILLED;
        break;
    case CGI_RUNNING:
        if (job->exited) { /* others hold its output */
            kill_group(job);
            cgi_answer(job);
            cgi_over(job);
        } else if (job->eof && !job->answered) { /* it goes on without */
            job->cut_off = true;
            cgi_answer(job);
        } else {
            cgi_answer_error(job, 504, "out of time");
            cgi_end(job);
        }
        break;
    default:
        break;
    }
}

/* --- the end --------------------------------------------------------------------------------- */

static void reap(struct cgi_job *job)
{
    siginfo_t info;

    cgi_stderr_end(job);
    waitid(P_PIDFD, (id_t)job->child.fd, &info, WEXITED | WNOHANG);
    cgi_close(job, &job->child);
    close_pipes(job);
    job->eof = true;
    leave(job);
}

void cgi_kill(struct cgi_job *job)
{
    if (job->child.fd >= 0) {
        kill_group(job);
        waitpid(job->pid, NULL, 0);
    }
    reap(job);
}

static void launch_next(struct netp_cgi_dir *dir)
{
    while (dir->queued.first && dir->running.n < dir->cfg.max_running) {
        cgi_launch(dir->queued.first);
    }
}

void cgi_over(struct cgi_job *job)
{
    if (job->stage < CGI_OVER && job->stage >= CGI_RUNNING && job->exited &&
        (job->cut_off || job->eof) && (job->answered || !job->x)) {
        reap(job);
        launch_next(job->dir);
    }
    if (!job->x && (job->stage == CGI_OVER || job->stage < CGI_STARTING)) {
        cgi_forget(job);
    }
}

/* It is left a zombie until all it wrote has been read. */
static void exited(void *arg, unsigned what)
{
    struct cgi_job *job = arg;
    siginfo_t info = {.si_code = CLD_EXITED};

    (void)what;
    waitid(P_PIDFD, (id_t)job->child.fd, &info, WEXITED | WNOHANG | WNOWAIT);
    netp_loop_unwatch(job->dir->loop, &job->child);
    job->exited = true;
    job->broken = info.si_code != CLD_EXITED;
    job->moved = now(job);
    if (job->stage != CGI_RUNNING) {
        kill_group(job);
    }
    cgi_answer(job);
    cgi_over(job);
}

static void output(void *arg, unsigned what)
{
    struct cgi_job *job = arg;

    (void)what;
    cgi_answer(job);
    cgi_over(job);
}

/* --- the beginning --------------------------------------------------------------------------- */

static void set_up(struct cgi_job *job)
{
    job->timer.due = due;
    job->timer.arg = job;
    job->child.ready = exited;
    job->out.ready = output;
    job->err.ready = cgi_stderr;
    job->in.ready = cgi_body_ready;
    job->child.arg = job->out.arg = job->err.arg = job->in.arg = job;
}

static int watch(struct cgi_job *job)
{
    struct netp_loop *loop = job->dir->loop;

    if (netp_loop_watch(loop, &job->child, NETP_WANT_IN) != 0 ||
        netp_loop_watch(loop, &job->out, NETP_WANT_IN) != 0 ||
        netp_loop_watch(loop, &job->err, NETP_WANT_IN) != 0) {
        return -1;
    }
    return 0;
}

static void init_machine(struct cgi_job *job)
{
    struct netp_cgi_cfg cfg = NETP_CGI_CFG_INIT;

    cfg.head = job->head;
    cfg.headlen = sizeof job->head;
    cfg.field = job->field;
    cfg.nfield = CGI_FIELDS;
    cfg.flags = job->head_only ? NETP_CGI_HEAD_ONLY : 0;
    netp_cgi_init(&job->machine, &cfg, 0);
}

static unsigned status_of(int err)
{
    switch (err) {
    case E2BIG:
        return 431;
    case EAGAIN:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
        return 503;
    default:
        return 500;
    }
}

static void not_started(struct cgi_job *job, int err)
{
    close_pipes(job);
    leave(job);
    cgi_answer_error(job, status_of(err), strerror(err));
}

/* A thread has done its work. */
void cgi_started(void *arg)
{
    struct cgi_job *job = arg;

    if (job->error) {
        not_started(job, job->error);
        launch_next(job->dir);
        cgi_over(job);
        return;
    }
    job->stage = CGI_RUNNING;
    job->moved = now(job);
    init_machine(job);
    cgi_arm(job);
    if (watch(job) != 0) {
        cgi_answer_error(job, 503, strerror(errno));
        cgi_kill(job);
        cgi_over(job);
    } else if (job->answered) { /* meanwhile: the client has gone, or there is no memory */
        cgi_end(job);
    }
}

/* Runs the script, or has it wait. */
void cgi_launch(struct cgi_job *job)
{
    struct netp_cgi_dir *dir = job->dir;
    bool queued = job->stage == CGI_QUEUED;
    int err;

    set_up(job);
    if (dir->running.n >= dir->cfg.max_running && dir->queued.n >= dir->cfg.max_queued) {
        leave(job);
        cgi_answer_error(job, 503, "too many scripts");
        return;
    }
    job->begun = job->moved = now(job);
    if (dir->running.n >= dir->cfg.max_running) {
        job->stage = CGI_QUEUED;
        cgi_move(job, &dir->queued);
        cgi_arm(job);
        if (!job->body_over) {
            netp_httpd_pause(job->x, true);
        }
        return;
    }
    cgi_move(job, &dir->running);
    job->stage = CGI_STARTING;
    if ((err = cgi_spawn(job)) != 0) {
        not_started(job, err);
        return;
    }
    cgi_arm(job);
    if (queued && !job->body_over) {
        netp_httpd_pause(job->x, false);
    }
}
