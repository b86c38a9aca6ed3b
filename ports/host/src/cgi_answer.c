/* cgi_answer.c - what a script writes becomes the answer. SPDX-License-Identifier: MIT */
#include "cgi_priv.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COPIED                                                                                     \
    4096u /* bytes that are copied rather than lent, so that they leave with the head              \
           */

/* The script goes on: it may have more to do than that. */
void cgi_answered(struct cgi_job *job)
{
    job->answered = true;
    job->piece_n = 0;
    job->moved = netp_loop_now(job->dir->loop);
    if (job->stage == CGI_RUNNING && job->x && !job->body_over) {
        netp_httpd_pause(job->x, false);
    }
}

void cgi_answer_error(struct cgi_job *job, unsigned status, const char *why)
{
    struct netp_httpd_exchange *x = job->x;

    cgi_log(job, why);
    if (!x || job->answered) {
        return;
    }
    cgi_answered(job);
    cgi_end(job);
    if (job->answering) {
        netp_httpd_cut(x); /* which may call gone() */
        return;
    }
    if (status == 503) {
        netp_httpd_add(x, "Retry-After", NETP_STR("5"));
    }
    netp_httpd_error(x, status);
}

/* What the script did wrong. */
static void bad_answer(struct cgi_job *job)
{
    const struct netp_fail *f = netp_cgi_fail(&job->machine);
    char why[120];

    snprintf(why, sizeof why, "bad answer: %s at %llu: %s", netp_errname(f->code),
             (unsigned long long)f->offset, f->where);
    cgi_answer_error(job, 502, why);
}

static void begin(struct cgi_job *job, const struct netp_cgi_ev *ev)
{
    struct netp_str name, value;
    uint64_t length = ev->length == NETP_CGI_UNKNOWN ? NETP_HTTP1_CHUNKED : ev->length;
    unsigned i = 0;
    int r = NETP_OK;

    if (ev->kind == NETP_CGI_LOCAL) {
        cgi_redirect(job, ev->location);
        return;
    }
    while (r == NETP_OK && netp_cgi_field_next(ev, &i, &name, &value)) {
        char text[256];
        snprintf(text, sizeof text, "%.*s", (int)name.n, name.p);
        r = name.n < sizeof text ? netp_httpd_add(job->x, text, value) : NETP_E_NOSPACE;
    }
    r = r == NETP_OK ? netp_httpd_begin(job->x, ev->status, length, false) : r;
    if (r != NETP_OK) {
        cgi_answer_error(job, 502, "an answer that can't be sent");
        return;
    }
    job->answering = true;
}

static void end(struct cgi_job *job)
{
    if (job->x && !job->answered) {
        cgi_answered(job);
        if (netp_httpd_end(job->x) != NETP_OK) {
            netp_httpd_cut(job->x);
        }
    }
}

/* Sends the piece as far as there is room; false: not all of it. */
static bool push(struct cgi_job *job)
{
    int r;

    if (job->lent) {
        return false;
    }
    if (job->piece_n > COPIED) {
        job->lent = netp_httpd_lend(job->x, job->piece, job->piece_n) == NETP_OK;
        if (job->lent) {
            return false;
        }
    }
    if (job->piece_n > 0) {
        r = netp_httpd_write(job->x, job->piece, job->piece_n);
        if (r < 0) {
            cgi_answer_error(job, 502, "an answer that can't be sent");
            return false;
        }
        job->piece += r;
        job->piece_n -= (size_t)r;
    }
    return job->piece_n == 0;
}

/* Goes through what has been read; false: there is no room for it, or nobody wants it. */
static bool use_input(struct cgi_job *job)
{
    struct netp_cgi_ev ev;
    int r;

    do {
        if (job->answered || !push(job)) {
            return false;
        }
        r = netp_cgi_next(&job->machine, &job->input, 0, &ev);
        if (r == NETP_CGI_HEAD) {
            begin(job, &ev);
        } else if (r == NETP_CGI_DATA) {
            job->piece = ev.p;
            job->piece_n = ev.n;
        } else if (r == NETP_CGI_END) {
            end(job);
        } else if (r < 0) {
            bad_answer(job);
        }
    } while (r > 0);
    return r == 0;
}

static void give_end(struct cgi_job *job)
{
    job->input.flags = job->broken ? NETP_IN_BROKEN : NETP_IN_EOF;
    use_input(job);
}

/* After the last byte: how the script ended tells whether it is the last. */
static void at_end(struct cgi_job *job)
{
    if (job->exited || job->cut_off) {
        give_end(job);
    }
}

static void read_output(struct cgi_job *job)
{
    ssize_t n = read(job->out.fd, job->buffer, sizeof job->buffer);

    if (n < 0 && (errno == EINTR || (errno == EAGAIN && !job->cut_off))) {
        return;
    }
    if (n <= 0) {
        job->eof = true;
        cgi_close(job, &job->out);
        return;
    }
    job->moved = netp_loop_now(job->dir->loop);
    if (job->answered) {
        job->unheard += (size_t)n;
        if (job->unheard > CGI_UNHEARD) {
            job->eof = true;
            cgi_close(job, &job->out); /* it gets SIGPIPE */
        }
        return;
    }
    job->input.p = job->buffer;
    job->input.n = (size_t)n;
}

void cgi_answer(struct cgi_job *job)
{
    bool room = use_input(job);

    if ((room || job->answered) && !job->eof) {
        read_output(job);
        room = use_input(job);
    }
    if (room && job->eof && !job->answered) {
        at_end(job);
    }
    if (!job->eof && !room && !job->answered) { /* a hang-up would be told all the time */
        netp_loop_unwatch(job->dir->loop, &job->out);
    } else if (!job->eof && netp_loop_watch(job->dir->loop, &job->out, NETP_WANT_IN) != 0) {
        cgi_answer_error(job, 503, strerror(errno));
    }
    cgi_arm(job);
}
