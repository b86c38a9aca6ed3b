/* netproto/host/random.h - random bytes of the system, for nonces and secrets.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_HOST_RANDOM_H
#define NETPROTO_HOST_RANDOM_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Fills p[0..n). false with errno: the system gives none; use nothing of p. */
NETP_API bool netp_random(void *p, size_t n);

#ifdef __cplusplus
}
#endif

#endif
