/* robots.txt: a path, a line end, then the file. A plain second reading, which makes patterns and
 * path as long as they get and then fills a table, must allow the same.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/http_robots.h>
#include <netproto/text.h>

#include <ctype.h>
#include <string.h>

/* One character to compare: a literal of up to three, or a star or an end of one. */
struct unit {
    char text[4];
};

static bool is_escape(const char *p, size_t n)
{
    return n > 2 && p[0] == '%' && netp_hex_digit(p[1]) < 16 && netp_hex_digit(p[2]) < 16;
}

static bool is_plain(unsigned char c, bool escaped, bool query)
{
    if (!escaped) {
        return isgraph(c) && strchr("\"<>\\^`{|}", c) == NULL;
    }
    return c > 0 && c < 128 &&
           (isalnum(c) || strchr("-._~*$", c) != NULL || (query && strchr(":/?@", c) != NULL));
}

/* Takes p[0..n) apart. */
static size_t units_of(const char *p, size_t n, bool pattern, struct unit *u)
{
    size_t k = 0;
    bool query = false;

    for (size_t i = 0; i < n; i++, k++) {
        unsigned char c = (unsigned char)p[i];
        bool escaped = is_escape(p + i, n - i);
        if (pattern && (c == '*' || (c == '$' && i + 1 == n))) {
            memcpy(u[k].text, c == '*' ? "**" : "$$", 3);
            continue;
        }
        if (escaped) {
            c = (unsigned char)(netp_hex_digit(p[i + 1]) * 16 + netp_hex_digit(p[i + 2]));
            i += 2;
        }
        snprintf(u[k].text, sizeof u[k].text, is_plain(c, escaped, query) ? "%c" : "%%%02X", c);
        query = query || strcmp(u[k].text, "?") == 0;
    }
    return k;
}

/* can[j]: the pattern so far matches the first j of the path. */
static bool matches(const struct unit *pattern, size_t n, const struct unit *path, size_t m)
{
    bool *can = (bool *)fuzz_block(m + 1), found = false;

    memset(can, 0, m + 1);
    can[0] = true;
    for (size_t i = 0; i < n; i++) {
        bool star = strcmp(pattern[i].text, "**") == 0, end = strcmp(pattern[i].text, "$$") == 0;
        bool last = false, any = false;
        for (size_t j = 0; j <= m; j++) {
            bool was = can[j];
            any = any || was;
            can[j] = star  ? any
                     : end ? was && j == m
                           : j > 0 && last && strcmp(pattern[i].text, path[j - 1].text) == 0;
            last = was;
        }
    }
    for (size_t j = 0; j <= m; j++) {
        found = found || can[j];
    }
    free(can);
    return found;
}

static size_t blanks(const char *line, size_t i, size_t n)
{
    while (i < n && (line[i] == ' ' || line[i] == '\t')) {
        i++;
    }
    return i;
}

static bool starts(const char *line, size_t n, const char *name, const char **value, size_t *length)
{
    size_t i = blanks(line, 0, n), k = strlen(name);

    if (n - i < k || !netp_str_ieq(netp_str_make(line + i, k), netp_str_of(name))) {
        return false;
    }
    i = blanks(line, i + k, n);
    if (i == n || line[i] != ':') {
        return false;
    }
    i = blanks(line, i + 1, n);
    while (n > i && (line[n - 1] == ' ' || line[n - 1] == '\t')) {
        n--;
    }
    *value = line + i;
    *length = n - i;
    return true;
}

struct verdict {
    size_t longest;
    bool allowed, named;
};

/* A rule of a group that names the agent. */
static void judge(struct verdict *v, bool allow, const char *value, size_t n, struct netp_str path)
{
    struct unit *a = (struct unit *)fuzz_block((n + 1) * sizeof *a);
    struct unit *b = (struct unit *)fuzz_block((path.n + 1) * sizeof *b);
    size_t na = units_of(value, n, true, a), nb = units_of(path.p, path.n, false, b), length = 0;

    for (size_t i = 0; i < na; i++) {
        length += a[i].text[0] == '%' && a[i].text[1] != '\0' ? 3 : 1;
    }
    if (n > 0 && matches(a, na, b, nb) &&
        (length > v->longest || (length == v->longest && allow))) {
        v->longest = length;
        v->allowed = allow;
    }
    free(a);
    free(b);
}

static bool is_named(const char *value, size_t n, const char *agent)
{
    size_t k = 0;

    while (k < n && value[k] != '/' && value[k] != ' ' && value[k] != '\t') {
        k++;
    }
    return netp_str_ieq(netp_str_make(value, k), netp_str_of(agent));
}

static struct verdict read_for(const char *agent, struct netp_str text, struct netp_str path)
{
    struct verdict v = {0, true, false};
    bool ours = false, naming = false, allow;

    for (size_t i = 0, n, length; i < text.n; i += n + 1) {
        const char *line = text.p + i, *value;
        for (n = 0; i + n < text.n && line[n] != '\n' && line[n] != '\r'; n++) {
        }
        const char *hash = (const char *)memchr(line, '#', n);
        size_t end = hash != NULL ? (size_t)(hash - line) : n;
        if (starts(line, end, "user-agent", &value, &length)) {
            bool us = is_named(value, length, agent);
            ours = us || (naming && ours);
            v.named = v.named || us;
            naming = true;
        } else if ((allow = starts(line, end, "allow", &value, &length)) ||
                   starts(line, end, "disallow", &value, &length)) {
            naming = false;
            if (ours) {
                judge(&v, allow, value, length, path);
            }
        } else if (starts(line, end, "crawl-delay", &value, &length)) {
            naming = false;
        }
    }
    return v;
}

static bool expected(const char *agent, struct netp_str text, struct netp_str path)
{
    struct verdict v;

    if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0) {
        text = netp_str_make(text.p + 3, text.n - 3);
    }
    v = read_for(agent, text, path);
    if (!v.named) {
        v = read_for("*", text, path);
    }
    return v.allowed || netp_str_eq(path, NETP_STR("/robots.txt"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const agents[] = {"a", "bot"};
    char *p = (char *)fuzz_copy(data, size);
    const char *end = size > 0 ? (const char *)memchr(p, '\n', size) : NULL;
    struct netp_str path = netp_str_make(p, end != NULL ? (size_t)(end - p) : size);
    struct netp_str text = netp_str_make(p + size, 0), url;
    struct netp_http_robots robots;

    if (end != NULL) {
        text = netp_str_make(end + 1, size - path.n - 1);
    }
    for (size_t i = 0; i < 2 && size < 20000; i++) { /* the work limit is far away */
        netp_http_robots_init(&robots, text, netp_str_of(agents[i]));
        int r = netp_http_robots_allowed(&robots, path);
        FUZZ_OUTCOME("%s %d delay %u", agents[i], r, netp_http_robots_delay_ms(&robots));
        if (path.n == 0 || path.p[0] != '/') {
            FUZZ_CHECK(r == NETP_E_ARG, "%d", r);
        } else if (r != NETP_E_LIMIT) {
            FUZZ_CHECK(r == expected(agents[i], text, path), "%s: %d", agents[i], r);
        }
    }
    while (netp_http_robots_sitemap_next(&text, &url) == 1) {
        FUZZ_CHECK(url.n > 0 && url.p >= p && url.p + url.n <= p + size, "outside");
        if (fuzz_outcome != NULL) {
            log_data(fuzz_outcome, "sitemap", url.p, url.n);
            log_end(fuzz_outcome);
        }
    }
    free(p);
    return 0;
}
