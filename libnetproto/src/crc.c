/* CRC-16 and CRC-32, four bits a step: tables of 32 and 64 bytes, for flash is dear.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/crc.h>

uint16_t netp_crc16(uint16_t crc, const void *p, size_t n)
{
    /* table[i] is the remainder of i under the reflected polynomial 0xa001 */
    static const uint16_t table[16] = {
        0x0000, 0xcc01, 0xd801, 0x1400, 0xf001, 0x3c00, 0x2800, 0xe401,
        0xa001, 0x6c00, 0x7800, 0xb401, 0x5000, 0x9c01, 0x8801, 0x4400,
    };
    const uint8_t *b = (const uint8_t *)p;

    for (size_t i = 0; i < n; i++) {
        crc = (uint16_t)(crc ^ b[i]);
        crc = (uint16_t)(crc >> 4 ^ table[crc & 15]);
        crc = (uint16_t)(crc >> 4 ^ table[crc & 15]);
    }
    return crc;
}

uint32_t netp_crc32(uint32_t crc, const void *p, size_t n)
{
    /* likewise under 0xedb88320 */
    static const uint32_t table[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    const uint8_t *b = (const uint8_t *)p;

    crc = ~crc; /* the register starts as ones and is given inverted */
    for (size_t i = 0; i < n; i++) {
        crc ^= b[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}
