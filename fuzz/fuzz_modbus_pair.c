/* A Modbus client and a server over one stream, in a world where the fuzzer decides what goes
 * wrong: the invariants are those of tests/sim. SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct sim_run run = {.profile = SIM_AWFUL};
    struct sim_report report = {0};
    struct decision d;

    decision_bytes(&d, data, size);
    sim_modbus(&d, &run, &report);
    FUZZ_OUTCOME("%llu steps, %s, hash %016llx", (unsigned long long)report.steps,
                 report.complete > 0 ? "complete" : "incomplete", (unsigned long long)report.hash);
    return 0;
}
