/* test_cgi_program.c - CGI programs: what they read of a request, and how they answer.
 *
 * SPDX-License-Identifier: MIT
 *
 * Each request is a child: the environment and a file as its standard input are what a server
 * gives. */
#include <netproto/host/cgi_program.h>
#include <netproto/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct request {
    const char *method, *query, *type, *length, *cookie;
    const char *body;
    size_t n;
};

static void set(const char *name, const char *value)
{
    if (value) {
        setenv(name, value, 1);
    } else {
        unsetenv(name);
    }
}

static char said[20000];

/* Runs program(p) in a child that is asked so: what it writes goes to `said`; its exit status. */
static int run(const struct request *q, const struct netp_cgi_program_cfg *cfg,
               void (*program)(struct netp_cgi_program *p, unsigned status))
{
    FILE *in = tmpfile(), *out = tmpfile();
    int status;
    pid_t pid;
    size_t n;

    assert_int_equal(fwrite(q->body ? q->body : "", 1, q->n, in), q->n);
    rewind(in);
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        struct netp_cgi_program p;
        unsigned s;
        dup2(fileno(in), 0);
        dup2(fileno(out), 1);
        set("REQUEST_METHOD", q->method);
        set("QUERY_STRING", q->query);
        set("CONTENT_TYPE", q->type);
        set("CONTENT_LENGTH", q->length);
        set("HTTP_COOKIE", q->cookie);
        s = netp_cgi_program_open(&p, cfg);
        program(&p, s);
        netp_cgi_program_close(&p);
        fflush(stdout);
        fclose(in);
        fclose(out);
        exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    rewind(out);
    n = fread(said, 1, sizeof said - 1, out);
    said[n] = '\0';
    fclose(in);
    fclose(out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Says all there is. */
static void tell(struct netp_cgi_program *p, unsigned status)
{
    char text[100];
    struct netp_str cookie;

    printf("%u %s %llu\n", status, p->method, (unsigned long long)p->length);
    for (size_t i = 0; i < p->ninput; i++) {
        const struct netp_cgi_input *in = &p->input[i];
        printf("%.*s=%s", (int)in->name.n, in->name.p, in->value.p);
        if (in->filename.p) {
            ssize_t n = read(in->fd, text, sizeof text);
            printf("(%.*s: %llu: %.*s)", (int)in->filename.n, in->filename.p,
                   (unsigned long long)in->size, (int)(n > 0 ? n : 0), text);
        }
        putchar('\n');
    }
    if (netp_cgi_program_cookie("b", &cookie)) {
        printf("cookie %.*s\n", (int)cookie.n, cookie.p);
    }
}

static void says(const struct request *q, const struct netp_cgi_program_cfg *cfg,
                 const char *expected)
{
    assert_int_equal(run(q, cfg, tell), 0);
    assert_string_equal(said, expected);
}

static const char urlencoded[] = "application/x-www-form-urlencoded; charset=utf-8";
static const char multipart[] = "multipart/form-data; boundary=X";

static void queries_and_forms_are_read(void **state)
{
    (void)state;
    says(&(struct request){.method = "GET", .query = "a=1&b=%41+c&a", .cookie = "a=1; b=2"}, NULL,
         "0 GET 0\na=1\nb=A c\na=\ncookie 2\n");
    says(&(struct request){.method = "GET"}, NULL, "0 GET 0\n");
    says(&(struct request){"POST", "q=0", urlencoded, "7", NULL, "a=1&b=2trailing", 15}, NULL,
         "0 POST 7\nq=0\na=1\nb=2\n");
    says(&(struct request){"POST", NULL, "text/plain", "3", NULL, "abc", 3}, NULL, "0 POST 3\n");
}

static void files_are_kept(void **state)
{
    static const char body[] =
        "--X\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\nword\r\n"
        "--X\r\nContent-Disposition: form-data; name=\"f\"; filename=\"../n\"\r\n\r\ncontent\r\n"
        "--X\r\nContent-Disposition: form-data; name=\"none\"; filename=\"\"\r\n\r\n\r\n--X--\r\n";
    char length[20];
    struct request q = {"POST", NULL, multipart, length, NULL, body, sizeof body - 1};

    (void)state;
    snprintf(length, sizeof length, "%zu", sizeof body - 1);
    says(&q, NULL, "0 POST 204\nt=word\nf=(../n: 7: content)\nnone=\n");
    says(&q, &(struct netp_cgi_program_cfg){.tmp = "/nonexistent"},
         "500 POST 204\nt=word\nf=(../n: 0: )\n");
}

static void what_is_wrong_gets_a_status(void **state)
{
    struct netp_cgi_program_cfg small = {.max_body = 6, .max_inputs = 2};

    (void)state;
    says(&(struct request){.method = "GET", .query = "a=%4"}, NULL, "400 GET 0\na=\n");
    says(&(struct request){.method = "GET", .query = "a&b&c"}, &small, "413 GET 0\na=\nb=\n");
    says(&(struct request){.method = "POST", .length = "-1"}, NULL, "400 POST 0\n");
    says(&(struct request){.method = "POST", .length = "7"}, &small, "413 POST 7\n");
    says(&(struct request){"POST", NULL, urlencoded, "6", NULL, "a=1", 3}, NULL,
         "400 POST 6\na=1\n");
    says(&(struct request){"POST", "q", urlencoded, "5", NULL, "a=1&b", 5}, &small,
         "413 POST 5\nq=\na=1\n");
    says(&(struct request){"POST", NULL, multipart, "5", NULL, "--X\r\n", 5}, NULL, "400 POST 5\n");
    says(&(struct request){"POST", NULL, multipart, "9", NULL, "--X\r\n", 5}, NULL, "400 POST 9\n");
    says(&(struct request){"POST", NULL, "multipart/form-data", "3", NULL, "abc", 3}, NULL,
         "400 POST 3\n");
}

static void read_raw(struct netp_cgi_program *p, unsigned status)
{
    char text[100];
    ptrdiff_t n = netp_cgi_program_read(p, text, 2);

    printf("%u %.*s|", status, (int)n, text);
    n = netp_cgi_program_read(p, text, sizeof text);
    printf("%.*s|%d|", (int)(n > 0 ? n : 0), text, (int)n);
    printf("%d", (int)netp_cgi_program_read(p, text, sizeof text));
}

static void other_bodies_are_the_programs(void **state)
{
    (void)state;
    run(&(struct request){"PUT", NULL, "a/b", "5", NULL, "abcdefg", 7}, NULL, read_raw);
    assert_string_equal(said, "0 ab|cde|3|0");
    run(&(struct request){"PUT", NULL, NULL, "5", NULL, "ab", 2}, NULL, read_raw);
    assert_string_equal(said, "0 ab||-1|-1");
}

static void answer_all(struct netp_cgi_program *p, unsigned status)
{
    static const struct netp_http1_pair good = {{"X-A", 3}, {"b", 1}},
                                        empty = {{"X-B", 3}, {"", 0}};
    const struct netp_http1_pair bad[] = {{{"X A", 3}, {"b", 1}}, {{"X-A", 3}, {"b\r\nc", 4}}};
    const struct netp_http1_pair both[] = {good, empty};

    (void)p;
    if (netp_cgi_program_head(99, NULL, NULL, 0) == NETP_E_ARG &&
        netp_cgi_program_head(600, NULL, NULL, 0) == NETP_E_ARG &&
        netp_cgi_program_head(200, "a\nb", NULL, 0) == NETP_E_ARG &&
        netp_cgi_program_head(200, NULL, &bad[0], 1) == NETP_E_ARG &&
        netp_cgi_program_head(200, NULL, &bad[1], 1) == NETP_E_ARG &&
        netp_cgi_program_head(404, "a/b", both, 2) == NETP_OK) {
        netp_cgi_html(stdout, netp_str_make("<a b=\"c\">&'\0x", 13));
        printf("%u", status);
    }
}

static void answers_are_escaped(void **state)
{
    (void)state;
    run(&(struct request){.method = "GET"}, NULL, answer_all);
    assert_string_equal(said,
                        "Status: 404 Not Found\r\nContent-Type: a/b\r\nX-A: b\r\nX-B: \r\n\r\n"
                        "&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queries_and_forms_are_read),
        cmocka_unit_test(files_are_kept),
        cmocka_unit_test(what_is_wrong_gets_a_status),
        cmocka_unit_test(other_bodies_are_the_programs),
        cmocka_unit_test(answers_are_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
