/* Media types: a line of a mime.types file, and a path, by a second reading.
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <netproto/http_field.h>
#include <netproto/http_mime.h>
#include <netproto/text.h>

#include <string.h>

/* The next word in a line that ends with a NUL, and is changed. */
static struct netp_str next_word(char **p)
{
    char *word = *p + strspn(*p, " \t");

    *p = word + strcspn(word, " \t#");
    return netp_str_make(word, (size_t)(*p - word));
}

static void check_line(struct netp_str line, char *copy)
{
    struct netp_str type, extension, word = next_word(&copy);
    int r = netp_http_mime_line(&line, &type);

    FUZZ_OUTCOME("line %s", r > 0 ? "" : r == 0 ? "empty" : netp_errname(r));
    FUZZ_CHECK((r == 0) == (word.n == 0), "%d", r);
    if (r <= 0) {
        return;
    }
    FUZZ_CHECK(netp_str_eq(type, word), "%.*s", (int)type.n, type.p);
    FUZZ_OUTCOME("[%.*s]", (int)type.n, type.p);
    while (netp_http_mime_line_next(&line, &extension) > 0) {
        word = next_word(&copy);
        FUZZ_CHECK(netp_str_eq(extension, word), "%.*s", (int)extension.n, extension.p);
        FUZZ_OUTCOME("%.*s", (int)extension.n, extension.p);
    }
    FUZZ_CHECK(next_word(&copy).n == 0, "%s", copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *p = (char *)fuzz_copy(data, size), *copy = malloc(size + 1);
    struct netp_str s = netp_str_make(p, size), extension = netp_http_mime_extension(s);
    const char *type = netp_http_mime_type(extension);

    FUZZ_CHECK(extension.n == 0 || (extension.p + extension.n == p + size && extension.p > p &&
                                    extension.p[-1] == '.'),
               "extension");
    FUZZ_CHECK(memchr(extension.p, '.', extension.n) == NULL &&
                   memchr(extension.p, '/', extension.n) == NULL,
               "%.*s", (int)extension.n, extension.p);
    FUZZ_OUTCOME("%s%s", type != NULL ? type : "no type",
                 type != NULL && netp_http_mime_packs(netp_str_of(type)) ? " packs" : "");
    FUZZ_OUTCOME("as a type it %s", netp_http_mime_packs(s) ? "packs" : "does not pack");
    if (size == 0 || memchr(p, '\0', size) == NULL) {
        memcpy(copy, p, size);
        copy[size] = '\0';
        check_line(s, copy);
    }
    free(copy);
    free(p);
    return 0;
}
