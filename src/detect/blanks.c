/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evening out. Prose is gone through in blocks: one without neighbouring blanks and without bytes
 * that a longer blank may begin with maps byte to byte, which the compiler makes wide
 * instructions of. Only the others are stepped through.
 */
#include "detect/blanks.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include "base/banned.h"

#define BLOCK_BYTES 16u
#define MARK_BYTES 64u /* at least, from mark to mark */

static bool is_blank(uint8_t c)
{
    return (c == ' ') | ((uint8_t)(c - '\t') <= '\r' - '\t');
}

/* What the blanks beyond ASCII begin with: U+0085 and U+00A0, U+1680, U+2000 and on, U+3000. */
static bool may_be_longer(uint8_t c)
{
    return (c == 0xC2) | ((uint8_t)(c - 0xE1) <= 0xE3 - 0xE1);
}

/* The bytes of a blank of two or three bytes at `at`, or 0. */
static size_t longer_step(lic_str text, size_t at)
{
    size_t left = text.n - at;
    const uint8_t *c = (const uint8_t *)text.at + at;
    if (c[0] == 0xC2) {
        return left >= 2 && (c[1] == 0x85 || c[1] == 0xA0) ? 2 : 0;
    }
    if (left < 3) {
        return 0;
    }
    uint32_t three = (uint32_t)c[0] << 16 | (uint32_t)c[1] << 8 | c[2];
    bool spaces = three >= 0xE28080 && three <= 0xE2808A; /* U+2000 to U+200A */
    bool breaks = three == 0xE280A8 || three == 0xE280A9; /* U+2028, U+2029 */
    bool others = three == 0xE280AF || three == 0xE2819F || three == 0xE19A80 || three == 0xE38080;
    return spaces || breaks || others ? 3 : 0;
}

static inline size_t step_at(lic_str text, size_t at)
{
    if (at >= text.n) {
        return 0;
    }
    uint8_t c = (uint8_t)text.at[at];
    return is_blank(c) ? 1 : may_be_longer(c) ? longer_step(text, at) : 0;
}

size_t blanks_step(lic_str text, size_t at)
{
    return step_at(text, at);
}

uint8_t blanks_next(lic_str text, size_t *at)
{
    size_t n = 0, step = step_at(text, *at);
    if (step == 0) {
        return (uint8_t)text.at[(*at)++];
    }
    for (; step > 0; step = step_at(text, *at)) {
        *at += step;
        n++;
    }
    return n <= BLANKS_RUN_MAX ? ' ' : '\n';
}

/* ---- blocks ---- */

/* Whether each byte of the block, after which another follows, stands for itself or is a blank. */
static bool is_simple(const uint8_t *at)
{
    uint8_t against = may_be_longer(at[BLOCK_BYTES]);
    for (size_t i = 0; i < BLOCK_BYTES; i++) {
        against |= (uint8_t)(may_be_longer(at[i]) | (is_blank(at[i]) & is_blank(at[i + 1])));
    }
    return against == 0;
}

static bool is_block(lic_str text, size_t at)
{
    return text.n - at > BLOCK_BYTES && is_simple((const uint8_t *)text.at + at);
}

static void write_block(const uint8_t *restrict from, uint8_t *restrict to)
{
    for (size_t i = 0; i < BLOCK_BYTES; i++) {
        to[i] = is_blank(from[i]) ? ' ' : from[i];
    }
}

/*
 * Steps through a block at *at, which moves behind it, and behind blanks that go on from it, and
 * gives how many bytes were written. Never beyond those blanks: a mark must stand there, or a
 * search from the one before would go through all of them.
 */
static size_t write_steps(lic_str text, size_t *at, uint8_t *to)
{
    size_t n = 0, stop = text.n - *at > BLOCK_BYTES ? *at + BLOCK_BYTES : text.n;
    while (*at < stop) {
        uint8_t c = (uint8_t)text.at[*at];
        bool plain = !is_blank(c) && !may_be_longer(c);
        to[n++] = plain ? c : blanks_next(text, at);
        *at += plain;
    }
    return n;
}

enum lic_rc blanks_even(struct arena *arena, lic_str text, struct blanks *out, struct lic_err *err)
{
    struct blanks made = { .text = text };
    uint8_t *to = arena_take(arena, text.n);
    made.marks = ARENA_ARRAY(arena, struct blanks_mark, text.n / MARK_BYTES + 1);
    ENSURE(to && made.marks, err, LIC_E_NOMEM, "no memory to even out a text of %zu bytes", text.n);
    size_t at = 0, n = 0, next_mark = 0;
    while (at < text.n) {
        if (at >= next_mark) {
            made.marks[made.marks_n++] = (struct blanks_mark){ n, at };
            next_mark = at + MARK_BYTES;
        }
        if (is_block(text, at)) {
            write_block((const uint8_t *)text.at + at, to + n);
            at += BLOCK_BYTES;
            n += BLOCK_BYTES;
        } else {
            n += write_steps(text, &at, to + n);
        }
    }
    made.even = str_make((const char *)to, n);
    *out = made;
    return LIC_OK;
}

size_t blanks_origin(const struct blanks *blanks, size_t at)
{
    size_t low = 0, high = blanks->marks_n;
    if (high == 0) {
        return at;
    }
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (blanks->marks[middle].even <= at) {
            low = middle;
        } else {
            high = middle;
        }
    }
    size_t origin = blanks->marks[low].origin;
    for (size_t even = blanks->marks[low].even; even < at; even++) {
        blanks_next(blanks->text, &origin);
    }
    return origin;
}
