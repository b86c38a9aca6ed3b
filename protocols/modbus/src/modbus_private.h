/* modbus_private.h - what the sources of Modbus share.
 *
 * SPDX-License-Identifier: MIT
 *
 * A build can leave out framings: -DNETP_MODBUS_NO_RTU, -DNETP_MODBUS_NO_ASCII. Their functions are
 * then absent, and a machine refuses to be set up for them. Of the client it can leave out
 *
 *   -DNETP_MODBUS_NO_WINDOW  windows of more than one request: init() refuses them
 *   -DNETP_MODBUS_NO_RETRY   retries: init() refuses to be asked for some
 *   -DNETP_MODBUS_NO_TEXT    what names a fault in words: `where` is empty in fail(), and "?" in a
 *                            BAD_RESPONSE */
#ifndef MODBUS_PRIVATE_H
#define MODBUS_PRIVATE_H

#include <netproto/modbus_frame.h>

/* netp_modbus_frame_write() for the two kinds of serial lines, of a PDU that is not too long. */
ptrdiff_t netp_modbus_rtu_write_(uint8_t *p, size_t cap, const struct netp_modbus_frame *f);
ptrdiff_t netp_modbus_ascii_write_(uint8_t *p, size_t cap, const struct netp_modbus_frame *f);

#endif
