/* test_http_multipart_write.c - multipart/form-data as it is sent: RFC 7578, and the HTML standard
 * of WHATWG, section "Multipart form data". SPDX-License-Identifier: MIT */
#include "told.h"

#include <netproto/http_multipart.h>

static const uint8_t numbers[NETP_HTTP_BOUNDARY_RANDOM] = {
    0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10};

#define BOUNDARY "0123456789abcdeffedcba9876543210"
#define PART(name)                                                                                 \
    {                                                                                              \
        netp_str_of(name), {NULL, 0}, {NULL, 0}, "", 0                                             \
    }

/* What is written, with {index} where the caller has to send something. */
static void write_all(struct netp_http_multipart_writer *w, struct told *told)
{
    struct netp_http_multipart_piece piece;
    char out[NETP_HTTP_MULTIPART_CAP(20, 20, 20)];
    int r;

    while ((r = netp_http_multipart_write(w, out, sizeof out, &piece)) > 0) {
        if (r == NETP_HTTP_MULTIPART_BYTES) {
            assert_true(piece.p != NULL);
            tell(told, "%.*s", (int)piece.n, (const char *)piece.p);
        } else {
            assert_int_equal(r, NETP_HTTP_MULTIPART_CONTENT);
            assert_true(piece.p == NULL && piece.n == 0);
            tell(told, "{%zu}", piece.index);
        }
    }
    assert_int_equal(r, 0);
    assert_int_equal(netp_http_multipart_write(w, out, sizeof out, &piece), 0);
}

static void a_form_is_written(void **state)
{
    struct netp_http_part part[] = {
        {NETP_STR("title"), {NULL, 0}, {NULL, 0}, "a b", 3},
        {NETP_STR("file"), NETP_STR("x.png"), NETP_STR("image/png"), NULL, 100000},
        {NETP_STR(""), NETP_STR(""), {NULL, 0}, "", 0},
    };
    static const char want[] =
        "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n"
        "a b\r\n--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"file\"; "
        "filename=\"x.png\"\r\nContent-Type: image/png\r\n\r\n"
        "{1}\r\n--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"\"; filename=\"\"\r\n"
        "\r\n\r\n--" BOUNDARY "--\r\n";
    struct netp_http_multipart_writer w;
    struct told told = {.n = 0};

    (void)state;
    assert_int_equal(netp_http_multipart_begin(&w, numbers, part, COUNT(part)), NETP_OK);
    assert_memory_equal(w.type, "multipart/form-data; boundary=" BOUNDARY, sizeof w.type);
    assert_int_equal(w.length, sizeof want - 1 - 3 + 100000);
    write_all(&w, &told);
    assert_string_equal(told.text, want);
}

static void an_empty_form_is_written(void **state)
{
    struct netp_http_multipart_writer w;
    struct told told = {.n = 0};

    (void)state;
    assert_int_equal(netp_http_multipart_begin(&w, numbers, NULL, 0), NETP_OK);
    write_all(&w, &told);
    assert_string_equal(told.text, "--" BOUNDARY "--\r\n");
    assert_int_equal(w.length, told.n);
}

static void name(struct netp_str s, struct told *told)
{
    struct netp_http_part part[] = {{s, s, {NULL, 0}, NULL, 0}};
    struct netp_http_multipart_writer w;
    int r = netp_http_multipart_begin(&w, numbers, part, 1);
    struct netp_http_multipart_piece piece;
    char out[NETP_HTTP_MULTIPART_CAP(20, 20, 0)];
    const char *from;

    tell_error(told, r);
    if (r == NETP_OK) {
        assert_int_equal(netp_http_multipart_write(&w, out, sizeof out, &piece), 1);
        out[piece.n - 4] = '\0';
        from = strstr(out, "name=");
        tell(told, "%s", from);
    }
}

