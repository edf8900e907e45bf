/* SPDX-License-Identifier: Apache-2.0 */
/* Classes of code points and how they are spelt in UTF-8 bytes. */
#include "detect/charset.h"

#include "base/arena.h"
#include "base/utf8.h"

#include <string.h>

#include "base/banned.h"

#define LAST_CODE_POINT 0x10FFFFu

/*
 * Where the two cases of a script lie. Either a block of capitals with its small letters at a fixed
 * distance, or (distance 1) capitals and small letters in turn.
 */
static const struct {
    uint32_t first, last; /* of the capitals; of the whole run when they alternate */
    uint32_t distance;
} cases[] = {
    { 'A', 'Z', 32 },     { 0xC0, 0xD6, 32 },   { 0xD8, 0xDE, 32 },   { 0x100, 0x12F, 1 },
    { 0x132, 0x137, 1 },  { 0x139, 0x148, 1 },  { 0x14A, 0x177, 1 },  { 0x179, 0x17E, 1 },
    { 0x386, 0x386, 38 }, { 0x388, 0x38A, 37 }, { 0x38C, 0x38C, 64 }, { 0x38E, 0x38F, 63 },
    { 0x391, 0x3A1, 32 }, { 0x3A3, 0x3AB, 32 }, { 0x400, 0x40F, 80 }, { 0x410, 0x42F, 32 },
    { 0x460, 0x481, 1 },  { 0x48A, 0x4BF, 1 },  { 0x4D0, 0x52F, 1 },
};

void byte_set_add(struct byte_set *set, uint8_t first, uint8_t last)
{
    for (uint32_t byte = first; byte <= last; byte++) {
        set->bits[byte >> 6] |= (uint64_t)1 << (byte & 63);
    }
}

void charset_init(struct charset *set, struct arena *arena)
{
    *set = (struct charset){ .arena = arena };
}

void charset_add(struct charset *set, uint32_t first, uint32_t last)
{
    struct charset_range range = { first, last };
    if (!ARENA_PUSH(set->arena, set, range)) {
        set->failed = true;
    }
}

static uint32_t max_u32(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Adds `range` moved by `distance` where it meets [first, last]. */
static void add_shifted(struct charset *set, struct charset_range range, uint32_t first,
                        uint32_t last, int32_t distance)
{
    uint32_t from = max_u32(range.first, first), to = min_u32(range.last, last);
    if (from <= to) {
        charset_add(set, (uint32_t)((int32_t)from + distance), (uint32_t)((int32_t)to + distance));
    }
}

/* In an alternating run the other case is one up or one down, by the place in the run. */
static void add_alternating(struct charset *set, struct charset_range range, uint32_t first,
                            uint32_t last)
{
    uint32_t from = max_u32(range.first, first), to = min_u32(range.last, last);
    for (uint32_t c = from; c <= to && from <= to; c++) {
        uint32_t other = ((c - first) & 1) == 0 ? c + 1 : c - 1;
        charset_add(set, other, other);
    }
}

void charset_fold(struct charset *set)
{
    uint32_t n = set->n;
    for (uint32_t i = 0; i < n && !set->failed; i++) {
        struct charset_range range = set->at[i];
        for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
            if (cases[k].distance == 1) {
                add_alternating(set, range, cases[k].first, cases[k].last);
                continue;
            }
            uint32_t distance = cases[k].distance;
            add_shifted(set, range, cases[k].first, cases[k].last, (int32_t)distance);
            add_shifted(set, range, cases[k].first + distance, cases[k].last + distance,
                        -(int32_t)distance);
        }
        add_shifted(set, range, 0x3C3, 0x3C3, -1); /* the two small sigmas are one letter */
        add_shifted(set, range, 0x3C2, 0x3C2, 1);
        add_shifted(set, range, 0x3A3, 0x3A3, 31);
        add_shifted(set, range, 0x3C2, 0x3C2, -31);
    }
}

/* Insertion sort: classes are short, and mostly in order already. */
static void sort_ranges(struct charset *set)
{
    for (uint32_t i = 1; i < set->n; i++) {
        struct charset_range range = set->at[i];
        uint32_t k = i;
        for (; k > 0 && set->at[k - 1].first > range.first; k--) {
            set->at[k] = set->at[k - 1];
        }
        set->at[k] = range;
    }
}

static void join_ranges(struct charset *set)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < set->n; i++) {
        struct charset_range range = set->at[i];
        if (n > 0 && range.first <= set->at[n - 1].last + 1) {
            set->at[n - 1].last = max_u32(set->at[n - 1].last, range.last);
            continue;
        }
        set->at[n++] = range;
    }
    set->n = n;
}

