/* remote_name.h - names for local files out of a server's mouth. SPDX-License-Identifier: MIT */
#ifndef REMOTE_NAME_H
#define REMOTE_NAME_H

#include <netproto/host/fetch.h>

#define REMOTE_NAME_CAP 256 /* bytes, with its NUL: what file systems take */

/* The last part of a URL's path, decoded and made safe; false: there is none. */
bool remote_name_of_url(const char *url, char name[REMOTE_NAME_CAP]);

/* The file name of Content-Disposition, made safe; false: there is none. */
bool remote_name_of_head(const struct netp_fetch_head *head, char name[REMOTE_NAME_CAP]);

#endif
