/* test_http_multipart.c - the reader of multipart bodies: RFC 2046 section 5.1, RFC 7578.
 * SPDX-License-Identifier: MIT */
#include "subject.h"
#include "told.h"

#include <netproto/http_multipart.h>

#define FIELD(name) "Content-Disposition: form-data; name=" name "\r\n\r\n"
#define B           "--AaB03x"
#define SEVENTY     "0123456789012345678901234567890123456789012345678901234567890123456789"

static const struct tr_case bodies[] = {
    {.name = "RFC 7578 section 4.4 and RFC 1867 section 6",
     .cfg = "form",
     .steps = TR_STEPS(
         TR_IN(B "\r\nContent-Disposition: form-data; name=\"submit-name\"\r\n\r\nLarry\r\n" B
                 "\r\nContent-Disposition: form-data; name=\"files\"; filename=\"file1.txt\"\r\n"
                 "Content-Type: text/plain\r\n\r\n... contents of file1.txt ...\r\n" B "--\r\n"),
         TR_EV("part 1"), TR_EV("name submit-name"), TR_EV("data Larry"), TR_EV("part end"),
         TR_EV("part 2"), TR_EV("name files"), TR_EV("filename file1.txt"),
         TR_EV("type text/plain"), TR_EV("data ... contents of file1.txt ..."), TR_EV("part end"),
         TR_WANT(NETP_WANT_IN), TR_EOF(), TR_EV("end"), TR_WANT(NETP_CLOSED))},
    {.name = "RFC 2046 section 5.1.1: preamble, epilogue, a part without head",
     .cfg = "",
     .steps = TR_STEPS(
         TR_IN("This is the preamble.\r\n" B "\r\n\r\nimplicit\r\n" B
               "\r\nContent-type: text/plain; charset=us-ascii\r\n\r\nIt DOES end.\r\n\r\n" B
               "--\r\n\r\nThis."),
         TR_EV("part 0"), TR_EV("data implicit"), TR_EV("part end"), TR_EV("part 1"),
         TR_EV("type text/plain; charset=us-ascii"), TR_EV("data It DOES end.\\r\\n"),
         TR_EV("part end"), TR_EOF(), TR_EV("end"))},
    {.name = "RFC 9110 section 14.6: byteranges",
     .cfg = "",
     .steps = TR_STEPS(TR_IN_EOF(B "\r\nContent-Type: application/pdf\r\nContent-Range: bytes "
                                   "500-502/8000\r\n\r\n\r\n-\r\n" B "--"),
                       TR_EV("part 2"), TR_EV("type application/pdf"), TR_EV("data \\r\\n-"),
                       TR_EV("part end"), TR_EV("end"))},
    {.name = "empty content, in both of its forms",
     .cfg = "form",
     .steps = TR_STEPS(TR_IN(B "\r\n" FIELD("a") "\r\n" B "\r\n" FIELD("b") B "--"),
                       TR_EV("part 1"), TR_EV("name a"), TR_EV("part end"), TR_EV("part 1"),
                       TR_EV("name b"), TR_EV("part end"), TR_EOF(), TR_EV("end"))},
    {.name = "an empty form, as browsers send it",
     .cfg = "form parts=0",
     .steps = TR_STEPS(TR_IN_EOF(B "--\r\n"), TR_EV("end"))},
    {.name = "blanks behind delimiters",
     .cfg = "",
     .steps = TR_STEPS(TR_IN_EOF(B " \t\r\n\r\na\r\n" B "--\t "), TR_EV("part 0"), TR_EV("data a"),
                       TR_EV("part end"), TR_EV("end"))},
    {.name = "what looks like a delimiter",
     .cfg = "",
     .steps = TR_STEPS(TR_IN(B "\r\n\r\n--AaB03\r\n--AaB03X\r\n"
                               "-AaB03x\r\r\n\r\n\n" B "\n--AaB0\r" B "\r\n-\r\n" B "--"),
                       TR_EV("part 0"),
                       TR_EV("data --AaB03\\r\\n--AaB03X\\r\\n-AaB03x\\r\\r\\n\\r\\n\\n" B
                             "\\n--AaB0\\r" B "\\r\\n-"),
                       TR_EV("part end"), TR_EOF(), TR_EV("end"))},
    {.name = "what looks like the first delimiter",
     .cfg = "skip=40",
     .steps = TR_STEPS(TR_IN("--AaB03\r\nx" B "\r\n-" B "\n" B "\r\n\r\n" B "\r\n\r\n" B "--"),
                       TR_EV("part 0"), TR_EV("part end"), TR_EOF(), TR_EV("end"))},
    {.name = "a boundary of one character",
     .cfg = "boundary=1",
     .steps = TR_STEPS(TR_IN("---\r\n\r\n--\r\n---\r\n\r\n-\r\n-----"), TR_EV("part 0"),
                       TR_EV("data --"), TR_EV("part end"), TR_EV("part 0"), TR_EV("data -"),
                       TR_EV("part end"), TR_EOF(), TR_EV("end"))},
    {.name = "a boundary between quotes",
     .cfg = "boundary=2",
     .steps = TR_STEPS(TR_IN("--'()+_,-./:=? b\r\n\r\nx\r\n--'()+_,-./:=? b--"), TR_EV("part 0"),
                       TR_EV("data x"), TR_EV("part end"), TR_EOF(), TR_EV("end"))},
    {.name = "a boundary of seventy characters",
     .cfg = "boundary=3",
     .steps = TR_STEPS(TR_IN("--" SEVENTY "\r\n\r\n\r\n--" SEVENTY "\r\n\r\n\r\n--" SEVENTY "--"),
                       TR_EV("part 0"), TR_EV("part end"), TR_EV("part 0"), TR_EV("part end"),
                       TR_EOF(), TR_EV("end"))},
    {.name = "a head that just fits, and limits that are just kept",
     .cfg = "head=15 fields=2 parts=2 skip=1",
     .tight = 3,
     .steps =
         TR_STEPS(TR_IN("a\r\n" B "\r\nA: b\r\nC: de\r\n\r\n" B "\r\n\r\n" B "--"), TR_EV("part 2"),
                  TR_EV("part end"), TR_EV("part 0"), TR_EV("part end"), TR_EOF(), TR_EV("end"))},
};

