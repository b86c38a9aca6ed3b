/* page.c - the links of an HTML page. SPDX-License-Identifier: MIT */
#include "charset.h"
#include "page_url.h"

#include <errno.h>
#include <libxml/HTMLparser.h>
#include <netproto/host/page.h>
#include <netproto/text.h>
#include <stdlib.h>

enum { HEAD = 1024 }; /* bytes that are looked at for the charset */

struct netp_page {
    struct netp_page_cfg cfg;
    int error;
    uint64_t bytes;
    uint32_t links;

    htmlParserCtxtPtr parser;
    struct charset charset;
    char head[HEAD]; /* held back until the charset is known */
    size_t nhead;
    bool begun; /* it is */

    struct netp_url base; /* in base_text */
    char base_text[NETP_PAGE_URL_CAP];
    bool based; /* by a <base> */

    bool in_title, titled, nofollow, noindex;
    char title[NETP_PAGE_TITLE];
    size_t ntitle;

    struct netp_page_link held; /* the <a> that is open, with its strings in a block of its own */
    char *block;                /* NULL: there is none */
    char text[NETP_PAGE_TEXT];
    size_t ntext;

    char url[NETP_PAGE_URL_CAP];
    struct page_url work;
};

/* Tells the <a> that was held back for its text. */
static void release(struct netp_page *page)
{
    char *block = page->block;

    if (block != NULL) {
        page->block = NULL;
        page->held.text = page_url_strip(charset_whole(netp_str_make(page->text, page->ntext)));
        page->cfg.link(page->cfg.arg, &page->held);
        free(block);
    }
}

static void fail(struct netp_page *page, int error)
{
    if (page->error == NETP_OK) {
        release(page);
        page->error = error;
        xmlStopParser(page->parser);
    }
}

/* ---- words ---- */

static struct netp_str text_of(const xmlChar *s)
{
    return netp_str_of(s != NULL ? (const char *)s : "");
}

/* Passes over what is in the set. */
static struct netp_str skip(struct netp_str s, const char *set)
{
    while (s.n > 0 && strchr(set, s.p[0]) != NULL) {
        s = netp_str_make(s.p + 1, s.n - 1);
    }
    return s;
}

/* Takes the next word off s; n is 0 at the end. */
static struct netp_str next_word(struct netp_str *s, const char *between)
{
    struct netp_str word;

    *s = skip(*s, between);
    word = netp_str_make(s->p, 0);
    while (word.n < s->n && strchr(between, s->p[word.n]) == NULL) {
        word.n++;
    }
    *s = netp_str_make(s->p + word.n, s->n - word.n);
    return word;
}

static bool has_word(struct netp_str s, struct netp_str wanted)
{
    while (s.n > 0) {
        if (netp_str_ieq(next_word(&s, " \t\r\n\f,"), wanted)) {
            return true;
        }
    }
    return false;
}

static struct netp_str attribute(const xmlChar **atts, const char *name)
{
    for (; atts != NULL && atts[0] != NULL; atts += 2) {
        if (strcmp((const char *)atts[0], name) == 0) {
            return text_of(atts[1]);
        }
    }
    return netp_str_make(NULL, 0);
}

/* ---- links ---- */

static struct netp_str copy(char **to, struct netp_str s)
{
    struct netp_str there = netp_str_make(*to, s.n);

    if (s.n > 0) {
        memcpy(*to, s.p, s.n);
    }
    *to += s.n;
    return there;
}

static void hold(struct netp_page *page, const struct netp_page_link *link)
{
    char *to = malloc(link->written.n + link->url.n + link->rel.n + 1);

    if (to == NULL) {
        fail(page, NETP_E_IO);
        return;
    }
    page->block = to;
    page->ntext = 0;
    page->held = *link;
    page->held.written = copy(&to, link->written);
    page->held.url = copy(&to, link->url);
    page->held.rel = copy(&to, link->rel);
}

