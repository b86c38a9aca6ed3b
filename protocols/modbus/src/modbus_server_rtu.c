/* modbus_server_rtu.c - where RTU frames end: at a silence that the driver saw, or else where their
 * function code says and their CRC agrees.
 *
 * SPDX-License-Identifier: MIT */
#include "modbus_server_private.h"

#ifndef NETP_MODBUS_NO_RTU

#include <netproto/crc.h>

static bool crc_is_right(const struct netp_modbus_server *m, size_t n)
{
    return n >= 4 && netp_crc16(NETP_CRC16_START, m->cfg_.rx, n) == 0;
}

/* The frame at the front of rx; 0: *wait says whether it may become one. A frame for us is a
 * request; one of another unit may be the answer to one. A function of ours whose length is not
 * known ends with silence. */
static size_t predict(const struct netp_modbus_server *m, bool *wait)
{
    bool ours = netp_modbus_server_hears_(m, m->cfg_.rx[0]);

    *wait = false;
    if (m->cfg_.rx[0] > NETP_MODBUS_UNIT_MAX) {
        return 0;
    }
    for (int d = NETP_MODBUS_REQUEST; d <= (ours ? NETP_MODBUS_REQUEST : NETP_MODBUS_RESPONSE);
         d++) {
        ptrdiff_t n = netp_modbus_rtu_length(m->cfg_.rx, m->fill_, (enum netp_modbus_direction)d);

        if (n > 0 && n <= m->fill_ && crc_is_right(m, (size_t)n)) {
            return (size_t)n;
        }
        *wait = *wait || n == 0 || n > m->fill_ || (n == NETP_E_UNSUPPORTED && ours);
    }
    *wait = *wait && m->fill_ < NETP_MODBUS_RTU_MAX;
    return 0;
}

/* The first frame in rx; what stands before it is noise, and so is what never becomes one. */
static size_t find(struct netp_modbus_server *m, bool silent)
{
    while (m->fill_ > 0) {
        bool wait;
        size_t n = predict(m, &wait);

        if (n > 0) {
            m->bad_ = false;
            return n;
        }
        if (wait && !silent) {
            return 0;
        }
        if (!m->bad_) {
            netp_modbus_server_noise_(m, NETP_MODBUS_COMM_ERRORS);
        }
        m->bad_ = true;
        netp_modbus_server_drop_(m, 1);
    }
    return 0;
}

size_t netp_modbus_server_rtu_(struct netp_modbus_server *m, struct netp_in *in, bool late)
{
    bool gap = (in->flags & NETP_IN_GAP) != 0;
    size_t n = 0;

    if (m->cfg_.gap_ms == 0) {
        netp_modbus_server_copy_(m, in, NETP_MODBUS_RTU_MAX);
        m->bad_ = m->bad_ || in->n > 0;
        netp_modbus_server_skip_(m, in, in->n);
        if (gap && m->bad_) {
            m->bad_ = false;
            netp_modbus_server_noise_(m, NETP_MODBUS_OVERRUNS);
            netp_modbus_server_drop_(m, m->fill_);
        }
        return gap ? m->fill_ : 0;
    }
    while ((n = find(m, false)) == 0 && in->n > 0) {
        netp_modbus_server_copy_(m, in, m->fill_ + 1u);
    }
    if (n == 0 && (gap || late)) {
        n = crc_is_right(m, m->fill_) ? m->fill_ : find(m, true);
        m->bad_ = false;
    }
    return n;
}

#endif
