/* modbus_tcp.h - what modbusd and modbusgw are to TCP clients. SPDX-License-Identifier: MIT */
#ifndef MODBUS_TCP_H
#define MODBUS_TCP_H

#include "server.h"
#include <netproto/host/modbus_tcpd.h>

struct modbus_tcp {
    uint64_t max, per_address, idle_ms;
    struct netp_tls_cert cert;
    const char *client_ca;
    struct netp_tls_ctx *tls;
    struct netp_modbus_tcpd *tcpd;
    struct netp_addr where;
};

#define MODBUS_TCP_INIT                                                                            \
    {                                                                                              \
        .max = 1000                                                                                \
    }

/* The options, for getopt_long and for --help. */
enum {
    OPT_MAX = 650,
    OPT_PER_ADDRESS,
    OPT_IDLE,
    OPT_TLS_CERT,
    OPT_TLS_KEY,
    OPT_CLIENT_CA,
};
#define MODBUS_TCP_LONGS                                                                           \
    SERVER_LONGS, {"max-connections", required_argument, NULL, OPT_MAX},                           \
        {"per-address", required_argument, NULL, OPT_PER_ADDRESS},                                 \
        {"idle", required_argument, NULL, OPT_IDLE},                                               \
        {"tls-cert", required_argument, NULL, OPT_TLS_CERT},                                       \
        {"tls-key", required_argument, NULL, OPT_TLS_KEY},                                         \
    {                                                                                              \
        "client-ca", required_argument, NULL, OPT_CLIENT_CA                                        \
    }
#define MODBUS_TCP_HELP                                                                            \
    "      --max-connections N  at a time (1000); more wait\n"                                     \
    "      --per-address N      close those that are more than so many from one address\n"         \
    "      --idle SEC           end a connection without a request\n"                              \
    "      --tls-cert FILE, --tls-key FILE  Modbus/TCP Security, on port 802\n"                    \
    "      --client-ca FILE     clients must show a certificate of these\n"

/* Takes one of these options, or of those of a server; false when its value is no good. */
bool modbus_tcp_option(struct modbus_tcp *t, struct server *s, int opt, const char *value);

/* After the options: reads the certificates, then does server_open(). Returns the exit status; of a
 * failure it has told. */
int modbus_tcp_open(struct modbus_tcp *t, struct server *s);

/* Listens; cfg has what is to be called. Returns the exit status. */
int modbus_tcp_listen(struct modbus_tcp *t, struct server *s, struct netp_modbus_tcpd_cfg cfg);

/* Does server_close(), after netp_modbus_tcpd_close(). Returns the exit status. */
int modbus_tcp_close(struct modbus_tcp *t, struct server *s, int status);

#endif
