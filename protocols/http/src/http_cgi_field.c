/* http_cgi_field.c - the fields of a CGI program's answer that are for the client.
 * SPDX-License-Identifier: MIT */
#include "http_cgi.h"

#include <netproto/http_cgi.h>

bool cgi_is_in(struct netp_str name, const char *const *list)
{
    while (*list != NULL && !netp_str_ieq(name, netp_str_of(*list))) {
        list++;
    }
    return *list != NULL;
}

bool cgi_is_hop(struct netp_str name)
{
    static const char *const hop[] = {"Connection", "Keep-Alive",        "Proxy-Connection", "TE",
                                      "Trailer",    "Transfer-Encoding", "Upgrade",          NULL};
    return cgi_is_in(name, hop);
}

bool netp_cgi_field_next(const struct netp_cgi_ev *ev, unsigned *i, struct netp_str *name,
                         struct netp_str *value)
{
    static const char *const own[] = {"Status", "Content-Length", "Date", "Server", NULL};

    while (*i < ev->head->nfield) {
        const struct netp_http_field *f = &ev->head->field_[(*i)++];
        *name = netp_http_str(ev->text, f->name);
        *value = netp_http_str(ev->text, f->value);
        if (!cgi_is_hop(*name) && !cgi_is_in(*name, own)) {
            return true;
        }
    }
    return false;
}