/* The heads of parts of a form: the field and the rest of the head, and what comes of it. */
#define HEAD_CASE(name_, head, ...)                                                                \
    {                                                                                              \
        .name = name_, .cfg = "form",                                                              \
        .steps = TR_STEPS(TR_IN(B "\r\n" head "\r\n\r\n" B "--"), TR_EV("part 1"), __VA_ARGS__,    \
                          TR_EV("part end"), TR_EOF(), TR_EV("end"))                               \
    }
#define DISPOSITION "Content-Disposition: form-data"

static const struct tr_case heads[] = {
    HEAD_CASE("browsers' escapes", DISPOSITION "; name=\"a%22%0d%0Ab\"; filename=\"%22\"",
              TR_EV("name a\"\\r\\nb"), TR_EV("filename \"")),
    HEAD_CASE("other percent signs stay", DISPOSITION "; name=\"%20%00%2%zz%\"; filename=\"%0\"",
              TR_EV("name %20%00%2%zz%"), TR_EV("filename %0")),
    HEAD_CASE("quoted pairs", DISPOSITION "; name=\"a\\\"b\\\\c\"; filename=\"C:\\dir\\f\"",
              TR_EV("name a\"b\\x5cc"), TR_EV("filename C:\\x5cdir\\x5cf")),
    HEAD_CASE("no file was chosen", DISPOSITION "; name=\"\"; filename=\"\"", TR_EV("name "),
              TR_EV("filename ")),
    HEAD_CASE("tokens, cases, others", "content-disposition: FORM-DATA;FileName=f ; x=y ; NAME=n",
              TR_EV("name n"), TR_EV("filename f")),
    HEAD_CASE("UTF-8", DISPOSITION "; name=\"\xc3\xbc\"", TR_EV("name \\xc3\\xbc")),
    {.name = "encodings that are none",
     .cfg = "form",
     .steps = TR_STEPS(TR_IN(B "\r\nContent-Transfer-Encoding: Binary\r\n" FIELD("a") B
                             "\r\nContent-Transfer-Encoding: 8bit\r\n" FIELD("b") B
                             "\r\nContent-Transfer-Encoding: 7BIT\r\n" FIELD("c") B "--"),
                       TR_EV("part 2"), TR_EV("name a"), TR_EV("part end"), TR_EV("part 2"),
                       TR_EV("name b"), TR_EV("part end"), TR_EV("part 2"), TR_EV("name c"),
                       TR_EV("part end"), TR_EOF(), TR_EV("end"))},
    {.name = "no form: any disposition",
     .cfg = "",
     .steps = TR_STEPS(TR_IN(B "\r\nContent-Disposition: ;;\r\n\r\n" B "--"), TR_EV("part 1"),
                       TR_EV("part end"), TR_EOF(), TR_EV("end"))},
};

