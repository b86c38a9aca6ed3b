/* netproto/host/serial.h - serial ports: opened, under the blocking runner, and in a loop.
 *
 * SPDX-License-Identifier: MIT
 *
 * The line is a stream with two things more, which Modbus wants: a silence is told to the machine
 * (NETP_IN_GAP), and nothing is sent before one. Output counts as sent when it has left the line,
 * which is reckoned from its length and the baud rate. */
#ifndef NETPROTO_HOST_SERIAL_H
#define NETPROTO_HOST_SERIAL_H

#include <netproto/host/loop.h>
#include <netproto/link.h>

#ifdef __cplusplus
extern "C" {
#endif

struct netp_serial_cfg {
    uint32_t baud; /* any that the hardware can do */
    uint8_t bits;  /* 5 to 8 */
    char parity;   /* 'n', 'e', 'o'; characters whose parity is wrong are dropped */
    uint8_t stop;  /* bits: 1, 2 */
    bool rs485;    /* the driver switches to sending by RTS */
    uint16_t rts_before_ms, rts_after_ms; /* with rs485: RTS is on so long before and after */
};

/* 19200 baud, 8 bits, even parity, 1 stop bit: what a Modbus device does when nobody said anything
 * (serial 2.5.1.1). */
#define NETP_SERIAL_CFG_INIT                                                                       \
    {                                                                                              \
        19200, 8, 'e', 1, false, 0, 0                                                              \
    }

/* Opens a serial port, non-blocking, for itself alone, without what was in it, and asks the driver
 * to deliver characters at once where it knows how. A descriptor, or -1 with errno: EINVAL: *cfg is
 * out of range, or the hardware can't do that baud rate; ENOTTY: it is no serial port, or knows no
 * RS-485; EBUSY: another has it; ... */
NETP_API int netp_serial_open(const char *path, const struct netp_serial_cfg *cfg);

/* Bits that a character takes, with start, parity and stop bits. */
NETP_API unsigned netp_serial_char_bits(const struct netp_serial_cfg *cfg);

/* --- under the blocking runner --------------------------------------------------------------- */

/* The I/O of a netp_link: io. */
struct netp_serial_io {
    struct netp_io io;
    int fd;        /* stays yours */
    int sys_errno; /* of the last failure */
    uint32_t gap_ms, char_us_;
    uint8_t *buf_;
    size_t buf_n_;
    netp_ms heard_;  /* the last character came */
    netp_ms left_;   /* what was written has left the line */
    size_t written_; /* and is to be told */
    bool silent_;    /* the gap was told */
    bool within_;    /* a frame was not taken whole */
};

/* buf[0..n) takes what is received; it and *s outlive the link. gap_ms: the silence that counts, as
 * netp_modbus_t35_us() has it, or longer where a USB adapter delivers in lumps; at least 1. */
NETP_API void netp_serial_io_init(struct netp_serial_io *s, int fd,
                                  const struct netp_serial_cfg *cfg, uint32_t gap_ms, void *buf,
                                  size_t n);

/* --- in a loop ------------------------------------------------------------------------------- */

/* A machine on a serial line. Set the members up to arg, and io by netp_serial_io_init(). */
struct netp_serial {
    const struct netp_ops *ops; /* of the machine m; both outlive this */
    void *m;
    void *ev; /* ops->evsize bytes */
    /* As those of netp_stream (stream.h). */
    void (*event)(void *arg, void *ev);
    void (*closed)(void *arg, int err, int sys_errno);
    void *arg;
    struct netp_serial_io io;

    struct netp_loop *loop_;
    struct netp_watch watch_; /* fd -1: closed */
    struct netp_timer timer_;
    struct netp_link link_;
    bool *gone_;
};

/* Runs s from the loop's next turn, and owns io.fd from now on. 0, or -1 with errno, and fd stays
 * yours. */
NETP_API int netp_serial_start(struct netp_serial *s, struct netp_loop *loop);
/* After a command to m that was not given in its own event callback. */
NETP_API void netp_serial_kick(struct netp_serial *s);
/* Closes the port; closed() is not called. Harmless the second time. */
NETP_API void netp_serial_close(struct netp_serial *s);

#ifdef __cplusplus
}
#endif

#endif
