/* http_option.c - the options of the subcommands that speak HTTP. SPDX-License-Identifier: MIT */
#include "http_job.h"
#include <netproto/addr.h>
#include <netproto/http_date.h>
#include <netproto/http_field.h>
#include <netproto/text.h>
#include <netproto/url.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* n bytes that live as long as the job; NULL: no room. The last places are for http_job_begin(). */
static char *own(struct http_job *job, size_t n)
{
    if (job->nowned_ >= HTTP_JOB_FIELDS) {
        return NULL;
    }
    return job->owned_[job->nowned_++] = calloc(1, n);
}

static bool add_field(struct http_job *job, struct netp_str name, struct netp_str value)
{
    if (job->fetch.nfield == HTTP_JOB_FIELDS) {
        return false;
    }
    job->field_[job->fetch.nfield++] = (struct netp_http1_pair){name, value};
    job->fetch.field = job->field_;
    return true;
}

bool http_job_field(struct http_job *job, const char *name, const char *value)
{
    for (size_t i = 0; i < job->fetch.nfield; i++) {
        if (netp_str_ieq(job->field_[i].name, netp_str_of(name))) {
            return true;
        }
    }
    return add_field(job, netp_str_of(name), netp_str_of(value));
}

/* --- fields ---------------------------------------------------------------------------------- */

/* A field that is likely to hold what only its server may see: it is hidden in traces, and no
 * redirection takes it elsewhere. */
static bool is_secret(struct netp_str name)
{
    static const char *const words[] = {"auth", "token", "key", "secret", "session", "password"};

    for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
        size_t n = strlen(words[w]);
        for (size_t i = 0; i + n <= name.n; i++) {
            if (netp_str_ieq(netp_str_make(name.p + i, n), netp_str_make(words[w], n))) {
                return true;
            }
        }
    }
    return false;
}

/* "Name: value"; "Name:" for a field that is not sent; "Name;" for an empty one. */
static bool take_header(struct http_job *job, const char *text)
{
    size_t n = strcspn(text, ":;");
    struct netp_str name = netp_str_make(text, n), value = {NULL, 0};

    if (text[n] == ':') {
        const char *from = text + n + 1 + strspn(text + n + 1, " \t");
        size_t len = strlen(from);
        while (len > 0 && (from[len - 1] == ' ' || from[len - 1] == '\t')) {
            len--;
        }
        value = len > 0 ? netp_str_make(from, len) : value;
    } else if (text[n] == ';' && text[n + 1] == '\0') {
        value = NETP_STR("");
    } else {
        return false;
    }
    if (!netp_http_is_token(name) || (value.n > 0 && !netp_http_is_value(value)) ||
        !add_field(job, name, value)) {
        return false;
    }
    if (is_secret(name)) {
        job->secret_[job->fetch.nsecret++] = name;
        job->fetch.secret = job->secret_;
    }
    return true;
}

/* A URL as Referer may be: without user and fragment (RFC 9110 section 10.1.3). */
static bool take_referer(struct http_job *job, const char *text)
{
    struct netp_url u;
    size_t at, most = strlen(text) + 8;
    char *out = own(job, most + 1);

    if (!out || netp_url_parse(netp_str_of(text), &u, &at) != NETP_OK ||
        !(u.has & NETP_URL_SCHEME)) {
        return false;
    }
    u.has &= ~(unsigned)(NETP_URL_USERINFO | NETP_URL_FRAGMENT);
    job->referer_ = out;
    return netp_url_normalise(&u, out, most) > 0;
}

static bool take_cookie(struct http_job *job, const char *text)
{
    if (!strchr(text, '=')) {
        job->cookies_.load = text;
        return true;
    }
    job->cookie_ = text;
    return netp_http_is_value(netp_str_of(text));
}

static bool take_range(struct http_job *job, const char *text)
{
    struct netp_http_range range[16];
    size_t n = strlen(text) + sizeof "bytes=";
    char *out = own(job, n);

    if (!out) {
        return false;
    }
    snprintf(out, n, "bytes=%s", text);
    job->range_ = out;
    return netp_http_range_parse(netp_str_of(out), range, 16) > 0;
}

/* Seconds since 1970 of a file, a date of HTTP, or "2026-01-31[ 12:00[:00]]" in UTC. */
static bool read_time(const char *text, int64_t *t)
{
    static const char *const forms[] = {"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S",
                                        "%Y-%m-%dT%H:%M:%SZ"};
    struct stat st;

    if (stat(text, &st) == 0) {
        *t = st.st_mtime;
        return true;
    }
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct tm tm = {0};
        const char *end = strptime(text, forms[i], &tm);
        if (end && *end == '\0') {
            *t = timegm(&tm);
            return true;
        }
    }
    return netp_http_date_parse(netp_str_of(text), time(NULL), t) == NETP_OK ||
           netp_http_cookie_date_parse(netp_str_of(text), t) == NETP_OK;
}

