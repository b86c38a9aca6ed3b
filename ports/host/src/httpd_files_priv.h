/* httpd_files_priv.h - what the sources of the file server share. SPDX-License-Identifier: MIT */
#ifndef HTTPD_FILES_PRIV_H
#define HTTPD_FILES_PRIV_H

#include "crew.h"
#include "httpd_priv.h"
#include <limits.h>
#include <netproto/host/file.h>
#include <netproto/host/httpd_files.h>
#include <netproto/http_date.h>
#include <netproto/http_field.h>
#include <netproto/text.h>
#include <sys/stat.h>

#define FILES_SMALL    65536u     /* bytes: such files are held in memory */
#define FILES_PACK_MIN 256u       /* bytes: smaller files are not compressed */
#define FILES_PACK_MAX (1u << 20) /* bytes: nor are larger ones */
#define FILES_CHECK_MS 1000u      /* how long a file is taken to be as it was */
#define FILES_ETAG_CAP 72

/* What is sent of a file: all as it is, or all in a coding. */
struct files_form {
    int fd;       /* -1: it is in mem */
    uint8_t *mem; /* NULL: it is in fd */
    uint64_t size;
    struct stat st;            /* of the file it comes from */
    char etag[FILES_ETAG_CAP]; /* as it is sent */
    size_t netag;
    struct netp_http_etag tag; /* a view of it */
};

/* What a path led to when it was last looked at. Lives until it is forgotten and not used. */
struct files_entry {
    struct netp_httpd_files *files;
    struct files_entry *next;          /* of the same slot in the table */
    struct files_entry *newer, *older; /* by the last use */
    uint32_t hash;
    unsigned uses;   /* exchanges that send from it */
    bool known;      /* is in the table */
    netp_ms checked; /* when it was last compared with what is on the disk */
    char *type;      /* Content-Type */
    bool packs;      /* there may be a coded form */
    bool pack_tried;
    struct files_packing *packing; /* it is being made; NULL: it is not */
    int64_t modified;              /* seconds: Last-Modified */
    char modified_text[NETP_HTTP_DATE_LEN];
    struct files_form plain, gzip; /* gzip.size 0: there is none */
    size_t memory;                 /* bytes of both in memory */
    size_t nkey;
    char key[]; /* the path as it was sent, below the root */
};

#define FILES_SLOTS 1024u

struct files_mime;

struct netp_httpd_files {
    struct netp_root root;
    struct files_mime *mime;
    char *index; /* names with a NUL behind each, then another NUL */
    unsigned flags, max_open;
    size_t max_memory;
    uint64_t max_upload;
    struct files_entry *slot[FILES_SLOTS];
    struct files_entry *newest, *oldest;
    unsigned known;
    size_t memory;   /* of all entries, also of those that are forgotten and still used */
    netp_ms written; /* when a file was last stored: what is known from before must be checked */
    struct crew packers, storers; /* each of one, for a disk may be slow; open when first needed */
};

/* httpd_files_path.c: the path below the root that s, of a request, stands for; "" is the root
 * itself. 0, or the status: 400, 404. */
unsigned files_path(const struct netp_httpd_files *f, struct netp_str s, char path[PATH_MAX]);
/* Whether a name is not served. */
bool files_hidden(const struct netp_httpd_files *f, struct netp_str name);
/* The status for errno after something could not be opened. */
unsigned files_status(void);

/* httpd_files_cache.c */
enum files_found {
    FILES_ENTRY = 1, /* *e */
    FILES_FOLDER,    /* a folder, but the path lacks the slash at its end */
    FILES_NO_INDEX,  /* a folder without index file: *fd is its descriptor */
    FILES_STATUS     /* *status */
};
struct files_answer {
    enum files_found found;
    struct files_entry *e; /* until the next call, unless used */
    int fd;
    unsigned status;
    char path[PATH_MAX]; /* of NO_INDEX */
};
void files_get(struct netp_httpd_files *f, struct netp_str rest, netp_ms now,
               struct files_answer *a);
/* Whether the rest of what is being sent can still be what it was: logs grow. */
bool files_goes_on(const struct files_form *form);
void files_use(struct files_entry *e);
void files_done(struct files_entry *e);
/* Forgets all, to have descriptors and memory back. */
void files_forget(struct netp_httpd_files *f);
/* All of fd, whose size st has, in memory for free(). NULL: it is not there, or has changed. */
uint8_t *files_read(int fd, const struct stat *st);
/* Takes mem[0..size) as the gzip form of e, which is in use; NULL: there is none. */
void files_add_gzip(struct files_entry *e, uint8_t *mem, size_t size);

/* httpd_files_etag.c: the entity tag for what st says; suffix: of a coded form. now: to know
 * whether it may change again unseen. */
void files_etag(struct files_form *form, const struct stat *st, const char *suffix,
                const struct timespec *now);
/* Whether st is still that file, unchanged. */
bool files_same(const struct stat *a, const struct stat *b);

/* httpd_files_pack.c: makes the gzip form of e, which x asks for, if that is worth it. True: it is
 * being made; x waits for it, and goes to files_again(). */
bool files_pack(struct files_entry *e, struct netp_httpd_exchange *x);

/* httpd_files.c: answers x, which has waited. */
void files_again(struct netp_httpd_files *f, struct netp_httpd_exchange *x);
/* Has the crew do the job, which may be over when this returns: at once where there are no
 * threads. */
void files_give(struct crew *c, struct netp_httpd_exchange *x, struct crew_job *job);

/* httpd_files_mime.c: types from a file. NULL with errno. */
struct files_mime *files_mime_load(const char *path);
void files_mime_free(struct files_mime *mime);
/* The Content-Type of a path, for free(); NULL: no memory. */
char *files_mime_type(const struct files_mime *mime, struct netp_str path);

/* httpd_files_list.c, httpd_files_put.c: answer the request. */
void files_list(struct netp_httpd_files *f, struct netp_httpd_exchange *x, int fd,
                const char *path);
void files_put(struct netp_httpd_files *f, struct netp_httpd_exchange *x, struct netp_str rest);

#endif
