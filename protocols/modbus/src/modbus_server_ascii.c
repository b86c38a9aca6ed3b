/* modbus_server_ascii.c - where ASCII frames begin and end (serial 2.5.2).
 *
 * SPDX-License-Identifier: MIT */
#include "modbus_server_private.h"

#ifndef NETP_MODBUS_NO_ASCII

/* What has begun is no frame. */
static void give_up(struct netp_modbus_server *m, enum netp_modbus_count why)
{
    if (m->fill_ > 0) {
        netp_modbus_server_noise_(m, why);
        netp_modbus_server_drop_(m, m->fill_);
    }
}

size_t netp_modbus_server_ascii_(struct netp_modbus_server *m, struct netp_in *in, bool late)
{
    if (late) {
        give_up(m, NETP_MODBUS_COMM_ERRORS);
    }
    while (in->n > 0) {
        uint8_t c = *in->p;

        if (c == ':') {
            give_up(m, NETP_MODBUS_COMM_ERRORS);
        } else if (m->fill_ == NETP_MODBUS_ASCII_MAX) {
            give_up(m, NETP_MODBUS_OVERRUNS);
        }
        if (m->fill_ == 0 && c != ':') {
            netp_modbus_server_skip_(m, in, 1);
            continue;
        }
        netp_modbus_server_copy_(m, in, m->fill_ + 1u);
        if (c == m->delimiter_) {
            m->cfg_.rx[m->fill_ - 1] = '\n';
            return m->fill_;
        }
    }
    return 0;
}

#endif
