/* sntp_stamp.h - when the kernel received a datagram. SPDX-License-Identifier: MIT */
#ifndef SNTP_STAMP_H
#define SNTP_STAMP_H

#include <netproto/host/clock.h>
#include <netproto/sntp.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define SNTP_STAMP_SPACE CMSG_SPACE(sizeof(struct timespec))

/* Asks for it; without it the time of reading has to do. */
static inline void sntp_stamp_ask(int fd)
{
    int on = 1;

    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

static inline uint64_t sntp_stamp(struct msghdr *h)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec t;
            memcpy(&t, CMSG_DATA(c), sizeof t);
            return netp_sntp_from_unix(t.tv_sec, (uint32_t)t.tv_nsec);
        }
    }
    return netp_clock_now();
}

#endif
