/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Phrases taken literally: the banned words of a guardrail, thousands of them. Whole words only, in
 * any ASCII case, and whatever blanks part them (blanks.h). They are kept apart from the patterns
 * because a table of sorted phrases answers "could more text complete one?" with a search, at no
 * cost for each phrase.
 *
 * Where a phrase begins or ends with a letter or digit, the character beyond must not be one. In
 * scripts that put no blanks between words (Chinese, Japanese, Thai ...) nothing is asked of it.
 */
#ifndef DETECT_WORDS_H
#define DETECT_WORDS_H

#include <lictor/base.h>

struct arena;

#define WORDS_BYTES_MAX 1024u /* one phrase */

struct words_item {
    lic_str text; /* ASCII letters in lower case, blanks evened out */
    uint32_t rule;
    uint32_t longest; /* bytes that it may take where it stands */
};

struct words {
    struct words_item *at; /* sorted by text */
    uint32_t n, cap;
    uint32_t longest;     /* of all of them */
    bool parted;          /* some phrase has blanks in it */
    uint64_t pairs[1024]; /* bit b0 * 256 + b1: some phrase begins with these two bytes */
    uint64_t ones[4];     /* bit b0: some phrase begins with this byte */
};

/*
 * Adds a phrase (copied). LIC_E_INVALID: empty, or a blank at an end; LIC_E_LIMIT: too long, or
 * longer than LIMIT_MATCH_BYTES where it stands with the widest blanks; LIC_E_UTF8.
 */
enum lic_rc words_add(struct words *words, struct arena *arena, lic_str phrase, uint32_t rule,
                      struct lic_err *err) LIC_MUST_USE;
/* After the last one. */
void words_finish(struct words *words);

/* Whether text[start, end), which is a phrase, stands there as whole words. */
bool words_whole(lic_str text, size_t start, size_t end);

/* The earliest byte at or after `from` at which the rest of the text begins some phrase; or text.n.
 */
size_t words_live(const struct words *words, lic_str text, size_t from);

#endif