#define CURL "--------------------------edc5f1c20e75c453"

static const struct tr_case from_curl[] = {
    {.name = "what curl -F sends",
     .cfg = "form boundary=4",
     .steps = TR_STEPS(
         TR_IN(CURL "\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n"
                    "a \"quoted\" & \xc3\xbc\r\n" CURL
                    "\r\nContent-Disposition: form-data; name=\"q%22uo\"\r\n\r\nx\r\n" CURL
                    "\r\nContent-Disposition: form-data; name=\"file\"; "
                    "filename=\"we%22ird\\n.txt\"\r\nContent-Type: text/x-y\r\n\r\n"
                    "a\r\n--b\r\r\n\r\n" CURL "\r\nContent-Disposition: form-data; name=\"empty\"; "
                    "filename=\"empty.txt\"\r\nContent-Type: text/plain\r\n\r\n\r\n" CURL
                    "\r\nContent-Disposition: form-data; name=\"f\"; "
                    "filename=\"back\\slash\"\r\nContent-Type: text/plain\r\n\r\n\r\n" CURL
                    "--\r\n"),
         TR_EV("part 1"), TR_EV("name title"), TR_EV("data a \"quoted\" & \\xc3\\xbc"),
         TR_EV("part end"), TR_EV("part 1"), TR_EV("name q\"uo"), TR_EV("data x"),
         TR_EV("part end"), TR_EV("part 2"), TR_EV("name file"),
         TR_EV("filename we\"ird\\x5cn.txt"), TR_EV("type text/x-y"),
         TR_EV("data a\\r\\n--b\\r\\r\\n"), TR_EV("part end"), TR_EV("part 2"), TR_EV("name empty"),
         TR_EV("filename empty.txt"), TR_EV("type text/plain"), TR_EV("part end"), TR_EV("part 2"),
         TR_EV("name f"), TR_EV("filename back\\x5cslash"), TR_EV("type text/plain"),
         TR_EV("part end"), TR_EOF(), TR_EV("end"))},
};

static void parts_are_told_apart(void **state)
{
    (void)state;
    tr_check(&subject_multipart.machine, bodies, COUNT(bodies));
}

static void heads_are_read(void **state)
{
    (void)state;
    tr_check(&subject_multipart.machine, heads, COUNT(heads));
}

static void forms_of_curl_are_read(void **state)
{
    (void)state;
    tr_check(&subject_multipart.machine, from_curl, COUNT(from_curl));
}

static struct netp_http_multipart_cfg config(struct netp_str boundary)
{
    struct netp_http_multipart_cfg cfg = NETP_HTTP_MULTIPART_CFG_INIT;
    static char head[100];
    static struct netp_http_field field[4];

    cfg.boundary = boundary;
    cfg.head = head;
    cfg.headlen = sizeof head;
    cfg.field = field;
    cfg.nfield = 4;
    return cfg;
}

static void boundary(struct netp_str s, struct told *told)
{
    struct netp_http_multipart_cfg cfg = config(s);
    struct netp_http_multipart m;

    tell(told, "%s", netp_errname(netp_http_multipart_init(&m, &cfg, 0)));
}

