/* httpd_crypt.h - passwords against hashes of crypt(3), in threads. SPDX-License-Identifier: MIT */
#ifndef HTTPD_CRYPT_H
#define HTTPD_CRYPT_H

#include <netproto/host/loop.h>

#define CRYPT_PASSWORD 511 /* bytes of a password that is looked at */

struct crypt_check;

/* Whether there is a crypt(3) in this build. */
bool crypt_exists(void);

/* Hashes the password in a thread and compares it with hash; both are copied, and wiped. done is
 * called once, from the loop and never from here. NULL with errno. */
struct crypt_check *crypt_check_start(struct netp_loop *loop, struct netp_str password,
                                      struct netp_str hash, void (*done)(void *arg, bool right),
                                      void *arg);
/* At any time before done, which will not be called. The thread goes on to its end. */
void crypt_check_cancel(struct crypt_check *c);

#endif
