/* feed.c - feeds and sitemaps. SPDX-License-Identifier: MIT */
#include "charset.h"
#include "page_url.h"

#include <errno.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <netproto/host/feed.h>
#include <netproto/host/page.h>
#include <netproto/text.h>
#include <stdlib.h>

enum field { TITLE, LINK, ID, DATE, SUMMARY, FIELDS, NONE = FIELDS };

enum { BASES = 4 };

struct text {
    char p[NETP_FEED_TEXT];
    size_t n;
    bool cut;
    unsigned rank; /* how good it is: a better one replaces it, the first of equals stays */
};

struct base {
    struct netp_url url; /* in text */
    int depth;           /* of the element that has it */
    char text[NETP_PAGE_URL_CAP];
};

struct netp_feed {
    struct netp_feed_cfg cfg;
    int error;
    uint64_t bytes;
    uint32_t items;
    unsigned line;

    xmlParserCtxtPtr parser;
    bool no_memory;         /* for it */
    struct charset charset; /* if cfg has one */
    struct base bases[BASES];
    int nbases;

    enum netp_feed_kind kind;
    int depth;   /* elements that are open */
    int channel; /* the depth within the feed's own element, 0 outside */
    int inside;  /* the depth within an item, 0 outside */
    enum field field;
    int field_depth;
    struct text texts[FIELDS], title, link, enclosure, enclosure_type, base;
    struct netp_feed_item item;
    bool permalink;
    struct page_url work;
    char url[NETP_PAGE_URL_CAP];
};

static void fail(struct netp_feed *feed, int error)
{
    if (feed->error == NETP_OK) {
        feed->line = (unsigned)xmlSAX2GetLineNumber(feed->parser);
        feed->error = error;
        xmlStopParser(feed->parser);
    }
}

/* ---- texts ---- */

static void add(struct text *to, const char *p, size_t n)
{
    size_t room = sizeof to->p - to->n;

    to->cut = to->cut || n > room;
    room = n < room ? n : room;
    memcpy(to->p + to->n, p, room);
    to->n += room;
}

/* Adds the value of an attribute, in which libxml2 leaves "&" as a reference. */
static void add_value(struct text *to, struct netp_str value)
{
    static const char reference[] = "&#38;";

    while (value.n > 0) {
        size_t k = value.n >= 5 && memcmp(value.p, reference, 5) == 0 ? 5 : 1;
        add(to, value.p, 1);
        value = netp_str_make(value.p + k, value.n - k);
    }
}

static void clear(struct text *text)
{
    text->n = 0;
    text->rank = 0;
    text->cut = false;
}

static struct netp_str view(const struct text *text)
{
    return page_url_strip(charset_whole(netp_str_make(text->p, text->n)));
}

/* Makes the URL in a text absolute, in place. Returns its error. */
static int resolve(struct netp_feed *feed, struct text *text)
{
    ptrdiff_t n = NETP_E_LIMIT;

    if (!text->cut) {
        n = page_url_resolve(&feed->work, &feed->bases[feed->nbases - 1].url, view(text), feed->url,
                             sizeof feed->url);
    }
    n = n > (ptrdiff_t)sizeof text->p ? NETP_E_LIMIT : n;
    text->n = 0;
    if (n > 0) {
        add(text, feed->url, (size_t)n);
    }
    return n < 0 ? (int)n : NETP_OK;
}

/* ---- attributes: name, prefix, URI, start and end of the value ---- */

static bool find(const xmlChar **atts, int n, const char *name, const char *uri,
                 struct netp_str *value)
{
    for (int i = 0; i < n; i++, atts += 5) {
        if (strcmp((const char *)atts[0], name) == 0 &&
            (uri == NULL ? atts[2] == NULL
                         : atts[2] != NULL && strcmp((const char *)atts[2], uri) == 0)) {
            *value = netp_str_make((const char *)atts[3], (size_t)(atts[4] - atts[3]));
            return true;
        }
    }
    *value = netp_str_make("", 0);
    return false;
}

static void push_base(struct netp_feed *feed, struct netp_str value)
{
    struct base *base = &feed->bases[feed->nbases];
    struct text *text = &feed->base;
    ptrdiff_t n;
    size_t at;

    clear(text);
    add_value(text, value);
    if (feed->nbases == BASES || text->cut) {
        fail(feed, NETP_E_LIMIT);
        return;
    }
    n = page_url_resolve(&feed->work, &base[-1].url, view(text), base->text, sizeof base->text);
    if (n > 0 && netp_url_parse(netp_str_make(base->text, (size_t)n), &base->url, &at) == NETP_OK) {
        base->depth = feed->depth;
        feed->nbases++;
    }
}

