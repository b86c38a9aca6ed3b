/* sntp_text.h - what time and sntpd share. SPDX-License-Identifier: MIT */
#ifndef SNTP_TEXT_H
#define SNTP_TEXT_H

#include "cli.h"
#include <netproto/sntp.h>

#define SNTP_REFID_CAP 20

/* A reference id as text, into out, which is returned: its letters for stratum 0 and 1, those not
 * printable as '?', else an IPv4 address, which it is or, for IPv6, only looks like. */
const char *sntp_refid_text(uint32_t refid, unsigned stratum, char out[SNTP_REFID_CAP]);

#ifdef NETPROTO_TLS
struct netp_sntp_keys;
/* Loads a file of keys, unless path is NULL. Returns the exit status; of a failure it has told. */
int sntp_load_keys(struct cli *c, const char *path, struct netp_sntp_keys **keys);
#endif

#endif
