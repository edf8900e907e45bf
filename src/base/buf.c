/* SPDX-License-Identifier: Apache-2.0 */
/* A text under construction: it fits, or the buffer has failed and stays so. */
#include "base/buf.h"

#include "base/arena.h"
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/banned.h"

#define FIRST_BYTES 256u
#define U64_DIGITS 20u

void buf_init(struct buf *buf, struct arena *arena, size_t bytes_max)
{
    *buf =
        (struct buf){ .arena = arena, .max = bytes_max < SIZE_MAX / 4 ? bytes_max : SIZE_MAX / 4 };
}

void buf_clear(struct buf *buf)
{
    buf->n = 0;
    buf->failed = LIC_OK;
}

/* One byte more than `cap` is always there, for the terminator that vsnprintf insists on. */
static bool grow(struct buf *buf, size_t needed)
{
    size_t wanted = buf->cap > 0 ? 2 * buf->cap : FIRST_BYTES;
    wanted = wanted < needed ? needed : wanted;
    wanted = wanted > buf->max ? buf->max : wanted;
    char *grown = arena_grow(buf->arena, buf->at, buf->cap > 0 ? buf->cap + 1 : 0, wanted + 1);
    if (!grown) {
        buf->failed = LIC_E_NOMEM;
        return false;
    }
    buf->at = grown;
    buf->cap = wanted;
    return true;
}

char *buf_make_room(struct buf *buf, size_t n)
{
    if (buf->failed != LIC_OK) {
        return NULL;
    }
    if (n > buf->max - buf->n) {
        buf->failed = LIC_E_LIMIT;
        return NULL;
    }
    if ((n > buf->cap - buf->n || !buf->at) && !grow(buf, buf->n + n)) {
        return NULL;
    }
    return buf->at + buf->n;
}

void buf_wrote(struct buf *buf, size_t n)
{
    CHECK(n <= buf->cap - buf->n);
    buf->n += n;
}

void buf_add_u64(struct buf *buf, uint64_t n)
{
    char digits[U64_DIGITS];
    size_t from = U64_DIGITS;
    do {
        digits[--from] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    buf_add(buf, (lic_str){ digits + from, U64_DIGITS - from });
}

void buf_add_i64(struct buf *buf, int64_t n)
{
    if (n < 0) {
        buf_add_char(buf, '-');
    }
    buf_add_u64(buf, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

/* Most texts fit what room there is; only when one does not is its length asked for first. */
void buf_addf(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    char *at = buf_room(buf, 0);
    size_t room = at ? buf->cap - buf->n : 0;
    int n = vsnprintf(at, at ? room + 1 : 0, format, args);
    if (n >= 0 && (size_t)n > room) {
        at = buf_room(buf, (size_t)n);
        n = at ? vsnprintf(at, (size_t)n + 1, format, again) : n;
    }
    if (at && n >= 0) {
        buf->n += (size_t)n;
    }
    va_end(again);
    va_end(args);
    if (n < 0 && buf->failed == LIC_OK) {
        buf->failed = LIC_E_LIMIT;
    }
}

enum lic_rc buf_check(const struct buf *buf, const char *what, struct lic_err *err)
{
    ENSURE(buf->failed != LIC_E_LIMIT, err, LIC_E_LIMIT, "%s is longer than %zu bytes", what,
           buf->max);
    ENSURE(buf->failed == LIC_OK, err, LIC_E_NOMEM, "no memory for %s beyond %zu bytes", what,
           buf->n);
    return LIC_OK;
}
