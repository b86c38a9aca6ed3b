/* user.c - giving up root. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <grp.h>
#include <netproto/host/user.h>
#include <pwd.h>
#include <sys/types.h>
#include <unistd.h>

static bool is_user(uid_t uid)
{
    uid_t real, effective, saved;

    return getresuid(&real, &effective, &saved) == 0 && real == uid && effective == uid &&
           saved == uid;
}

int netp_become_user(const char *name)
{
    struct passwd entry, *found = NULL;
    char text[4096];
    int e = getpwnam_r(name, &entry, text, sizeof text, &found);

    if (!found) {
        errno = e ? e : ENOENT;
        return -1;
    }
    if (is_user(entry.pw_uid)) {
        return 0;
    }
    /* Groups first: afterwards there is no right to. */
    if (initgroups(name, entry.pw_gid) != 0 ||
        setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid) != 0 ||
        setresuid(entry.pw_uid, entry.pw_uid, entry.pw_uid) != 0) {
        return -1;
    }
    if (!is_user(entry.pw_uid) || (entry.pw_uid != 0 && setuid(0) == 0)) {
        errno = EPERM;
        return -1;
    }
    return 0;
}