/* Surrogates are not characters and have no UTF-8. */
static void drop_surrogates(struct charset *set)
{
    for (uint32_t i = 0; i < set->n && !set->failed; i++) {
        struct charset_range range = set->at[i];
        if (range.last < 0xD800 || range.first > 0xDFFF) {
            continue;
        }
        if (range.first >= 0xD800 && range.last <= 0xDFFF) {
            set->at[i] = set->at[--set->n];
            i--;
        } else if (range.first >= 0xD800) {
            set->at[i].first = 0xE000;
        } else if (range.last <= 0xDFFF) {
            set->at[i].last = 0xD7FF;
        } else {
            set->at[i].last = 0xD7FF;
            charset_add(set, 0xE000, range.last);
        }
    }
}

void charset_normalize(struct charset *set)
{
    sort_ranges(set);
    join_ranges(set);
    drop_surrogates(set);
    sort_ranges(set);
}

void charset_negate(struct charset *set)
{
    charset_normalize(set);
    struct charset out;
    charset_init(&out, set->arena);
    uint32_t next = 0;
    for (uint32_t i = 0; i < set->n; i++) {
        if (set->at[i].first > next) {
            charset_add(&out, next, set->at[i].first - 1);
        }
        next = set->at[i].last + 1;
    }
    if (next <= LAST_CODE_POINT) {
        charset_add(&out, next, LAST_CODE_POINT);
    }
    out.failed = out.failed || set->failed;
    *set = out;
    charset_normalize(set);
}

/* The sequences seen last, kept back so that the next may be joined to it. */
struct sequences {
    bool (*each)(void *arg, const struct charset_sequence *sequence);
    void *arg;
    struct charset_sequence last; /* n == 0: none yet */
};

static bool joins(const struct charset_sequence *a, const struct charset_sequence *b)
{
    return a->n == b->n &&
           memcmp(a->byte, b->byte, (size_t)(a->n - 1) * sizeof(struct byte_set)) == 0;
}

static bool put_sequence(struct sequences *out, const struct charset_sequence *sequence)
{
    if (out->last.n > 0 && joins(&out->last, sequence)) {
        struct byte_set *into = &out->last.byte[sequence->n - 1];
        for (uint32_t i = 0; i < 4; i++) {
            into->bits[i] |= sequence->byte[sequence->n - 1].bits[i];
        }
        return true;
    }
    if (out->last.n > 0 && !out->each(out->arg, &out->last)) {
        return false;
    }
    out->last = *sequence;
    return true;
}

/* Both ends are encoded in equally many bytes and every byte between them runs freely. */
static bool put_range(struct sequences *out, uint32_t first, uint32_t last)
{
    char low[4], high[4];
    struct charset_sequence sequence = { 0 };
    sequence.n = (uint32_t)utf8_put(low, first);
    utf8_put(high, last);
    for (uint32_t i = 0; i < sequence.n; i++) {
        byte_set_add(&sequence.byte[i], (uint8_t)low[i], (uint8_t)high[i]);
    }
    return put_sequence(out, &sequence);
}

/*
 * The last code point of [first, last] up to which one sequence of byte ranges tells it exactly:
 * the encoded length does not change, and below the first byte that differs all bytes are free.
 */
static uint32_t simple_last(uint32_t first, uint32_t last)
{
    static const uint32_t length_last[] = { 0x7F, 0x7FF, 0xFFFF };
    for (uint32_t i = 0; i < 3; i++) {
        if (first <= length_last[i]) {
            last = min_u32(last, length_last[i]);
        }
    }
    for (uint32_t bits = 6; bits <= 18 && first > 0x7F; bits += 6) {
        uint32_t mask = ((uint32_t)1 << bits) - 1;
        if ((first & ~mask) == (last & ~mask)) {
            break;
        }
        if ((first & mask) != 0) {
            last = first | mask;
        } else if ((last & mask) != mask) {
            last = (last & ~mask) - 1;
        }
    }
    return last;
}

bool charset_sequences(const struct charset *set,
                       bool (*each)(void *arg, const struct charset_sequence *sequence), void *arg)
{
    struct sequences out = { .each = each, .arg = arg };
    for (uint32_t i = 0; i < set->n; i++) {
        for (uint32_t first = set->at[i].first; first <= set->at[i].last;) {
            uint32_t last = simple_last(first, set->at[i].last);
            if (!put_range(&out, first, last)) {
                return false;
            }
            first = last + 1;
        }
    }
    return out.last.n == 0 || each(arg, &out.last);
}
