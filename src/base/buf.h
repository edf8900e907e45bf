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

struct arena;

struct buf {
    struct arena *arena;
    char *at;
    size_t n, cap, max;
    enum lic_rc failed; /* LIC_OK, LIC_E_NOMEM or LIC_E_LIMIT */
};

void buf_init(struct buf *buf, struct arena *arena, size_t bytes_max);
void buf_clear(struct buf *buf); /* keeps the memory */
void buf_add(struct buf *buf, lic_str s);
void buf_add_char(struct buf *buf, char c);
void buf_add_u64(struct buf *buf, uint64_t n);
void buf_add_i64(struct buf *buf, int64_t n);
void buf_addf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Room for n more bytes to be written by the caller, who then calls buf_wrote; NULL: failed. */
char *buf_room(struct buf *buf, size_t n);
void buf_wrote(struct buf *buf, size_t n);
static inline lic_str buf_str(const struct buf *buf)
{
    return (lic_str){ buf->at, buf->n };
}
/* buf->failed as a failure with a sentence that names `what`. */
enum lic_rc buf_check(const struct buf *buf, const char *what, struct lic_err *err);

#endif
