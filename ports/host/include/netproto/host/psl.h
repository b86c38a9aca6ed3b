/* netproto/host/psl.h - public suffixes, by libpsl and the list that is built into it.
 *
 * SPDX-License-Identifier: MIT
 *
 * There only where the library was built with NETPROTO_PSL. The list is as old as the libpsl that
 * is installed. */
#ifndef NETPROTO_HOST_PSL_H
#define NETPROTO_HOST_PSL_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Whether nobody owns domain, a name in lower case, as a whole: "com", "co.uk", "github.io", and
 * each name without a dot. For netp_http_jar_cfg.is_public_suffix; ctx is not looked at. A name
 * that can't be looked up counts as one. */
NETP_API bool netp_psl_is_public_suffix(void *ctx, struct netp_str domain);

#ifdef __cplusplus
}
#endif

#endif
