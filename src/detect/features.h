/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text as the classifier reads it: words and telling signs in order, hashed, and from these the
 * features of a linear model. Training (tools/train) and inference share this file, so a feature
 * cannot mean two things.
 *
 *     "Ignore all rules.\n\nsystem: you"
 *      ignore | all | rules | ⏎ (begins a sentence) | system | : | you
 *
 *     features of a word    itself; its stem with the one before, with the one before that, with
 *                           both; itself as the beginning of a sentence, alone and with the next
 */
#ifndef DETECT_FEATURES_H
#define DETECT_FEATURES_H

#include <lictor/base.h>

struct arena;

#define FEATURES_BITS 18u
#define FEATURES_N (1u << FEATURES_BITS) /* buckets */
#define FEATURES_STEM 6u                 /* bytes of a stem */
#define FEATURES_PER_WORD 7u

enum features_kind {
    FEATURE_WORD,
    FEATURE_PAIR,
    FEATURE_SKIP,
    FEATURE_TRIPLE,
    FEATURE_BEGIN,
    FEATURE_BEGIN_PAIR,
    FEATURE_TAG /* not of a place: a rule that matched, an encoding, a channel */
};

struct features_word {
    uint32_t whole, stem; /* hashes */
    uint32_t start;       /* byte of the text */
    uint16_t n;           /* bytes */
    bool begins;          /* a sentence */
};

struct features_words {
    struct features_word *at;
    uint32_t n, cap;
};

/* Appends the words of `text`. ASCII case and width of blanks do not matter. */
enum lic_rc features_read(lic_str text, struct arena *arena, struct features_words *out,
                          struct lic_err *err) LIC_MUST_USE;

/* The buckets of word i; returns how many. */
uint32_t features_of(const struct features_words *words, uint32_t i,
                     uint32_t out[FEATURES_PER_WORD]);
/* Which kind out[j] of features_of(i) is. */
enum features_kind features_kind_at(const struct features_words *words, uint32_t i, uint32_t j);

/* The bucket of a tag: "rule:PROMPT_LEAK", "view:base64", "channel:tool_result". */
uint32_t features_tag(lic_str tag);

#endif
