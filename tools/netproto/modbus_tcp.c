/* modbus_tcp.c - its options, its certificates, its socket. SPDX-License-Identifier: MIT */
#include "modbus_tcp.h"
#include <errno.h>
#include <netproto/host/socket.h>
#include <netproto/modbus_frame.h>
#include <string.h>
#include <unistd.h>

bool modbus_tcp_option(struct modbus_tcp *t, struct server *s, int opt, const char *value)
{
    switch (opt) {
    case OPT_MAX:
        return cli_number(value, 1, 1000000, &t->max);
    case OPT_PER_ADDRESS:
        return cli_number(value, 1, 1000000, &t->per_address);
    case OPT_IDLE:
        return cli_seconds(value, &t->idle_ms) && t->idle_ms <= UINT32_MAX;
    case OPT_TLS_CERT:
        t->cert.chain = value;
        return true;
    case OPT_TLS_KEY:
        t->cert.key = value;
        return true;
    case OPT_CLIENT_CA:
        t->client_ca = value;
        return true;
    default:
        return server_option(s, opt, value);
    }
}

int modbus_tcp_open(struct modbus_tcp *t, struct server *s)
{
    struct netp_tls_server_cfg cfg = {.cert = &t->cert,
                                      .ncert = 1,
                                      .clients = t->client_ca ? NETP_TLS_CLIENTS_MUST_SHOW
                                                              : NETP_TLS_CLIENTS_ANY,
                                      .client_ca = t->client_ca};
    struct netp_tls_fail fail;

    if ((t->cert.key || t->client_ca) && !t->cert.chain) {
        return cli_usage(s->c, "--tls-key and --client-ca need --tls-cert");
    }
    if (t->cert.chain && !(t->tls = netp_tls_server_ctx(&cfg, &fail))) {
        return cli_error(s->c, CLI_LOCAL, "%s", fail.text);
    }
    return server_open(s, t->tls ? NETP_MODBUS_TLS_PORT : NETP_MODBUS_PORT);
}

int modbus_tcp_listen(struct modbus_tcp *t, struct server *s, struct netp_modbus_tcpd_cfg cfg)
{
    int fd = netp_tcp_listen(&s->listen);

    cfg.max_connections = (unsigned)t->max;
    cfg.max_per_address = (unsigned)t->per_address;
    cfg.idle_ms = (uint32_t)t->idle_ms;
    cfg.tls = t->tls;
    if (fd >= 0) {
        t->where = netp_local_addr(fd);
        t->tcpd = netp_modbus_tcpd_open(s->loop, fd, &cfg);
        if (t->tcpd) {
            return CLI_DONE;
        }
        close(fd);
    }
    return cli_error(s->c, errno == EACCES ? CLI_LOCAL : CLI_CONNECT, "%s: %s",
                     s->listen_text ? s->listen_text
                     : t->tls       ? "port 802"
                                    : "port 502",
                     strerror(errno));
}

int modbus_tcp_close(struct modbus_tcp *t, struct server *s, int status)
{
    status = server_close(s, status);
    netp_tls_ctx_free(t->tls);
    return status;
}
