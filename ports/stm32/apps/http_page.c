/* http_page.c - pages in flash. SPDX-License-Identifier: MIT */
#include "http_page.h"
#include "../../../examples/device_page.h"
#include <netproto/http_precondition.h>
#include <netproto/text.h>

#define LINE                                                                                       \
    {                                                                                              \
        "The quick brown fox jumps over the lazy dog, again and again.\r\n"                        \
    }
#define FOUR(x) x, x, x, x

static const char lines[1024][64] = {FOUR(FOUR(FOUR(FOUR(FOUR(LINE)))))};

const struct http_page http_device_page = {"text/html; charset=utf-8",
                                           {"page-1", 6},
                                           (const uint8_t *)device_page,
                                           sizeof device_page - 1,
                                           NETP_OUT_STABLE};
const struct http_page http_lines_page = {
    "text/plain", {"lines-1", 7}, (const uint8_t *)lines, sizeof lines, NETP_OUT_STABLE};

/* The part of the page that the request asks for, and the status that says so. */
static uint16_t choose(const struct netp_http1_ev *ev, const struct http_page *page,
                       struct netp_http_content_range *part)
{
    const struct netp_http_etag etag = {page->tag, false};
    const struct netp_http_selected selected = {&etag, NETP_HTTP_NOT_DATED};
    struct netp_http_range range;
    struct netp_str field;

    switch (netp_http_precondition(&ev->head, ev->text, &selected, 0, &field)) {
    case NETP_HTTP_NOT_MODIFIED:
        return 304;
    case NETP_HTTP_FAILED:
        return 412;
    case NETP_HTTP_PARTIAL:
        /* Several ranges are answered by the whole, as RFC 9110 section 14.2 allows. */
        if (netp_http_range_parse(field, &range, 1) == 1) {
            part->unsatisfied = !netp_http_range_resolve(&range, page->n);
            part->first = range.first;
            part->last = range.last;
            return part->unsatisfied ? 416 : 206;
        }
        break;
    default:
        break;
    }
    return 200;
}

void http_page_send(struct netp_http1 *m, const struct netp_http1_ev *ev,
                    const struct http_page *page, netp_ms now)
{
    const struct netp_http_etag etag = {page->tag, false};
    struct netp_http_content_range part = {.last = page->n - 1, .length = page->n};
    char tag[32], where[NETP_HTTP_CONTENT_RANGE_CAP];
    struct netp_http1_pair field[5] = {
        {NETP_STR("ETag"), {tag, (size_t)netp_http_etag_format(tag, sizeof tag, &etag)}},
        {NETP_STR("Accept-Ranges"), NETP_STR("bytes")},
        {NETP_STR("Content-Type"), netp_str_of(page->type)},
        {NETP_STR("Content-Security-Policy"),
         NETP_STR("default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; "
                  "style-src 'unsafe-inline'; frame-ancestors 'none'")},
        {NETP_STR("Content-Range"), {where, 0}}};
    struct netp_http1_msg msg = {.status = choose(ev, page, &part), .field = field, .nfield = 4};
    bool body = msg.status == 200 || msg.status == 206;

    if (msg.status == 206 || msg.status == 416) {
        field[4].value.n = (size_t)netp_http_content_range_format(&part, where);
        msg.nfield = 5;
    }
    msg.length = body ? part.last + 1 - part.first : 0;
    msg.flags = msg.status == 304 ? (unsigned)NETP_HTTP1_NO_LENGTH : 0u;
    netp_http1_send_head(m, &msg, now);
    if (body) {
        netp_http1_lend_body(m, page->p + part.first, (size_t)msg.length, page->out_flags, now);
    }
    netp_http1_send_end(m, NULL, 0, now);
}
