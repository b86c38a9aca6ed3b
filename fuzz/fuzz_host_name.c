/* Names that peers send to servers, and URLs. SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "url.h"

#include <netproto/host/file.h>

#include <errno.h>
#include <string.h>

/* What is let through stays below its root, whatever the kernel makes of it. */
static void below_root(const uint8_t *p, size_t n)
{
    const size_t caps[] = {n + 1, n, n / 2, 0};
    for (size_t i = 0; i < sizeof caps / sizeof *caps; i++) {
        size_t cap = caps[i];
        char *path = (char *)fuzz_block(cap);
        errno = 0;
        int r = netp_root_name((struct netp_str){(const char *)p, n}, path, cap);
        if (i == 0) {
            FUZZ_OUTCOME("name %s", r == 0 ? path : errno == EACCES ? "EACCES" : strerror(errno));
        }
        FUZZ_CHECK(r == 0 || errno == ENOENT || errno == EACCES || errno == ENAMETOOLONG, "%d",
                   errno);
        if (r == 0) {
            size_t len = strlen(path);
            FUZZ_CHECK(len > 0 && len < cap && path[0] != '/', "\"%s\"", path);
            FUZZ_CHECK(strcmp(path, "..") != 0 && strncmp(path, "../", 3) != 0 &&
                           strstr(path, "/../") == NULL &&
                           (len < 3 || strcmp(path + len - 3, "/..") != 0),
                       "\"%s\" leads out", path);
        }
        free(path);
    }
}

static void url(const uint8_t *p, size_t n)
{
    char *text = (char *)fuzz_block(n + 1);
    struct url u;

    memcpy(text, p, n);
    text[n] = '\0';
    memset(&u, 0x5a, sizeof u);
    const char *wrong = url_parse(&u, text);
    if (wrong == NULL) {
        FUZZ_CHECK(memchr(u.scheme, '\0', sizeof u.scheme) != NULL &&
                       memchr(u.host, '\0', sizeof u.host) != NULL &&
                       memchr(u.path, '\0', sizeof u.path) != NULL,
                   "no end");
        FUZZ_CHECK(strchr(url_basename(&u), '/') == NULL, "\"%s\"", url_basename(&u));
        FUZZ_OUTCOME("url %s host %s port %u path %.200s%s", u.scheme, u.host, u.port, u.path,
                     u.netascii ? " netascii" : "");
    } else {
        FUZZ_OUTCOME("url: %s", wrong);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *p = (uint8_t *)fuzz_copy(data, size);

    below_root(p, size);
    url(p, size);
    free(p);
    return 0;
}
