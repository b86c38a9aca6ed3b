/* http_cgi.c - the machine that reads what a CGI program answers. SPDX-License-Identifier: MIT */
#include <netproto/http_cgi.h>

#include "http_cgi.h"

#include <netproto/machine.h>
#include <netproto/url.h>
#include <string.h>

enum cgi_state { CGI_HEAD, CGI_BODY, CGI_END };

int netp_cgi_init_(struct netp_cgi *m, size_t msize, const struct netp_cgi_cfg *cfg, netp_ms now)
{
    (void)now;
    if (msize != sizeof *m || cfg->size != sizeof *cfg) {
        return NETP_E_ABI;
    }
    if (cfg->headlen == 0) {
        return NETP_E_NOSPACE;
    }
    memset(m, 0, sizeof *m);
    m->cfg_ = *cfg;
    netp_fail_clear(&m->fail_);
    netp_http_head_init(&m->head_, NETP_HTTP_HEAD_TRAILER, cfg->field, cfg->nfield,
                        NETP_HTTP_HEAD_BARE_LF);
    return NETP_OK;
}

static int fail(struct netp_cgi *m, enum netp_err code, uint64_t offset, const char *where)
{
    return netp_fail_with(&m->fail_, code, m->state_ == CGI_HEAD ? 502 : -1, offset, where);
}

static int bad(struct netp_cgi *m, struct netp_str value, int code, const char *where)
{
    return fail(m, (enum netp_err)code, (uint64_t)(value.p - m->cfg_.head), where);
}

/* ---- the head ---- */

/* The fields that mean something to the server, section 6.3. */
enum { CONTENT_TYPE, LOCATION, STATUS, CONTENT_LENGTH, OWN_FIELDS };

static const char *const own_name[OWN_FIELDS] = {"Content-Type", "Location", "Status",
                                                 "Content-Length"};

static int find_own(struct netp_cgi *m, struct netp_str own[OWN_FIELDS])
{
    for (size_t i = 0; i < OWN_FIELDS; i++) {
        struct netp_str name = netp_str_of(own_name[i]), second;
        own[i] = netp_str_make(NULL, 0);
        netp_http_head_find(&m->head_, m->cfg_.head, name, 0, &own[i]);
        if (netp_http_head_find(&m->head_, m->cfg_.head, name, 1, &second)) {
            return bad(m, second, NETP_E_SYNTAX, own_name[i]);
        }
    }
    if (own[CONTENT_TYPE].p == NULL && own[LOCATION].p == NULL && own[STATUS].p == NULL) {
        return fail(m, NETP_E_SYNTAX, m->have_, "Content-Type, Location or Status");
    }
    return 0;
}

/* status-code [ SP reason-phrase ], section 6.3.3 */
static int read_status(struct netp_cgi *m, struct netp_str value, struct netp_cgi_ev *ev)
{
    struct netp_str code = netp_str_make(value.p, 3);
    uint64_t status;

    if (value.n < 3 || (value.n > 3 && value.p[3] != ' ') ||
        netp_parse_dec(code, 599, &status) != NETP_OK || status < 200) {
        return bad(m, value, NETP_E_SYNTAX, own_name[STATUS]);
    }
    ev->status = (uint16_t)status;
    if (value.n > 3) {
        ev->reason = netp_str_make(value.p + 4, value.n - 4);
    }
    return 0;
}

/* Section 6.2, by the fields that are there. */
static int read_kind(struct netp_cgi *m, const struct netp_str own[OWN_FIELDS],
                     struct netp_cgi_ev *ev)
{
    struct netp_str to = own[LOCATION];
    struct netp_url url;
    size_t at;
    int r;

    ev->kind = NETP_CGI_DOCUMENT;
    if (to.p != NULL) {
        r = netp_url_parse(to, &url, &at);
        if (r < 0) {
            return bad(m, netp_str_make(to.p + at, 0), NETP_E_SYNTAX, own_name[LOCATION]);
        }
        ev->location = to;
        if (ev->status == 0 && url.has == (url.has & NETP_URL_QUERY) && to.n > 0 &&
            to.p[0] == '/') {
            ev->kind = NETP_CGI_LOCAL;
            return 0;
        }
        if (ev->status == 0 && (url.has & NETP_URL_SCHEME) == 0) {
            return bad(m, to, NETP_E_SYNTAX, own_name[LOCATION]);
        }
        ev->status = ev->status == 0 ? 302 : ev->status;
        if (ev->status < 400 && ev->status >= 300) {
            ev->kind = own[CONTENT_TYPE].p != NULL ? NETP_CGI_REDIRECT_DOCUMENT : NETP_CGI_REDIRECT;
        }
    }
    ev->status = ev->status == 0 ? 200 : ev->status;
    return 0;
}

static bool has_body(const struct netp_cgi_ev *ev)
{
    return (ev->kind == NETP_CGI_DOCUMENT || ev->kind == NETP_CGI_REDIRECT_DOCUMENT) &&
           ev->status != 204 && ev->status != 205 && ev->status != 304;
}

