/* The Modbus client against any server over datagrams. SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_machine(&subject_modbus_client_udp, data, size);
}
