/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of characters while a pattern is read, and sets of bytes once it has been.
 *
 * A pattern speaks of code points; what is matched is UTF-8 taken as bytes. So a class is first a
 * list of code point ranges (union, other case, complement), then becomes byte sequences:
 *
 *     [a\x{E9}\x{430}-\x{44F}]   a | C3 A9 | D0 [B0-BF] | D1 [80-8F]
 */
#ifndef DETECT_CHARSET_H
#define DETECT_CHARSET_H

#include <lictor/base.h>

struct arena;

struct byte_set {
    uint64_t bits[4];
};

static inline bool byte_set_has(const struct byte_set *set, uint8_t byte)
{
    return (set->bits[byte >> 6] >> (byte & 63)) & 1;
}
void byte_set_add(struct byte_set *set, uint8_t first, uint8_t last);

/* What \w means, everywhere: ASCII letters, digits and '_'. \b stands where this changes. */
static inline bool charset_is_word(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z') || byte == '_';
}

struct charset_range {
    uint32_t first, last;
};

struct charset {
    struct arena *arena;
    struct charset_range *at;
    uint32_t n, cap;
    bool failed; /* out of memory; checked once at the end */
};

void charset_init(struct charset *set, struct arena *arena);
void charset_add(struct charset *set, uint32_t first, uint32_t last);
/* Adds the other case of every letter: ASCII, Latin-1, Latin Extended-A, Greek, Cyrillic. */
void charset_fold(struct charset *set);
/* Everything that is not in it, surrogates excepted. */
void charset_negate(struct charset *set);
/* Sorted, disjoint, without surrogates. */
void charset_normalize(struct charset *set);

/* One sequence of 1 to 4 byte sets; all ways through it are in the class. */
struct charset_sequence {
    uint32_t n;
    struct byte_set byte[4];
};
/*
 * Calls each() for every sequence of a normalized set, in order; stops when it returns false and
 * then returns false too. Sequences that differ in the last byte only come as one.
 */
bool charset_sequences(const struct charset *set,
                       bool (*each)(void *arg, const struct charset_sequence *sequence), void *arg);

#endif
