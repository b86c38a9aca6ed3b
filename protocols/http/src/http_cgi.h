/* http_cgi.h - fields that do not go from one side of a CGI server to the other.
 * SPDX-License-Identifier: MIT */
#ifndef HTTP_CGI_H
#define HTTP_CGI_H

#include <netproto/text.h>

/* Whether a field is for one connection alone, RFC 9110 section 7.6.1. */
bool cgi_is_hop(struct netp_str name);

/* Whether name is in a list, which ends with NULL. */
bool cgi_is_in(struct netp_str name, const char *const *list);

#endif
