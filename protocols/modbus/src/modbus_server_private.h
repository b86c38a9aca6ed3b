/* modbus_server_private.h - what the sources of the server share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MODBUS_SERVER_PRIVATE_H
#define MODBUS_SERVER_PRIVATE_H

#include <netproto/modbus_server.h>

#include <string.h>

/* What the build has left out is known to be absent, and its code goes with it. */
static inline bool netp_modbus_server_is_rtu_(const struct netp_modbus_server *m)
{
#ifdef NETP_MODBUS_NO_RTU
    (void)m;
    return false;
#else
    return m->cfg_.framing == NETP_MODBUS_RTU;
#endif
}

static inline bool netp_modbus_server_is_ascii_(const struct netp_modbus_server *m)
{
#ifdef NETP_MODBUS_NO_ASCII
    (void)m;
    return false;
#else
    return m->cfg_.framing == NETP_MODBUS_ASCII;
#endif
}

static inline bool netp_modbus_server_is_serial_(const struct netp_modbus_server *m)
{
    return netp_modbus_server_is_rtu_(m) || netp_modbus_server_is_ascii_(m);
}

static inline bool netp_modbus_server_is_dgram_(const struct netp_modbus_server *m)
{
#ifdef NETP_MODBUS_NO_DATAGRAMS
    (void)m;
    return false;
#else
    return m->dgram_;
#endif
}

/* NULL: they are not kept. */
static inline struct netp_modbus_diagnostics *netp_modbus_server_diagnostics_(
    const struct netp_modbus_server *m)
{
#ifdef NETP_MODBUS_NO_SERIAL_DIAGNOSTICS
    (void)m;
    return NULL;
#else
    return m->cfg_.diagnostics;
#endif
}

/* Moves bytes from *in to rx until that has n of them, or no more come. */
void netp_modbus_server_copy_(struct netp_modbus_server *m, struct netp_in *in, size_t n);

/* Skips n bytes of the input. */
void netp_modbus_server_skip_(struct netp_modbus_server *m, struct netp_in *in, size_t n);

/* Takes the first n bytes off rx. */
void netp_modbus_server_drop_(struct netp_modbus_server *m, size_t n);

/* Whether a serial line's frames for this unit are for us. */
static inline bool netp_modbus_server_hears_(const struct netp_modbus_server *m, uint8_t unit)
{
    return unit == NETP_MODBUS_BROADCAST || memchr(m->cfg_.units, unit, m->cfg_.nunits) != NULL;
}

/* The bytes of the next frame, at the front of rx; 0: all input is taken, and there is none. late:
 * no input, and nothing has come for gap_ms. */
size_t netp_modbus_server_rtu_(struct netp_modbus_server *m, struct netp_in *in, bool late);
size_t netp_modbus_server_ascii_(struct netp_modbus_server *m, struct netp_in *in, bool late);

/* The rest is of the diagnostics, and does nothing where they are not kept. */

static inline void netp_modbus_server_count_(struct netp_modbus_server *m,
                                             enum netp_modbus_count what)
{
    if (netp_modbus_server_diagnostics_(m) != NULL) {
        netp_modbus_server_diagnostics_(m)->count[what]++;
    }
}

#ifdef NETP_MODBUS_NO_SERIAL_DIAGNOSTICS
static inline void netp_modbus_server_noise_(struct netp_modbus_server *m,
                                             enum netp_modbus_count what)
{
    (void)m;
    (void)what;
}

static inline bool netp_modbus_server_diagnose_(struct netp_modbus_server *m,
                                                enum netp_modbus_exception judged)
{
    (void)m;
    (void)judged;
    return false;
}

static inline void netp_modbus_server_done_(struct netp_modbus_server *m, unsigned exception)
{
    (void)m;
    (void)exception;
}
#else
/* Bytes came that are no frame. */
void netp_modbus_server_noise_(struct netp_modbus_server *m, enum netp_modbus_count why);

/* The open request has been judged. Returns whether it is closed, for it was one of 08, 0B and 0C,
 * or nothing is done in listen-only mode. */
bool netp_modbus_server_diagnose_(struct netp_modbus_server *m, enum netp_modbus_exception judged);

/* The open request has been answered, with this exception or with none, or not at all. */
void netp_modbus_server_done_(struct netp_modbus_server *m, unsigned exception);
#endif

#endif
