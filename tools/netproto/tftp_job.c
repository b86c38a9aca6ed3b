/* tftp_job.c - one TFTP transfer for a subcommand. SPDX-License-Identifier: MIT */
#include "tftp_job.h"
#include <errno.h>
#include <netproto/host/resolve.h>
#include <netproto/host/socket.h>
#include <netproto/machine.h>
#include <netproto/text.h>
#include <stdlib.h>
#include <string.h>

#define ADDRESSES   8     /* of a host that are tried */
#define PATIENCE_MS 2000u /* for the first answer, while there is another address to try */

bool tftp_job_has(int opt)
{
    return opt >= OPT_BLKSIZE && opt <= OPT_NO_TSIZE;
}

bool tftp_job_option(struct netp_tftp_job *job, int opt, const char *value)
{
    uint64_t v = 0;
    bool good = true;

    switch (opt) {
    case OPT_BLKSIZE:
        good = cli_number(value, NETP_TFTP_BLKSIZE_MIN, NETP_TFTP_BLKSIZE_MAX, &v);
        job->blksize = (uint16_t)v;
        break;
    case OPT_WINDOWSIZE:
        good = cli_number(value, 1, UINT16_MAX, &v);
        job->windowsize = (uint16_t)v;
        break;
    case OPT_RETRANSMIT:
        good = cli_number(value, 1, 255, &v);
        job->timeout_s = (uint8_t)v;
        break;
    case OPT_RETRIES:
        good = cli_number(value, 0, 255, &v);
        job->retries = (uint8_t)v;
        break;
    default:
        job->tsize = false;
        break;
    }
    return good;
}

/* Tries the n addresses one after the other until one gives an answer, whatever that is. */
static int try_addresses(struct cli *c, struct netp_tftp_job *job, const struct netp_addr *a, int n)
{
    netp_ms end = netp_after(netp_now(), c->timeout_ms), now;
    int err = NETP_E_IO;

    job->sys_errno = EADDRNOTAVAIL; /* when --bind fits none of them */
    for (int i = 0; i < n; i++) {
        if (c->bind && netp_resolve(c->bind, 0, a[i].fam, &job->local, 1) <= 0) {
            continue;
        }
        now = netp_now();
        job->server = a[i];
        job->total_ms = end == NETP_NEVER ? end : end > now ? end - now : 0;
        job->first_ms = c->connect_timeout_ms;
        if (i + 1 < n && job->first_ms > PATIENCE_MS) {
            job->first_ms = PATIENCE_MS;
        }
        err = job->read ? netp_tftp_put(job) : netp_tftp_get(job);
        if (job->agreed_blksize || (err != NETP_E_TIMEOUT && err != NETP_E_IO)) {
            break;
        }
    }
    return err;
}

static int tell(struct cli *c, const struct netp_tftp_job *job, const char *text, int err)
{
    if (err == NETP_E_REFUSED) {
        return cli_error(c, CLI_FAILED, "%s: the server says: %s (TFTP error %d)", text,
                         job->message[0] ? job->message : netp_tftp_error_text(job->fail.peer_code),
                         job->fail.peer_code);
    }
    if (err == NETP_E_ARG) {
        return cli_error(c, CLI_USAGE, "%s: the file's name is empty or too long", text);
    }
    if (err == NETP_E_IO) {
        return cli_error(c, CLI_CONNECT, "%s: %s", text, strerror(job->sys_errno));
    }
    if (job->sys_errno) {
        return cli_error(c, CLI_LOCAL, "%s: %s", text, strerror(job->sys_errno));
    }
    return cli_error(c, cli_status(err), "%s: %s: %s", text, netp_strerror(err), job->fail.where);
}

int tftp_job_run(struct cli *c, struct netp_tftp_job *job, const struct url *u, const char *text)
{
    struct netp_addr a[ADDRESSES];
    uint16_t port = u->port ? u->port : NETP_TFTP_PORT;
    int err, n = netp_resolve(u->host, port, c->fam, a, ADDRESSES);

    if (n <= 0) {
        return cli_error(c, CLI_CONNECT, "can't find host '%s'", u->host);
    }
    job->file = u->path;
    job->netascii = u->netascii;
    err = try_addresses(c, job, a, n);
    if (err != NETP_OK) {
        return tell(c, job, text, err);
    }
    cli_trace(c, "%s: %llu bytes in blocks of %u, windows of %u", text,
              (unsigned long long)job->bytes, job->agreed_blksize, job->agreed_windowsize);
    return CLI_DONE;
}
