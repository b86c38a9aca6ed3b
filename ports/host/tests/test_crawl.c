/* test_crawl.c - what a crawler fetches next. SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netproto/host/crawl.h>
#include <netproto/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct netp_crawl_cfg defaults(void)
{
    return (struct netp_crawl_cfg){.agent = NETP_STR("bot"),
                                   .max_urls = 100,
                                   .max_per_origin = 50,
                                   .max_origins = 3,
                                   .max_depth = 2,
                                   .max_repeats = 2,
                                   .max_url = 100,
                                   .delay_ms = 1000,
                                   .max_delay_ms = 60000};
}

static int add(struct netp_crawl *crawl, const char *url, uint32_t depth)
{
    return netp_crawl_add(crawl, netp_str_of(url), depth, 100 + depth);
}

/* The next job is the URL. */
static struct netp_crawl_job next(struct netp_crawl *crawl, netp_ms now, const char *url)
{
    struct netp_crawl_job job = {.depth = 99};
    netp_ms when;

    assert_int_equal(netp_crawl_next(crawl, now, &job, &when), 1);
    assert_int_equal(job.url.n, strlen(url));
    assert_memory_equal(job.url.p, url, job.url.n);
    return job;
}

/* There is none, but maybe then. */
static void none(struct netp_crawl *crawl, netp_ms now, netp_ms then)
{
    struct netp_crawl_job job;
    netp_ms when = 0;

    assert_int_equal(netp_crawl_next(crawl, now, &job, &when), 0);
    assert_true(when == then);
}

static void robots(struct netp_crawl *crawl, netp_ms now, const char *url, int status,
                   const char *text)
{
    struct netp_crawl_job job = next(crawl, now, url);

    assert_true(job.robots);
    netp_crawl_robots(crawl, &job, status, netp_str_of(text), now);
}

static void urls_are_added_once(void **state)
{
    struct netp_crawl_cfg cfg = defaults();
    struct netp_crawl *crawl = netp_crawl_new(&cfg);
    char big[70001];
    (void)state;
    assert_non_null(crawl);
    none(crawl, 5, NETP_NEVER);
    assert_int_equal(add(crawl, "HTTP://H:80/%7ea/../b?c#d", 0), 1);
    assert_int_equal(add(crawl, "http://h/b?c", 0), 0);
    assert_int_equal(add(crawl, "http://h/b?c#e", 9), 0);
    assert_int_equal(add(crawl, "http://h/b", 2), 1);
    assert_int_equal(add(crawl, "http://h/x", 3), NETP_E_LIMIT);
    assert_int_equal(add(crawl, "/b", 0), NETP_E_SYNTAX);
    assert_int_equal(add(crawl, "http://h/ b", 0), NETP_E_SYNTAX);
    assert_int_equal(add(crawl, "http:/b", 0), NETP_E_SYNTAX);
    assert_int_equal(add(crawl, "http://127.1/", 0), NETP_E_SYNTAX);
    assert_int_equal(add(crawl, "mailto:a@b", 0), NETP_E_UNSUPPORTED);
    assert_int_equal(add(crawl, "javascript:1", 0), NETP_E_UNSUPPORTED);
    assert_int_equal(add(crawl, "http://u@h/", 0), NETP_E_REFUSED);
    assert_int_equal(add(crawl, "https://h/", 1), 1);
    assert_int_equal(add(crawl, "http://h:81/", 1), 1);
    assert_int_equal(add(crawl, "http://i/", 1), NETP_E_LIMIT); /* a fourth origin */
    assert_int_equal(add(crawl, "http://h/a/b/a/b", 1), 1);
    assert_int_equal(add(crawl, "http://h/a/b/a/b/a", 1), NETP_E_LIMIT);
    memset(big, 'a', sizeof big);
    memcpy(big, "http://h/", 9);
    big[100] = '\0';
    assert_int_equal(add(crawl, big, 0), 1);
    big[100] = 'a';
    big[101] = '\0';
    assert_int_equal(add(crawl, big, 0), NETP_E_LIMIT);
    big[101] = 'a';
    big[70000] = '\0';
    assert_int_equal(add(crawl, big, 0), NETP_E_LIMIT);
    assert_int_equal(netp_crawl_count(crawl).added, 6);
    assert_int_equal(netp_crawl_count(crawl).waiting, 6);
    netp_crawl_free(crawl);
    netp_crawl_free(NULL);
}

