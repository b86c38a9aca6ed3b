/* What a CGI program answers; and the payload as a request, of which a script is told: no variable
 * comes twice, each is one that section 4.1 of RFC 3875 names or a field's, and a path has no
 * way out. SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "machine.h"

#include <netproto/http_cgi.h>
#include <netproto/text.h>

#include <string.h>

static void path(struct netp_str sent)
{
    char *out = (char *)fuzz_block(NETP_CGI_PATH_CAP(sent.n));
    ptrdiff_t n = netp_cgi_path(sent, out, NETP_CGI_PATH_CAP(sent.n));

    FUZZ_OUTCOME("path %d", n < 0 ? (int)n : 1);
    for (ptrdiff_t i = 0, from = 1; i <= n; i++) {
        if (i < n) {
            uint8_t c = (uint8_t)out[i];
            FUZZ_CHECK(c >= ' ' && c != 0x7f && c != '\\', "%d at %td", c, i);
        }
        if (i > 0 && (i == n || out[i] == '/')) {
            struct netp_str segment = netp_str_make(out + from, (size_t)(i - from));
            FUZZ_CHECK(!netp_str_eq(segment, NETP_STR(".")) &&
                           !netp_str_eq(segment, NETP_STR("..")),
                       "%.*s", (int)n, out);
            from = i + 1;
        }
    }
    FUZZ_CHECK(n <= 0 || out[0] == '/', "no slash");
    free(out);
}

/* Whether p[0..len) is a name that the request or the connection can give. */
static bool is_name(const char *p, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if ((p[i] < 'A' || p[i] > 'Z') && (p[i] < '0' || p[i] > '9') && p[i] != '_') {
            return false;
        }
    }
    return len > 0;
}

static void environment(const struct netp_http_head *head, const char *text)
{
    static const char *const never[] = {
        "HTTP_PROXY=", "HTTP_AUTHORIZATION=", "HTTP_CONTENT_LENGTH="};
    struct netp_cgi_request r = {.head = head, .text = text};
    size_t count, n = 0, cap = 1000 + (size_t)NETP_HTTP_HEAD_MAX;
    char *out = (char *)fuzz_block(cap);
    ptrdiff_t all;

    r.target = netp_http_str(text, head->target);
    r.method = netp_http_str(text, head->method);
    all = netp_cgi_env(&r, out, cap, &count);
    FUZZ_CHECK(all > 0, "%td", all);
    FUZZ_OUTCOME("environment %zu of %td bytes", count, all);
    for (size_t i = 0; i < (size_t)all; i += strlen(out + i) + 1, n++) {
        const char *eq = strchr(out + i, '=');
        FUZZ_CHECK(eq != NULL && is_name(out + i, (size_t)(eq - out) - i), "%s", out + i);
        for (size_t k = 0; k < sizeof never / sizeof *never; k++) {
            FUZZ_CHECK(strncmp(out + i, never[k], strlen(never[k])) != 0, "%s", out + i);
        }
        for (size_t k = 0; k < i; k += strlen(out + k) + 1) {
            FUZZ_CHECK(strncmp(out + i, out + k, (size_t)(eq - out) - i + 1) != 0, "%s", out + i);
        }
    }
    FUZZ_CHECK(n == count, "%zu of %zu", n, count);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_split(data, size);
    struct netp_http_field field[40];
    struct netp_http_head head;

    netp_http_head_init(&head, NETP_HTTP_HEAD_REQUEST, field, 40, 0);
    if (netp_http_head_parse(&head, (const char *)in.p, in.n) > 0) {
        path(netp_http_str((const char *)in.p, head.target));
        environment(&head, (const char *)in.p);
    }
    return fuzz_machine(&subject_cgi, data, size);
}
