/* replay.c - the main of a target that no fuzzer drives: it runs inputs and compares what became of
 * each with what is recorded. SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

static const char usage[] =
    "usage: fuzz_TARGET [-g GOLDEN | -w GOLDEN] FILE|FOLDER...\n"
    "\n"
    "Runs the target on each FILE (\"-\": standard input) and on the files of each FOLDER.\n"
    "  -g GOLDEN  the outcome of every input must be the one that is recorded there\n"
    "  -w GOLDEN  records the outcomes there instead\n"
    "  -v         names each input before it runs, and prints its outcome\n";

struct replay {
    bool verbose;
    FILE *record;
    char *golden; /* the text of the file, or NULL */
    unsigned inputs, bad;
    struct log outcome, brief; /* as the target wrote it, and shortened */
};

static void *grown(void *p, size_t n)
{
    p = realloc(p, n);
    FUZZ_CHECK(p != NULL, "no memory");
    return p;
}

/* All of a file, with a NUL behind it; NULL and a message if it can't be read. */
static char *slurp(const char *path, size_t *n)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    char *p = NULL;
    size_t cap = 0, got = 1;

    if (f == NULL) {
        perror(path);
        return NULL;
    }
    for (*n = 0; got > 0; *n += got) {
        if (cap - *n < 4096) {
            cap = 2 * cap + 8192;
            p = (char *)grown(p, cap);
        }
        got = fread(p + *n, 1, cap - *n - 1, f);
    }
    p[*n] = '\0';
    if (f != stdin) {
        fclose(f);
    }
    return p;
}

/* Characters of p, not at the end of a text, that show one byte of data: "a", "\\n" or "\\x00". */
static size_t unit(const char *p)
{
    size_t n = p[0] != '\\' ? 1 : p[1] == 'x' ? 4 : 2;
    return strnlen(p, n);
}

/* The outcome with long runs of a byte as "a{512}", so that people can read it. */
static void shorten(struct log *to, const struct log *from)
{
    char text[40];
    log_clear(to);
    for (const char *p = from->p; *p != '\0';) {
        size_t n = unit(p), k = 1;
        while (strncmp(p + k * n, p, n) == 0) {
            k++;
        }
        snprintf(text, sizeof text, "%.*s{%zu}", (int)n, p, k);
        if (k < 12) {
            k = 1;
            text[n] = '\0';
        }
        log_text(to, text, strlen(text));
        p += k * n;
    }
}

/* The golden file has a line "== NAME" for each input, and its outcome below. */
static void compare(struct replay *r, const char *name)
{
    char head[300];
    size_t n = (size_t)snprintf(head, sizeof head, "== %s\n", name);
    const char *at = strstr(r->golden, head), *end;

    if (at == NULL) {
        fprintf(stderr, "%s: no outcome is recorded; it is\n%s", name, r->brief.p);
        r->bad++;
        return;
    }
    at += n;
    end = strstr(at, "\n== ");
    n = end != NULL ? (size_t)(end + 1 - at) : strlen(at);
    if (n != r->brief.n || memcmp(at, r->brief.p, n) != 0) {
        fprintf(stderr, "%s: the outcome is\n%s--- not\n%.*s", name, r->brief.p, (int)n, at);
        r->bad++;
    }
}

static void run(struct replay *r, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    size_t n;
    char *text = slurp(path, &n);

    if (text == NULL) {
        r->bad++;
        return;
    }
    if (r->verbose) {
        fprintf(stderr, "%s, %zu bytes\n", path, n);
    }
    uint8_t *data = (uint8_t *)fuzz_copy(text, n);
    log_clear(&r->outcome);
    LLVMFuzzerTestOneInput(data, n);
    log_line(&r->outcome, "");
    shorten(&r->brief, &r->outcome);
    free(data);
    free(text);
    r->inputs++;
    if (r->verbose) {
        fputs(r->brief.p, stderr);
    }
    if (r->record != NULL) {
        fprintf(r->record, "== %s\n%s", name, r->brief.p);
    }
    if (r->golden != NULL) {
        compare(r, name);
    }
}

static int visible(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

/* A file, or all files of a folder in the order of their names. */
static void visit(struct replay *r, const char *path)
{
    struct dirent **e;
    struct stat st;
    int n;

    if (strcmp(path, "-") == 0 || stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
        run(r, path);
        return;
    }
    n = scandir(path, &e, visible, alphasort);
    for (int i = 0; i < n; i++) {
        size_t len = strlen(path) + strlen(e[i]->d_name) + 2;
        char *file = (char *)fuzz_block(len);
        snprintf(file, len, "%s/%s", path, e[i]->d_name);
        run(r, file);
        free(file);
        free(e[i]);
    }
    if (n >= 0) {
        free(e);
    }
}

/* An option; false if it is none or its file can't be opened. */
static bool option(struct replay *r, char c, const char *file)
{
    size_t n;
    if (c == 'v') {
        return r->verbose = true;
    }
    if (c == 'g') {
        return (r->golden = slurp(file, &n)) != NULL;
    }
    return c == 'w' && (r->record = fopen(file, "w")) != NULL;
}

int main(int argc, char **argv)
{
    struct replay r;
    int i = 1;

    memset(&r, 0, sizeof r);
    fuzz_outcome = &r.outcome;
    for (; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
        char c = argv[i][1];
        bool file = c == 'g' || c == 'w';
        if ((file && i + 1 == argc) || !option(&r, c, argv[i + file])) {
            fputs(usage, stderr);
            return 2;
        }
        i += file;
    }
    for (; i < argc; i++) {
        visit(&r, argv[i]);
    }
    if (r.record != NULL && fclose(r.record) != 0) {
        r.bad++;
    }
    free(r.golden);
    log_free(&r.outcome);
    log_free(&r.brief);
    printf("%u inputs, %u bad\n", r.inputs, r.bad);
    return r.bad > 0 || r.inputs == 0;
}