static void limits_are_kept(void **state)
{
    struct netp_crawl_cfg cfg = defaults();
    char url[1000] = "http://h/";
    (void)state;
    cfg.max_per_origin = 5;
    cfg.max_urls = 8;
    struct netp_crawl *crawl = netp_crawl_new(&cfg);
    for (int i = 0; i < 6; i++) {
        snprintf(url, sizeof url, "http://h/%d", i);
        assert_int_equal(add(crawl, url, 0), i < 5 ? 1 : NETP_E_LIMIT);
    }
    for (int i = 0; i < 4; i++) {
        snprintf(url, sizeof url, "http://i/%d", i);
        assert_int_equal(add(crawl, url, 0), i < 3 ? 1 : NETP_E_LIMIT);
    }
    netp_crawl_free(crawl);
    cfg = defaults();
    cfg.max_url = 1000;
    crawl = netp_crawl_new(&cfg);
    for (int i = 0, n = 8; i < 65; i++) { /* segments */
        n += snprintf(url + n, sizeof url - (size_t)n, "/%d", i);
        if (i >= 63) {
            assert_int_equal(add(crawl, url, 0), i < 64 ? 1 : NETP_E_LIMIT);
        }
    }
    netp_crawl_free(crawl);
    cfg.agent = NETP_STR("bot/1");
    assert_null(netp_crawl_new(&cfg));
    assert_int_equal(errno, EINVAL);
}

static void other_origins_are_left_out(void **state)
{
    struct netp_crawl_cfg cfg = defaults();
    (void)state;
    cfg.same_origin = true;
    struct netp_crawl *crawl = netp_crawl_new(&cfg);
    assert_int_equal(add(crawl, "http://h/", 1), NETP_E_REFUSED);
    assert_int_equal(add(crawl, "http://h/", 0), 1);
    assert_int_equal(add(crawl, "http://h/a", 1), 1);
    assert_int_equal(add(crawl, "https://h/a", 1), NETP_E_REFUSED);
    netp_crawl_free(crawl);
}

static void each_origin_has_its_pace(void **state)
{
    struct netp_crawl_cfg cfg = defaults();
    struct netp_crawl *crawl = netp_crawl_new(&cfg);
    struct netp_crawl_job a, b;
    (void)state;
    add(crawl, "http://a/1", 0);
    add(crawl, "http://a/no", 1);
    add(crawl, "http://a/2", 2);
    add(crawl, "http://b/1", 0);
    a = next(crawl, 100, "http://a/robots.txt");
    assert_true(a.robots && a.origin == 0);
    b = next(crawl, 100, "http://b/robots.txt");
    none(crawl, 100, NETP_NEVER);
    netp_crawl_robots(crawl, &a, 200, NETP_STR("user-agent: BOT\ncrawl-delay: 5\ndisallow: /no"),
                      200);
    none(crawl, 5199, 5200);
    netp_crawl_robots(crawl, &b, 404, NETP_STR("user-agent: *\ndisallow: /"), 300);
    none(crawl, 1099, 1100);
    b = next(crawl, 1100, "http://b/1");
    a = next(crawl, 5200, "http://a/1");
    assert_true(!a.robots && a.depth == 0);
    none(crawl, 9000, NETP_NEVER);
    netp_crawl_done(crawl, &a, 9000);
    a = next(crawl, 14000, "http://a/2");
    assert_int_equal(a.depth, 2);
    assert_int_equal(a.tag, 102);
    netp_crawl_done(crawl, &a, 14000);
    netp_crawl_done(crawl, &b, 14000);
    none(crawl, 99000, NETP_NEVER);
    assert_int_equal(netp_crawl_count(crawl).given, 3);
    assert_int_equal(netp_crawl_count(crawl).disallowed, 1);
    assert_int_equal(netp_crawl_count(crawl).waiting, 0);
    assert_int_equal(add(crawl, "http://a/2", 1), 0);
    assert_int_equal(add(crawl, "http://a/3", 1), 1);
    next(crawl, 99000, "http://a/3");
    netp_crawl_free(crawl);
}

