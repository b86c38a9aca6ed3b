/* netproto/modbus.h - Modbus: the words and the PDUs, after the MODBUS Application Protocol
 * Specification V1.1b3 ("app"), Messaging on TCP/IP V1.0b and Serial Line V1.02 ("serial").
 *
 * SPDX-License-Identifier: MIT
 *
 * Layer 0: pure functions over bytes. The machines are in modbus_client.h and modbus_server.h, the
 * frames around a PDU in modbus_frame.h, numbers over registers in modbus_type.h.
 *
 * Addresses are those of the wire, 0 to 65535: what a manual calls holding register 40001 is
 * address 0. Data stays as it is on the wire: registers are pairs of bytes, the high one first,
 * coils are bits, the first in bit 0 of byte 0. */
#ifndef NETPROTO_MODBUS_H
#define NETPROTO_MODBUS_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETP_MODBUS_PORT     502
#define NETP_MODBUS_TLS_PORT 802

#define NETP_MODBUS_PDU_MAX 253u /* bytes, app 4.1 */

/* The most that one request may name, app 6.1 to 6.17. */
#define NETP_MODBUS_READ_BITS_MAX            2000u
#define NETP_MODBUS_READ_REGISTERS_MAX       125u
#define NETP_MODBUS_WRITE_BITS_MAX           1968u
#define NETP_MODBUS_WRITE_REGISTERS_MAX      123u
#define NETP_MODBUS_READ_WRITE_REGISTERS_MAX 121u /* written by 17h */

/* Public function codes, app 5.1. Others pass through as bytes. */
enum netp_modbus_function {
    NETP_MODBUS_READ_COILS = 0x01,
    NETP_MODBUS_READ_DISCRETE_INPUTS = 0x02,
    NETP_MODBUS_READ_HOLDING_REGISTERS = 0x03,
    NETP_MODBUS_READ_INPUT_REGISTERS = 0x04,
    NETP_MODBUS_WRITE_SINGLE_COIL = 0x05,
    NETP_MODBUS_WRITE_SINGLE_REGISTER = 0x06,
    NETP_MODBUS_READ_EXCEPTION_STATUS = 0x07,
    NETP_MODBUS_DIAGNOSTICS = 0x08,
    NETP_MODBUS_GET_COMM_EVENT_COUNTER = 0x0b,
    NETP_MODBUS_GET_COMM_EVENT_LOG = 0x0c,
    NETP_MODBUS_WRITE_MULTIPLE_COILS = 0x0f,
    NETP_MODBUS_WRITE_MULTIPLE_REGISTERS = 0x10,
    NETP_MODBUS_REPORT_SERVER_ID = 0x11,
    NETP_MODBUS_READ_FILE_RECORD = 0x14,
    NETP_MODBUS_WRITE_FILE_RECORD = 0x15,
    NETP_MODBUS_MASK_WRITE_REGISTER = 0x16,
    NETP_MODBUS_READ_WRITE_REGISTERS = 0x17,
    NETP_MODBUS_READ_FIFO_QUEUE = 0x18,
    NETP_MODBUS_ENCAPSULATED = 0x2b
};

#define NETP_MODBUS_MEI_DEVICE_ID 0x0eu /* the MEI type of device identification, app 6.21 */

/* Exception codes, app 7. */
enum netp_modbus_exception {
    NETP_MODBUS_NO_EXCEPTION = 0,
    NETP_MODBUS_ILLEGAL_FUNCTION = 0x01,
    NETP_MODBUS_ILLEGAL_ADDRESS = 0x02,
    NETP_MODBUS_ILLEGAL_VALUE = 0x03,
    NETP_MODBUS_DEVICE_FAILURE = 0x04,
    NETP_MODBUS_ACKNOWLEDGE = 0x05,
    NETP_MODBUS_DEVICE_BUSY = 0x06,
    NETP_MODBUS_PARITY_ERROR = 0x08,
    NETP_MODBUS_NO_PATH = 0x0a,  /* gateway: no path to that unit */
    NETP_MODBUS_NO_ANSWER = 0x0b /* gateway: the unit did not respond */
};

/* The specification's name for an exception code ("illegal data address"); never NULL. */
NETP_API const char *netp_modbus_exception_text(unsigned code);