static void tell(struct netp_page *page, const char *element, const char *name,
                 struct netp_str written, struct netp_str rel)
{
    struct netp_page_link link = {.element = element, .attribute = name, .rel = rel};
    ptrdiff_t n;

    if (page->error != NETP_OK) {
        return;
    }
    if (page->links == page->cfg.max_links) {
        fail(page, NETP_E_LIMIT);
        return;
    }
    page->links++;
    link.written = page_url_strip(written);
    n = page_url_resolve(&page->work, &page->base, written, page->url, sizeof page->url);
    link.error = n < 0 ? (int)n : NETP_OK;
    link.url = netp_str_make(page->url, n < 0 ? 0 : (size_t)n);
    link.nofollow = page->nofollow || has_word(rel, NETP_STR("nofollow"));
    if (strcmp(element, "a") == 0) {
        hold(page, &link);
    } else {
        page->cfg.link(page->cfg.arg, &link);
    }
}

/* HTML section 4.8.4.2: URLs, each with a descriptor behind it, which may have commas in
 * parentheses. */
static void tell_srcset(struct netp_page *page, const char *element, struct netp_str s)
{
    struct netp_str none = {NULL, 0};

    for (;;) {
        s = skip(s, " \t\r\n\f,");
        struct netp_str url = next_word(&s, " \t\r\n\f");
        if (url.n == 0) {
            return;
        }
        bool comma = url.p[url.n - 1] == ',', inside = false;
        while (url.p[url.n - 1] == ',') {
            url.n--;
        }
        tell(page, element, "srcset", url, none);
        while (!comma && s.n > 0 && (inside || s.p[0] != ',')) {
            inside = s.p[0] == '(' || (inside && s.p[0] != ')');
            s = netp_str_make(s.p + 1, s.n - 1);
        }
    }
}

/* HTML section 4.2.5.3, "5; url='x'". */
static void tell_refresh(struct netp_page *page, struct netp_str s)
{
    struct netp_str none = {NULL, 0};

    s = skip(skip(skip(s, " \t\r\n\f"), "0123456789."), " \t\r\n\f;,");
    if (s.n > 3 && netp_str_ieq(netp_str_make(s.p, 3), NETP_STR("url"))) {
        struct netp_str rest = skip(netp_str_make(s.p + 3, s.n - 3), " \t\r\n\f");
        if (rest.n > 0 && rest.p[0] == '=') {
            s = skip(netp_str_make(rest.p + 1, rest.n - 1), " \t\r\n\f");
        }
    }
    if (s.n > 0 && (s.p[0] == '"' || s.p[0] == '\'')) {
        const char *end = (const char *)memchr(s.p + 1, s.p[0], s.n - 1);
        s = netp_str_make(s.p + 1, end != NULL ? (size_t)(end - s.p) - 1 : s.n - 1);
    }
    if (s.n > 0) {
        tell(page, "meta", "content", s, none);
    }
}

static void read_meta(struct netp_page *page, const xmlChar **atts)
{
    struct netp_str content = attribute(atts, "content");

    if (netp_str_ieq(attribute(atts, "http-equiv"), NETP_STR("refresh"))) {
        tell_refresh(page, content);
    } else if (netp_str_ieq(attribute(atts, "name"), NETP_STR("robots"))) {
        bool none = has_word(content, NETP_STR("none"));
        page->nofollow = page->nofollow || none || has_word(content, NETP_STR("nofollow"));
        page->noindex = page->noindex || none || has_word(content, NETP_STR("noindex"));
    }
}

/* The first valid one counts. */
static void read_base(struct netp_page *page, struct netp_str href)
{
    struct netp_url u;
    size_t at;
    ptrdiff_t n;

    if (page->based || href.p == NULL) {
        return;
    }
    n = page_url_resolve(&page->work, &page->base, href, page->url, sizeof page->url);
    if (n >= 0 && netp_url_parse(netp_str_make(page->url, (size_t)n), &u, &at) == NETP_OK &&
        (page_url_is_web(&u) || netp_str_ieq(u.scheme, page->base.scheme))) {
        memcpy(page->base_text, page->url, (size_t)n);
        netp_url_parse(netp_str_make(page->base_text, (size_t)n), &page->base, &at);
        page->based = true;
    }
}

