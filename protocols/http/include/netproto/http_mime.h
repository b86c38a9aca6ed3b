/* netproto/http_mime.h - the media type of a file, by its name.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NETPROTO_HTTP_MIME_H
#define NETPROTO_HTTP_MIME_H

#include <netproto/netp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What stands behind the last dot of the last part of a path, in which '/' parts; empty if there is
 * no dot. */
NETP_API struct netp_str netp_http_mime_extension(struct netp_str path);

/* The Content-Type of files with this extension, in any case, "text/html; charset=utf-8": of the
 * usual ones. Static storage; NULL: it is none of them (send application/octet-stream, or no
 * type). */
NETP_API const char *netp_http_mime_type(struct netp_str extension);

/* Whether files of this Content-Type become much smaller by a content coding: text in a wide sense,
 * and a few binary ones that are not packed. */
NETP_API bool netp_http_mime_packs(struct netp_str type);

/* Reads a line of a mime.types file, "text/html  html htm  # a comment", without its end: takes the
 * type off the line, 1; or 0 when it is empty but for a comment. NETP_E_SYNTAX: it begins with
 * something else than a type. */
NETP_API int netp_http_mime_line(struct netp_str *line, struct netp_str *type);

/* Takes the next extension off what is left of the line: 1, or 0 at its end. */
NETP_API int netp_http_mime_line_next(struct netp_str *line, struct netp_str *extension);

#ifdef __cplusplus
}
#endif

#endif