/* RFC 2046 section 5.1.1 */
static void boundaries_keep_the_grammar(void **state)
{
    static const struct row rows[] = {
        ROW("a", "NETP_OK"),
        ROW("\"a b\"", "NETP_OK"),
        ROW("\" b\"", "NETP_OK"),
        ROW("AZaz09'+_-.", "NETP_OK"),
        ROW("\"'()+_,-./:=?\"", "NETP_OK"),
        ROW(SEVENTY, "NETP_OK"),
        ROW(SEVENTY "0", "NETP_E_ARG"),
        ROW("\"\"", "NETP_E_ARG"),
        ROW("", "NETP_E_ARG"),
        ROW("\"a \"", "NETP_E_ARG"),
        ROW("\"a;b\"", "NETP_E_ARG"),
        ROW("\"a\tb\"", "NETP_E_ARG"),
        ROW("\"\\\"\"", "NETP_E_ARG"),
        ROW("a*b", "NETP_E_ARG"),
        ROW("a~", "NETP_E_ARG"),
        ROW("a`", "NETP_E_ARG"),
        ROW("\"a@\"", "NETP_E_ARG"),
        ROW("\"a[\"", "NETP_E_ARG"),
        ROW("\"\xc3\xbc\"", "NETP_E_ARG"),
        ROW("\"a", "NETP_E_ARG"),
    };

    (void)state;
    check_rows(boundary, rows, COUNT(rows));
}

static void settings_are_checked(void **state)
{
    struct netp_http_multipart_cfg cfg = config(NETP_STR("a"));
    struct netp_http_multipart m;

    (void)state;
    assert_int_equal(cfg.max_parts, 1000);
    assert_int_equal(cfg.max_skip, 4096);
    cfg.headlen = 0;
    assert_int_equal(netp_http_multipart_init(&m, &cfg, 0), NETP_E_NOSPACE);
    cfg.size--;
    assert_int_equal(netp_http_multipart_init(&m, &cfg, 0), NETP_E_ABI);
}

/* Content is shown where it lies, and fields other than a form's are found by their names. */
static void content_is_not_copied(void **state)
{
    static const char text[] = "--a\r\nContent-Range: bytes 0-1/2\r\n\r\nx\ry\r\nz\r\n--a--";
    struct netp_http_multipart_cfg cfg = config(NETP_STR("a"));
    struct netp_in in = {(const uint8_t *)text, sizeof text - 1, NETP_IN_EOF, NULL};
    struct netp_http_multipart m;
    struct netp_http_multipart_ev ev;
    struct netp_str value;

    (void)state;
    assert_int_equal(netp_http_multipart_init(&m, &cfg, 0), NETP_OK);
    assert_int_equal(netp_http_multipart_next(&m, NULL, 0, &ev), 0);
    netp_http_multipart_sent(&m, 0, 0);
    assert_true(netp_http_multipart_deadline(&m) == NETP_NEVER);
    assert_int_equal(netp_http_multipart_next(&m, &in, 0, &ev), NETP_HTTP_MULTIPART_PART);
    assert_true(netp_http_head_find(ev.head, ev.bytes, NETP_STR("content-range"), 0, &value));
    assert_int_equal(netp_http_multipart_next(&m, &in, 0, &ev), NETP_HTTP_MULTIPART_DATA);
    assert_true(netp_str_eq(value, NETP_STR("bytes 0-1/2")));
    assert_ptr_equal(ev.p, strchr(text, 'x'));
    assert_int_equal(ev.n, 6);
    assert_int_equal(netp_http_multipart_next(&m, &in, 0, &ev), NETP_HTTP_MULTIPART_PART_END);
    assert_int_equal(netp_http_multipart_next(&m, &in, 0, &ev), NETP_HTTP_MULTIPART_END);
    assert_int_equal(netp_http_multipart_next(&m, &in, 0, &ev), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_told_apart),   cmocka_unit_test(heads_are_read),
        cmocka_unit_test(forms_of_curl_are_read), cmocka_unit_test(boundaries_keep_the_grammar),
        cmocka_unit_test(settings_are_checked),   cmocka_unit_test(content_is_not_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