static const char *const linking[][2] = {
    {"a", "href"},       {"area", "href"},  {"link", "href"},     {"img", "src"},
    {"img", "srcset"},   {"script", "src"}, {"iframe", "src"},    {"frame", "src"},
    {"form", "action"},  {"source", "src"}, {"source", "srcset"}, {"video", "src"},
    {"video", "poster"}, {"audio", "src"},  {"embed", "src"},     {"object", "data"},
};

static void start_element(void *arg, const xmlChar *name, const xmlChar **atts)
{
    struct netp_page *page = (struct netp_page *)arg;
    const char *element = (const char *)name;

    if (page->parser->nameNr > NETP_PAGE_DEPTH) {
        fail(page, NETP_E_LIMIT);
        return;
    }
    if (strcmp(element, "a") == 0) {
        release(page);
    }
    if (strcmp(element, "base") == 0) {
        read_base(page, attribute(atts, "href"));
    } else if (strcmp(element, "meta") == 0) {
        read_meta(page, atts);
    } else if (strcmp(element, "title") == 0) {
        page->in_title = !page->titled;
        page->titled = true;
    }
    for (size_t i = 0; i < sizeof linking / sizeof *linking; i++) {
        struct netp_str value = attribute(atts, linking[i][1]);
        if (value.p == NULL || strcmp(element, linking[i][0]) != 0) {
            continue;
        }
        if (strcmp(linking[i][1], "srcset") == 0) {
            tell_srcset(page, linking[i][0], value);
        } else {
            tell(page, linking[i][0], linking[i][1], value, attribute(atts, "rel"));
        }
    }
}

static void end_element(void *arg, const xmlChar *name)
{
    struct netp_page *page = (struct netp_page *)arg;

    if (strcmp((const char *)name, "title") == 0) {
        page->in_title = false;
    } else if (strcmp((const char *)name, "a") == 0) {
        release(page);
    }
}

/* Adds to the text of the <a> that is open. */
static void add_text(struct netp_page *page, const char *text, size_t n)
{
    static const char spaces[] = " \t\r\n\f";

    for (size_t i = 0; i < n && page->ntext < sizeof page->text; i++) {
        bool space = memchr(spaces, text[i], sizeof spaces - 1) != NULL;
        if (!space) {
            page->text[page->ntext++] = text[i];
        } else if (page->ntext > 0 && page->text[page->ntext - 1] != ' ') {
            page->text[page->ntext++] = ' ';
        }
    }
}

static void characters(void *arg, const xmlChar *text, int n)
{
    struct netp_page *page = (struct netp_page *)arg;
    size_t room = sizeof page->title - page->ntitle;

    if (page->block != NULL) {
        add_text(page, (const char *)text, (size_t)n);
    }

    if (page->in_title) {
        room = (size_t)n < room ? (size_t)n : room;
        memcpy(page->title + page->ntitle, text, room);
        page->ntitle += room;
    }
}

/* Scripts and styles are no text. */
static void raw_text(void *arg, const xmlChar *text, int n)
{
    (void)arg, (void)text, (void)n;
}

/* ---- the page ---- */

static bool may_have_pages(const struct netp_url *u)
{
    return page_url_is_web(u) || netp_str_ieq(u->scheme, NETP_STR("file"));
}

struct netp_page *netp_page_new(const struct netp_page_cfg *cfg)
{
    htmlSAXHandler sax = {
        .startElement = start_element, .endElement = end_element, .cdataBlock = raw_text};
    struct netp_page *page;
    struct netp_url u;
    size_t at;

