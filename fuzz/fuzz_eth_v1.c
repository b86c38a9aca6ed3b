/* The Ethernet driver of STM32 on the model of its hardware, v1, under lwIP and the binding: a
 * program of frames, DMA steps and faults. See ethernet.h. SPDX-License-Identifier: MIT */
#include "ethernet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_ethernet(data, size);
    return 0;
}
