/* The reader of urlencoded forms as a subject. SPDX-License-Identifier: MIT */
#include "subject.h"

#include <netproto/http_form.h>

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { NAME, PAIRS, SETTINGS };

static const struct subject_setting settings[SETTINGS] = {
    [NAME] = {"name", 20}, [PAIRS] = {"pairs", 8}};

static int make(struct checked *c, const void *arg)
{
    struct netp_http_form_cfg cfg = NETP_HTTP_FORM_CFG_INIT;
    struct subject_setting s[SETTINGS];

    memcpy(s, settings, sizeof s);
    subject_settings((const char *)arg, s, SETTINGS);
    cfg.namelen = (size_t)s[NAME].value;
    cfg.name = (char *)checked_mem(c, &cfg.namelen);
    cfg.max_pairs = (uint32_t)s[PAIRS].value;
    return netp_http_form_init((struct netp_http_form *)c->m, &cfg, c->now);
}

static int misfit(void *m)
{
    struct netp_http_form_cfg cfg = NETP_HTTP_FORM_CFG_INIT;
    return netp_http_form_init_((struct netp_http_form *)m, sizeof(struct netp_http_form) - 1, &cfg,
                                0);
}

static void describe(const void *event, struct log *log)
{
    const struct netp_http_form_ev *ev = (const struct netp_http_form_ev *)event;

    if ((ev->p != NULL) != (ev->type == NETP_HTTP_FORM_VALUE) || (ev->n > 0) != (ev->p != NULL) ||
        (ev->name.p != NULL && ev->type != NETP_HTTP_FORM_NAME)) {
        log_line(log, "a pointer that event %d does not name, or lacks", (int)ev->type);
    }
    switch (ev->type) {
    case NETP_HTTP_FORM_NAME:
        log_data(log, "name", ev->name.p, ev->name.n);
        log_end(log);
        break;
    case NETP_HTTP_FORM_VALUE:
        log_data(log, "data", ev->p, ev->n);
        break;
    case NETP_HTTP_FORM_VALUE_END:
        log_line(log, "value end");
        break;
    default:
        log_line(log, ev->type == NETP_HTTP_FORM_END ? "end" : "?");
        break;
    }
}

static const char *const setups[] = {"", "name=200 pairs=100", "name=1", "pairs=0 name=0"};

const struct subject subject_form = {.name = "form",
                                     .machine = {&netp_http_form_ops, make, describe},
                                     .misfit = misfit,
                                     .setup = setups,
                                     .nsetup = COUNT(setups)};
