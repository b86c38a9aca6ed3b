/* netproto/netrc.h - the credentials in the text of a .netrc file.
 *
 * SPDX-License-Identifier: MIT
 *
 * No RFC describes it; this is what the manuals of ftp(1) and curl(1) have in common:
 *
 *     machine NAME  or  default      begins an entry
 *         login NAME  password WORD  account WORD      each once at most, in any order
 *     macdef NAME                    and all up to the next empty line is passed over
 *     # and the rest of the line     where a keyword could stand is a comment
 *
 * Words are parted by spaces, tabs and line ends. One in double quotes may hold spaces; \n, \r and
 * \t in it are control characters, and a backslash before any other character stands for that. The
 * case of keywords and of machine names does not count, that of logins does. */
#ifndef NETPROTO_NETRC_H
#define NETPROTO_NETRC_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What an entry says; n is 0 for what it does not. */
struct netp_netrc {
    struct netp_str login, password, account; /* in mem */
    size_t line; /* of the file, from 1: where the entry, or the fault in it, was */
};

/* Finds the first entry of a machine; and if there is none, that of default, wherever it stands.
 * The name must be the whole name, without a port. With login.n > 0 entries with another login are
 * passed over, and one without a login serves any. Each entry stands alone: what it lacks is not
 * taken from another. What was found is written to mem; cap = text.n is always enough.
 *
 * Returns 1, 0 if there is none, or NETP_E_SYNTAX: an unknown keyword, one without its word or
 * twice in an entry, a quote that is not closed on its line, a control character; NETP_E_NOSPACE:
 * what was found does not fit. Nothing is read behind an entry of the machine. */
NETP_API int netp_netrc_find(struct netp_str text, struct netp_str machine, struct netp_str login,
                             struct netp_netrc *found, char *mem, size_t cap);

#ifdef __cplusplus
}
#endif

#endif
