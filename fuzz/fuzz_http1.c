/* The HTTP/1.x machine in both roles, against any peer. SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_machine(&subject_http1, data, size);
}
