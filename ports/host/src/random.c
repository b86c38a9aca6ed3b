/* random.c - random bytes of the system. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netproto/host/random.h>
#include <sys/random.h>

bool netp_random(void *p, size_t n)
{
    uint8_t *at = (uint8_t *)p;

    while (n > 0) {
        ssize_t got = getrandom(at, n, 0);
        if (got < 0 && errno != EINTR) {
            return false;
        }
        if (got > 0) {
            at += got;
            n -= (size_t)got;
        }
    }
    return true;
}