/* ---- elements ---- */

static const char atom[] = "http://www.w3.org/2005/Atom";

/* Names of the vocabularies that are read as the feed's own. */
static bool is_own(const struct netp_feed *feed, const char *uri)
{
    static const char *const uris[] = {
        "http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/",
        "http://backend.userland.com/rss2", "http://www.sitemaps.org/schemas/sitemap/0.9",
        "http://www.google.com/schemas/sitemap/0.84"};

    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
        if (strcmp(uri, uris[i]) == 0) {
            return true;
        }
    }
    return strcmp(uri, feed->kind == NETP_FEED_ATOM ? atom : "") == 0;
}

static enum netp_feed_kind kind_of(const char *name)
{
    static const char *const roots[] = {"", "rss", "RDF", "feed", "urlset", "sitemapindex"};

    for (int i = NETP_FEED_SITEMAP_INDEX; i > 0; i--) {
        if (strcmp(name, roots[i]) == 0) {
            return (enum netp_feed_kind)i;
        }
    }
    return NETP_FEED_UNKNOWN;
}

/* What an element's text is. NULL: of any feed's own vocabulary. */
static const struct meaning {
    const char *name, *uri;
    enum field field;
    unsigned rank;
} meanings[] = {
    {"title", NULL, TITLE, 2},
    {"title", "http://purl.org/dc/elements/1.1/", TITLE, 1},
    {"link", NULL, LINK, 1},
    {"loc", NULL, LINK, 1},
    {"guid", NULL, ID, 1},
    {"id", NULL, ID, 1},
    {"pubDate", NULL, DATE, 3},
    {"published", NULL, DATE, 3},
    {"date", "http://purl.org/dc/elements/1.1/", DATE, 2},
    {"updated", NULL, DATE, 1},
    {"lastmod", NULL, DATE, 1},
    {"description", NULL, SUMMARY, 2},
    {"summary", NULL, SUMMARY, 2},
    {"content", NULL, SUMMARY, 1},
    {"encoded", "http://purl.org/rss/1.0/modules/content/", SUMMARY, 1},
};

static const struct meaning *meaning_of(const struct netp_feed *feed, const char *name,
                                        const char *uri)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        const struct meaning *m = &meanings[i];
        if (strcmp(name, m->name) == 0 &&
            (m->uri == NULL ? is_own(feed, uri) : strcmp(uri, m->uri) == 0)) {
            return m;
        }
    }
    return NULL;
}

static void begin_item(struct netp_feed *feed, const xmlChar **atts, int n)
{
    struct netp_str about;

    feed->inside = feed->depth;
    feed->item = (struct netp_feed_item){.dated = false};
    feed->permalink = false;
    for (int i = 0; i < FIELDS; i++) {
        clear(&feed->texts[i]);
    }
    clear(&feed->enclosure);
    clear(&feed->enclosure_type);
    if (find(atts, n, "about", "http://www.w3.org/1999/02/22-rdf-syntax-ns#", &about)) {
        add_value(&feed->texts[ID], about);
    }
}

static void set_enclosure(struct netp_feed *feed, struct netp_str url, const xmlChar **atts, int n)
{
    struct netp_str type, length;

    if (feed->inside == 0 || feed->enclosure.n > 0) {
        return;
    }
    find(atts, n, "type", NULL, &type);
    find(atts, n, "length", NULL, &length);
    add_value(&feed->enclosure, url);
    resolve(feed, &feed->enclosure);
    add_value(&feed->enclosure_type, type);
    netp_parse_dec(page_url_strip(length), UINT64_MAX, &feed->item.enclosure_length);
}

/* Atom's link. */
static void read_link(struct netp_feed *feed, struct netp_str href, const xmlChar **atts, int n)
{
    struct text *text = feed->inside > 0 ? &feed->texts[LINK] : &feed->link;
    struct netp_str rel;
    bool any = !find(atts, n, "rel", NULL, &rel);

    if (netp_str_eq(rel, NETP_STR("enclosure"))) {
        set_enclosure(feed, href, atts, n);
    } else if ((any || netp_str_eq(rel, NETP_STR("alternate"))) && text->rank == 0) {
        text->rank = 1;
        add_value(text, href);
        feed->item.url_error = resolve(feed, text);
    }
}

/* The text that a child of the feed or of an item goes to, or NULL. */
static struct text *text_of(struct netp_feed *feed, enum field field)
{
    if (field == NONE) {
        return NULL;
    }
    if (feed->inside > 0) {
        return &feed->texts[field];
    }
    return field == TITLE ? &feed->title : field == LINK ? &feed->link : NULL;
}

