/* cgi_log.c - what a script says on its standard error output. SPDX-License-Identifier: MIT */
#include "cgi_priv.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void cgi_log(const struct cgi_job *job, const char *line)
{
    const struct netp_cgi_dir_cfg *cfg = &job->dir->cfg;

    if (cfg->log) {
        char script[1024];
        netp_escape(script, sizeof script, job->path, job->script_n);
        cfg->log(cfg->arg, job->id, script, line);
    }
}

static void end_line(struct cgi_job *job)
{
    char text[NETP_ESCAPE_CAP(sizeof job->line)];

    if (job->lines < CGI_LINES) {
        netp_escape(text, sizeof text, job->line, job->line_n);
        cgi_log(job, text);
    }
    job->lines++;
    job->line_n = 0;
}

static void hear(struct cgi_job *job, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (job->lines >= CGI_LINES) {
            job->unlogged += n - i;
            return;
        }
        if (p[i] != '\n') {
            job->line[job->line_n++] = p[i];
        }
        if (p[i] == '\n' || job->line_n == sizeof job->line) {
            end_line(job);
        }
    }
}

/* False: there is no more now. */
static bool read_some(struct cgi_job *job)
{
    char text[4096];
    ssize_t n = read(job->err.fd, text, sizeof text);

    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return false;
    }
    if (n <= 0) {
        cgi_close(job, &job->err);
        return false;
    }
    hear(job, text, (size_t)n);
    return true;
}

void cgi_stderr(void *arg, unsigned what)
{
    (void)what;
    read_some(arg);
}

/* What is in the pipe when the script is over; others may still write to it. */
void cgi_stderr_end(struct cgi_job *job)
{
    for (int i = 0; i < 16 && job->err.fd >= 0 && read_some(job); i++) {
    }
    if (job->line_n > 0) {
        end_line(job);
    }
    if (job->unlogged > 0) {
        char text[64];
        snprintf(text, sizeof text, "%llu bytes more", (unsigned long long)job->unlogged);
        cgi_log(job, text);
    }
}