    if (netp_url_parse(cfg->url, &u, &at) != NETP_OK || !may_have_pages(&u)) {
        errno = EINVAL;
        return NULL;
    }
    sax.characters = sax.ignorableWhitespace = characters;
    page = calloc(1, sizeof *page);
    if (page != NULL) {
        page->parser = htmlCreatePushParserCtxt(&sax, page, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
    }
    if (page == NULL || page->parser == NULL) {
        free(page);
        errno = ENOMEM;
        return NULL;
    }
    htmlCtxtUseOptions(page->parser, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
                                         HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
                                         HTML_PARSE_IGNORE_ENC);
    page->cfg = *cfg;
    page->charset.cd = (iconv_t)-1;
    memcpy(page->base_text, cfg->url.p, cfg->url.n);
    netp_url_parse(netp_str_make(page->base_text, cfg->url.n), &page->base, &at);
    if (cfg->charset.n > 0) {
        page->error = charset_open(&page->charset, cfg->charset);
    }
    return page;
}

void netp_page_free(struct netp_page *page)
{
    if (page != NULL) {
        charset_close(&page->charset);
        htmlFreeParserCtxt(page->parser);
        free(page->block);
        free(page);
    }
}

/* Takes UTF-8. */
static void parse(void *arg, const char *p, size_t n)
{
    struct netp_page *page = (struct netp_page *)arg;

    if (page->error == NETP_OK && htmlParseChunk(page->parser, p, (int)n, 0) == XML_ERR_NO_MEMORY) {
        errno = ENOMEM;
        fail(page, NETP_E_IO);
    }
}

static void decode(struct netp_page *page, const char *p, size_t n, bool end)
{
    charset_decode(&page->charset, p, n, end, parse, page);
}

/* The head is there: finds the charset. */
static void begin(struct netp_page *page)
{
    struct netp_str head = netp_str_make(page->head, page->nhead), label;
    size_t skip;

    page->begun = true;
    label = charset_mark(head, &skip);
    if (label.n == 0 && page->charset.cd == (iconv_t)-1) {
        label = charset_meta(head);
        label = label.n == 0 ||
                        (label.n > 5 && netp_str_ieq(netp_str_make(label.p, 6), NETP_STR("utf-16")))
                    ? NETP_STR("utf-8") /* it was read as ASCII */
                    : label;
    }
    if (label.n > 0) {
        charset_close(&page->charset);
        page->error = charset_open(&page->charset, label);
    }
    if (page->error == NETP_OK) {
        decode(page, page->head + skip, page->nhead - skip, false);
    }
}

int netp_page_feed(struct netp_page *page, const void *p, size_t n)
{
    const char *bytes = (const char *)p;
    bool over = n > page->cfg.max_bytes - page->bytes;

    if (page->error != NETP_OK) {
        return page->error;
    }
    n = over ? (size_t)(page->cfg.max_bytes - page->bytes) : n;
    page->bytes += n;
    if (!page->begun) {
        size_t take = n < HEAD - page->nhead ? n : HEAD - page->nhead;
        memcpy(page->head + page->nhead, bytes, take);
        page->nhead += take;
        bytes += take;
        n -= take;
        if (page->nhead == HEAD || over) {
            begin(page);
        }
    }
    if (page->begun && page->error == NETP_OK) {
        decode(page, bytes, n, false);
    }
    if (over) {
        fail(page, NETP_E_LIMIT);
    }
    return page->error;
}

int netp_page_end(struct netp_page *page)
{
    if (page->error == NETP_OK && !page->begun) {
        begin(page);
    }
    if (page->error == NETP_OK) {
        decode(page, "", 0, true);
    }
    if (page->error == NETP_OK) {
        htmlParseChunk(page->parser, NULL, 0, 1);
        release(page);
    }
    return page->error;
}

struct netp_str netp_page_title(const struct netp_page *page)
{
    return page_url_strip(charset_whole(netp_str_make(page->title, page->ntitle)));
}

bool netp_page_nofollow(const struct netp_page *page)
{
    return page->nofollow;
}

bool netp_page_noindex(const struct netp_page *page)
{
    return page->noindex;
}
