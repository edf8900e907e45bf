/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular languages, as far as policies need them: a handful of globs over one text, and the
 * question which combinations of them a text can match at all. Each combination comes with a
 * word, so that "some text matches these and not those" is answered by a text.
 *
 *     members   0  s3:get*          words   "s3:getx"    in 0
 *               1  s3:*object               "s3:object"  in   1
 *                                           "s3:getobject"  0 1
 *                                           "x"          in none
 *
 * The globs run side by side as one bit-parallel automaton (a bit a position, every asterisk a
 * loop on its position); its reachable states are walked breadth first, so words are shortest.
 * Texts are sequences of characters; all characters that no glob names behave alike.
 */
#ifndef ADVISE_LANG_H
#define ADVISE_LANG_H

#include "policy/vars.h"

struct lang_member {
    lic_str text; /* compiled (match.h) */
    enum vars_use use;
    bool domain; /* only texts that match a domain member count */
};

struct lang {
    struct arena *arena;
    bool domains; /* there is a domain member */
    struct {
        struct lang_member *at;
        uint32_t n, cap;
    } members;
};

/* How much work may be done; what is left of it stays for the next question. */
struct lang_budget {
    uint32_t states_max;
    uint32_t words_max;
    uint64_t steps; /* machine words looked at; 0: used up */
};

struct lang_word {
    lic_str text;
    const uint64_t *in; /* a bit for each member */
};

struct lang_words {
    struct lang_word *at;
    uint32_t n, cap;
    bool complete; /* false: the budget ran out, so there may be more */
};

void lang_init(struct lang *lang, struct arena *arena);

/* Adds a compiled text and gives its number; the same text is only kept once. LIC_E_NOMEM. */
enum lic_rc lang_add(struct lang *lang, lic_str text, enum vars_use use, uint32_t *out,
                     struct lic_err *err) LIC_MUST_USE;
/* The same of a compiled pattern without variables. */
enum lic_rc lang_add_pattern(struct lang *lang, const struct vars_pattern *pattern, uint32_t *out,
                             struct lic_err *err) LIC_MUST_USE;
/* Texts that match none of the domains are not considered. */
enum lic_rc lang_add_domain(struct lang *lang, lic_str text, enum vars_use use,
                            struct lic_err *err) LIC_MUST_USE;

/* All combinations that some text has, each with the shortest such text. LIC_E_NOMEM. */
enum lic_rc lang_words(const struct lang *lang, struct lang_budget *budget, struct lang_words *out,
                       struct lic_err *err) LIC_MUST_USE;

static inline bool lang_in(const struct lang_word *word, uint32_t member)
{
    return (word->in[member / 64] >> (member % 64)) & 1u;
}

#endif
