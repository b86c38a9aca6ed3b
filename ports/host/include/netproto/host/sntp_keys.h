/* netproto/host/sntp_keys.h - symmetric keys for SNTP, from a file as chrony and ntpd have it. Only
 * with NETPROTO_TLS.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_HOST_SNTP_KEYS_H
#define NETPROTO_HOST_SNTP_KEYS_H

#include <netproto/sntp.h>

#ifdef __cplusplus
extern "C" {
#endif

struct netp_sntp_keys;

/* Reads a file of lines "ID TYPE KEY". ID: 1..2^32-1. TYPE: MD5, SHA1, SHA256, SHA512, AES128 or
 * AES256 (CMAC, RFC 8573), in any case; ntpd's name AES-128 will do. KEY: HEX:..., ASCII:..., or
 * text, which is hexadecimal if it is longer than 20 characters. What follows a # is a comment.
 * NULL: *line is the number of the line that is wrong; or 0, with errno: the file can't be read. */
NETP_API struct netp_sntp_keys *netp_sntp_keys_load(const char *path, unsigned *line);

/* Overwrites and frees them. */
NETP_API void netp_sntp_keys_free(struct netp_sntp_keys *keys);

/* The key of that number, or NULL; it lives as long as keys. */
NETP_API const struct netp_sntp_key *netp_sntp_keys_find(const struct netp_sntp_keys *keys,
                                                         uint32_t id);

/* Makes an AES-CMAC key of 16 or 32 bytes; secret is yours to keep. NETP_E_ARG: another length, or
 * id is 0. */
NETP_API int netp_sntp_key_cmac(struct netp_sntp_key *key, uint32_t id, struct netp_str secret);

#ifdef __cplusplus
}
#endif

#endif
