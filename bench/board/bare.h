/* bare.h - echo as one writes it on lwIP's raw API. SPDX-License-Identifier: MIT */
#ifndef BARE_H
#define BARE_H

/* TCP port 1007: what app_echo_init() does at port 7, with the same buffer and limits, without a
 * machine and the binding. */
void bare_echo_init(void);

#endif