/* A request. data is a view [in] when parsed, and yours when written:
 *   01 02 03 04   none; address and quantity of what is read
 *   05            one byte, whose bit 0 is the coil; quantity 1
 *   06            the register, two bytes; quantity 1
 *   0F 10         the coils, (quantity + 7) / 8 bytes; the registers, 2 * quantity bytes
 *   16            the AND mask and the OR mask, four bytes; quantity 1
 *   17            the registers written, 2 * write_quantity bytes
 *   18            none; address is the FIFO pointer address; quantity 1
 *   others        all that follows the function code; address and quantities are 0; the records
 *                 of 14 and 15: netp_modbus_record_next() */
struct netp_modbus_request {
    const uint8_t *data;
    size_t n;
    uint16_t address, quantity;
    uint16_t write_address, write_quantity; /* 17 */
    uint8_t function;
};

/* Parses the PDU p[0..n) of a request: NETP_MODBUS_NO_EXCEPTION, or the exception that a server
 * has to answer with, in the order of the specification's flow charts: ILLEGAL_FUNCTION for
 * function 0 and 80h to FFh, ILLEGAL_VALUE for a length, a quantity, a byte count or a coil's value
 * that the specification does not allow, ILLEGAL_ADDRESS when address and quantity pass 65535, or
 * records of 14 and 15 are of no file or pass 9999. r->function is set whenever n > 0. An empty PDU
 * is ILLEGAL_FUNCTION. Functions that have no name above are not judged: their bytes are in data.
 */
NETP_API enum netp_modbus_exception netp_modbus_request_parse(const uint8_t *p, size_t n,
                                                              struct netp_modbus_request *r);

/* Writes the PDU of *r to p[0..cap) and returns its length. NETP_E_ARG: netp_modbus_request_parse()
 * would not accept it; NETP_E_NOSPACE: it is longer than cap. */
NETP_API ptrdiff_t netp_modbus_request_write(uint8_t *p, size_t cap,
                                             const struct netp_modbus_request *r);

#define NETP_MODBUS_RECORD_HEAD 7u /* bytes of a record in a request, without its data */

/* A part of a file, app 6.14 and 6.15. data: of 15, the 2 * length bytes to be written. */
struct netp_modbus_record {
    const uint8_t *data;
    uint16_t file, first, length; /* file 1 to 65535; the first record, 0 to 9999; registers */
    uint8_t type;                 /* 6 */
};

/* Takes the next record that a request 14 or 15 names; *at is 0 for the first one. 1; 0: there are
 * no more; NETP_E_TRUNCATED: it is cut short (netp_modbus_request_parse() lets none such through).
 * In the response to 14 the data of each follows two bytes, in the order of the request; the first
 * one's begins at data + 3. */
NETP_API int netp_modbus_record_next(const struct netp_modbus_request *r, size_t *at,
                                     struct netp_modbus_record *record);

/* A response. data:
 *   01 02         the coils, (quantity + 7) / 8 bytes; 03 04 17: the registers, 2 * quantity bytes
 *   05 06 0F 10 16  none: they echo the request
 *   18            the registers of the queue
 *   others        all that follows the function code
 *   any exception none */
struct netp_modbus_response {
    const uint8_t *data;
    size_t n;
    uint8_t function;  /* without the bit that marks an exception */
    uint8_t exception; /* 0, or what the server answered with, known or not */
};

/* Parses the PDU p[0..n) of the response to *r; views [in]. NETP_E_SYNTAX: it is of another
 * function, not as long as *r asks for, its byte count is not its length, or it echoes something
 * else. *r needs only be what netp_modbus_request_parse() gives of the request sent. */
NETP_API int netp_modbus_response_parse(const uint8_t *p, size_t n,
                                        const struct netp_modbus_request *r,
                                        struct netp_modbus_response *response);

/* Writes to p[0..cap) the PDU of a response to *r and returns its length: an exception, if that is
 * not 0, or data as said above. data may already lie in p, where it belongs. NETP_E_ARG: data is
 * not as long as *r asks for; NETP_E_NOSPACE: it is longer than cap or NETP_MODBUS_PDU_MAX. */
NETP_API ptrdiff_t netp_modbus_response_write(uint8_t *p, size_t cap,
                                              const struct netp_modbus_request *r,
                                              const struct netp_modbus_response *response);

#ifdef __cplusplus
}
#endif

#endif
