/* clock.c - the system's clock. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/capability.h>
#include <netproto/host/clock.h>
#include <netproto/sntp.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#define NS 1000000000

uint64_t netp_clock_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return netp_sntp_from_unix(t.tv_sec, (uint32_t)t.tv_nsec);
}

bool netp_clock_may_set(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

    return syscall(SYS_capget, &head, data) == 0 &&
           (data[CAP_TO_INDEX(CAP_SYS_TIME)].effective & CAP_TO_MASK(CAP_SYS_TIME)) != 0;
}

static bool allowed(void)
{
    if (netp_clock_may_set()) {
        return true;
    }
    errno = EPERM;
    return false;
}

/* The whole seconds of a difference, rounded down, and the rest in ns. */
static int64_t split(int64_t offset, int64_t *ns)
{
    uint64_t v = (uint64_t)offset;

    *ns = (int64_t)((v & UINT32_MAX) * NS >> 32);
    return (int32_t)(v >> 32);
}

int netp_clock_step(int64_t offset)
{
    int64_t ns, s = split(offset, &ns);
    struct timespec t;

    if (!allowed() || clock_gettime(CLOCK_REALTIME, &t) != 0) {
        return -1;
    }
    t.tv_sec += s;
    t.tv_nsec += (long)ns;
    if (t.tv_nsec >= NS) {
        t.tv_nsec -= NS;
        t.tv_sec++;
    }
    return clock_settime(CLOCK_REALTIME, &t);
}

int netp_clock_slew(int64_t offset)
{
    int64_t ns, s = split(offset, &ns);
    struct timex x = {.modes = ADJ_OFFSET_SINGLESHOT, .offset = (long)(s * 1000000 + ns / 1000)};

    if (offset > NETP_CLOCK_SLEW_MAX || offset < -NETP_CLOCK_SLEW_MAX) {
        errno = ERANGE;
        return -1;
    }
    return !allowed() || adjtimex(&x) < 0 ? -1 : 0;
}
