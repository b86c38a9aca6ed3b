/* netproto/crc.h - cyclic redundancy checks, incremental.
 *
 * SPDX-License-Identifier: MIT
 *
 * Each takes the CRC of the bytes before p[0..n), at first the named start value, and returns the
 * CRC with these bytes. p may be NULL if n is 0. */
#ifndef NETPROTO_CRC_H
#define NETPROTO_CRC_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_CRC16_START 0xffffu
#define NETP_CRC32_START 0u

/* CRC-16 of Modbus RTU (Modbus over Serial Line 1.02, section 6.2.2), where the low byte is sent
 * first. */
NETP_API uint16_t netp_crc16(uint16_t crc, const void *p, size_t n);

/* CRC-32 of IEEE 802.3, gzip and zip (RFC 1952 section 8). */
NETP_API uint32_t netp_crc32(uint32_t crc, const void *p, size_t n);

#ifdef __cplusplus
}
#endif

#endif