static void start_child(struct netp_feed *feed, const char *name, const char *uri,
                        const xmlChar **atts, int n)
{
    const struct meaning *m = meaning_of(feed, name, uri);
    struct netp_str value;
    struct text *text;

    if (strcmp(name, "enclosure") == 0 && is_own(feed, uri)) {
        find(atts, n, "url", NULL, &value);
        set_enclosure(feed, value, atts, n);
    }
    if (m == NULL) {
        return;
    }
    if (m->field == LINK && find(atts, n, "href", NULL, &value)) {
        read_link(feed, value, atts, n);
        return;
    }
    text = text_of(feed, m->field);
    if (text != NULL && m->rank > text->rank) {
        clear(text);
        text->rank = m->rank;
        feed->field = m->field;
        feed->field_depth = feed->depth;
    }
    if (strcmp(name, "guid") == 0) {
        find(atts, n, "isPermaLink", NULL, &value);
        feed->permalink = !netp_str_eq(value, NETP_STR("false"));
    }
}

static bool is_item(const struct netp_feed *feed, const char *name)
{
    static const char *const names[] = {"", "item", "item", "entry", "url", "sitemap"};

    return strcmp(name, names[feed->kind]) == 0;
}

static void start_element(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                          int nns, const xmlChar **ns, int n, int defaulted, const xmlChar **atts)
{
    struct netp_feed *feed = (struct netp_feed *)arg;
    const char *element = (const char *)name, *space = uri != NULL ? (const char *)uri : "";
    struct netp_str base;

    (void)prefix, (void)nns, (void)ns, (void)defaulted;
    if (++feed->depth > NETP_FEED_DEPTH) {
        fail(feed, NETP_E_LIMIT);
        return;
    }
    if (find(atts, n, "base", "http://www.w3.org/XML/1998/namespace", &base)) {
        push_base(feed, base);
    }
    if (feed->depth == 1) {
        feed->kind = kind_of(element);
        feed->channel = feed->kind == NETP_FEED_ATOM ? 1 : 0;
        if (feed->kind == NETP_FEED_UNKNOWN) {
            fail(feed, NETP_E_UNSUPPORTED);
        }
    } else if (feed->field != NONE) {
        return; /* markup in a text */
    } else if (feed->inside == 0 && is_item(feed, element)) {
        begin_item(feed, atts, n);
    } else if (feed->depth == 2 && strcmp(element, "channel") == 0) {
        feed->channel = 2;
    } else if (feed->depth == (feed->inside > 0 ? feed->inside : feed->channel) + 1) {
        start_child(feed, element, space, atts, n);
    }
}

/* ---- ends ---- */

static void end_item(struct netp_feed *feed)
{
    struct netp_feed_item *item = &feed->item;

    feed->inside = 0;
    if (feed->items == feed->cfg.max_items) {
        fail(feed, NETP_E_LIMIT);
        return;
    }
    feed->items++;
    item->id = view(&feed->texts[ID]);
    if (feed->texts[LINK].rank == 0 && feed->permalink) {
        add(&feed->texts[LINK], item->id.p, item->id.n);
        item->url_error = resolve(feed, &feed->texts[LINK]);
    }
    item->title = view(&feed->texts[TITLE]);
    item->url = view(&feed->texts[LINK]);
    item->summary = view(&feed->texts[SUMMARY]);
    item->enclosure = view(&feed->enclosure);
    item->enclosure_type = view(&feed->enclosure_type);
    item->dated = netp_feed_date(view(&feed->texts[DATE]), &item->date) == NETP_OK;
    feed->cfg.item(feed->cfg.arg, item);
}

static void end_element(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct netp_feed *feed = (struct netp_feed *)arg;

    (void)name, (void)prefix, (void)uri;
    if (feed->error != NETP_OK) {
        return;
    }
    if (feed->field != NONE && feed->field_depth == feed->depth) {
        if (feed->field == LINK) {
            feed->item.url_error = resolve(feed, text_of(feed, LINK));
        }
        feed->field = NONE;
    }
    if (feed->inside == feed->depth) {
        end_item(feed);
    }
    if (feed->channel == feed->depth) {
        feed->channel = 0;
    }
    if (feed->bases[feed->nbases - 1].depth == feed->depth) {
        feed->nbases--;
    }
    feed->depth--;
}

static void characters(void *arg, const xmlChar *p, int n)
{
    struct netp_feed *feed = (struct netp_feed *)arg;
    struct text *text = text_of(feed, feed->field);

    if (text != NULL) {
        add(text, (const char *)p, (size_t)n);
    }
}

