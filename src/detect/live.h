/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All patterns run forwards at once from one byte of a text. Two questions are answered so:
 *
 *     find   "could more text turn the end of this into a match?" From each byte that may still be
 *            held, the earliest first, until nothing is left of the patterns (in ordinary prose
 *            after a byte or two) or the text ends while something is.
 *     walk   "does something begin at this word?" From each byte that begins a word, for patterns
 *            that begin with one.
 *
 *     text   ... and ignore your│        from `a`: dead after `and`
 *                    └─────────►         from `i`: the text ends in the midst of a pattern
 *
 * The sets of places met on the way are kept as the states of an automaton that is made while it
 * is used: the next time a state and a byte meet, the answer is one look into a table. That table
 * is the cache, one for each worker and detector; it grows to a limit, then begins anew. What is
 * lost with it is time.
 */
#ifndef DETECT_LIVE_H
#define DETECT_LIVE_H

#include "detect/program.h"

struct live_cache;

/* What is fixed when the rules are known. */
struct live {
    const struct program *program;
    const uint32_t *entries; /* where patterns begin; those that begin with a word first */
    uint32_t entries_n, words_n;
    uint8_t shortest[256];   /* match of a pattern that begins with a word, by its first byte */
    const uint32_t *lengths; /* longest match of each rule */
    uint32_t longest;        /* of all of them */
    uint8_t class_of[256];   /* bytes that no set tells apart are of one class */
    uint8_t byte_of[256];    /* some byte of each class */
    uint32_t classes_n;
};

/* Works out classes and lengths once the other members, which are for the caller to set, are. */
void live_init(struct live *live, uint32_t rules_n);

enum lic_rc live_cache_new(const struct lic_host *host, const struct live *live,
                           struct live_cache **out, struct lic_err *err) LIC_MUST_USE;
void live_cache_free(struct live_cache *cache); /* NULL is fine */

/*
 * The earliest byte at or after `from` at which something that could still become a match begins;
 * text.n when none. When memory for the cache is not to be had, or an answer would take too long to
 * work out, the answer is the earliest byte any match could reach back to: more is held, never
 * less.
 */
size_t live_find(const struct live *live, struct live_cache *cache, struct places *places,
                 lic_str text, size_t from);

/*
 * Calls each() for every word beginning at or after `from` and every rule that may match there:
 * too many, never too few. False from `each` ends the walk, which then returns false. So does a
 * lack of memory, with *failed set.
 */
struct live_listener {
    bool (*each)(void *arg, uint32_t rule, size_t start);
    void *arg;
    bool failed;
};
bool live_walk(const struct live *live, struct live_cache *cache, struct places *places,
               lic_str text, size_t from, struct live_listener *listener) LIC_MUST_USE;

#endif
