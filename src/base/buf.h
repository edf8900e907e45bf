/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text under construction. Born with its maximum; lives in an arena and is never released by
 * itself. Appending never fails halfway: it either fits, or the buffer turns `failed` (why says
 * whether memory or the maximum) and every later append is ignored, so that a column of appends
 * needs one check at the end.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <lictor/base.h>
#include <string.h>

struct arena;

struct buf {
    struct arena *arena;
    char *at;
    size_t n, cap, max;
    enum lic_rc failed; /* LIC_OK, LIC_E_NOMEM or LIC_E_LIMIT */
};

void buf_init(struct buf *buf, struct arena *arena, size_t bytes_max);
void buf_clear(struct buf *buf); /* keeps the memory */
static inline void buf_add(struct buf *buf, lic_str s);
static inline void buf_add_char(struct buf *buf, char c);
void buf_add_u64(struct buf *buf, uint64_t n);
void buf_add_i64(struct buf *buf, int64_t n);
void buf_addf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Room for n more bytes to be written by the caller, who then calls buf_wrote; NULL: failed. */
static inline char *buf_room(struct buf *buf, size_t n);
void buf_wrote(struct buf *buf, size_t n);
static inline lic_str buf_str(const struct buf *buf)
{
    return (lic_str){ buf->at, buf->n };
}

/* A record is hundreds of appends to a buffer with room: what they need is inline, the rest not. */
char *buf_make_room(struct buf *buf, size_t n);
static inline char *buf_room(struct buf *buf, size_t n)
{
    bool fits = n < buf->cap - buf->n && buf->failed == LIC_OK;
    return fits ? buf->at + buf->n : buf_make_room(buf, n);
}
static inline void buf_add(struct buf *buf, lic_str s)
{
    char *at = buf_room(buf, s.n);
    if (at && s.n > 0) {
        memcpy(at, s.at, s.n);
        buf->n += s.n;
    }
}
static inline void buf_add_char(struct buf *buf, char c)
{
    char *at = buf_room(buf, 1);
    if (at) {
        *at = c;
        buf->n++;
    }
}

/* buf->failed as a failure with a sentence that names `what`. */
enum lic_rc buf_check(const struct buf *buf, const char *what, struct lic_err *err);

#endif
