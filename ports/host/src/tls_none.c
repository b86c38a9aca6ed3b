/* tls_none.c - tls.h in a library without OpenSSL. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netproto/host/tls.h>

static const struct netp_tls_fail unsupported = {
    NETP_TLS_UNSUPPORTED, -1, "this build has no TLS: it was configured with NETPROTO_TLS=OFF"};

struct netp_tls_ctx *netp_tls_client_ctx(const struct netp_tls_client_cfg *cfg,
                                         struct netp_tls_fail *fail)
{
    (void)cfg;
    *fail = unsupported;
    return NULL;
}

struct netp_tls_ctx *netp_tls_server_ctx(const struct netp_tls_server_cfg *cfg,
                                         struct netp_tls_fail *fail)
{
    (void)cfg;
    *fail = unsupported;
    return NULL;
}

/* Without a context the rest is never called with anything but NULL. */

void netp_tls_ctx_free(struct netp_tls_ctx *ctx)
{
    (void)ctx;
}

int netp_tls_server_reload(struct netp_tls_ctx *ctx, const struct netp_tls_cert *cert, size_t ncert,
                           struct netp_tls_fail *fail)
{
    (void)ctx;
    (void)cert;
    (void)ncert;
    *fail = unsupported;
    return -1;
}

int netp_tls_server_reload_clients(struct netp_tls_ctx *ctx, const char *client_ca,
                                   struct netp_tls_fail *fail)
{
    (void)client_ca;
    return netp_tls_server_reload(ctx, NULL, 0, fail);
}

int netp_tls_server_tickets(struct netp_tls_ctx *ctx, const uint8_t secret[NETP_TLS_TICKET_SECRET])
{
    (void)ctx;
    (void)secret;
    return -1;
}

struct netp_tls *netp_tls_client(struct netp_tls_ctx *ctx, const char *host, uint16_t port, int fd,
                                 const struct netp_transport *lower)
{
    (void)ctx;
    (void)host;
    (void)port;
    (void)fd;
    (void)lower;
    errno = ENOTSUP;
    return NULL;
}

struct netp_tls *netp_tls_server(struct netp_tls_ctx *ctx, int fd,
                                 const struct netp_transport *lower)
{
    return netp_tls_client(ctx, "", 0, fd, lower);
}

void netp_tls_free(struct netp_tls *tls)
{
    (void)tls;
}

const struct netp_transport *netp_tls_transport(const struct netp_tls *tls)
{
    (void)tls;
    return NULL;
}

const struct netp_tls_fail *netp_tls_fail(const struct netp_tls *tls)
{
    (void)tls;
    return &unsupported;
}

bool netp_tls_is_misdirected(const struct netp_tls *tls, struct netp_str host)
{
    (void)tls;
    (void)host;
    return false;
}

int netp_tls_info(const struct netp_tls *tls, struct netp_tls_info *info)
{
    (void)tls;
    (void)info;
    return NETP_E_STATE;
}
