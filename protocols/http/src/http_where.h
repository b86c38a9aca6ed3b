/* http_where.h - the words for what was wrong. SPDX-License-Identifier: MIT */
#ifndef HTTP_WHERE_H
#define HTTP_WHERE_H

/* text, or nothing in a build that leaves out these words; and what is told then. */
#ifdef NETP_HTTP1_NO_WHERE
#define HTTP_WHERE(text)      NULL
#define HTTP_WHERE_TOLD(text) ((void)(text), "")
#else
#define HTTP_WHERE(text)      (text)
#define HTTP_WHERE_TOLD(text) (text)
#endif

#endif
