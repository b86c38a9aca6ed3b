/* The client of SOCKS 5 against any proxy. SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_machine(&subject_socks5, data, size);
}