/* The delay is from one beginning to the next; robots.txt goes alone. */
static void several_of_an_origin_run_at_a_time(void **state)
{
    struct netp_crawl_cfg cfg = defaults();
    struct netp_crawl_job first, second;
    (void)state;
    cfg.parallel = 2;
    struct netp_crawl *crawl = netp_crawl_new(&cfg);
    add(crawl, "http://a/1", 0);
    add(crawl, "http://a/2", 0);
    add(crawl, "http://a/3", 0);
    first = next(crawl, 0, "http://a/robots.txt");
    none(crawl, 5000, NETP_NEVER);
    netp_crawl_robots(crawl, &first, 404, NETP_STR(""), 5000);
    first = next(crawl, 5000, "http://a/1");
    none(crawl, 5999, 6000);
    second = next(crawl, 6000, "http://a/2");
    none(crawl, 9000, NETP_NEVER);
    netp_crawl_done(crawl, &first, 9000);
    first = next(crawl, 9000, "http://a/3");
    netp_crawl_done(crawl, &second, 9000);
    netp_crawl_done(crawl, &first, 9000);
    netp_crawl_free(crawl);

    crawl = netp_crawl_new(&cfg); /* but one at a time where there is a Crawl-delay */
    add(crawl, "http://a/1", 0);
    add(crawl, "http://a/2", 0);
    robots(crawl, 0, "http://a/robots.txt", 200, "user-agent: *\ncrawl-delay: 0.5");
    none(crawl, 999, 1000);
    first = next(crawl, 1000, "http://a/1");
    none(crawl, 4000, NETP_NEVER);
    netp_crawl_done(crawl, &first, 4000);
    none(crawl, 4499, 4500);
    first = next(crawl, 4500, "http://a/2");
    netp_crawl_free(crawl);
}

static void robots_are_obeyed(void **state)
{
    static const struct {
        int status;
        const char *text;
        bool allowed;
    } rows[] = {
        {200, "", true},
        {200, "<html>", true},
        {200, "user-agent: *\ndisallow: /", false},
        {200, "user-agent: *\ndisallow: /?x=1", false},
        {302, "", true}, /* the sixth redirect, RFC 9309 section 2.3.1.2 */
        {404, "user-agent: *\ndisallow: /", true},
        {503, "", false},
        {0, "", false},
    };
    struct netp_crawl_cfg cfg = defaults();
    (void)state;
    cfg.delay_ms = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct netp_crawl *crawl = netp_crawl_new(&cfg);
        add(crawl, "http://a/?x=1", 0);
        robots(crawl, 7, "http://a/robots.txt", rows[i].status, rows[i].text);
        if (rows[i].allowed) {
            next(crawl, 7, "http://a/?x=1");
        } else {
            none(crawl, 7, NETP_NEVER);
            assert_int_equal(netp_crawl_count(crawl).disallowed, 1);
        }
        netp_crawl_free(crawl);
    }
    /* not told at all; a delay that never ends */
    struct netp_crawl *crawl = netp_crawl_new(&cfg);
    add(crawl, "http://a/", 0);
    struct netp_crawl_job job = next(crawl, 7, "http://a/robots.txt");
    netp_crawl_done(crawl, &job, 7);
    none(crawl, 7, NETP_NEVER);
    add(crawl, "http://b/", 0);
    robots(crawl, 7, "http://b/robots.txt", 200, "user-agent:*\ncrawl-delay:999999999");
    none(crawl, 7, 60007);
    netp_crawl_free(crawl);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_added_once),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(other_origins_are_left_out),
        cmocka_unit_test(each_origin_has_its_pace),
        cmocka_unit_test(several_of_an_origin_run_at_a_time),
        cmocka_unit_test(robots_are_obeyed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
