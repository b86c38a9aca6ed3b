/* cli.c - options, messages, exit status. SPDX-License-Identifier: MIT */
#include "cli.h"
#include <limits.h>
#include <netproto/text.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_HELP = 1000, OPT_VERSION, OPT_JSON, OPT_PROGRESS, OPT_TIMEOUT, OPT_CONNECT, OPT_BIND };

static const struct option common[] = {
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {"quiet", no_argument, NULL, 'q'},
    {"verbose", no_argument, NULL, 'v'},
    {"json", no_argument, NULL, OPT_JSON},
    {"progress", required_argument, NULL, OPT_PROGRESS},
    {"timeout", required_argument, NULL, OPT_TIMEOUT},
    {"connect-timeout", required_argument, NULL, OPT_CONNECT},
    {"bind", required_argument, NULL, OPT_BIND},
};
#define COMMON       (sizeof common / sizeof *common)
#define COMMON_SHORT "qv46"
#define LONGS_MAX    96

int cli_status(int err)
{
    switch (err) {
    case NETP_OK:
        return CLI_DONE;
    case NETP_E_TIMEOUT:
        return CLI_TIMEOUT;
    case NETP_E_SYNTAX:
    case NETP_E_LIMIT:
    case NETP_E_TRUNCATED:
    case NETP_E_TRAILING:
    case NETP_E_UNSUPPORTED:
        return CLI_PROTOCOL;
    case NETP_E_IO:
        return CLI_CONNECT;
    case NETP_E_NOSPACE:
        return CLI_LOCAL;
    default:
        return CLI_FAILED;
    }
}

/* --- messages -------------------------------------------------------------------------------- */

static void say(const struct cli *c, const char *fmt, va_list ap)
{
    fprintf(stderr, "netproto %s: ", c->command);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
}

int cli_usage(const struct cli *c, const char *fmt, ...)
{
    va_list ap;

    fprintf(stderr, "netproto %s: ", c->command);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, "; try 'netproto %s --help'\n", c->command);
    return CLI_USAGE;
}

int cli_error(const struct cli *c, int status, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say(c, fmt, ap);
    va_end(ap);
    return status;
}

void cli_note(const struct cli *c, const char *fmt, ...)
{
    va_list ap;

    if (!c->quiet) {
        va_start(ap, fmt);
        say(c, fmt, ap);
        va_end(ap);
    }
}

void cli_trace(const struct cli *c, const char *fmt, ...)
{
    va_list ap;

    if (c->verbose) {
        va_start(ap, fmt);
        say(c, fmt, ap);
        va_end(ap);
    }
}

/* --- values ---------------------------------------------------------------------------------- */

bool cli_number(const char *s, uint64_t min, uint64_t max, uint64_t *v)
{
    return netp_parse_dec(netp_str_of(s), max, v) == NETP_OK && *v >= min;
}

bool cli_seconds(const char *s, uint64_t *ms)
{
    char *end;
    double v = strtod(s, &end);

    if (end == s || *end || !(v > 0) || v > 1e9) {
        return false;
    }
    *ms = (uint64_t)(v * 1000 + 0.5);
    return true;
}

bool cli_size(const char *s, uint64_t *v)
{
    size_t n = strlen(s);
    const char *units = "kMG", *u = n ? strchr(units, s[n - 1]) : NULL;
    unsigned shift = u && *u ? 10 * (unsigned)(u - units + 1) : 0;

    if (netp_parse_dec(netp_str_make(s, shift ? n - 1 : n), UINT64_MAX >> shift, v) != NETP_OK) {
        return false;
    }
    *v <<= shift;
    return true;
}

bool cli_host_port(const char *s, char *host, size_t n, uint16_t *port)
{
    const char *colon = strrchr(s, ':');
    size_t len = colon ? (size_t)(colon - s) : 0;
    uint64_t v;

    if (!colon || !cli_number(colon + 1, 0, UINT16_MAX, &v)) {
        return false;
    }
    if (len >= 2 && s[0] == '[' && s[len - 1] == ']') {
        s++;
        len -= 2;
    } else if (memchr(s, ':', len)) {
        return false; /* an IPv6 address needs its brackets */
    }
    if (len >= n) {
        return false;
    }
    memcpy(host, s, len);
    host[len] = '\0';
    *port = (uint16_t)v;
    return true;
}

/* The length of the UTF-8 character of more than one byte at p (RFC 3629), or 0. */
static size_t utf8_length(const char *p, size_t n)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char c = (unsigned char)p[0];
    size_t length = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 0;
    uint32_t v = c & (0x7fu >> length);

    if (length == 0 || length > n || c >= 0xf8) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if (((unsigned char)p[i] & 0xc0) != 0x80) {
            return 0;
        }
        v = v << 6 | ((unsigned char)p[i] & 0x3fu);
    }
    return v < least[length] || v > 0x10ffff || (v >= 0xd800 && v < 0xe000) ? 0 : length;
}

