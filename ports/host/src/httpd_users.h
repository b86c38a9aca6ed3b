/* httpd_users.h - the files that name users: those of htpasswd and of htdigest.
 * SPDX-License-Identifier: MIT */
#ifndef HTTPD_USERS_H
#define HTTPD_USERS_H

#include <netproto/netp.h>

#define USERS_NAME 255 /* bytes of a name */
#define USERS_HASH 255 /* bytes of a hash, as crypt(3) or in hexadecimal */
#define USERS_WHY  512 /* bytes of a sentence */

struct user {
    struct netp_str name, hash;
    size_t digest; /* characters of it, 32 or 64; 0: it is crypt's */
};

struct users {
    char *text;
    struct user *v; /* in the order of their names */
    size_t n;
};

/* Reads lines of user:hash, or with a realm user:realm:hash, of which those of others are passed
 * over. text is taken over, from malloc(), and changed. false with a sentence in why, "3: there is
 * no colon", which has no hashes; *u has nothing to free then. */
bool users_parse(struct users *u, char *text, size_t n, const struct netp_str *realm,
                 char why[USERS_WHY]);
/* The same for a file, which the sentence begins with. */
bool users_read(struct users *u, const char *path, const struct netp_str *realm,
                char why[USERS_WHY]);
void users_free(struct users *u);

/* The user of that name, whose digest has that many characters; NULL: there is none. */
const struct user *users_find(const struct users *u, struct netp_str name, size_t digest);

#endif