static void refuse_entity(void *arg, const xmlChar *name, int type, const xmlChar *public_id,
                          const xmlChar *system_id, xmlChar *content)
{
    (void)name, (void)type, (void)public_id, (void)system_id, (void)content;
    fail((struct netp_feed *)arg, NETP_E_UNSUPPORTED);
}

/* What comes of no memory looks like bad syntax later. */
static void on_error(void *arg, xmlErrorPtr error)
{
    struct netp_feed *feed = (struct netp_feed *)arg;

    feed->no_memory = feed->no_memory || error->code == XML_ERR_NO_MEMORY;
}

/* ---- the feed ---- */

struct netp_feed *netp_feed_new(const struct netp_feed_cfg *cfg)
{
    xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC,
                         .startElementNs = start_element,
                         .endElementNs = end_element,
                         .characters = characters,
                         .cdataBlock = characters,
                         .entityDecl = refuse_entity,
                         .serror = on_error};
    struct netp_feed *feed;
    struct netp_url u;
    size_t at;

    if (netp_url_parse(cfg->url, &u, &at) != NETP_OK || (u.has & NETP_URL_SCHEME) == 0) {
        errno = EINVAL;
        return NULL;
    }
    feed = calloc(1, sizeof *feed);
    if (feed != NULL) {
        feed->parser = xmlCreatePushParserCtxt(&sax, feed, NULL, 0, NULL);
    }
    if (feed == NULL || feed->parser == NULL) {
        free(feed);
        errno = ENOMEM;
        return NULL;
    }
    feed->cfg = *cfg;
    feed->field = NONE;
    memcpy(feed->bases[0].text, cfg->url.p, cfg->url.n);
    netp_url_parse(netp_str_make(feed->bases[0].text, cfg->url.n), &feed->bases[0].url, &at);
    feed->nbases = 1;
    feed->charset.cd = (iconv_t)-1;
    if (cfg->charset.n > 0) {
        feed->error = charset_open(&feed->charset, cfg->charset);
    }
    xmlCtxtUseOptions(feed->parser, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                        (cfg->charset.n > 0 ? XML_PARSE_IGNORE_ENC : 0));
    return feed;
}

void netp_feed_free(struct netp_feed *feed)
{
    if (feed != NULL) {
        charset_close(&feed->charset);
        xmlFreeDoc(feed->parser->myDoc); /* made for a declaration that was refused */
        xmlFreeParserCtxt(feed->parser);
        free(feed);
    }
}

static void parse_chunk(struct netp_feed *feed, const char *p, size_t n, bool end)
{
    while (feed->error == NETP_OK && (n > 0 || end)) {
        size_t k = n < 65536 ? n : 65536;
        bool last = end && k == n;
        xmlParseChunk(feed->parser, p, (int)k, last);
        if (feed->error == NETP_OK && (!feed->parser->wellFormed || feed->parser->disableSAX)) {
            errno = feed->no_memory ? ENOMEM : errno;
            fail(feed, feed->no_memory ? NETP_E_IO : last ? NETP_E_TRUNCATED : NETP_E_SYNTAX);
        }
        p += k;
        n -= k;
        if (last) {
            return;
        }
    }
}

static void parse(void *arg, const char *p, size_t n)
{
    parse_chunk((struct netp_feed *)arg, p, n, false);
}

int netp_feed_read(struct netp_feed *feed, const void *p, size_t n)
{
    bool over = n > feed->cfg.max_bytes - feed->bytes;

    if (feed->error != NETP_OK) {
        return feed->error;
    }
    n = over ? (size_t)(feed->cfg.max_bytes - feed->bytes) : n;
    feed->bytes += n;
    if (feed->charset.cd != (iconv_t)-1) {
        charset_decode(&feed->charset, (const char *)p, n, false, parse, feed);
    } else {
        parse(feed, (const char *)p, n);
    }
    if (over) {
        fail(feed, NETP_E_LIMIT);
    }
    return feed->error;
}

int netp_feed_end(struct netp_feed *feed)
{
    if (feed->error == NETP_OK && feed->charset.cd != (iconv_t)-1) {
        charset_decode(&feed->charset, NULL, 0, true, parse, feed);
    }
    parse_chunk(feed, "", 0, true);
    return feed->error;
}

unsigned netp_feed_line(const struct netp_feed *feed)
{
    return feed->error != NETP_OK ? feed->line : (unsigned)xmlSAX2GetLineNumber(feed->parser);
}

enum netp_feed_kind netp_feed_kind(const struct netp_feed *feed)
{
    return feed->kind;
}

struct netp_str netp_feed_title(const struct netp_feed *feed)
{
    return view(&feed->title);
}

struct netp_str netp_feed_link(const struct netp_feed *feed)
{
    return view(&feed->link);
}
