/* httpd_login.c - who may use netproto httpd. SPDX-License-Identifier: MIT */
#include "httpd_job.h"

#ifdef NETPROTO_TLS

static void fault(void *arg, const char *why)
{
    const struct httpd_job *job = arg;

    cli_error(job->s.c, CLI_LOCAL, "%s", why);
}

int httpd_login_open(struct httpd_job *job)
{
    struct netp_httpd_auth_cfg cfg = {.realm = job->realm ? job->realm : "netproto",
                                      .passwords = job->passwords,
                                      .digests = job->digests,
                                      .clear = job->clear,
                                      .secret = {(const char *)job->secret, sizeof job->secret},
                                      .fault = fault,
                                      .arg = job};
    char why[NETP_HTTPD_AUTH_WHY];

    if (!job->passwords && !job->digests) {
        return CLI_DONE;
    }
    job->auth = netp_httpd_auth_new(job->s.loop, &cfg, why);
    return job->auth ? CLI_DONE : cli_error(job->s.c, CLI_LOCAL, "%s", why);
}

void httpd_login_check(struct httpd_site *site, struct netp_httpd_exchange *x)
{
    if (site->job->auth) {
        netp_httpd_auth_check(site->job->auth, x, site->handle, site->arg);
    } else {
        site->handle(site->arg, x);
    }
}

void httpd_login_close(struct httpd_job *job)
{
    netp_httpd_auth_free(job->auth);
}

#else

int httpd_login_open(struct httpd_job *job)
{
    return job->passwords || job->digests
               ? cli_error(job->s.c, CLI_FAILED, "built without TLS, and so without passwords")
               : CLI_DONE;
}

void httpd_login_check(struct httpd_site *site, struct netp_httpd_exchange *x)
{
    site->handle(site->arg, x);
}

void httpd_login_close(struct httpd_job *job)
{
    (void)job;
}

#endif
