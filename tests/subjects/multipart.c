/* The reader of multipart bodies as a subject. SPDX-License-Identifier: MIT */
#include "subject.h"

#include <netproto/http_multipart.h>
#include <netproto/text.h>

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { FORM, BOUNDARY, HEAD, FIELDS, PARTS, SKIP, SETTINGS };

static const struct subject_setting settings[SETTINGS] = {
    [FORM] = {"form", 0},     [BOUNDARY] = {"boundary", 0}, [HEAD] = {"head", 200},
    [FIELDS] = {"fields", 4}, [PARTS] = {"parts", 8},       [SKIP] = {"skip", 40}};

/* Those that the setting chooses from. */
static const char *const boundaries[] = {
    "AaB03x", "-", "\"'()+_,-./:=? b\"",
    "0123456789012345678901234567890123456789012345678901234567890123456789",
    "------------------------edc5f1c20e75c453"};

static int make(struct checked *c, const void *arg)
{
    struct netp_http_multipart_cfg cfg = NETP_HTTP_MULTIPART_CFG_INIT;
    struct subject_setting s[SETTINGS];
    size_t fields;

    memcpy(s, settings, sizeof s);
    subject_settings((const char *)arg, s, SETTINGS);
    cfg.flags = s[FORM].value ? NETP_HTTP_MULTIPART_FORM : 0;
    cfg.boundary = netp_str_of(boundaries[s[BOUNDARY].value]);
    cfg.headlen = (size_t)s[HEAD].value;
    cfg.head = (char *)checked_mem(c, &cfg.headlen);
    fields = (size_t)s[FIELDS].value * sizeof *cfg.field;
    cfg.field = (struct netp_http_field *)checked_mem(c, &fields);
    cfg.nfield = (uint16_t)(fields / sizeof *cfg.field);
    cfg.max_parts = (uint32_t)s[PARTS].value;
    cfg.max_skip = (uint32_t)s[SKIP].value;
    return netp_http_multipart_init((struct netp_http_multipart *)c->m, &cfg, c->now);
}

static int misfit(void *m)
{
    struct netp_http_multipart_cfg cfg = NETP_HTTP_MULTIPART_CFG_INIT;
    return netp_http_multipart_init_((struct netp_http_multipart *)m,
                                     sizeof(struct netp_http_multipart) - 1, &cfg, 0);
}

static void view(struct log *log, const char *tag, struct netp_str s)
{
    if (s.p != NULL) {
        log_data(log, tag, s.p, s.n);
        log_end(log);
    }
}

static void describe_part(const struct netp_http_multipart_ev *ev, struct log *log)
{
    log_line(log, "part %u", ev->head->nfield);
    view(log, "name", ev->name);
    view(log, "filename", ev->filename);
    view(log, "type", ev->content_type);
}

static void describe(const void *event, struct log *log)
{
    const struct netp_http_multipart_ev *ev = (const struct netp_http_multipart_ev *)event;
    bool part = ev->type == NETP_HTTP_MULTIPART_PART;

    if ((ev->p != NULL) != (ev->type == NETP_HTTP_MULTIPART_DATA) ||
        (ev->n > 0) != (ev->p != NULL) || (ev->head != NULL) != part ||
        (ev->bytes != NULL) != part) {
        log_line(log, "a pointer that event %d does not name, or lacks", (int)ev->type);
    }
    switch (ev->type) {
    case NETP_HTTP_MULTIPART_PART:
        describe_part(ev, log);
        break;
    case NETP_HTTP_MULTIPART_DATA:
        log_data(log, "data", ev->p, ev->n);
        break;
    case NETP_HTTP_MULTIPART_PART_END:
        log_line(log, "part end");
        break;
    default:
        log_line(log, ev->type == NETP_HTTP_MULTIPART_END ? "end" : "?");
        break;
    }
}

static const char *const setups[] = {"form",
                                     "",
                                     "form head=1000 fields=20 skip=1000",
                                     "boundary=1",
                                     "boundary=2 form parts=1",
                                     "boundary=3 head=20 fields=1",
                                     "skip=0 head=2 fields=0"};

const struct subject subject_multipart = {.name = "multipart",
                                          .machine = {&netp_http_multipart_ops, make, describe},
                                          .misfit = misfit,
                                          .setup = setups,
                                          .nsetup = COUNT(setups)};
