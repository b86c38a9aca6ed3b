/* http_mime.c - see http_mime.h. SPDX-License-Identifier: MIT */
#include "http_scan.h"

#include <netproto/http_field.h>
#include <netproto/http_mime.h>

#define TEXT(subtype) "text/" subtype "; charset=utf-8"

/* Sorted by extension. As registered with IANA, and where there is none, what browsers expect. */
static const struct {
    char extension[12];
    const char *type;
} types[] = {
    {"7z", "application/x-7z-compressed"},
    {"aac", "audio/aac"},
    {"apk", "application/vnd.android.package-archive"},
    {"apng", "image/apng"},
    {"atom", "application/atom+xml"},
    {"avi", "video/x-msvideo"},
    {"avif", "image/avif"},
    {"bin", "application/octet-stream"},
    {"bmp", "image/bmp"},
    {"bz2", "application/x-bzip2"},
    {"c", TEXT("plain")},
    {"conf", TEXT("plain")},
    {"cpp", TEXT("plain")},
    {"css", TEXT("css")},
    {"csv", TEXT("csv")},
    {"deb", "application/vnd.debian.binary-package"},
    {"doc", "application/msword"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"eml", "message/rfc822"},
    {"epub", "application/epub+zip"},
    {"flac", "audio/flac"},
    {"geojson", "application/geo+json"},
    {"gif", "image/gif"},
    {"gz", "application/gzip"},
    {"h", TEXT("plain")},
    {"heic", "image/heic"},
    {"htm", TEXT("html")},
    {"html", TEXT("html")},
    {"ico", "image/vnd.microsoft.icon"},
    {"ics", TEXT("calendar")},
    {"ini", TEXT("plain")},
    {"iso", "application/vnd.efi.iso"},
    {"jar", "application/java-archive"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", TEXT("javascript")},
    {"json", "application/json"},
    {"jsonld", "application/ld+json"},
    {"jxl", "image/jxl"},
    {"log", TEXT("plain")},
    {"m3u8", "application/vnd.apple.mpegurl"},
    {"m4a", "audio/mp4"},
    {"m4v", "video/mp4"},
    {"map", "application/json"},
    {"md", TEXT("markdown")},
    {"mid", "audio/midi"},
    {"mjs", TEXT("javascript")},
    {"mkv", "video/matroska"},
    {"mov", "video/quicktime"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"mpeg", "video/mpeg"},
    {"mpg", "video/mpeg"},
    {"odp", "application/vnd.oasis.opendocument.presentation"},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {"odt", "application/vnd.oasis.opendocument.text"},
    {"oga", "audio/ogg"},
    {"ogg", "audio/ogg"},
    {"ogv", "video/ogg"},
    {"opus", "audio/ogg"},
    {"otf", "font/otf"},
    {"patch", TEXT("plain")},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"ppt", "application/vnd.ms-powerpoint"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"py", TEXT("plain")},
    {"rar", "application/vnd.rar"},
    {"rss", "application/rss+xml"},
    {"rtf", "application/rtf"},
    {"sh", TEXT("plain")},
    {"svg", "image/svg+xml"},
    {"tar", "application/x-tar"},
    {"tgz", "application/gzip"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"ts", "video/mp2t"},
    {"tsv", TEXT("tab-separated-values")},
    {"ttf", "font/ttf"},
    {"txt", TEXT("plain")},
    {"vtt", TEXT("vtt")},
    {"wasm", "application/wasm"},
    {"wav", "audio/wav"},
    {"webm", "video/webm"},
    {"webmanifest", "application/manifest+json"},
    {"webp", "image/webp"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"xhtml", "application/xhtml+xml"},
    {"xls", "application/vnd.ms-excel"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"xml", "application/xml"},
    {"xsl", "application/xslt+xml"},
    {"xz", "application/x-xz"},
    {"yaml", "application/yaml"},
    {"yml", "application/yaml"},
    {"zip", "application/zip"},
    {"zst", "application/zstd"},
};

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

struct netp_str netp_http_mime_extension(struct netp_str path)
{
    for (size_t i = path.n; i > 0 && path.p[i - 1] != '/'; i--) {
        if (path.p[i - 1] == '.') {
            return netp_str_make(path.p + i, path.n - i);
        }
    }
    return NETP_STR("");
}

/* As strcmp(), for any case of s. */
static int compare(struct netp_str s, const char *extension)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = lower(s.p[i]);
        if (extension[i] == '\0' || c != extension[i]) {
            return c < extension[i] ? -1 : 1;
        }
    }
    return extension[s.n] == '\0' ? 0 : -1;
}

const char *netp_http_mime_type(struct netp_str extension)
{
    size_t from = 0, to = sizeof types / sizeof *types;

    while (from < to) {
        size_t middle = (from + to) / 2;
        int r = compare(extension, types[middle].extension);
        if (r == 0) {
            return types[middle].type;
        }
        if (r < 0) {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    return NULL;
}

static bool ends_with(struct netp_str s, struct netp_str end)
{
    return s.n >= end.n && netp_str_ieq(netp_str_make(s.p + s.n - end.n, end.n), end);
}

bool netp_http_mime_packs(struct netp_str type)
{
    static const char *const subtypes[] = {
        "/json",
        "+json",
        "/xml",
        "+xml",
        "/yaml",
        "/wasm",
        "/javascript",
        "/rtf",
        "/bmp",
        "/tiff",
        "/ttf",
        "/otf",
        "/vnd.microsoft.icon",
        "/x-tar",
        "/vnd.apple.mpegurl",
    };
    struct netp_http_media media;
    struct netp_str both;

    if (netp_http_media_parse(type, &media) != NETP_OK) {
        return false;
    }
    both = netp_str_make(media.type.p, media.type.n + 1 + media.subtype.n);
    for (size_t i = 0; i < sizeof subtypes / sizeof *subtypes; i++) {
        if (ends_with(both, netp_str_of(subtypes[i]))) {
            return true;
        }
    }
    return netp_str_ieq(media.type, NETP_STR("text"));
}

/* Takes what stands before the next blank, up to a comment. */
static struct netp_str take_word(struct netp_str *line)
{
    size_t n = 0;

    http_take_run(line, &http_space);
    while (n < line->n && !http_is(&http_space, line->p[n]) && line->p[n] != '#') {
        n++;
    }
    return http_take(line, n);
}

int netp_http_mime_line(struct netp_str *line, struct netp_str *type)
{
    struct netp_str rest = *line, word = take_word(&rest), before, after;

    if (word.n == 0) {
        return 0;
    }
    if (!http_split(word, '/', &before, &after) || !netp_http_is_token(before) ||
        !netp_http_is_token(after)) {
        return NETP_E_SYNTAX;
    }
    *type = word;
    *line = rest;
    return 1;
}

int netp_http_mime_line_next(struct netp_str *line, struct netp_str *extension)
{
    *extension = take_word(line);
    return extension->n > 0;
}
