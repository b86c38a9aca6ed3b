/* netproto/host/modbus.h - Modbus from a program that waits: a device named by a URL, read and
 * written by one call each.
 *
 * SPDX-License-Identifier: MIT
 *
 *     netp_modbus_url_parse("tcp://plc.example:502/1", &url);
 *     conn = netp_modbus_open(&url, &cfg, &error);
 *     r = netp_modbus_read(conn, url.unit, NETP_MODBUS_READ_HOLDING_REGISTERS, 0, 10, data);
 *     netp_modbus_close(conn);
 *
 * The machine below is netproto/modbus_client.h; programs with a loop use host/modbus_bus.h. */
#ifndef NETPROTO_HOST_MODBUS_H
#define NETPROTO_HOST_MODBUS_H

#include <netproto/host/serial.h>
#include <netproto/host/tls.h>
#include <netproto/modbus_client.h>
#include <netproto/url.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- URLs ------------------------------------------------------------------------------------ */

enum netp_modbus_transport {
    NETP_MODBUS_TCP,
    NETP_MODBUS_UDP,
    NETP_MODBUS_TLS, /* Modbus/TCP Security */
    NETP_MODBUS_SERIAL
};

#define NETP_MODBUS_PATH_CAP 256 /* characters, and a NUL */

/* A device, or a line:
 *   tcp://HOST[:502][/UNIT]   udp://...   tls://HOST[:802][/UNIT]
 *   rtu+tcp://HOST[:502][/UNIT]   ascii+tcp://...   the frames of a serial line on TCP, as serial
 *                             servers have them; rtu+udp and ascii+udp, too
 *   rtu:///dev/ttyUSB0[?NAME=VALUE&...[/UNIT]]   ascii:///...
 * The names of a serial line: baud (19200), parity (n, e, o; e), stop (1 or 2; 1), bits (7 or 8;
 * RTU: 8, ASCII: 7), gap: milliseconds of silence that end a frame (t3.5, but at least 5, for that
 * is how exact the times of a program are), rs485: 1, where the driver is to switch the direction,
 * echo: 1, where the line hears itself (two wires).
 * UNIT is 0 to 255; 1 without one. */
struct netp_modbus_url {
    enum netp_modbus_transport transport;
    enum netp_modbus_framing framing;
    char host[NETP_URL_HOST_CAP]; /* not of SERIAL */
    uint16_t port;
    char path[NETP_MODBUS_PATH_CAP]; /* SERIAL: of the device */
    struct netp_serial_cfg serial;
    uint32_t gap_ms;
    bool echo; /* the line hears itself */
    uint8_t unit;
};

/* NULL, or what is wrong with text, in words; then *url is of no use. */
NETP_API const char *netp_modbus_url_parse(const char *text, struct netp_modbus_url *url);

/* Sets *cfg for a machine on that line: its framing and flags, and a response timeout that on a
 * serial line has room for the longest response. Memory, window and retries are yours to set. */
NETP_API void netp_modbus_url_client(const struct netp_modbus_url *url, uint32_t timeout_ms,
                                     struct netp_modbus_client_cfg *cfg);

/* --- connections ----------------------------------------------------------------------------- */

struct netp_modbus_conn;

struct netp_modbus_open_cfg {
    uint32_t timeout_ms;          /* for a response; 0: 1000 */
    uint8_t retries;              /* of what reads, on serial lines and UDP */
    netp_ms connect_ms;           /* 0: no limit but the system's */
    uint8_t fam;                  /* 4, 6, or 0 for either */
    const struct netp_addr *from; /* local address; NULL: any */
    struct netp_tls_ctx *tls;     /* of a client; for tls:// */
};

/* Why something failed. text is a sentence without a full stop. */
struct netp_modbus_error {
    int err;       /* NETP_E_REFUSED: no such host; NETP_E_TIMEOUT; NETP_E_IO: sys_errno, or TLS;
                      NETP_E_SYNTAX: the peer broke the protocol; NETP_E_ARG */
    int sys_errno; /* or 0 */
    char text[NETP_TLS_TEXT];
};

/* Connects, or opens the port; a TLS handshake is made with the first request. NULL with *error. */
NETP_API struct netp_modbus_conn *netp_modbus_open(const struct netp_modbus_url *url,
                                                   const struct netp_modbus_open_cfg *cfg,
                                                   struct netp_modbus_error *error);
/* NULL is harmless. */
NETP_API void netp_modbus_close(struct netp_modbus_conn *conn);

/* Sends a request and waits for the answer. 0: there is one, which may be an exception; its data
 * lives until the next call; that of a broadcast is empty. NETP_E_ARG: the request or the unit is
 * none that can be sent; NETP_E_TIMEOUT: no answer; NETP_E_SYNTAX: it does not fit the request.
 * After any other error the connection is of no more use. See netp_modbus_error(). */
NETP_API int netp_modbus_ask(struct netp_modbus_conn *conn, uint8_t unit,
                             const struct netp_modbus_request *request,
                             struct netp_modbus_response *response);

/* Why the last call failed; lives with conn. */
NETP_API const struct netp_modbus_error *netp_modbus_conn_error(
    const struct netp_modbus_conn *conn);

/* Reads by one of the functions 01 to 04, at most what one request may ask for, into data, which
 * has room for it: (count + 7) / 8 bytes of bits, 2 * count of registers. Writes by 0F or 10. 0; >
 * 0: the device's exception; < 0: as of netp_modbus_ask(). */
NETP_API int netp_modbus_read(struct netp_modbus_conn *conn, uint8_t unit, uint8_t function,
                              uint16_t address, uint16_t count, uint8_t *data);
NETP_API int netp_modbus_write(struct netp_modbus_conn *conn, uint8_t unit, uint8_t function,
                               uint16_t address, uint16_t count, const uint8_t *data);

#ifdef __cplusplus
}
#endif

#endif
