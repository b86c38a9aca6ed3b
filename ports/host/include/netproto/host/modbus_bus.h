/* netproto/host/modbus_bus.h - a Modbus client in a loop: a serial line, or a TCP connection, that
 * is opened again when it has ended.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_HOST_MODBUS_BUS_H
#define NETPROTO_HOST_MODBUS_BUS_H

#include <netproto/host/loop.h>
#include <netproto/host/modbus.h>

#ifdef __cplusplus
extern "C" {
#endif

struct netp_modbus_bus;

/* Zero is a sound default but for event. */
struct netp_modbus_bus_cfg {
    uint32_t timeout_ms; /* for a response; 0: 1000 */
    uint32_t retry_ms;   /* before it is opened again; 0: 1000 */
    uint8_t retries;     /* of a request that reads */
    uint8_t window;      /* TCP: requests at a time; 0: 1 */
    /* What has become of a request: see modbus_client.h. It may make the next one. */
    void (*event)(void *arg, const struct netp_modbus_client_ev *ev);
    /* It can be used, or not any more: then what was asked has no event, and err and sys_errno are
     * as of netp_stream's closed(). Not for the state it has when netp_modbus_bus_open() returns.
     * May be NULL. */
    void (*changed)(void *arg, bool up, int err, int sys_errno);
    void *arg;
};

/* Opens a serial line, or begins to connect, and does so again whenever that fails or ends. url and
 * *cfg are copied. NULL with errno: EPROTONOSUPPORT: a URL of UDP or TLS; EHOSTUNREACH: the host is
 * not found, which is asked for now, and waited for; ENOMEM. */
NETP_API struct netp_modbus_bus *netp_modbus_bus_open(struct netp_loop *loop,
                                                      const struct netp_modbus_url *url,
                                                      const struct netp_modbus_bus_cfg *cfg);

/* Whether it can be used now; and why not: an errno, or 0. */
NETP_API bool netp_modbus_bus_is_up(const struct netp_modbus_bus *bus, int *sys_errno);

/* As netp_modbus_client_request(). NETP_E_STATE: it is not up. */
NETP_API int netp_modbus_bus_request(struct netp_modbus_bus *bus, uint8_t unit,
                                     const struct netp_modbus_request *request);

/* NULL is harmless. Not in a callback. */
NETP_API void netp_modbus_bus_close(struct netp_modbus_bus *bus);

#ifdef __cplusplus
}
#endif

#endif
