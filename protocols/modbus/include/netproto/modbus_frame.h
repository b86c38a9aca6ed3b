/* netproto/modbus_frame.h - what is around a Modbus PDU on a line: MBAP (Messaging on TCP/IP V1.0b
 * 3.1.3), RTU with its CRC and ASCII with its LRC (Serial Line V1.02, 2.5).
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_MODBUS_FRAME_H
#define NETPROTO_MODBUS_FRAME_H

#include <netproto/modbus.h>

#ifdef __cplusplus
extern "C" {
#endif

enum netp_modbus_framing { NETP_MODBUS_MBAP = 1, NETP_MODBUS_RTU, NETP_MODBUS_ASCII };

/* Bytes of the longest frame. */
#define NETP_MODBUS_MBAP_MAX  260u
#define NETP_MODBUS_RTU_MAX   256u
#define NETP_MODBUS_ASCII_MAX 513u
#define NETP_MODBUS_FRAME_MAX 513u

#define NETP_MODBUS_BROADCAST 0u   /* unit 0 of a serial line */
#define NETP_MODBUS_UNIT_MAX  247u /* of a serial line; 248 to 255 are reserved */

struct netp_modbus_frame {
    const uint8_t *pdu; /* [in]; of ASCII: [m] where it was decoded to */
    size_t n;
    uint16_t transaction; /* MBAP; else 0 */
    uint8_t unit;
};

/* Whether a line carries requests or responses to who reads it: their lengths differ. */
enum netp_modbus_direction { NETP_MODBUS_REQUEST, NETP_MODBUS_RESPONSE };

/* The frame of an MBAP stream at the front of p[0..n): its length; 0: more bytes are needed;
 * NETP_E_SYNTAX: a protocol identifier other than 0; NETP_E_LIMIT: a length field under 2 or over
 * 254. After an error nothing says where the next frame begins. */
NETP_API ptrdiff_t netp_modbus_mbap_parse(const uint8_t *p, size_t n, struct netp_modbus_frame *f);

/* The length of the RTU frame at the front of p[0..n), as its function code and byte count say,
 * for lines where no silence can be seen. 0: more bytes are needed to tell; NETP_E_UNSUPPORTED: a
 * function code whose length is not known; NETP_E_LIMIT: over NETP_MODBUS_RTU_MAX. */
NETP_API ptrdiff_t netp_modbus_rtu_length(const uint8_t *p, size_t n,
                                          enum netp_modbus_direction direction);

/* The whole RTU frame p[0..n). NETP_E_TRUNCATED: under four bytes; NETP_E_LIMIT: over
 * NETP_MODBUS_RTU_MAX; NETP_E_SYNTAX: its CRC is wrong. */
NETP_API int netp_modbus_rtu_parse(const uint8_t *p, size_t n, struct netp_modbus_frame *f);

/* The whole ASCII frame p[0..n) from its colon to its LF; its bytes are decoded to to[0..cap),
 * which may begin at p. NETP_E_SYNTAX: no colon, an odd count of digits or a character that is
 * none (A to F are capitals, serial 2.5.2.1), another end than CR LF, no PDU, a wrong LRC;
 * NETP_E_LIMIT: over NETP_MODBUS_ASCII_MAX; NETP_E_NOSPACE: cap is too small. */
NETP_API int netp_modbus_ascii_parse(const uint8_t *p, size_t n, uint8_t *to, size_t cap,
                                     struct netp_modbus_frame *f);

/* Writes the frame of *f to p[0..cap) and returns its length; the PDU may already lie in p, at
 * NETP_MODBUS_MBAP_HEAD or, for RTU and ASCII, at NETP_MODBUS_RTU_HEAD. NETP_E_ARG: the PDU is
 * empty or longer than NETP_MODBUS_PDU_MAX; NETP_E_NOSPACE: cap is too small. */
#define NETP_MODBUS_MBAP_HEAD 7u
#define NETP_MODBUS_RTU_HEAD  1u
NETP_API ptrdiff_t netp_modbus_frame_write(enum netp_modbus_framing framing, uint8_t *p, size_t cap,
                                           const struct netp_modbus_frame *f);

/* The silence that ends an RTU frame (t3.5) and the longest that may be in one (t1.5), in
 * microseconds for a line of so many bits per second with 11 bits a character; fixed above 19200
 * (serial 2.5.1.1). baud > 0. */
NETP_API uint32_t netp_modbus_t35_us(uint32_t baud);
NETP_API uint32_t netp_modbus_t15_us(uint32_t baud);

#ifdef __cplusplus
}
#endif

#endif
