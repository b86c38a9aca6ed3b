/* The reader of urlencoded forms. The text in whole, taken apart by the iterator and decoded, holds
 * the same pairs; and what is written of them again is read as the same.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "machine.h"

#include <netproto/http_form.h>
#include <netproto/text.h>
#include <netproto/url.h>

#include <string.h>

static struct netp_str decoded(struct netp_str s, bool *good)
{
    char *out = (char *)fuzz_block(s.n);
    ptrdiff_t n = netp_url_decode(NETP_URL_PLUS, out, s.n, s);

    *good = *good && n >= 0;
    return netp_str_make(out, n < 0 ? 0 : (size_t)n);
}

/* What the iterator finds, and the same written to again[0..*n). False: an escape is bad. */
static bool by_iterator(struct log *log, const uint8_t *p, size_t n, char *again, size_t cap,
                        size_t *again_n)
{
    struct netp_str text = netp_str_make((const char *)p, n), name, value;
    bool good = true;

    while (good && netp_http_form_pair_next(&text, &name, &value)) {
        name = decoded(name, &good);
        value = decoded(value, &good);
        log_data(log, "name", name.p, name.n);
        log_end(log);
        log_data(log, "value", value.p, value.n);
        log_end(log);
        FUZZ_CHECK(netp_http_form_put(again, cap, again_n, name, value) == NETP_OK, "no space");
        free((void *)(uintptr_t)name.p);
        free((void *)(uintptr_t)value.p);
    }
    return good;
}

static bool by_machine(struct log *log, const uint8_t *p, size_t n)
{
    struct netp_http_form_cfg cfg = NETP_HTTP_FORM_CFG_INIT;
    struct netp_in in = {p, n, NETP_IN_EOF, NULL};
    struct netp_http_form m;
    struct netp_http_form_ev ev;
    bool empty = false;
    int r;

    cfg.namelen = n;
    cfg.name = (char *)fuzz_block(n);
    cfg.max_pairs = UINT32_MAX;
    netp_http_form_init(&m, &cfg, 0);
    while ((r = netp_http_form_next(&m, &in, 0, &ev)) > 0) {
        if (r == NETP_HTTP_FORM_NAME) {
            log_data(log, "name", ev.name.p, ev.name.n);
            log_end(log);
            empty = true;
        } else if (r == NETP_HTTP_FORM_VALUE) {
            log_data(log, "value", ev.p, ev.n);
            empty = false;
        } else if (r == NETP_HTTP_FORM_VALUE_END) {
            if (empty) {
                log_data(log, "value", "", 0);
            }
            log_end(log);
        }
    }
    free(cfg.name);
    return r == 0;
}

static void same(const struct log *a, const struct log *b)
{
    FUZZ_CHECK(a->n == b->n && (a->n == 0 || memcmp(a->p, b->p, a->n) == 0), "\n%s---\n%s",
               a->n > 0 ? a->p : "", b->n > 0 ? b->p : "");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_split(data, size);
    size_t cap = NETP_HTTP_FORM_CAP(in.n, in.n) * 2, n = 0, again_n = 0;
    char *out = (char *)fuzz_block(cap), *again = (char *)fuzz_block(cap);
    struct log pairs = {0}, other = {0};
    bool good = by_iterator(&pairs, in.p, in.n, out, cap, &n);

    FUZZ_CHECK(by_machine(&other, in.p, in.n) == good, "good: %d", good);
    if (good) {
        same(&pairs, &other);
        log_clear(&other);
        FUZZ_CHECK(by_iterator(&other, (const uint8_t *)out, n, again, cap, &again_n), "%.*s",
                   (int)n, out);
        same(&pairs, &other);
        FUZZ_CHECK(n == again_n && memcmp(out, again, n) == 0, "written otherwise");
    }
    log_free(&pairs);
    log_free(&other);
    free(out);
    free(again);
    return fuzz_machine(&subject_form, data, size);
}