static int read_length(struct netp_cgi *m, struct netp_str value, struct netp_cgi_ev *ev)
{
    int r;

    ev->length = NETP_CGI_UNKNOWN;
    r = value.p == NULL ? NETP_OK : netp_parse_dec(value, NETP_CGI_UNKNOWN - 1, &ev->length);
    if (r < 0) {
        return bad(m, value, r, own_name[CONTENT_LENGTH]);
    }
    ev->length = has_body(ev) ? ev->length : 0;
    m->left_ = (m->cfg_.flags & NETP_CGI_HEAD_ONLY) != 0 ? 0 : ev->length;
    return 0;
}

static int describe(struct netp_cgi *m, struct netp_cgi_ev *ev)
{
    struct netp_str own[OWN_FIELDS];
    int r = find_own(m, own);

    if (r == 0 && own[STATUS].p != NULL) {
        r = read_status(m, own[STATUS], ev);
    }
    if (r == 0) {
        r = read_kind(m, own, ev);
    }
    if (r == 0) {
        r = read_length(m, own[CONTENT_LENGTH], ev);
    }
    if (r < 0) {
        return r;
    }
    ev->head = &m->head_;
    ev->text = m->cfg_.head;
    m->state_ = CGI_BODY;
    return NETP_CGI_HEAD;
}

static void take(struct netp_in *in, size_t n)
{
    in->p += n;
    in->n -= n;
}

static int head(struct netp_cgi *m, struct netp_in *in, struct netp_cgi_ev *ev)
{
    size_t room = m->cfg_.headlen - m->have_, n = in->n < room ? in->n : room;
    int r;

    memcpy(m->cfg_.head + m->have_, in->p, n);
    r = netp_http_head_parse(&m->head_, m->cfg_.head, m->have_ + n);
    n = r > 0 ? (size_t)r - m->have_ : n;
    take(in, n);
    m->have_ += n;
    if (r < 0) {
        return fail(m, (enum netp_err)r, m->head_.at, m->head_.where);
    }
    if (r == 0) {
        return m->have_ < m->cfg_.headlen ? 0 : fail(m, NETP_E_LIMIT, m->have_, "head");
    }
    return describe(m, ev);
}

/* ---- the body ---- */

static int body(struct netp_cgi *m, struct netp_in *in, struct netp_cgi_ev *ev)
{
    if (m->left_ == 0) {
        m->state_ = CGI_END;
        return NETP_CGI_END;
    }
    if (in->n == 0) {
        return 0;
    }
    ev->p = in->p;
    ev->n = in->n < m->left_ ? in->n : (size_t)m->left_;
    m->left_ -= m->left_ == NETP_CGI_UNKNOWN ? 0 : ev->n;
    take(in, ev->n);
    return NETP_CGI_DATA;
}

/* Law 8. */
static int end_of_stream(struct netp_cgi *m, unsigned flags)
{
    if (m->state_ == CGI_HEAD) {
        return fail(m, NETP_E_TRUNCATED, m->pos_, "head");
    }
    if (m->left_ != NETP_CGI_UNKNOWN) {
        return fail(m, NETP_E_TRUNCATED, m->pos_, "body");
    }
    if ((flags & NETP_IN_BROKEN) != 0) {
        return fail(m, NETP_E_IO, m->pos_, "body");
    }
    m->state_ = CGI_END;
    return NETP_CGI_END;
}

static int advance(struct netp_cgi *m, struct netp_in *in, struct netp_cgi_ev *ev)
{
    size_t n = in->n;
    int r = 0;

    if (m->state_ == CGI_BODY) {
        r = body(m, in, ev);
    } else if (n > 0 && m->state_ == CGI_HEAD) {
        r = head(m, in, ev);
    } else if (n > 0) {
        take(in, n);
    }
    m->pos_ += n - in->n;
    return r == 0 && m->state_ != CGI_END && (in->flags & (NETP_IN_EOF | NETP_IN_BROKEN)) != 0
               ? end_of_stream(m, in->flags)
               : r;
}

/* ---- the verbs ---- */

int netp_cgi_next(struct netp_cgi *m, struct netp_in *in, netp_ms now, struct netp_cgi_ev *ev)
{
    struct netp_in none = {NULL, 0, 0, NULL};
    int r;

    (void)now;
    if (m->fail_.code != NETP_OK) {
        return m->fail_.code;
    }
    memset(ev, 0, sizeof *ev);
    r = advance(m, in != NULL ? in : &none, ev);
    if (r >= 0) {
        ev->type = (enum netp_cgi_evtype)r;
    }
    return r;
}

unsigned netp_cgi_want(const struct netp_cgi *m)
{
    return m->fail_.code != NETP_OK || m->state_ == CGI_END ? NETP_CLOSED : NETP_WANT_IN;
}

NETP_ONLY_READS(cgi)
NETP_OPS(cgi);
