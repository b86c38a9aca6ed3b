/* test_http_mime.c - the media types of files. SPDX-License-Identifier: MIT */
#include "told.h"

#include <netproto/http_field.h>
#include <netproto/http_mime.h>

static void by_name(struct netp_str path, struct told *told)
{
    const char *type = netp_http_mime_type(netp_http_mime_extension(path));

    tell(told, "%s", type != NULL ? type : "-");
    if (type != NULL) {
        struct netp_http_media media;
        assert_int_equal(netp_http_media_parse(netp_str_of(type), &media), NETP_OK);
        tell(told, netp_http_mime_packs(netp_str_of(type)) ? " packs" : "");
    }
}

/* Types as IANA has registered them. */
static void types_by_name(void **state)
{
    static const struct row rows[] = {
        ROW("index.html", "text/html; charset=utf-8 packs"),
        ROW("a/b.d/INDEX.HtM", "text/html; charset=utf-8 packs"),
        ROW("style.css", "text/css; charset=utf-8 packs"),
        ROW("a.b.js", "text/javascript; charset=utf-8 packs"), /* RFC 9239 */
        ROW("a.json", "application/json packs"),
        ROW("a.webmanifest", "application/manifest+json packs"),
        ROW("a.svg", "image/svg+xml packs"),
        ROW("a.xml", "application/xml packs"),
        ROW("a.wasm", "application/wasm packs"),
        ROW("a.yaml", "application/yaml packs"), /* RFC 9512 */
        ROW("a.ttf", "font/ttf packs"),
        ROW("a.ico", "image/vnd.microsoft.icon packs"),
        ROW("a.7z", "application/x-7z-compressed"), /* first and last of the table */
        ROW("a.zst", "application/zstd"),           /* RFC 8878 */
        ROW("a.zip", "application/zip"),
        ROW("a.tar.gz", "application/gzip"), /* RFC 6713 */
        ROW("a.tar", "application/x-tar packs"),
        ROW("a.png", "image/png"),
        ROW("a.pdf", "application/pdf"),
        ROW("a.woff2", "font/woff2"), /* RFC 8081 */
        ROW("a.woff", "font/woff"),
        ROW("a.mp4", "video/mp4"),
        ROW("a.c", "text/plain; charset=utf-8 packs"),
        ROW("a", "-"),
        ROW("html", "-"),
        ROW("a.", "-"),
        ROW("a.html/b", "-"),
        ROW("", "-"),
        ROW("a.htmlx", "-"),
        ROW("a.ht", "-"),
        ROW("a.0", "-"),
        ROW("a.zzz", "-"),
        ROW("a.html\0", "-"),
        ROW("a.webmanifest\0\0", "-"),
        ROW("a.\xc3\xa4", "-"),
        ROW("a.{", "-"),
        ROW("a.h[ml", "-"),
        ROW("a.HTML@", "-"),
        ROW("a.AVIF", "image/avif"),
        ROW("A.ZIP", "application/zip"),
    };
    (void)state;
    check_rows(by_name, rows, COUNT(rows));
}

/* What Debian's /etc/mime.types says of the same extensions; and where that has none or an older
 * one, IANA, or where browsers show it as text or do not care, what nginx and Apache send. */
