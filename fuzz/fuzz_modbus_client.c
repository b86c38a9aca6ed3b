/* The Modbus client against any server on a stream or a serial line. SPDX-License-Identifier: MIT
 */
#include "fuzz.h"
#include "machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_machine(&subject_modbus_client, data, size);
}
