/* modbus_server_ops.c - the server for generic drivers. SPDX-License-Identifier: MIT */
#include <netproto/machine.h>
#include <netproto/modbus_server.h>

NETP_OPS(modbus_server);
