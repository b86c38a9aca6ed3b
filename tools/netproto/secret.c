/* secret.c - passwords and tokens: from files, the environment or the terminal.
 * SPDX-License-Identifier: MIT */
#include "secret.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define SECRET_MAX 4096

/* The first line of f without its end, or NULL: there is none, or it is too long. */
static char *read_line(FILE *f)
{
    char *line = calloc(1, SECRET_MAX);

    if (!line || !fgets(line, SECRET_MAX, f) || strlen(line) == SECRET_MAX - 1) {
        secret_free(line);
        return NULL;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return line;
}

char *secret_read(const struct cli *c, const char *file)
{
    FILE *f = fopen(file, "re");
    char *line = NULL;

    if (!f) {
        cli_error(c, CLI_LOCAL, "%s: %s", file, strerror(errno));
        return NULL;
    }
    setvbuf(f, NULL, _IONBF, 0); /* no copy stays in a buffer */
    line = read_line(f);
    fclose(f);
    if (!line || !*line) {
        cli_error(c, CLI_LOCAL, "%s: its first line is empty, or too long for a secret", file);
        secret_free(line);
        return NULL;
    }
    return line;
}

/* Signals of the keyboard wait until the terminal is as it was. */
static void hold_signals(sigset_t *was)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGQUIT);
    sigaddset(&set, SIGTSTP);
    sigprocmask(SIG_BLOCK, &set, was);
}

/* Asks on the terminal, without an echo. NULL: there is no terminal, or no answer. */
static char *ask(const char *who)
{
    FILE *tty = fopen("/dev/tty", "r+e");
    struct termios was, quiet;
    sigset_t signals;
    char *line = NULL;

    if (!tty) {
        return NULL;
    }
    setvbuf(tty, NULL, _IONBF, 0);
    if (tcgetattr(fileno(tty), &was) == 0) {
        quiet = was;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        fprintf(tty, "Password for %s: ", who);
        hold_signals(&signals);
        tcsetattr(fileno(tty), TCSAFLUSH, &quiet);
        line = read_line(tty);
        tcsetattr(fileno(tty), TCSAFLUSH, &was);
        sigprocmask(SIG_SETMASK, &signals, NULL);
        fputc('\n', tty);
    }
    fclose(tty);
    return line;
}

char *secret_find(const struct cli *c, const char *file, const char *name, const char *who)
{
    const char *env = getenv(name);
    char *secret;

    if (file) {
        return secret_read(c, file);
    }
    secret = env ? strdup(env) : ask(who);
    if (!secret) {
        cli_error(c, CLI_USAGE, "no password for %s: in a file, the variable %s or at a terminal",
                  who, name);
    }
    return secret;
}

void secret_free(char *secret)
{
    if (secret) {
        explicit_bzero(secret, strlen(secret));
        free(secret);
    }
}
