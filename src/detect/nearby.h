/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words near a match. A number of nine digits is anything; nine digits after "social security
 * number" are one thing. All phrases of a detector's rules stand in one table, so that what
 * surrounds a match is read once, whatever the number of rules that look at it.
 *
 *     {"taxNumber": "12 345"}      read as words:  tax | number        12 | 345
 *         └ before: tax number ┘└ match ┘          (capitals, '_', digits and signs part words)
 *
 * Words are compared without case, without the marks of Latin letters and without a plural s.
 * Characters of scripts that put no blanks between words are a word each.
 */
#ifndef DETECT_NEARBY_H
#define DETECT_NEARBY_H

#include <lictor/base.h>

struct arena;

#define NEARBY_CHARACTERS_MAX 300u /* looked at on one side */
#define NEARBY_HITS_MAX 64u        /* told of one side; those furthest away are left out */
#define NEARBY_SLOTS 4096u

struct nearby_phrase {
    uint32_t first, n; /* its words in `words` */
    uint32_t next;     /* index + 1 of another phrase of this slot; 0: none */
};

struct nearby {
    struct {
        uint64_t *at;
        uint32_t n, cap;
    } words;
    struct {
        struct nearby_phrase *at;
        uint32_t n, cap;
    } phrases;
    uint32_t *slots; /* by first word: index + 1 of a phrase; NULL: no phrase yet */
};

/* The number of this phrase, which is the same for the same words. LIC_E_INVALID: no word in it. */
enum lic_rc nearby_add(struct nearby *nearby, struct arena *arena, lic_str phrase, uint32_t *out,
                       struct lic_err *err) LIC_MUST_USE;

struct nearby_hit {
    uint32_t phrase;
    uint32_t distance; /* characters between the phrase and the match */
    uint32_t words;    /* in the phrase */
};
struct nearby_hits {
    struct nearby_hit at[NEARBY_HITS_MAX];
    uint32_t n;
};

/* Phrases that lie wholly in the last `characters` of text[0, at), the nearest first. */
void nearby_before(const struct nearby *nearby, lic_str text, size_t at, uint32_t characters,
                   struct nearby_hits *out);
/* Phrases that lie wholly in the first `characters` from `at` on. */
void nearby_after(const struct nearby *nearby, lic_str text, size_t at, uint32_t characters,
                  struct nearby_hits *out);

/* Where the last `characters` and one more of text[0, at) begin: what nearby_before reads. */
size_t nearby_reach(lic_str text, size_t at, uint32_t characters);
/* How many of `characters` and one more there are from `at` on: whether nearby_after saw them all.
 */
bool nearby_sees(lic_str text, size_t at, uint32_t characters);

#endif
