/* http_robots.c - robots.txt: RFC 9309. SPDX-License-Identifier: MIT */
#include "http_scan.h"

#include <netproto/http_robots.h>

enum { WORK_MAX = 1 << 22 }; /* characters compared for one question */

enum netp_http_robots_access netp_http_robots_access(int status)
{
    switch (status / 100) {
    case 2:
        return NETP_HTTP_ROBOTS_READ;
    case 3:
        return NETP_HTTP_ROBOTS_FOLLOW;
    case 4:
        return NETP_HTTP_ROBOTS_ALLOW_ALL;
    default:
        return NETP_HTTP_ROBOTS_DISALLOW_ALL;
    }
}

/* ---- lines, section 2.2 ---- */

static bool is_end(char c)
{
    return c == '\n' || c == '\r';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Takes the next line that is "name: value"; false at the end. */
static bool take_line(struct netp_str *text, struct netp_str *name, struct netp_str *value)
{
    while (text->n > 0) {
        size_t n = 0;
        while (n < text->n && !is_end(text->p[n])) {
            n++;
        }
        struct netp_str line = http_take(text, n), comment;
        if (text->n > 0) {
            http_take(text, 1);
        }
        http_split(line, '#', &line, &comment);
        if (http_split(line, ':', name, value)) {
            *name = http_trim(*name);
            *value = http_trim(*value);
            return true;
        }
    }
    return false;
}

/* The part of a file that is read. */
static struct netp_str readable(struct netp_str text)
{
    static const char mark[] = "\xef\xbb\xbf";

    if (text.n > NETP_HTTP_ROBOTS_MAX) {
        text.n = NETP_HTTP_ROBOTS_MAX;
        while (text.n > 0 && !is_end(text.p[text.n - 1])) {
            text.n--;
        }
    }
    if (text.n >= 3 && memcmp(text.p, mark, 3) == 0) {
        http_take(&text, 3);
    }
    return text;
}

int netp_http_robots_sitemap_next(struct netp_str *text, struct netp_str *url)
{
    struct netp_str name, rest = readable(*text);

    while (take_line(&rest, &name, url)) {
        if (netp_str_ieq(name, NETP_STR("sitemap")) && url->n > 0) {
            *text = rest;
            return 1;
        }
    }
    return 0;
}

/* ---- groups, section 2.2.1 ---- */

enum kind { ALLOW, DISALLOW, DELAY };

struct rule {
    enum kind kind;
    struct netp_str value;
};

/* Reading the rules of one agent's groups. */
struct reader {
    struct netp_str text, agent;
    bool naming; /* the last line that counts was a user-agent */
    bool ours;   /* the group names the agent */
};

/* Whether the value of a user-agent line names the agent. */
static bool names(struct netp_str value, struct netp_str agent)
{
    size_t n = 0;

    while (n < value.n && value.p[n] != '/' && !http_is(&http_space, value.p[n])) {
        n++;
    }
    return netp_str_ieq(netp_str_make(value.p, n), agent);
}

static bool find_kind(struct netp_str name, enum kind *kind)
{
    if (netp_str_ieq(name, NETP_STR("allow"))) {
        *kind = ALLOW;
    } else if (netp_str_ieq(name, NETP_STR("disallow"))) {
        *kind = DISALLOW;
    } else if (netp_str_ieq(name, NETP_STR("crawl-delay"))) {
        *kind = DELAY;
    } else {
        return false;
    }
    return true;
}

/* The next rule of a group that names the agent; false at the end. */
static bool take_rule(struct reader *r, struct rule *rule)
{
    struct netp_str name;

    while (take_line(&r->text, &name, &rule->value)) {
        if (netp_str_ieq(name, NETP_STR("user-agent"))) {
            r->ours = (r->naming && r->ours) || names(rule->value, r->agent);
            r->naming = true;
        } else if (find_kind(name, &rule->kind)) {
            r->naming = false;
            if (r->ours) {
                return true;
            }
        }
    }
    return false;
}

static struct reader reader_of(const struct netp_http_robots *robots)
{
    struct reader r = {robots->text_, robots->agent_, false, false};
    return r;
}

int netp_http_robots_init(struct netp_http_robots *robots, struct netp_str text,
                          struct netp_str agent)
{
    struct netp_str rest, name, value;

    for (size_t i = 0; i < agent.n; i++) {
        if (!is_letter(agent.p[i]) && agent.p[i] != '-' && agent.p[i] != '_') {
            return NETP_E_ARG;
        }
    }
    if (agent.n == 0) {
        return NETP_E_ARG;
    }
    robots->text_ = rest = readable(text);
    robots->agent_ = NETP_STR("*");
    while (take_line(&rest, &name, &value)) {
        if (netp_str_ieq(name, NETP_STR("user-agent")) && names(value, agent)) {
            robots->agent_ = agent;
            break;
        }
    }
    return NETP_OK;
}

/* "1.5" in thousandths; 0 if it is no such number. */
static uint32_t thousandths(struct netp_str s)
{
    struct netp_str whole = s, part = {NULL, 0};
    uint64_t ms = 0, unit = 100;
    int r;

    http_split(s, '.', &whole, &part);
    r = netp_parse_dec(whole, UINT32_MAX / 1000 - 1, &ms);
    if (r != NETP_OK || !http_all(part, &http_digit)) {
        return r == NETP_E_LIMIT ? UINT32_MAX : 0;
    }
    ms *= 1000;
    for (size_t i = 0; i < part.n && i < 3; i++, unit /= 10) {
        ms += (uint64_t)(part.p[i] - '0') * unit;
    }
    return (uint32_t)ms;
}

uint32_t netp_http_robots_delay_ms(const struct netp_http_robots *robots)
{
    struct reader r = reader_of(robots);
    struct rule rule;
    uint32_t longest = 0;

    while (take_rule(&r, &rule)) {
        uint32_t ms = rule.kind == DELAY ? thousandths(rule.value) : 0;
        longest = ms > longest ? ms : longest;
    }
    return longest;
}

/* ---- matching, sections 2.2.2 and 2.2.3 ---- */

enum { ESCAPED = 256 };

/* Whether an escape of c means c itself: unreserved characters; "*" and "$", for which a pattern
 * has no other way; and in a query what RFC 3986 section 3.4 has no need to escape there. */
static bool is_plain(char c, bool query)
{
    return is_letter(c) || http_is(&http_digit, c) ||
           memchr(query ? "-._~*$:/?@" : "-._~*$", c, query ? 10 : 6) != NULL;
}

/* Whether a URL has c without an escape: what RFC 3986 section 2 has, and a "%" that begins none.
 */
static bool is_written(char c)
{
    static const char others[] = "\"<>\\^`{|}";

    return c > ' ' && c < 127 && memchr(others, c, sizeof others - 1) == NULL;
}

/* Takes a character, or an escape, in the form that is compared: itself, or ESCAPED + octet. */
static int take_unit(struct netp_str *s, bool query)
{
    char c = http_take(s, 1).p[0];

    if (c == '%' && s->n >= 2) {
        unsigned high = netp_hex_digit(s->p[0]), low = netp_hex_digit(s->p[1]);
        if (high < 16 && low < 16) {
            c = (char)(high << 4 | low);
            http_take(s, 2);
            return is_plain(c, query) ? c : ESCAPED + (uint8_t)c;
        }
    }
    return is_written(c) ? c : ESCAPED + (uint8_t)c;
}

/* A place in a pattern or in a path. */
struct place {
    struct netp_str rest;
    bool query;
};

static int take(struct place *at)
{
    int unit = take_unit(&at->rest, at->query);
    at->query = at->query || unit == '?';
    return unit;
}

/* Takes a "*" or more off a pattern. */
static bool take_star(struct place *pattern)
{
    bool star = false;

    while (http_take_char(&pattern->rest, '*')) {
        star = true;
    }
    return star;
}

/* Whether the front of the path, or with end all of it, matches. A difference goes back to the last
 * "*" and lets it have one more: what is before it need not be tried again. */
static bool matches(struct place pattern, struct place path, bool end, uint32_t *work)
{
    struct place star = {{NULL, 0}, false}, from = path;
    bool starred = false;

    for (;; ++*work) {
        if (*work > WORK_MAX) {
            return false;
        }
        if (take_star(&pattern)) {
            starred = true;
            star = pattern;
            from = path;
        }
        if (pattern.rest.n == 0 && (!end || path.rest.n == 0 || (starred && star.rest.n == 0))) {
            return true;
        }
        if (path.rest.n > 0 && pattern.rest.n > 0 && take(&pattern) == take(&path)) {
            continue;
        }
        if (!starred || from.rest.n == 0) {
            return false;
        }
        take(&from);
        pattern = star;
        path = from;
    }
}

/* The octets of a pattern with all in it escaped that can be. */
static size_t octets(struct place pattern)
{
    size_t n = 0;

    while (pattern.rest.n > 0) {
        n += take(&pattern) < ESCAPED ? 1 : 3;
    }
    return n;
}

int netp_http_robots_allowed(const struct netp_http_robots *robots, struct netp_str path)
{
    struct reader r = reader_of(robots);
    struct rule rule;
    struct place to = {path, false};
    size_t longest = 0;
    bool allowed = true;
    uint32_t work = 0;

    if (path.n == 0 || path.p[0] != '/') {
        return NETP_E_ARG;
    }
    if (netp_str_eq(path, NETP_STR("/robots.txt"))) {
        return 1;
    }
    while (take_rule(&r, &rule)) {
        struct place pattern = {rule.value, false};
        size_t n = octets(pattern);
        if (rule.kind == DELAY || n < longest || (n == longest && allowed)) {
            continue; /* it would change nothing; an empty one is never the longest */
        }
        bool end = rule.value.p[rule.value.n - 1] == '$';
        pattern.rest.n -= end;
        if (matches(pattern, to, end, &work)) {
            longest = n;
            allowed = rule.kind == ALLOW;
        }
    }
    return work > WORK_MAX ? NETP_E_LIMIT : allowed;
}
