/* cgi_body.c - the body of a request, on its way to a script or to a file before.
 * SPDX-License-Identifier: MIT */
#include "cgi_priv.h"
#include "quiet.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* write(), without the signal that a script which has closed its input would cause. */
static ssize_t write_quietly(int fd, const void *p, size_t n)
{
    struct quiet q;
    ssize_t r;

    netp_quiet_begin(&q);
    r = write(fd, p, n);
    netp_quiet_end(&q);
    return r;
}

static void pause_body(struct cgi_job *job, bool paused)
{
    if (job->x && !job->body_over) {
        netp_httpd_pause(job->x, paused);
    }
}

/* Writes what the script takes: how much. All of it when it reads no more, which is its business
 * (RFC 3875 section 4.2). */
static size_t feed(struct cgi_job *job, const char *p, size_t n)
{
    ssize_t r = write_quietly(job->in.fd, p, n);

    if (r < 0 && errno != EAGAIN && errno != EINTR) {
        cgi_close(job, &job->in);
        return n;
    }
    if (r > 0) {
        job->moved = netp_loop_now(job->dir->loop);
        cgi_arm(job);
    }
    return r > 0 ? (size_t)r : 0;
}

/* Keeps what the script does not take now, and has no more come meanwhile. */
static void hold(struct cgi_job *job, const char *p, size_t n)
{
    char *more = realloc(job->held, job->held_n + n);

    if (!more || netp_loop_watch(job->dir->loop, &job->in, NETP_WANT_OUT) != 0) {
        free(more ? more : job->held);
        job->held = NULL;
        job->held_n = 0;
        cgi_answer_error(job, 503, "no memory for the body");
        return;
    }
    memcpy(more + job->held_n, p, n);
    job->held = more;
    job->held_n += n;
    pause_body(job, true);
}

void cgi_body_ready(void *arg, unsigned what)
{
    struct cgi_job *job = arg;

    (void)what;
    job->held_at += feed(job, job->held + job->held_at, job->held_n - job->held_at);
    if (job->held_at < job->held_n && job->in.fd >= 0) {
        return;
    }
    free(job->held);
    job->held = NULL;
    job->held_at = job->held_n = 0;
    netp_loop_unwatch(job->dir->loop, &job->in);
    if (job->body_over) {
        cgi_close(job, &job->in);
    }
    pause_body(job, false);
}

static void keep(struct cgi_job *job, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t r = pwrite(job->spool, p, n, (off_t)job->spooled);
        if (r < 0 && errno != EINTR) {
            cgi_answer_error(job, 503, strerror(errno));
            return;
        }
        p += r > 0 ? r : 0;
        n -= r > 0 ? (size_t)r : 0;
        job->spooled += r > 0 ? (uint64_t)r : 0;
    }
}

void cgi_body(struct cgi_job *job, const void *p, size_t n)
{
    size_t taken;

    job->body_over = n == 0;
    if (job->answered && job->stage != CGI_RUNNING) {
        return;
    }
    if (job->stage == CGI_SPOOLING && n == 0) {
        cgi_launch(job);
    } else if (job->stage == CGI_SPOOLING) {
        keep(job, p, n);
    } else if (job->in.fd < 0) {
        return; /* it reads no more */
    } else if (n == 0 && job->held_n == 0) {
        cgi_close(job, &job->in);
    } else if (n > 0) {
        taken = job->held_n > 0 ? 0 : feed(job, p, n);
        if (taken < n) {
            hold(job, (const char *)p + taken, n - taken);
        }
    }
}
