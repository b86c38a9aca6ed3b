/* cgi_plan.c - what a script says. SPDX-License-Identifier: MIT */
#include "cgi.h"

#include <netproto/text.h>

#include <stdio.h>
#include <string.h>

static bool one_in(const struct world *w, uint32_t n)
{
    return decide(w->d, n) == n - 1;
}

static void put(struct cgi_plan *p, const void *text, size_t n)
{
    memcpy(p->text + p->n, text, n);
    p->n += n;
}

/* A line, which may end in LF or CRLF. */
static void line(struct world *w, struct cgi_plan *p, const char *text)
{
    const char *end = decide(w->d, 2) ? "\r\n" : "\n";

    put(p, text, strlen(text));
    put(p, end, strlen(end));
}

static void field(struct world *w, struct cgi_plan *p, const char *name, const char *value,
                  bool passed)
{
    char text[200];

    snprintf(text, sizeof text, "%s:%s%s", name, one_in(w, 3) ? "" : " ", value);
    line(w, p, text);
    if (passed) {
        p->fields = cgi_sum(p->fields, netp_str_of(name), netp_str_of(value));
    }
}

/* Some that say nothing to the server, or nothing that it listens to. */
static void others(struct world *w, struct cgi_plan *p)
{
    static const struct {
        const char *name, *value;
        bool passed;
    } some[] = {{"X-One", "1", true},
                {"Set-Cookie", "a=b", true},
                {"Date", "yesterday", false},
                {"Connection", "close", false},
                {"transfer-encoding", "chunked", false},
                {"SERVER", "me", false}};

    for (uint32_t n = decide(w->d, w->run->profile == SIM_SMALL ? 2 : 4); n > 0; n--) {
        uint32_t i = decide(w->d, 6);
        field(w, p, some[i].name, some[i].value, some[i].passed);
    }
}

/* A line of the head that can't be right. */
static void spoil(struct world *w, struct cgi_plan *p)
{
    static const struct {
        const char *text;
        int code;
    } bad[] = {
        {"no colon", NETP_E_SYNTAX},
        {" folded: a", NETP_E_SYNTAX},
        {"A name: a", NETP_E_SYNTAX},
        {": a", NETP_E_SYNTAX},
        {"X: a\rb", NETP_E_SYNTAX},
        {"Status: 99", NETP_E_SYNTAX},
        {"Status: 0200", NETP_E_SYNTAX},
        {"Content-Length: +5", NETP_E_SYNTAX},
        {"Content-Type: a\nContent-Type: b", NETP_E_SYNTAX},
        {"A:\nB:\nC:\nD:\nE:\nF:\nG:\nH:\nI:\nJ:\nK:\nL:\nM:\nN:\nO:\nP:\nQ:", NETP_E_LIMIT}};
    uint32_t i = decide(w->d, sizeof bad / sizeof *bad);

    line(w, p, bad[i].text);
    p->bad = bad[i].code;
}

/* Where it leads, if anywhere, and with which status: sections 6.2.1 to 6.2.4 of RFC 3875. */
static void direct(struct world *w, struct cgi_plan *p)
{
    static const struct {
        const char *location, *status;
        uint16_t is;
        bool typed;
        enum netp_cgi_kind kind;
    } some[] = {{NULL, NULL, 200, true, NETP_CGI_DOCUMENT},
                {NULL, "404 Not here", 404, true, NETP_CGI_DOCUMENT},
                {NULL, "204", 204, false, NETP_CGI_DOCUMENT},
                {NULL, "304", 304, true, NETP_CGI_DOCUMENT},
                {"/local?a=b", NULL, 0, false, NETP_CGI_LOCAL},
                {"http://a.test/", NULL, 302, false, NETP_CGI_REDIRECT},
                {"relative", "307", 307, false, NETP_CGI_REDIRECT},
                {"/path#part", "301 Gone there", 301, true, NETP_CGI_REDIRECT_DOCUMENT},
                {"/made", "201", 201, true, NETP_CGI_DOCUMENT}};
    uint32_t i = decide(w->d, sizeof some / sizeof *some);

    p->kind = some[i].kind;
    p->status = some[i].is;
    p->location = some[i].location;
    p->has_body = some[i].typed && p->status != 304;
    if (p->location) {
        field(w, p, "Location", p->location, true);
        others(w, p);
    }
    if (some[i].status) {
        field(w, p, "STATUS", some[i].status, false);
    }
    if (some[i].typed) {
        field(w, p, "Content-type", "text/plain", true);
    }
}

/* The body may be shorter or longer than what was said. */
static void measure(struct world *w, struct cgi_plan *p, uint64_t n)
{
    char text[NETP_DEC_CAP + 1];

    p->length = NETP_CGI_UNKNOWN;
    switch (decide(w->d, 5)) {
    case 0:
    case 1:
        return;
    case 2:
        p->length = n;
        break;
    case 3:
        p->length = n / 2;
        break;
    default:
        p->length = n + 1;
        break;
    }
    text[netp_format_dec(p->length, text)] = '\0';
    field(w, p, "Content-Length", text, false);
}

void cgi_plan_draw(struct world *w, struct cgi_plan *p)
{
    static const uint64_t lengths[] = {0, 1, 5, 255, CGI_BODY_MAX};
    uint64_t n = lengths[decide(w->d, w->run->profile == SIM_SMALL ? 3 : 5)];

    memset(p, 0, sizeof *p);
    others(w, p);
    direct(w, p);
    others(w, p);
    if (w->run->profile >= SIM_WAN && one_in(w, 6)) {
        spoil(w, p);
    }
    measure(w, p, n);
    line(w, p, "");
    p->nhead = p->n;
    for (uint64_t i = 0; i < n; i++) {
        p->text[p->n++] = (char)cgi_byte(i);
    }
}
