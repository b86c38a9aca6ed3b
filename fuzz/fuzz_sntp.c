/* The SNTP client, against any server. SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_machine(&subject_sntp, data, size);
}
