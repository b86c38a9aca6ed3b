/* cgi_priv.h - what the sources of the CGI server share. SPDX-License-Identifier: MIT */
#ifndef CGI_PRIV_H
#define CGI_PRIV_H

#include "crew.h"
#include <limits.h>
#include <netproto/host/cgi.h>
#include <netproto/host/file.h>
#include <netproto/http_cgi.h>
#include <netproto/text.h>
#include <sys/types.h>

#define CGI_GRACE_MS  2000u  /* between SIGTERM and SIGKILL, between exit and the last byte */
#define CGI_BUFFER    65536u /* of a script's output; its environment before that */
#define CGI_HEAD_MAX  16384u /* bytes of its head */
#define CGI_FIELDS    64u
#define CGI_REDIRECTS 5u
#define CGI_LINES     100u     /* of a script that are logged */
#define CGI_UNHEARD   1048576u /* bytes of output that are read when nobody wants them */
#define CGI_STARTERS  4u       /* threads */

enum cgi_stage {
    CGI_SPOOLING, /* the body is kept until it is complete */
    CGI_QUEUED,
    CGI_STARTING, /* a thread is at it, and alone has what that needs */
    CGI_RUNNING,
    CGI_ENDING, /* SIGTERM was sent */
    CGI_KILLED, /* SIGKILL was sent */
    CGI_OVER    /* there is no process */
};

/* A request and its script. It lives as long as either. */
struct cgi_job {
    struct netp_cgi_dir *dir;
    struct cgi_list *list; /* where it is: one of those of dir */
    struct cgi_job *next, *prev;
    struct netp_httpd_exchange *x; /* NULL: it is gone, or somebody else's */
    uint64_t id;
    enum cgi_stage stage;
    unsigned redirects;
    bool head_only;

    char *path; /* decoded: SCRIPT_NAME, PATH_INFO */
    size_t path_n, script_n;
    char *redirect; /* the target of a local redirect, or NULL */
    int cwd;        /* where the script is */

    struct crew_job start;
    int theirs[3]; /* what it is to read, write and complain to; -1: closed */
    char name[NAME_MAX + 3], **envp;
    int error; /* why it could not be started */

    pid_t pid;
    struct netp_watch child, in, out, err; /* pidfd, and our ends of pipes */
    struct netp_timer timer;
    netp_ms moved, begun; /* when the last byte went in or out; when it was started */
    bool exited, broken;  /* broken: by a signal */

    int spool; /* a file, or -1 */
    uint64_t spooled;
    char *held; /* of the body, not yet written */
    size_t held_at, held_n;
    bool body_over;

    struct netp_cgi machine;
    struct netp_in input; /* of machine, in buffer */
    const uint8_t *piece; /* of the answer, not yet sent */
    size_t piece_n;
    bool lent, answering, answered; /* answered: x is no longer ours to write to */
    bool eof, cut_off;              /* cut_off: what the pipe has now is the last of it */
    size_t unheard;

    char line[1000];
    size_t line_n, lines;
    uint64_t unlogged;

    struct netp_http_field field[CGI_FIELDS];
    char head[CGI_HEAD_MAX];
    uint8_t buffer[CGI_BUFFER];
};

struct cgi_list {
    struct cgi_job *first, *last;
    unsigned n;
};

struct netp_cgi_dir {
    struct netp_loop *loop;
    struct netp_cgi_dir_cfg cfg;
    struct netp_root root;
    char *path;           /* "PATH=..." */
    int null;             /* /dev/null */
    struct crew starters; /* who starts a process without a copy of its own memory stands still
                             until that runs: some 50 us, and milliseconds on a busy machine */
    struct cgi_list queued, running;
    struct cgi_list leaving; /* not yet, or no longer, with a process */
    struct cgi_list dead;    /* to be freed by burial */
    struct netp_timer burial;
};

/* cgi_find.c: finds the script of a path as sent, sets job->path, script_n and cwd: 0, or the
 * status to answer. */
unsigned cgi_find(struct cgi_job *job, struct netp_str path);

/* cgi_spawn.c: has a thread start the script: 0, or an errno. Then cgi_started() is called, and
 * job->error tells whether it was. */
int cgi_spawn(struct cgi_job *job);

/* cgi.c */
void cgi_log(const struct cgi_job *job, const char *line);
void cgi_move(struct cgi_job *job, struct cgi_list *to);
void cgi_forget(struct cgi_job *job);
/* Answers x by that target. */
void cgi_redirect(struct cgi_job *job, struct netp_str target);

/* cgi_run.c */
void cgi_launch(struct cgi_job *job);
void cgi_started(void *arg);
void cgi_end(struct cgi_job *job);  /* SIGTERM, later SIGKILL */
void cgi_kill(struct cgi_job *job); /* SIGKILL, and waits for it */
void cgi_arm(struct cgi_job *job);
/* Whether there is still something to do for job: a process to wait for, x to be answered. */
void cgi_over(struct cgi_job *job);
void cgi_close(struct cgi_job *job, struct netp_watch *w);

/* cgi_answer.c: output is there, or room for it, or the script has ended. */
void cgi_answer(struct cgi_job *job);
/* x is answered, or is about to be. */
void cgi_answered(struct cgi_job *job);
void cgi_answer_error(struct cgi_job *job, unsigned status, const char *why);

/* cgi_body.c */
void cgi_body(struct cgi_job *job, const void *p, size_t n);
void cgi_body_ready(void *arg, unsigned what);

/* cgi_log.c */
void cgi_stderr(void *arg, unsigned what);
void cgi_stderr_end(struct cgi_job *job);

#endif
