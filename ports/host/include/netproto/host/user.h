/* netproto/host/user.h - giving up root.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_HOST_USER_H
#define NETPROTO_HOST_USER_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes the process that user for good, with the groups of that user, and makes sure that it can't
 * return. 0, also when it is that user already; -1 with errno: ENOENT: there is no such user;
 * EPERM: the process may not. After a failure it may be half way: end it. */
NETP_API int netp_become_user(const char *name);

#ifdef __cplusplus
}
#endif

#endif