void cli_json_put(FILE *f, const char *p, size_t n)
{
    size_t k;

    fputc('"', f);
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        if ((k = utf8_length(p + i, n - i)) > 0) {
            fwrite(p + i, 1, k, f);
            i += k - 1;
        } else if (c == '"' || c == '\\') {
            fprintf(f, "\\%c", c);
        } else if (c < 0x20 || c >= 0x7f) {
            fprintf(f, "\\u%04x", c);
        } else {
            fputc(c, f);
        }
    }
    fputc('"', f);
}

void cli_json_string(const char *p, size_t n)
{
    cli_json_put(stdout, p, n);
}

const char *cli_human(uint64_t bytes, char buf[16])
{
    static const char units[] = "KMGTPE";
    double v = (double)bytes;
    int u = -1;

    while (v >= 1024 && u < 5) {
        v /= 1024;
        u++;
    }
    if (u < 0) {
        snprintf(buf, 16, "%u B", (unsigned)bytes);
    } else {
        snprintf(buf, 16, "%.*f %ciB", v < 10 ? 1 : 0, v, units[u]);
    }
    return buf;
}

/* --- options --------------------------------------------------------------------------------- */

static int help(const struct cli_command *cmd)
{
    printf("usage: netproto %s [OPTION]... %s\n%s.\n\n%s", cmd->name, cmd->operands, cmd->summary,
           cmd->options);
    if (cmd->shared) {
        printf("\n%s", cmd->shared);
    }
    fputs("\n"
          "  -q, --quiet              say nothing but errors\n"
          "  -v, --verbose            say more on stderr: what was agreed on\n"
          "      --json               print results as JSON\n"
          "      --progress=WHEN      always, never or auto (a terminal, over half a second)\n"
          "      --timeout SEC        give up when the whole job takes longer\n"
          "      --connect-timeout SEC  give up when the first answer takes longer\n"
          "  -4, -6                   only IPv4, only IPv6\n"
          "      --bind ADDR          local address\n"
          "      --help, --version\n",
          stdout);
    return CLI_DONE;
}

static bool take_progress(struct cli *c, const char *v)
{
    static const char *const names[] = {"auto", "always", "never"};

    for (unsigned i = 0; i < 3; i++) {
        if (strcmp(v, names[i]) == 0) {
            c->progress = (enum cli_progress)i;
            return true;
        }
    }
    return false;
}

/* One of the common options; false when its value is no good. */
static bool take_common(struct cli *c, int opt, const char *v)
{
    switch (opt) {
    case 'q':
        c->quiet = true;
        return true;
    case 'v':
        c->verbose++;
        return true;
    case '4':
    case '6':
        c->fam = (uint8_t)(opt - '0');
        return true;
    case OPT_JSON:
        c->json = true;
        return true;
    case OPT_PROGRESS:
        return take_progress(c, v);
    case OPT_TIMEOUT:
        return cli_seconds(v, &c->timeout_ms);
    case OPT_CONNECT:
        return cli_seconds(v, &c->connect_timeout_ms);
    default:
        c->bind = v;
        return true;
    }
}

static bool is_common(int opt)
{
    return opt >= OPT_HELP || (opt <= UCHAR_MAX && strchr(COMMON_SHORT, opt));
}

int cli_parse(struct cli *c, const struct cli_command *cmd, int argc, char **argv,
              const char *shorts, const struct option *longs,
              bool (*own)(void *arg, int opt, const char *value), void *arg)
{
    struct option all[LONGS_MAX] = {{0}};
    char short_all[96];
    size_t n = 0;
    int opt, i = -1;

    for (; longs && longs[n].name; n++) {
        all[n] = longs[n];
    }
    memcpy(all + n, common, sizeof common);
    snprintf(short_all, sizeof short_all, ":" COMMON_SHORT "%s", shorts ? shorts : "");
    optind = 0;
    opterr = 0;
    while ((opt = getopt_long(argc, argv, short_all, all, &i)) != -1) {
        char name[40];
        const char *word = argv[optind - 1];
        if (i >= 0) {
            snprintf(name, sizeof name, "--%s", all[i].name);
        } else {
            snprintf(name, sizeof name, "-%c", opt);
        }
        i = -1;
        if (opt == OPT_HELP) {
            return CLI_LEAVE(help(cmd));
        }
        if (opt == OPT_VERSION) {
            printf("netproto %s\n", netp_version());
            return CLI_LEAVE(CLI_DONE);
        }
        if (opt == ':') {
            return CLI_LEAVE(cli_usage(c, "option '%s' needs a value", word));
        }
        if (opt == '?') {
            return CLI_LEAVE(cli_usage(c, "unknown option '%s'", word));
        }
        if (is_common(opt) ? !take_common(c, opt, optarg) : !own(arg, opt, optarg)) {
            return CLI_LEAVE(cli_usage(c, "'%s' is no good value for %s", optarg, name));
        }
    }
    return optind;
}
