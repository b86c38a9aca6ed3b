/* post_data.c - -d and the like: the options that make the body of a POST.
 * SPDX-License-Identifier: MIT */
#include "post_data.h"
#include "post_form.h"
#include "text_file.h"
#include <errno.h>
#include <netproto/text.h>
#include <netproto/url.h>
#include <stdlib.h>
#include <string.h>

bool post_data_option(struct post_data *d, int opt, const char *value)
{
    if ((opt != 'd' && opt != 'F' && (opt < OPT_DATA_RAW || opt > OPT_JSON_BODY)) ||
        d->ngiven_ == POST_DATA_MAX) {
        return false;
    }
    d->given_[d->ngiven_].opt = opt;
    d->given_[d->ngiven_++].value = value;
    return true;
}

char *post_data_keep(struct post_data *d, char *text)
{
    return d->owned_[d->nowned_++] = text;
}

/* The text of a file, which d keeps; NULL, of which it has told. */
static char *read_file(struct post_data *d, const struct cli *c, const char *path, size_t *n)
{
    char *text = post_data_keep(d, text_file_read(path, n));

    if (!text) {
        cli_error(c, CLI_LOCAL, "%s: %s", path, strerror(errno));
    }
    return text;
}

/* -d @FILE is for what was typed: its line ends are none of the data's, as curl has it. */
static size_t without_line_ends(char *text, size_t n)
{
    size_t to = 0;

    for (size_t i = 0; i < n; i++) {
        if (text[i] != '\r' && text[i] != '\n' && text[i] != '\0') {
            text[to++] = text[i];
        }
    }
    return to;
}

static int add_file(struct post_data *d, const struct cli *c, int opt, const char *path)
{
    size_t n;
    char *text;

    if (opt != 'd') {
        return http_body_file(&d->body, path) == 0
                   ? CLI_DONE
                   : cli_error(c, CLI_LOCAL, "%s: %s", path, strerror(errno));
    }
    if (!(text = read_file(d, c, path, &n))) {
        return CLI_LOCAL;
    }
    http_body_text(&d->body, text, without_line_ends(text, n));
    return CLI_DONE;
}

/* CONTENT, =CONTENT, NAME=CONTENT, @FILE or NAME@FILE: the content is escaped, the name not. */
static int add_encoded(struct post_data *d, const struct cli *c, const char *value)
{
    size_t name = strcspn(value, "=@"), n;
    const char *content = value[name] ? value + name + 1 : value;
    char *out;
    ptrdiff_t len;

    if (value[name] == '@') {
        if (!(content = read_file(d, c, content, &n))) {
            return CLI_LOCAL;
        }
    } else {
        name = value[name] ? name : 0;
        n = strlen(content);
    }
    if (!(out = post_data_keep(d, malloc(NETP_URL_ENCODE_CAP(n) + 1)))) {
        return cli_error(c, CLI_LOCAL, "no memory");
    }
    len = netp_url_encode(NETP_URL_PART_FORM, out, NETP_URL_ENCODE_CAP(n), content, n);
    if (name > 0) {
        http_body_text(&d->body, value, name);
        http_body_text(&d->body, "=", 1);
    }
    http_body_text(&d->body, out, (size_t)len);
    return CLI_DONE;
}

static int add_data(struct post_data *d, const struct cli *c, int opt, const char *value)
{
    if (d->body.npieces > 0 && opt != OPT_JSON_BODY) {
        http_body_text(&d->body, "&", 1);
    }
    if (opt == OPT_DATA_URLENCODE) {
        return add_encoded(d, c, value);
    }
    if (*value == '@' && opt != OPT_DATA_RAW) {
        return add_file(d, c, opt, value + 1);
    }
    http_body_text(&d->body, value, strlen(value));
    return CLI_DONE;
}

/* The kind of body that an option is for. */
static const char *type_of(int opt)
{
    if (opt == OPT_JSON_BODY) {
        return "application/json";
    }
    return opt == 'F' || opt == OPT_FORM_STRING ? "multipart/form-data"
                                                : "application/x-www-form-urlencoded";
}

int post_data_make(struct post_data *d, const struct cli *c)
{
    int status = CLI_DONE;

    for (size_t i = 0; status == CLI_DONE && i < d->ngiven_; i++) {
        int opt = d->given_[i].opt;
        const char *type = type_of(opt), *value = d->given_[i].value;
        if (d->type && strcmp(d->type, type) != 0) {
            return cli_usage(c, "one body can't be %s and %s", d->type, type);
        }
        d->type = type;
        if (opt == 'F' || opt == OPT_FORM_STRING) {
            status = post_form_add(d, c, value, opt == OPT_FORM_STRING);
        } else {
            status = add_data(d, c, opt, value);
        }
    }
    d->json = d->type && strcmp(d->type, "application/json") == 0;
    return status == CLI_DONE && d->nparts_ > 0 ? post_form_end(d, c) : status;
}

void post_data_close(struct post_data *d)
{
    http_body_close(&d->body);
    while (d->nowned_ > 0) {
        free(d->owned_[--d->nowned_]);
    }
}
