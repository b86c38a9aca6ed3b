/* modbus_text.c - exception codes in words, app 7. SPDX-License-Identifier: MIT */
#include <netproto/modbus.h>

const char *netp_modbus_exception_text(unsigned code)
{
    switch (code) {
    case NETP_MODBUS_NO_EXCEPTION:
        return "no exception";
    case NETP_MODBUS_ILLEGAL_FUNCTION:
        return "illegal function";
    case NETP_MODBUS_ILLEGAL_ADDRESS:
        return "illegal data address";
    case NETP_MODBUS_ILLEGAL_VALUE:
        return "illegal data value";
    case NETP_MODBUS_DEVICE_FAILURE:
        return "server device failure";
    case NETP_MODBUS_ACKNOWLEDGE:
        return "acknowledge";
    case NETP_MODBUS_DEVICE_BUSY:
        return "server device busy";
    case NETP_MODBUS_PARITY_ERROR:
        return "memory parity error";
    case NETP_MODBUS_NO_PATH:
        return "gateway path unavailable";
    case NETP_MODBUS_NO_ANSWER:
        return "gateway target device failed to respond";
    default:
        return "unknown exception";
    }
}