static void names_are_escaped(void **state)
{
    static const struct row rows[] = {
        ROW("a\\", "NETP_E_ARG"),
        ROW("a\"b\r\nc", "name=\"a%22b%0D%0Ac\"; filename=\"a%22b%0D%0Ac\""),
        ROW("%22 ;'\t\xc3\xbc", "name=\"%22 ;'\t\xc3\xbc\"; filename=\"%22 ;'\t\xc3\xbc\""),
        ROW("a\\b", "name=\"a\\b\"; filename=\"a\\b\""),
        ROW("a\\\"", "name=\"a\\%22\"; filename=\"a\\%22\""),
        ROW("a\0b", "NETP_E_ARG"),
        ROW("\x1b", "NETP_E_ARG"),
        ROW("\x7f", "NETP_E_ARG"),
    };

    (void)state;
    check_rows(name, rows, COUNT(rows));
}

static void bad_parts_are_refused(void **state)
{
    struct netp_http_part good[] = {PART("a"), PART("b")}, bad[2];
    struct netp_http_multipart_writer w;

    (void)state;
    memcpy(bad, good, sizeof bad);
    bad[1].content_type = NETP_STR("text/plain\r\nX: y");
    assert_int_equal(netp_http_multipart_begin(&w, numbers, bad, 2), NETP_E_ARG);
    memcpy(bad, good, sizeof bad);
    bad[1].filename = NETP_STR("a\nb\x01");
    assert_int_equal(netp_http_multipart_begin(&w, numbers, bad, 2), NETP_E_ARG);
    assert_int_equal(netp_http_multipart_begin(&w, numbers, good, 2), NETP_OK);
}

/* Up to 2^64 - 2 bytes; one more would be the sign for an unknown length. */
static void lengths_are_added_up(void **state)
{
    struct netp_http_part part[] = {PART("a"), PART("b")};
    struct netp_http_multipart_writer w;
    uint64_t text;

    (void)state;
    netp_http_multipart_begin(&w, numbers, part, 2);
    text = w.length;
    part[0].data = part[1].data = NULL;
    part[0].length = 5;
    part[1].length = UINT64_MAX - 1 - text - 5;
    assert_int_equal(netp_http_multipart_begin(&w, numbers, part, 2), NETP_OK);
    assert_true(w.length == UINT64_MAX - 1);
    part[1].length++;
    assert_int_equal(netp_http_multipart_begin(&w, numbers, part, 2), NETP_E_ARG);
    part[0].length = UINT64_MAX - 1;
    assert_int_equal(netp_http_multipart_begin(&w, numbers, part, 2), NETP_E_ARG);
    part[0].length = 0;
    part[1].length = UINT64_MAX - 1;
    assert_int_equal(netp_http_multipart_begin(&w, numbers, part, 2), NETP_E_ARG);
    part[0].length = NETP_HTTP_LENGTH_UNKNOWN;
    assert_int_equal(netp_http_multipart_begin(&w, numbers, part, 2), NETP_OK);
    assert_true(w.length == NETP_HTTP_LENGTH_UNKNOWN);
}

static void a_small_buffer_can_be_made_larger(void **state)
{
    struct netp_http_part part[] = {
        {NETP_STR("\r\r\r"), NETP_STR("\n\n"), NETP_STR("text/x"), NULL, 0}};
    struct netp_http_multipart_writer w;
    struct netp_http_multipart_piece piece;
    char out[NETP_HTTP_MULTIPART_CAP(3, 2, 6)];
    size_t cap = 0;
    int r;

    (void)state;
    assert_int_equal(netp_http_multipart_begin(&w, numbers, part, 1), NETP_OK);
    while ((r = netp_http_multipart_write(&w, out, cap, &piece)) == NETP_E_NOSPACE) {
        cap++;
    }
    assert_int_equal(r, NETP_HTTP_MULTIPART_BYTES);
    assert_int_equal(piece.n, cap);
    assert_true(cap <= sizeof out);
    assert_int_equal(netp_http_multipart_write(&w, out, 0, &piece), NETP_HTTP_MULTIPART_CONTENT);
    assert_int_equal(netp_http_multipart_write(&w, out, sizeof out, &piece),
                     NETP_HTTP_MULTIPART_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_is_written),    cmocka_unit_test(an_empty_form_is_written),
        cmocka_unit_test(names_are_escaped),    cmocka_unit_test(bad_parts_are_refused),
        cmocka_unit_test(lengths_are_added_up), cmocka_unit_test(a_small_buffer_can_be_made_larger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
