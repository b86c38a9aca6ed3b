/* httpd_tls.c - the certificates and tickets of netproto httpd. SPDX-License-Identifier: MIT */
#include "httpd_job.h"
#include <errno.h>
#include <netproto/host/hash.h>
#include <netproto/text.h>
#include <string.h>

#define TICKET_MS (4 * 3600 * 1000u) /* a secret seals tickets so long, and opens them as long */

int httpd_tls_open(struct httpd_job *job)
{
    struct netp_tls_server_cfg cfg = {.cert = job->cert,
                                      .ncert = job->ncert,
                                      .alpn = "http/1.1",
                                      .clients = job->client_ca ? NETP_TLS_CLIENTS_MUST_SHOW
                                                                : NETP_TLS_CLIENTS_ANY,
                                      .client_ca = job->client_ca};
    struct netp_tls_fail fail;

    if (job->ncert == 0) {
        return CLI_DONE;
    }
    job->tls = netp_tls_server_ctx(&cfg, &fail);
    return job->tls ? CLI_DONE : cli_error(job->s.c, CLI_LOCAL, "%s", fail.text);
}

void httpd_tls_reload(struct httpd_job *job)
{
    struct netp_tls_fail fail;

    if (job->tls && netp_tls_server_reload(job->tls, job->cert, job->ncert, &fail) != 0) {
        cli_error(job->s.c, CLI_LOCAL, "%s; the certificates stay as they were", fail.text);
    }
    if (job->tls && job->client_ca &&
        netp_tls_server_reload_clients(job->tls, job->client_ca, &fail) != 0) {
        cli_error(job->s.c, CLI_LOCAL, "%s; who issues those of clients stays as it was",
                  fail.text);
    }
}

#ifdef NETPROTO_TLS

/* The next secret is the hash of the one before, which all workers come to without a word to each
 * other, and from which nobody comes back. */
static void next_secret(void *arg)
{
    struct httpd_job *job = arg;
    struct netp_hasher h;

    netp_hasher_begin(&h, netp_hash_named(netp_str_of("sha256")));
    netp_hasher_add(&h, job->secret, sizeof job->secret);
    if (netp_hasher_end(&h, job->secret) && netp_tls_server_tickets(job->tls, job->secret) != 0) {
        cli_error(job->s.c, CLI_LOCAL, "the keys of tickets stay as they were: %s",
                  strerror(ENOMEM));
    }
    netp_loop_at(job->s.loop, &job->ticket_timer, netp_loop_now(job->s.loop) + TICKET_MS);
}

void httpd_tls_tickets(struct httpd_job *job)
{
    if (job->tls) {
        job->ticket_timer.due = next_secret;
        job->ticket_timer.arg = job;
        next_secret(job);
    }
}

#else

void httpd_tls_tickets(struct httpd_job *job)
{
    (void)job;
}

#endif
