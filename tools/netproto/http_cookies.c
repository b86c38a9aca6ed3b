/* http_cookies.c - -b and -c: the cookies of a run, from and to files.
 * SPDX-License-Identifier: MIT */
#include "http_cookies.h"
#include "text_file.h"
#include <errno.h>
#include <fcntl.h>
#include <netproto/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#ifdef NETPROTO_PSL
#include <netproto/host/psl.h>
#endif

#define JAR_MEM (4u << 20) /* bytes: more than all cookies that a jar may have usually take */

static int load(struct http_cookies *k, const struct cli *c, const char *file, bool must)
{
    size_t n, line = 0;
    char *text = text_file_read(file, &n);
    struct netp_str left = netp_str_make(text, n);
    enum netp_http_jar_result r;

    if (!text) {
        return errno == ENOENT && !must ? CLI_DONE
                                        : cli_error(c, CLI_LOCAL, "%s: %s", file, strerror(errno));
    }
    while ((r = netp_http_jar_load(&k->jar, &left, time(NULL))) != NETP_HTTP_JAR_END) {
        line++;
        if (r >= NETP_HTTP_JAR_SYNTAX) {
            cli_note(c, "%s: line %zu is left out: %s", file, line, netp_http_jar_text(r));
        }
    }
    explicit_bzero(text, n);
    free(text);
    return CLI_DONE;
}

int http_cookies_open(struct http_cookies *k, const struct cli *c)
{
    struct netp_http_jar_cfg cfg = {0};
    int status = CLI_DONE;

    if (!k->load && !k->save) {
        return CLI_DONE;
    }
    if (!(k->mem = malloc(JAR_MEM))) {
        return cli_error(c, CLI_LOCAL, "no memory for cookies");
    }
#ifdef NETPROTO_PSL
    cfg.is_public_suffix = netp_psl_is_public_suffix;
#endif
    netp_http_jar_init(&k->jar, k->mem, JAR_MEM, &cfg);
    if (k->save && !(k->load && strcmp(k->load, k->save) == 0)) {
        status = load(k, c, k->save, false);
    }
    return status == CLI_DONE && k->load ? load(k, c, k->load, true) : status;
}

/* Writes all that will be of use another time; false with errno. */
static bool write_lines(const struct http_cookies *k, const struct cli *c, FILE *f)
{
    char line[NETP_HTTP_JAR_LINE_CAP];
    struct netp_http_cookie cookie;
    size_t at = 0;

    fputs(NETP_HTTP_JAR_HEADER, f);
    while (netp_http_jar_next(&k->jar, &at, &cookie)) {
        ptrdiff_t n = netp_http_jar_line(line, sizeof line, &cookie);
        if (n < 0) {
            cli_note(c, "%s: a cookie with a tab in it can't be kept", k->save);
        } else if (!(cookie.flags & NETP_HTTP_COOKIE_EXPIRES) || cookie.expires > time(NULL)) {
            fwrite(line, 1, (size_t)n, f);
        }
    }
    return fflush(f) == 0 && fsync(fileno(f)) == 0;
}

int http_cookies_save(struct http_cookies *k, const struct cli *c)
{
    size_t n = k->save && k->mem ? strlen(k->save) : 0;
    char *part = n ? malloc(n + sizeof ".XXXXXX") : NULL;
    FILE *f = NULL;
    int fd = -1;
    bool good = false;

    if (n == 0) {
        return CLI_DONE;
    }
    if (part) {
        memcpy(part, k->save, n);
        memcpy(part + n, ".XXXXXX", sizeof ".XXXXXX");
        fd = mkostemp(part, O_CLOEXEC); /* mode 0600 */
    }
    if (fd >= 0 && (f = fdopen(fd, "w")) != NULL) {
        good = write_lines(k, c, f);
        good = fclose(f) == 0 && good && rename(part, k->save) == 0;
    }
    if (!good) {
        cli_error(c, CLI_LOCAL, "%s: the cookies were not written: %s", k->save, strerror(errno));
        if (fd >= 0) {
            unlink(part);
        }
    }
    free(part);
    return good ? CLI_DONE : CLI_LOCAL;
}

void http_cookies_free(struct http_cookies *k)
{
    if (k->mem) {
        explicit_bzero(k->mem, JAR_MEM);
        free(k->mem);
    }
    memset(k, 0, sizeof *k);
}
