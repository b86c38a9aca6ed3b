/* modbus_client_ops.c - the client for generic drivers. SPDX-License-Identifier: MIT */
#include <netproto/machine.h>
#include <netproto/modbus_client.h>

NETP_OPS(modbus_client);
