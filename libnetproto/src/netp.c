/* The version, and the names and texts of the error codes.
 *
 * SPDX-License-Identifier: MIT */
#include <netproto/netp.h>

const char *netp_version(void)
{
    return NETP_VERSION;
}

/* Switches, not tables: a table of pointers would need relocations. */
const char *netp_errname(int err)
{
    switch (err) {
#define NAME_CASE(name, value, text)                                                               \
    case name:                                                                                     \
        return #name;
        NETP_ERR_LIST(NAME_CASE)
    default:
        return "NETP_E_?";
    }
}

const char *netp_strerror(int err)
{
    switch (err) {
#define TEXT_CASE(name, value, text)                                                               \
    case name:                                                                                     \
        return text;
        NETP_ERR_LIST(TEXT_CASE)
    default:
        return "unknown error";
    }
}