static const char *const others[] = {
    /* Debian */
    "application/atom+xml atom",
    "application/epub+zip epub",
    "application/geo+json geojson",
    "application/gzip gz",
    "application/java-archive jar",
    "application/json json",
    "application/ld+json jsonld",
    "application/manifest+json webmanifest",
    "application/msword doc",
    "application/octet-stream bin",
    "application/pdf pdf",
    "application/rtf rtf",
    "application/vnd.android.package-archive apk",
    "application/vnd.apple.mpegurl m3u8",
    "application/vnd.debian.binary-package deb",
    "application/vnd.ms-excel xls",
    "application/vnd.ms-powerpoint ppt",
    "application/vnd.oasis.opendocument.presentation odp",
    "application/vnd.oasis.opendocument.spreadsheet ods",
    "application/vnd.oasis.opendocument.text odt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document docx",
    "application/vnd.rar rar",
    "application/wasm wasm",
    "application/x-7z-compressed 7z",
    "application/x-tar tar",
    "application/x-xz xz",
    "application/xhtml+xml xhtml",
    "application/xml xml",
    "application/xslt+xml xsl",
    "application/zip zip",
    "application/zstd zst",
    "audio/aac aac",
    "audio/flac flac",
    "audio/mp4 m4a",
    "audio/mpeg mp3",
    "audio/ogg oga ogg opus",
    "font/otf otf",
    "font/ttf ttf",
    "font/woff woff",
    "font/woff2 woff2",
    "image/apng apng",
    "image/avif avif",
    "image/bmp bmp",
    "image/gif gif",
    "image/heic heic",
    "image/jpeg jpeg jpg",
    "image/jxl jxl",
    "image/png png",
    "image/svg+xml svg",
    "image/tiff tiff tif",
    "image/vnd.microsoft.icon ico",
    "image/webp webp",
    "message/rfc822 eml",
    "text/calendar ics",
    "text/css css",
    "text/csv csv",
    "text/html html htm",
    "text/javascript js mjs",
    "text/markdown md",
    "text/plain txt",
    "text/tab-separated-values tsv",
    "text/vtt vtt",
    "video/mp4 mp4 m4v",
    "video/mpeg mpeg mpg",
    "video/ogg ogv",
    "video/quicktime mov",
    "video/webm webm",
    "video/x-msvideo avi",
    /* others */
    "application/x-bzip2 bz2",
    "text/plain c conf cpp h ini log patch py sh",
    "application/vnd.efi.iso iso",
    "application/json map",
    "audio/midi mid",
    "video/matroska mkv",
    "application/rss+xml rss",
    "application/gzip tgz",
    "video/mp2t ts",
    "audio/wav wav",
    "application/yaml yaml yml",
};

static void types_are_those_of_others(void **state)
{
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(others); i++) {
        struct netp_str rest = netp_str_of(others[i]), type, extension;
        assert_int_equal(netp_http_mime_line(&rest, &type), 1);
        for (; netp_http_mime_line_next(&rest, &extension) == 1; n++) {
            const char *ours = netp_http_mime_type(extension);
            assert_non_null(ours);
            assert_true(netp_str_eq(netp_str_make(ours, strcspn(ours, ";")), type));
            assert_true((ours[type.n] == ';') == (memcmp(ours, "text/", 5) == 0));
        }
    }
    assert_int_equal(n, 98); /* all there are */
}

static void packs(struct netp_str type, struct told *told)
{
    tell(told, netp_http_mime_packs(type) ? "yes" : "no");
}

static void what_packs(void **state)
{
    static const struct row rows[] = {
        ROW("TEXT/HTML", "yes"),
        ROW("text/x-anything; charset=utf-8", "yes"),
        ROW("application/problem+json", "yes"),
        ROW("application/JSON", "yes"),
        ROW("application/json; a=plain", "yes"),
        ROW("application/octet-stream; a=\"/json\"", "no"),
        ROW("application/jsonx", "no"),
        ROW("image/png", "no"),
        ROW("x/y", "no"),
        ROW("textual/plain", "no"),
        ROW("text", "no"),
        ROW("", "no"),
    };
    (void)state;
    check_rows(packs, rows, COUNT(rows));
}

static void line(struct netp_str s, struct told *told)
{
    struct netp_str type, extension;
    struct netp_str before = s;
    int r = netp_http_mime_line(&s, &type);

    tell_error(told, r);
    if (r <= 0) {
        assert_true(s.p == before.p && s.n == before.n);
        return;
    }
    tell_str(told, type);
    while (netp_http_mime_line_next(&s, &extension) > 0) {
        tell(told, " %.*s", (int)extension.n, extension.p);
    }
}

/* Lines as /etc/mime.types of Debian and nginx's source have them. */
static void lines(void **state)
{
    static const struct row rows[] = {
        ROW("text/html\t\t\t\t\thtml htm shtml", "[text/html] html htm shtml"),
        ROW("application/activemessage", "[application/activemessage]"),
        ROW("  text/plain asc  ", "[text/plain] asc"),
        ROW("text/plain txt # text", "[text/plain] txt"),
        ROW("text/plain txt#text", "[text/plain] txt"),
        ROW("# Media types", ""),
        ROW("", ""),
        ROW(" \t", ""),
        ROW("html", "NETP_E_SYNTAX"),
        ROW("text/ html", "NETP_E_SYNTAX"),
        ROW("/html html", "NETP_E_SYNTAX"),
        ROW("text/h@ml html", "NETP_E_SYNTAX"),
        ROW("text/html/x html", "NETP_E_SYNTAX"),
        ROW("text/html; html", "NETP_E_SYNTAX"),
    };
    (void)state;
    check_rows(line, rows, COUNT(rows));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_by_name),
        cmocka_unit_test(types_are_those_of_others),
        cmocka_unit_test(what_packs),
        cmocka_unit_test(lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
