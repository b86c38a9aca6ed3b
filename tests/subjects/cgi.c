/* What a CGI program answers, as a subject. SPDX-License-Identifier: MIT */
#include "subject.h"

#include <netproto/http_cgi.h>
#include <netproto/text.h>

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { HEAD_ONLY, HEAD, FIELDS, SETTINGS };

static const struct subject_setting settings[SETTINGS] = {
    [HEAD_ONLY] = {"head_only", 0}, [HEAD] = {"head", 200}, [FIELDS] = {"fields", 5}};

static int make(struct checked *c, const void *arg)
{
    struct netp_cgi_cfg cfg = NETP_CGI_CFG_INIT;
    struct subject_setting s[SETTINGS];
    size_t fields;

    memcpy(s, settings, sizeof s);
    subject_settings((const char *)arg, s, SETTINGS);
    cfg.flags = s[HEAD_ONLY].value ? NETP_CGI_HEAD_ONLY : 0;
    cfg.headlen = (size_t)s[HEAD].value;
    cfg.head = (char *)checked_mem(c, &cfg.headlen);
    fields = (size_t)s[FIELDS].value * sizeof *cfg.field;
    cfg.field = (struct netp_http_field *)checked_mem(c, &fields);
    cfg.nfield = (uint16_t)(fields / sizeof *cfg.field);
    return netp_cgi_init((struct netp_cgi *)c->m, &cfg, c->now);
}

static int misfit(void *m)
{
    struct netp_cgi_cfg cfg = NETP_CGI_CFG_INIT;
    return netp_cgi_init_((struct netp_cgi *)m, sizeof(struct netp_cgi) - 1, &cfg, 0);
}

static void view(struct log *log, const char *tag, struct netp_str s)
{
    log_data(log, tag, s.p, s.n);
    log_end(log);
}

static void describe_head(const struct netp_cgi_ev *ev, struct log *log)
{
    static const char *const kinds[] = {"?", "document", "local", "redirect", "redirect document"};
    struct netp_str name, value;
    unsigned i = 0;

    log_line(log, "%s %u", kinds[ev->kind], (unsigned)ev->status);
    if (ev->reason.n > 0) {
        view(log, "reason", ev->reason);
    }
    if (ev->location.p != NULL) {
        view(log, "location", ev->location);
    }
    if (ev->length != NETP_CGI_UNKNOWN) {
        log_line(log, "length %llu", (unsigned long long)ev->length);
    }
    while (netp_cgi_field_next(ev, &i, &name, &value)) {
        view(log, "field", name);
        view(log, "value", value);
    }
}

static void describe(const void *event, struct log *log)
{
    const struct netp_cgi_ev *ev = (const struct netp_cgi_ev *)event;
    bool head = ev->type == NETP_CGI_HEAD;

    if ((ev->p != NULL) != (ev->type == NETP_CGI_DATA) || (ev->n > 0) != (ev->p != NULL) ||
        (ev->head != NULL) != head || (ev->text != NULL) != head || (ev->kind != 0) != head) {
        log_line(log, "a member that event %d does not name, or lacks", (int)ev->type);
    }
    if (head) {
        describe_head(ev, log);
    } else if (ev->type == NETP_CGI_DATA) {
        log_data(log, "data", ev->p, ev->n);
    } else {
        log_line(log, ev->type == NETP_CGI_END ? "end" : "?");
    }
}

static const char *const setups[] = {"", "head_only", "head=1000 fields=20", "head=20 fields=1",
                                     "fields=0"};

const struct subject subject_cgi = {.name = "cgi",
                                    .machine = {&netp_cgi_ops, make, describe},
                                    .misfit = misfit,
                                    .setup = setups,
                                    .nsetup = COUNT(setups)};
