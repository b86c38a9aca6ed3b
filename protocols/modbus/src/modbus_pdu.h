/* modbus_pdu.h - what the sources of the PDU codec share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MODBUS_PDU_H
#define MODBUS_PDU_H

#include <netproto/modbus_frame.h>

/* The bytes that n items of so many bits take. */
static inline size_t netp_modbus_bytes_(size_t n, size_t bits)
{
    return (n * bits + 7) / 8;
}

/* How many bytes a request, or a response, of this function has before its data, and at most. */
#define NETP_MODBUS_REQUEST_HEAD_MAX_  10
#define NETP_MODBUS_RESPONSE_HEAD_MAX_ 7
size_t netp_modbus_head_n_(uint8_t function, enum netp_modbus_direction direction);

/* Judges all members of *r: what netp_modbus_request_parse() has to return. */
enum netp_modbus_exception netp_modbus_request_judge_(const struct netp_modbus_request *r);

/* A quantity of 1 to max with n bytes of data, up to address 65535. */
enum netp_modbus_exception netp_modbus_items_(const struct netp_modbus_request *r, unsigned max,
                                              size_t n);

/* Writes what a response has before its data p[0..n) to head; false if *r can't be answered with
 * that data. */
bool netp_modbus_response_head_(const struct netp_modbus_request *r, const uint8_t *p, size_t n,
                                uint8_t head[NETP_MODBUS_RESPONSE_HEAD_MAX_]);

/* The two for what is not among 01 to 06, 0F and 10. A build with -DNETP_MODBUS_COMMON_ONLY is
 * without: then the other functions pass unjudged. */
enum netp_modbus_exception netp_modbus_request_uncommon_(const struct netp_modbus_request *r);
bool netp_modbus_response_uncommon_(const struct netp_modbus_request *r, const uint8_t *p, size_t n,
                                    uint8_t head[NETP_MODBUS_RESPONSE_HEAD_MAX_]);

/* Writes a PDU of head and data, which may lie in p already: its length, or NETP_E_NOSPACE. */
ptrdiff_t netp_modbus_pdu_put_(uint8_t *p, size_t cap, const uint8_t *head, size_t head_n,
                               const uint8_t *data, size_t n);

#endif
