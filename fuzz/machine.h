/* fuzz/machine.h - the harness of all machines.
 *
 * SPDX-License-Identifier: MIT
 *
 * The payload is what the peer sends. For a stream it is just that; for datagrams each one has two
 * bytes before it, big-endian: its length in the low 15 bits, the high bit if a stranger sent it.
 * The control bytes choose the set-up, then lead: pieces of input, commands, time, held-back
 * output, the end of the stream.
 *
 * The same input goes through the machine three times, whole, byte by byte and in odd pieces; the
 * events, the error with its place and the bytes sent must be the same. Every call is checked
 * against the laws (tests/support/checked.h). */
#ifndef FUZZ_MACHINE_H
#define FUZZ_MACHINE_H

#include "subject.h"

/* Returns 0, as LLVMFuzzerTestOneInput() must. */
int fuzz_machine(const struct subject *subject, const uint8_t *data, size_t size);

#endif
