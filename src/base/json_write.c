/* SPDX-License-Identifier: Apache-2.0 */
/* JSON out, and in-place rewriting of JSON that came in. */
#include "base/json_write.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json_scan.h"
#include "base/sort.h"
#include "base/str.h"
#include "base/utf8.h"

#include <math.h>
#include <stdio.h>

#include "base/banned.h"

void json_out_init(struct json_out *out, struct buf *buf)
{
    *out = (struct json_out){ .buf = buf };
}

/* A comma when something stands before, and after this value the next one needs one. */
static void begin_value(struct json_out *out)
{
    if (out->comma) {
        buf_add_char(out->buf, ',');
    }
    out->comma = true;
}

static void open_with(struct json_out *out, char bracket)
{
    begin_value(out);
    buf_add_char(out->buf, bracket);
    out->comma = false;
}

static void close_with(struct json_out *out, char bracket)
{
    buf_add_char(out->buf, bracket);
    out->comma = true;
}

void json_out_object(struct json_out *out)
{
    open_with(out, '{');
}

void json_out_object_end(struct json_out *out)
{
    close_with(out, '}');
}

void json_out_array(struct json_out *out)
{
    open_with(out, '[');
}

void json_out_array_end(struct json_out *out)
{
    close_with(out, ']');
}

/*
 * A text with its quotes, the comma before and `after` behind ('\0': nothing). Nearly all need no
 * escape, so they go out in one piece.
 */
static void add_quoted(struct json_out *out, lic_str s, char after)
{
    const char *end = s.n > 0 ? s.at + s.n : s.at;
    if (json_scan_plain(s.at, end) != end) {
        begin_value(out);
        buf_add_char(out->buf, '"');
        json_escape(out->buf, s);
        buf_add(out->buf, after ? str_make((const char[]){ '"', after }, 2) : LIC_STR("\""));
        return;
    }
    char *at = buf_room(out->buf, s.n + 2 + (out->comma ? 1 : 0) + (after ? 1 : 0));
    if (!at) {
        return;
    }
    char *begin = at;
    *at = ',';
    at += out->comma ? 1 : 0;
    *at++ = '"';
    at = s.n > 0 ? (char *)memcpy(at, s.at, s.n) + s.n : at;
    *at++ = '"';
    *at = after ? after : *at;
    at += after ? 1 : 0;
    buf_wrote(out->buf, (size_t)(at - begin));
    out->comma = true;
}

void json_out_name(struct json_out *out, lic_str name)
{
    add_quoted(out, name, ':');
    out->comma = false;
}

void json_out_raw_name(struct json_out *out, lic_str name)
{
    begin_value(out);
    buf_add(out->buf, name);
    out->comma = false;
}

void json_out_str(struct json_out *out, lic_str s)
{
    add_quoted(out, s, '\0');
}

void json_out_raw_str(struct json_out *out, lic_str raw)
{
    begin_value(out);
    buf_add_char(out->buf, '"');
    buf_add(out->buf, raw);
    buf_add_char(out->buf, '"');
}

void json_out_raw(struct json_out *out, lic_str json)
{
    begin_value(out);
    buf_add(out->buf, json);
}

void json_out_u64(struct json_out *out, uint64_t n)
{
    begin_value(out);
    buf_add_u64(out->buf, n);
}

void json_out_i64(struct json_out *out, int64_t n)
{
    begin_value(out);
    buf_add_i64(out->buf, n);
}

#define DOUBLE_DIGITS 17
#define DOUBLE_TEXT_BYTES 48

