/* The Modbus server against any client, and any noise on a line. SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_machine(&subject_modbus_server, data, size);
}
