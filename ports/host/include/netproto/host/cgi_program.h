/* netproto/host/cgi_program.h - for CGI programs in C: the request they are asked, the answer they
 * give. They run under any server that knows RFC 3875.
 *
 * SPDX-License-Identifier: MIT
 *
 *     struct netp_cgi_program p;
 *     unsigned status = netp_cgi_program_open(&p, NULL);
 *     const struct netp_cgi_input *name = netp_cgi_program_input(&p, "name", 0);
 *
 *     netp_cgi_program_head(status ? status : 200, "text/html; charset=utf-8", NULL, 0);
 *     fputs("<p>Hello, ", stdout);
 *     netp_cgi_html(stdout, name ? name->value : NETP_STR("you"));
 *     netp_cgi_program_close(&p);
 *
 * Nothing that comes from a client is trusted: lengths are checked, forms are bounded, and what is
 * to be written into a page goes through netp_cgi_html(). */
#ifndef NETPROTO_HOST_CGI_PROGRAM_H
#define NETPROTO_HOST_CGI_PROGRAM_H

#include <netproto/http1.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zero is a sound default. */
struct netp_cgi_program_cfg {
    uint64_t max_body;   /* bytes of a request's body; 0: 1 MiB */
    unsigned max_inputs; /* of a form, those of the query included; 0: 100 */
    const char *tmp;     /* where files are kept that are uploaded; NULL: "/tmp" */
};

/* A field of a form or query, decoded. */
struct netp_cgi_input {
    struct netp_str name;
    struct netp_str value; /* with a NUL behind it; of a file empty */
    struct netp_str
        filename;  /* as the client tells it, "../x" is possible; p NULL: it is no file */
    int fd;        /* of a file: its content, from its first byte; it has no name */
    uint64_t size; /* of that */
};

/* What RFC 3875 section 4.1 says of the request; "" for what is not set. */
struct netp_cgi_program {
    const char *method, *script_name, *path_info, *query, *content_type;
    const char *remote_addr, *remote_user;
    uint64_t length; /* of the body */

    struct netp_cgi_input *input; /* all of them, in their order, the query's first */
    size_t ninput;
    uint64_t left_; /* of a body, not yet read */
};

/* Reads the environment, the query, and a body that is a form, urlencoded or multipart. cfg may be
 * NULL. 0, or the status to answer: 400: it is malformed; 413: it is over a limit of cfg; 500: no
 * memory, or a file can't be written. Close it in any case. Standard input and output are used;
 * the environment must stay as it is. */
NETP_API unsigned netp_cgi_program_open(struct netp_cgi_program *p,
                                        const struct netp_cgi_program_cfg *cfg);
NETP_API void netp_cgi_program_close(struct netp_cgi_program *p);

/* The nth of that name, or NULL. */
NETP_API const struct netp_cgi_input *netp_cgi_program_input(const struct netp_cgi_program *p,
                                                             const char *name, unsigned nth);

/* The first cookie of that name: a view of the environment. */
NETP_API bool netp_cgi_program_cookie(const char *name, struct netp_str *value);

/* Reads a body that is no form: how many bytes, 0 at its end, or -1 with errno (EPIPE: it ended
 * early). */
NETP_API ptrdiff_t netp_cgi_program_read(struct netp_cgi_program *p, void *buf, size_t n);

/* Writes the head of the answer to stdout: Status, Content-Type unless type is NULL, and the
 * fields. Set-Cookie is made by netp_http_set_cookie_format(), a redirection is a status of 303 and
 * Location. NETP_E_ARG: a status other than 200 to 599, or a field that can't be sent; nothing has
 * been written. NETP_E_IO. */
NETP_API int netp_cgi_program_head(unsigned status, const char *type,
                                   const struct netp_http1_pair *field, size_t nfield);

/* Writes text as HTML, in content or within a quoted attribute: & < > " ' are escaped. */
NETP_API void netp_cgi_html(FILE *f, struct netp_str text);

#ifdef __cplusplus
}
#endif

#endif
