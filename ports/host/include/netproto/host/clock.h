/* netproto/host/clock.h - the system's clock: read as a stamp, stepped, slewed.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_HOST_CLOCK_H
#define NETPROTO_HOST_CLOCK_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The system's clock now, as a stamp of sntp.h. */
NETP_API uint64_t netp_clock_now(void);

/* Whether this process may set it: it has CAP_SYS_TIME. */
NETP_API bool netp_clock_may_set(void);

/* Adds offset, a difference of sntp.h, to the clock at once. 0, or -1 with errno: EPERM without the
 * capability, and then nothing was tried. */
NETP_API int netp_clock_step(int64_t offset);

#define NETP_CLOCK_SLEW_MAX ((int64_t)1 << 31) /* half a second: it takes the kernel 17 minutes */

/* The same, but has the kernel run the clock 500 ppm faster or slower until it is done: time never
 * jumps. ERANGE: more than NETP_CLOCK_SLEW_MAX either way. */
NETP_API int netp_clock_slew(int64_t offset);

#ifdef __cplusplus
}
#endif

#endif
