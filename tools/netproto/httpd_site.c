/* httpd_site.c - what netproto httpd serves: folders, scripts, metrics.
 * SPDX-License-Identifier: MIT */
#include "httpd_job.h"
#include <errno.h>
#include <netproto/text.h>
#include <stdlib.h>
#include <string.h>

static char *copy(struct netp_str s, const char *end)
{
    char *p = malloc(s.n + strlen(end) + 1);

    if (p) {
        memcpy(p, s.p, s.n);
        memcpy(p + s.n, end, strlen(end) + 1);
    }
    return p;
}

struct httpd_site *httpd_site_new(struct httpd_job *job, struct netp_str host,
                                  struct netp_str prefix, bool many)
{
    struct httpd_site *site;
    char *name, *pattern;

    if (job->nsite == HTTPD_SITES) {
        errno = E2BIG;
        return NULL;
    }
    name = host.p ? copy(host, "") : NULL;
    pattern = copy(prefix, many ? "*" : "");
    if ((host.p && !name) || !pattern) {
        free(name);
        free(pattern);
        return NULL;
    }
    site = &job->site[job->nsite++];
    site->job = job;
    site->host = name;
    site->pattern = pattern;
    return site;
}

/* --- requests -------------------------------------------------------------------------------- */

static void enter(void *arg, struct netp_httpd_exchange *x)
{
    struct httpd_site *site = arg;
    struct httpd_job *job = site->job;

    if (job->redirect && !netp_httpd_request(x)->tls) {
        netp_httpd_redirect_https(&job->https, x);
        return;
    }
    if (job->hsts) {
        netp_httpd_add_hsts(x, job->hsts, false);
    }
    httpd_login_check(site, x);
}

/* Who asked, for scripts: the scheme is the first word of what was accepted. */
static bool script_user(void *arg, const struct netp_httpd_exchange *x, struct netp_str *auth_type,
                        struct netp_str *user)
{
    struct netp_str field;

    (void)arg;
    *user = netp_httpd_request(x)->user;
    if (user->n == 0 || !netp_httpd_field(x, "Authorization", 0, &field)) {
        return false;
    }
    *auth_type = netp_str_of(field.n && (field.p[0] | 0x20) == 'b' ? "Basic" : "Digest");
    return true;
}

static void script_says(void *arg, uint64_t request, const char *script, const char *line)
{
    const struct httpd_job *job = arg;

    cli_note(job->s.c, "request %llu, %s: %s", (unsigned long long)request, script, line);
}

/* --- opening --------------------------------------------------------------------------------- */

static bool open_scripts(struct httpd_site *site)
{
    struct netp_cgi_dir_cfg *cfg = &site->script_cfg;
    struct httpd_job *job = site->job;

    if (!(site->absolute = realpath(site->directory, NULL)) ||
        (job->root && !job->absolute_root && !(job->absolute_root = realpath(job->root, NULL)))) {
        return false;
    }
    cfg->directory = site->absolute;
    cfg->document_root = job->absolute_root;
    cfg->env = job->env;
    cfg->path = job->script_path;
    cfg->idle_ms = job->script_ms;
    cfg->max_body = job->cfg.max_body;
    cfg->max_spool = job->cfg.max_body ? job->cfg.max_body : 16u << 20;
    cfg->user = script_user;
    cfg->log = script_says;
    cfg->arg = job;
    site->scripts = netp_cgi_dir_new(job->s.loop, cfg);
    site->handle = netp_cgi_handle;
    site->arg = site->scripts;
    return site->scripts;
}

static bool open_files(struct httpd_site *site)
{
    struct netp_httpd_files_cfg cfg = site->job->files;

    cfg.root = site->directory;
    site->files = netp_httpd_files_new(&cfg);
    site->handle = netp_httpd_files_handle;
    site->arg = site->files;
    return site->files;
}

int httpd_sites_open(struct httpd_job *job)
{
    for (size_t i = 0; i < job->nsite; i++) {
        struct httpd_site *site = &job->site[i];
        bool open = !site->directory          ? true
                    : site->script_cfg.prefix ? open_scripts(site)
                                              : open_files(site);
        if (!open) {
            return cli_error(job->s.c, CLI_LOCAL, "%s: %s", site->directory, strerror(errno));
        }
        if (!site->directory) {
            site->handle = netp_httpd_metrics_handle;
            site->arg = &job->metrics[job->s.worker];
        }
        job->route[i] = (struct netp_httpd_route){.host = site->host,
                                                  .method = site->directory ? NULL : "GET",
                                                  .pattern = site->pattern,
                                                  .handle = enter,
                                                  .arg = site};
    }
    job->cfg.route = job->route;
    job->cfg.nroute = job->nsite;
    return CLI_DONE;
}

void httpd_sites_close(struct httpd_job *job)
{
    for (size_t i = 0; i < job->nsite; i++) {
        netp_httpd_files_free(job->site[i].files);
        netp_cgi_dir_free(job->site[i].scripts);
        free((char *)(uintptr_t)job->site[i].script_cfg.prefix);
        free(job->site[i].absolute);
        free(job->site[i].host);
        free(job->site[i].pattern);
    }
    free(job->absolute_root);
    job->absolute_root = NULL;
    job->nsite = 0;
}
