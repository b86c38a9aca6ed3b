/* hashes.h - hash functions for tests and fuzz targets, which have no OpenSSL: plain and slow.
 *
 * SPDX-License-Identifier: MIT */
#ifndef HASHES_H
#define HASHES_H

#include <netproto/hash.h>

extern const struct netp_hash hash_md5, hash_sha256, hash_sha512_256;
/* Refuses; by name it is SHA-256. */
extern const struct netp_hash hash_broken;
/* SHA-512-256, SHA-256, MD5, NULL. */
extern const struct netp_hash *const hash_list[];

#endif
