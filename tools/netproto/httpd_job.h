/* httpd_job.h - what netproto httpd was told to do, and its parts. SPDX-License-Identifier: MIT */
#ifndef HTTPD_JOB_H
#define HTTPD_JOB_H

#include "server.h"
#include <netproto/host/cgi.h>
#include <netproto/host/httpd_auth.h>
#include <netproto/host/httpd_files.h>
#include <netproto/host/httpd_https.h>
#include <netproto/host/httpd_log.h>
#include <netproto/host/httpd_metrics.h>

#define HTTPD_SITES   64 /* --vhost and --root, --cgi, --metrics */
#define HTTPD_CERTS   16
#define HTTPD_INDEXES 8
#define HTTPD_ENV     64

/* Something that is served, at a route of its own. */
struct httpd_site {
    struct httpd_job *job;
    char *host, *pattern; /* host NULL: any */
    const char *directory;
    char *absolute;                 /* of scripts: their directory, for they run in theirs */
    struct netp_httpd_files *files; /* one of these three */
    struct netp_cgi_dir *scripts;
    struct netp_cgi_dir_cfg script_cfg;
    void (*handle)(void *arg, struct netp_httpd_exchange *x);
    void *arg;
};

struct httpd_job {
    struct server s;
    struct netp_httpd_cfg cfg;
    struct netp_httpd *httpd;

    struct httpd_site site[HTTPD_SITES]; /* the first that fits a request answers it */
    struct netp_httpd_route route[HTTPD_SITES];
    size_t nsite;
    const char *root;
    char *absolute_root; /* for scripts */
    const char *index[HTTPD_INDEXES];
    struct netp_httpd_files_cfg files;
    uint32_t script_ms;
    const char *script_path;        /* NULL: the usual one */
    const char *env[HTTPD_ENV + 1]; /* NAME=VALUE of scripts, and NULL */
    size_t nenv;

    const char *passwords, *digests, *realm;
    bool clear; /* Basic without TLS */
    struct netp_httpd_auth *auth;

    struct netp_tls_cert cert[HTTPD_CERTS];
    size_t ncert, nkey;
    bool stray_staple;
    const char *client_ca, *tls_listen;
    struct netp_addr tls_addr;
    struct netp_tls_ctx *tls;
    uint8_t secret[NETP_TLS_TICKET_SECRET]; /* all workers have the same */
    struct netp_timer ticket_timer;
    bool redirect;
    struct netp_httpd_https https; /* where it is, for those who are sent there */
    uint32_t hsts;                 /* seconds; 0: not said */

    const char *metrics_path;
    struct netp_httpd_metrics *metrics; /* of each worker, in memory that they share, or NULL */
    struct netp_httpd_logger *logger;   /* NULL: quiet */
    bool stopped;
};

/* Another site, of host NULL for any, and of a pattern that is prefix and "*" if many. NULL with
 * errno: ENOMEM, E2BIG: there are HTTPD_SITES. */
struct httpd_site *httpd_site_new(struct httpd_job *job, struct netp_str host,
                                  struct netp_str prefix, bool many);
/* Opens what the sites serve, and makes the routes of them. Returns the exit status. */
int httpd_sites_open(struct httpd_job *job);
/* When the server is gone, and before the loop; harmless afterwards. */
void httpd_sites_close(struct httpd_job *job);

/* Takes NAME=VALUE for the environment of scripts; false: it is none, or one too many. */
bool httpd_env_add(struct httpd_job *job, const char *value);

/* Reads the certificates, before the workers are started. The exit status. */
int httpd_tls_open(struct httpd_job *job);
/* Begins to change the keys of tickets now and then, when there is a loop. */
void httpd_tls_tickets(struct httpd_job *job);
/* Reads certificates anew; what is wrong with them is said, and the old ones stay. */
void httpd_tls_reload(struct httpd_job *job);

/* Reads who may; nothing without --auth and --digest. The exit status. */
int httpd_login_open(struct httpd_job *job);
/* Calls the site for requests of users, or all when anybody may. */
void httpd_login_check(struct httpd_site *site, struct netp_httpd_exchange *x);
void httpd_login_close(struct httpd_job *job);

#endif