static bool take_time(struct http_job *job, const char *text)
{
    char *out = own(job, NETP_HTTP_DATE_LEN + 1);
    int64_t t;

    job->time_name_ = *text == '-' ? "If-Unmodified-Since" : "If-Modified-Since";
    job->time_ = out;
    return out && read_time(text + (*text == '-'), &t) && netp_http_date_format(t, out) == NETP_OK;
}

/* --- connections ----------------------------------------------------------------------------- */

/* HOST:PORT:ADDR, where ADDR may be in brackets. */
static bool take_resolve(struct http_job *job, const char *text)
{
    const char *colon = strchr(text, ':'), *second = colon ? strchr(colon + 1, ':') : NULL;
    size_t n = colon ? (size_t)(colon - text) : 0;
    struct netp_http_resolve *r = &job->resolve_[job->cfg.nresolve];
    struct netp_str addr, port;
    uint64_t v;
    char *host;

    if (!second || n == 0 || job->cfg.nresolve == HTTP_JOB_RESOLVE || !(host = own(job, n + 1))) {
        return false;
    }
    port = netp_str_make(colon + 1, (size_t)(second - colon - 1));
    addr = netp_str_of(second + 1);
    if (addr.n >= 2 && addr.p[0] == '[' && addr.p[addr.n - 1] == ']') {
        addr = netp_str_make(addr.p + 1, addr.n - 2);
    }
    if (netp_parse_dec(port, UINT16_MAX, &v) != NETP_OK ||
        netp_addr_parse(addr, &r->addr) != NETP_OK || r->addr.port != 0) {
        return false;
    }
    memcpy(host, text, n);
    r->host = host;
    r->port = (uint16_t)v;
    job->cfg.resolve = job->resolve_;
    job->cfg.nresolve++;
    return true;
}

static bool connection_option(struct http_job *job, int opt, const char *value)
{
    uint64_t v = 0;
    bool good = true;

    switch (opt) {
    case 'x':
        job->proxy_.url = value;
        return true;
    case 'U':
        job->proxy_.user = value;
        return true;
    case OPT_NOPROXY:
        job->proxy_.no = value;
        return true;
    case OPT_RESOLVE:
        return take_resolve(job, value);
    case OPT_LIMIT_RATE:
        return cli_size(value, &job->limit_rate) && job->limit_rate > 0;
    case OPT_RETRY:
        good = cli_number(value, 0, 1000, &v);
        job->retry = (unsigned)v;
        return good;
    case OPT_RETRY_DELAY:
        good = cli_seconds(value, &v) && v <= UINT32_MAX;
        job->retry_delay_ms = (uint32_t)v;
        return good;
    case OPT_MAX_FILESIZE:
        return cli_size(value, &job->fetch.max_body) && job->fetch.max_body > 0;
    default:
        return false;
    }
}

static bool tls_option(struct http_job *job, int opt, const char *value)
{
    struct netp_tls_client_cfg *tls = &job->cfg.tls;

    switch (opt) {
    case OPT_CACERT:
        tls->ca_file = value;
        return true;
    case OPT_CAPATH:
        tls->ca_dir = value;
        return true;
    case OPT_CERT_STATUS:
        tls->need_staple = true;
        return true;
    case 'k':
        tls->insecure = true;
        return true;
    case OPT_CERT:
        tls->cert.chain = value;
        return true;
    case OPT_KEY:
        tls->cert.key = value;
        return true;
    default:
        return connection_option(job, opt, value);
    }
}

/* --- logins ---------------------------------------------------------------------------------- */

static bool login_option(struct http_job *job, int opt, const char *value)
{
    switch (opt) {
    case 'u':
        job->user_ = value;
        return *value != '\0' && *value != ':';
    case OPT_PASSWORD_FILE:
        job->password_file_ = value;
        return true;
    case 'n':
    case OPT_NETRC:
        job->use_netrc_ = true;
        job->netrc_ = value;
        return true;
    case OPT_BEARER_FILE:
        job->bearer_file_ = value;
        return true;
    case OPT_BEARER:
        job->fetch.token = value;
        return *value != '\0' && netp_http_is_value(netp_str_of(value));
    case OPT_BASIC:
        job->fetch.flags |= NETP_FETCH_BASIC;
        return true;
    default:
        return tls_option(job, opt, value);
    }
}

