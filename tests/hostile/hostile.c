/* hostile FILE.md...: what an attacker or a broken peer may send, and what it must get.
 *
 * SPDX-License-Identifier: MIT
 *
 * Runs the cases of the tables that it is given, each in a process of its own, so that one that
 * crashes or never ends is a failure like another. --list names them. --without WORD,...: leaves
 * out those that need, or are set up with, what this build does not have. README.md says how a
 * table is written. */
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CASE_SECONDS 60 /* a case takes milliseconds; the sanitizers on a busy machine, more */

static int run(const struct table_case *c)
{
    char why[1024];

    alarm(CASE_SECONDS);
    if (tr_run(&c->subject->machine, &c->tr, why, sizeof why)) {
        return EXIT_SUCCESS;
    }
    printf("%s:%u: %s\n", c->file, c->line, why);
    return EXIT_FAILURE;
}

static bool holds(const struct table_case *c)
{
    int status;

    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        exit(run(c));
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        perror("hostile");
        exit(2);
    }
    if (WIFSIGNALED(status) || WEXITSTATUS(status) > EXIT_FAILURE) {
        printf("%s:%u: %s: ended by %s %d\n", c->file, c->line, c->tr.name,
               WIFSIGNALED(status) ? "signal" : "exit status",
               WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    }
    return status == 0;
}

/* Whether one of the words, which commas part, is among those of text. */
static bool has_word(const char *text, const char *words)
{
    for (size_t n; *words != '\0'; words += n + (words[n] == ',')) {
        n = strcspn(words, ",");
        for (const char *p = text; p != NULL && *p != '\0'; p += strspn(p, " ")) {
            size_t len = strcspn(p, " ");
            if (strcspn(p, " =") == n && memcmp(p, words, n) == 0) {
                return true;
            }
            p += len;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    bool list = argc > 1 && strcmp(argv[1], "--list") == 0;
    const char *without = argc > 2 && strcmp(argv[1], "--without") == 0 ? argv[2] : "";
    struct table t = {NULL, 0};
    size_t held = 0, left_out = 0;

    for (int i = *without != '\0' ? 3 : 1 + list; i < argc; i++) {
        if (!table_read(&t, argv[i])) {
            _exit(2); /* half a case is left, which a leak checker would tell of */
        }
    }
    if (t.n == 0) {
        fprintf(stderr, "usage: hostile [--list | --without WORD,...] FILE.md...\n");
        return 2;
    }
    for (size_t i = 0; i < t.n; i++) {
        if (list) {
            printf("%s:%u: %s\n", t.item[i].file, t.item[i].line, t.item[i].tr.name);
        } else if (has_word(t.item[i].tr.cfg, without) || has_word(t.item[i].needs, without)) {
            left_out++;
        } else {
            held += holds(&t.item[i]);
        }
    }
    if (list) {
        return 0;
    }
    t.n -= left_out;
    printf("%zu passed, %zu failed, %zu left out\n", held, t.n - held, left_out);
    return held == t.n ? EXIT_SUCCESS : EXIT_FAILURE;
}