/* DIGITS * 10^exponent with the point after the first digit. */
struct shortest {
    char digits[DOUBLE_DIGITS];
    int n;
    int exponent;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "d<point>ddde-xx", whatever this locale's point is, taken apart; zeros at the end go. */
static struct shortest take_apart(const char *text)
{
    struct shortest s = { .n = 0 };
    for (; *text != 'e'; text++) {
        if (is_digit(*text)) {
            s.digits[s.n++] = *text;
        }
    }
    bool negative = *++text == '-';
    for (text++; is_digit(*text); text++) {
        s.exponent = 10 * s.exponent + (*text - '0');
    }
    s.exponent = negative ? -s.exponent : s.exponent;
    while (s.n > 1 && s.digits[s.n - 1] == '0') {
        s.n--;
    }
    return s;
}

static char *put(char *at, const char *from, int n)
{
    memcpy(at, from, (size_t)n);
    return at + n;
}

static char *put_zeros(char *at, int n)
{
    memset(at, '0', (size_t)n);
    return at + n;
}

static char *put_u64(char *at, uint64_t n)
{
    char digits[20];
    int from = 20;
    do {
        digits[--from] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    return put(at, digits + from, 20 - from);
}

/* 0.000ddd, ddd000, d.dd as people write them; d.dde-9 for the very small and the very large. */
static lic_str write_shortest(const struct shortest *s, char out[DOUBLE_TEXT_BYTES])
{
    char *at = out;
    int whole = s->exponent + 1;
    if (s->exponent < -5 || s->exponent > DOUBLE_DIGITS) {
        at = put(at, s->digits, 1);
        at = s->n > 1 ? put(put(at, ".", 1), s->digits + 1, s->n - 1) : at;
        at += snprintf(at, 8, "e%d", s->exponent);
    } else if (whole <= 0) {
        at = put_zeros(put(at, "0.", 2), -whole);
        at = put(at, s->digits, s->n);
    } else if (s->n <= whole) {
        at = put_zeros(put(at, s->digits, s->n), whole - s->n);
    } else {
        at = put(put(at, s->digits, whole), ".", 1);
        at = put(at, s->digits + whole, s->n - whole);
    }
    return str_make(out, (size_t)(at - out));
}

/*
 * Numbers that people write have few decimals. m / 10^k, both whole and exact, is rounded as the
 * reader rounds "m e-k", so the first k for which it comes back is the shortest text.
 */
static lic_str write_few_decimals(double size, char out[DOUBLE_TEXT_BYTES])
{
    static const uint64_t powers[] = { 1, 10, 100, 1000, 10000 };
    for (unsigned k = 0; size < 1e9 && k < sizeof(powers) / sizeof(powers[0]); k++) {
        uint64_t m = (uint64_t)(size * (double)powers[k] + 0.5);
        double back = (double)m / (double)powers[k];
        if (!(back < size) && !(back > size)) {
            char *at = put_u64(out, m / powers[k]);
            uint64_t decimals = m % powers[k];
            at = k > 0 ? put(at, ".", 1) : at;
            for (unsigned i = k; i > 0; i--) {
                *at++ = (char)('0' + decimals / powers[i - 1] % 10);
            }
            return str_make(out, (size_t)(at - out));
        }
    }
    return LIC_STR("");
}

/* 15 digits are enough for most numbers people write, 17 for all. */
static lic_str write_double(double size, char out[DOUBLE_TEXT_BYTES])
{
    lic_str written = write_few_decimals(size, out);
    if (written.n > 0) {
        return written;
    }
    for (int digits = 15; digits <= DOUBLE_DIGITS; digits++) {
        char text[DOUBLE_TEXT_BYTES];
        snprintf(text, sizeof(text), "%.*e", digits - 1, size);
        struct shortest s = take_apart(text);
        double back = 0.0;
        written = write_shortest(&s, out);
        if (str_double(written, &back) && !(back < size) && !(back > size)) {
            break;
        }
    }
    return written;
}

void json_out_double(struct json_out *out, double d)
{
    if (!isfinite(d)) {
        json_out_null(out);
        return;
    }
    char text[DOUBLE_TEXT_BYTES];
    lic_str written = write_double(fabs(d), text);
    begin_value(out);
    if (signbit(d)) {
        buf_add_char(out->buf, '-');
    }
    buf_add(out->buf, written);
}

void json_out_bool(struct json_out *out, bool b)
{
    begin_value(out);
    buf_add(out->buf, b ? LIC_STR("true") : LIC_STR("false"));
}

void json_out_null(struct json_out *out)
{
    begin_value(out);
    buf_add(out->buf, LIC_STR("null"));
}

/* One ASCII byte that cannot stand in a string as it is. */
static void add_escape(struct buf *buf, char c)
{
    static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (size_t i = 0; i + 1 < sizeof(shorts); i += 2) {
        if (shorts[i] == c) {
            buf_add_char(buf, '\\');
            buf_add_char(buf, shorts[i + 1]);
            return;
        }
    }
    static const char digits[16] = "0123456789abcdef";
    const char text[6] = { '\\', 'u', '0', '0', digits[c >> 4 & 0xf], digits[c & 0xf] };
    buf_add(buf, str_make(text, sizeof(text)));
}

/* The longest run from `at` that may stand in a string as it is: plain bytes and valid UTF-8. */
static const char *end_of_run(const char *at, const char *end)
{
    for (;;) {
        at = json_scan_plain(at, end);
        bool ascii = at == end || (unsigned char)*at < 0x80;
        size_t n = ascii ? 0 : utf8_run(str_make(at, (size_t)(end - at)));
        if (n == 0) {
            return at;
        }
        at += n;
    }
}

void json_escape(struct buf *buf, lic_str s)
{
    const char *at = s.at, *end = s.n > 0 ? s.at + s.n : s.at;
    while (at < end) {
        const char *run_end = end_of_run(at, end);
        buf_add(buf, str_make(at, (size_t)(run_end - at)));
        if (run_end == end) {
            return;
        }
        if ((unsigned char)*run_end < 0x80) {
            add_escape(buf, *run_end);
        } else {
            buf_add(buf, LIC_STR("\xef\xbf\xbd"));
        }
        at = run_end + 1;
    }
}

enum lic_rc edits_add(struct edits *edits, struct arena *arena, size_t start, size_t len,
                      lic_str with)
{
    struct edit edit = { .start = start, .len = len, .with = with, .order = edits->n };
    return ARENA_PUSH(arena, edits, edit) ? LIC_OK : LIC_E_NOMEM;
}

/* By place; at one place what only inserts comes first, in the order it was added. */
static int compare_edits(const void *a, const void *b)
{
    const struct edit *left = a, *right = b;
    if (left->start != right->start) {
        return left->start < right->start ? -1 : 1;
    }
    if ((left->len == 0) != (right->len == 0)) {
        return left->len == 0 ? -1 : 1;
    }
    return (left->order > right->order) - (left->order < right->order);
}

enum lic_rc edits_apply(struct edits *edits, lic_str text, struct buf *out, struct lic_err *err)
{
    sort_array(edits->at, edits->n, sizeof(*edits->at), compare_edits);
    size_t done = 0;
    for (uint32_t i = 0; i < edits->n; i++) {
        const struct edit *edit = &edits->at[i];
        ENSURE(edit->start <= text.n && edit->len <= text.n - edit->start, err, LIC_E_INVALID,
               "an edit of %zu bytes at byte %zu reaches beyond the %zu bytes of the text",
               edit->len, edit->start, text.n);
        ENSURE(edit->start >= done, err, LIC_E_INVALID,
               "an edit at byte %zu overlaps the one that ends at byte %zu", edit->start, done);
        buf_add(out, str_slice(text, done, edit->start));
        buf_add(out, edit->with);
        done = edit->start + edit->len;
    }
    buf_add(out, str_tail(text, done));
    return buf_check(out, "a rewritten text", err);
}