/* --- redirections and codings ---------------------------------------------------------------- */

static bool answer_option(struct http_job *job, int opt, const char *value)
{
    uint16_t *flags = &job->fetch.flags;
    uint64_t v = 0;

    switch (opt) {
    case 'L':
        job->fetch.max_redirects = 0;
        return true;
    case OPT_NO_LOCATION:
        job->fetch.max_redirects = NETP_FETCH_NO_REDIRECTS;
        return true;
    case OPT_MAX_REDIRS:
        if (!cli_number(value, 0, NETP_FETCH_NO_REDIRECTS - 1, &v)) {
            return false;
        }
        job->fetch.max_redirects = v ? (uint16_t)v : NETP_FETCH_NO_REDIRECTS;
        return true;
    case OPT_POST301:
        *flags |= NETP_FETCH_POST_STAYS;
        return true;
    case OPT_COMPRESSED:
        *flags &= (uint16_t)~NETP_FETCH_RAW;
        return true;
    case OPT_NO_COMPRESSED:
        *flags |= NETP_FETCH_RAW;
        return true;
    default:
        return login_option(job, opt, value);
    }
}

bool http_job_option(struct http_job *job, int opt, const char *value)
{
    switch (opt) {
    case 'X':
        job->fetch.method = value;
        return netp_http_is_token(netp_str_of(value)) && strcmp(value, "CONNECT") != 0;
    case 'H':
        return take_header(job, value);
    case 'A':
        job->cfg.user_agent = value;
        return *value == '\0' || netp_http_is_value(netp_str_of(value));
    case 'e':
        return take_referer(job, value);
    case 'b':
        return take_cookie(job, value);
    case 'c':
        job->cookies_.save = value;
        return true;
    case 'r':
        return take_range(job, value);
    case 'z':
        return take_time(job, value);
    default:
        return answer_option(job, opt, value);
    }
}

const char http_job_help[] =
    "Request:\n"
    "  -X, --request METHOD     instead of GET, POST or PUT\n"
    "  -H, --header 'NAME: VALUE'  one more field; 'NAME:' leaves it out,\n"
    "                           'NAME;' is one without a value\n"
    "  -A, --user-agent NAME    \"\" for none\n"
    "  -e, --referer URL        where the link was found, without user and fragment\n"
    "  -b, --cookie DATA|FILE   cookies, as NAME=VALUE; or from a file (cookies.txt)\n"
    "  -c, --cookie-jar FILE    cookies from this file, and all that are kept to it\n"
    "  -r, --range RANGE        some bytes: 0-99, 500-, -100\n"
    "  -z, --time-cond DATE|FILE  only if it is newer than that; -DATE: older\n"
    "      --no-compressed      ask for no content coding, undo none\n"
    "Login:\n"
    "  -u, --user USER[:PASSWORD]  without password it is asked for, or that of\n"
    "      --password-file FILE or, in the environment, NETPROTO_PASSWORD\n"
    "  -n, --netrc[=FILE]       user and password from ~/.netrc, or that file\n"
    "      --basic              log in with the first request, by the Basic scheme\n"
    "      --bearer-file FILE   a token, on its first line; --oauth2-bearer TOKEN\n"
    "Redirections:\n"
    "      --no-location        don't follow any; -L, --location does, as without it\n"
    "      --max-redirs N       follow so many at most\n"
    "      --post301            a POST stays one behind 301 and 302; also --post302\n"
    "Connection:\n"
    "  -x, --proxy URL          http, https, socks5, socks5h; \"\" for none. Without -x\n"
    "                           http_proxy, https_proxy, all_proxy of the environment\n"
    "  -U, --proxy-user USER[:PASSWORD]  or NETPROTO_PROXY_PASSWORD\n"
    "      --noproxy LIST       hosts without a proxy, as no_proxy of the environment\n"
    "      --resolve HOST:PORT:ADDR  connect to ADDR for that host\n"
    "      --limit-rate RATE    bytes a second, also 500k, 2M\n"
    "      --max-filesize SIZE  more is an error\n"
    "      --retry N            repeat what may pass, a broken connection or 503\n"
    "      --retry-delay SEC    before the first of them (1), then twice that, ...\n"
    "TLS:\n"
    "      --cacert FILE, --capath DIR  whom to trust, instead of the system's store\n"
    "      --cert-status        the server must show, by OCSP, that its certificate is good\n"
    "  -k, --insecure           take any certificate: no protection against attackers\n"
    "      --cert FILE, --key FILE  a certificate to show; its key, if not in there\n";
