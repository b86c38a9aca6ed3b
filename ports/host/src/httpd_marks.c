/* httpd_marks.c - what is remembered for a while, by a keyed hash, in bounded memory.
 * SPDX-License-Identifier: MIT */
#include "httpd_marks.h"
#include <netproto/hash.h>
#include <string.h>

#define WAYS 4

static struct mark *place_of(struct marks *m, const uint8_t key[MARK_KEY])
{
    return &m->v[key[0] % (MARKS / WAYS) * WAYS];
}

struct mark *marks_find(struct marks *m, const uint8_t key[MARK_KEY], netp_ms now)
{
    struct mark *way = place_of(m, key);

    for (unsigned i = 0; i < WAYS; i++) {
        if (way[i].until > now && netp_equal_ct(way[i].key, key, MARK_KEY)) {
            return &way[i];
        }
    }
    return NULL;
}

struct mark *marks_make(struct marks *m, const uint8_t key[MARK_KEY], netp_ms now)
{
    struct mark *way = place_of(m, key), *mark = marks_find(m, key, now);

    if (mark) {
        return mark;
    }
    mark = way;
    for (unsigned i = 1; i < WAYS; i++) {
        if (way[i].until < mark->until) {
            mark = &way[i];
        }
    }
    *mark = (struct mark){.until = now};
    memcpy(mark->key, key, MARK_KEY);
    return mark;
}
