/* quiet.h - calls that would raise SIGPIPE and know no flag against it. SPDX-License-Identifier:
 * MIT
 */
#ifndef QUIET_H
#define QUIET_H

#include <signal.h>
#include <stdbool.h>

struct quiet {
    sigset_t mask; /* as it was */
    bool pending;  /* a SIGPIPE of somebody else */
};

/* Before such a call, and after it; errno stays as it is. */
void netp_quiet_begin(struct quiet *q);
void netp_quiet_end(const struct quiet *q);

#endif
