/* http_form_data.h - the head of a part of a form, RFC 7578. SPDX-License-Identifier: MIT */
#ifndef HTTP_FORM_DATA_H
#define HTTP_FORM_DATA_H

#include <netproto/http_head.h>

/* Reads a Content-Disposition, which lies within bytes, and writes what name and filename mean to
 * their places there. filename->p is NULL without one. NETP_E_SYNTAX or NETP_E_LIMIT. */
int http_form_data_read(char *bytes, struct netp_str field, struct netp_str *name,
                        struct netp_str *filename);

#endif
