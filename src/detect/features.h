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
 *     and of a word that    the concept; with the one before it (near or far); with the two before
 *     stands for a concept
 *
 * A concept is a meaning that attacks are made of (features_concepts.def), in any of our languages:
 * "ignore", "ignorez" and "忽略" are one, so that what was learned of English holds for all.
 */
#ifndef DETECT_FEATURES_H
#define DETECT_FEATURES_H

#include <lictor/base.h>

struct arena;

#define FEATURES_BITS 18u
#define FEATURES_N (1u << FEATURES_BITS) /* buckets */
#define FEATURES_STEM 6u                 /* bytes of a stem that begins with an ASCII letter */
#define FEATURES_STEM_WIDE 12u           /* of another */
#define FEATURES_PER_WORD 10u
#define FEATURES_REACH 12u /* words between two concepts that still belong together */

enum features_concept {
    CONCEPT_NONE,
#define CONCEPT(name, words) CONCEPT_##name,
#include "detect/features_concepts.def"
#undef CONCEPT
    CONCEPT_N
};
const char *features_concept_name(enum features_concept concept);

/* Which words stand for which concept; made once, immutable. */
struct features_concepts;
enum lic_rc features_concepts_new(struct arena *arena, const struct features_concepts **out,
                                  struct lic_err *err) LIC_MUST_USE;
/* A sum over all that decides what a feature is: weights belong to one such sum. */
uint32_t features_fingerprint(void);

enum features_kind {
    FEATURE_WORD,
    FEATURE_PAIR,
    FEATURE_SKIP,
    FEATURE_TRIPLE,
    FEATURE_BEGIN,
    FEATURE_BEGIN_PAIR,
    FEATURE_CONCEPT,
    FEATURE_CONCEPT_PAIR,
    FEATURE_CONCEPT_TRIPLE,
    FEATURE_TAG, /* not of a place: an encoding, a channel */
    FEATURE_KIND_N
};
const char *features_kind_name(enum features_kind kind); /* "pair" */

struct features_word {
    uint32_t whole, stem; /* hashes */
    uint32_t start;       /* byte of the text */
    uint16_t n;           /* bytes */
    uint8_t concept;      /* enum features_concept */
    uint8_t begins : 1;   /* a sentence */
    uint8_t gap : 7;      /* words back to the concept before; 0: none within reach */
};

struct features_words {
    struct features_word *at;
    uint32_t n, cap;
};

/* Reads a text word by word. ASCII case and width of blanks do not matter. */
struct features_reader {
    const struct features_concepts *concepts;
    lic_str text;
    size_t at;
    bool begins;  /* the next word begins a sentence */
    uint32_t gap; /* words since the last concept; 0: there was none */
};
void features_begin(struct features_reader *reader, const struct features_concepts *concepts,
                    lic_str text);
/*
 * Appends the next word to `words`, which must have room and hold at least the FEATURES_BEFORE
 * words before it; false: there is none.
 */
#define FEATURES_BEFORE (2u * FEATURES_REACH)
bool features_next(struct features_reader *reader, struct features_words *words);

/* Appends the words of a whole text. */
enum lic_rc features_read(const struct features_concepts *concepts, lic_str text,
                          struct arena *arena, struct features_words *out,
                          struct lic_err *err) LIC_MUST_USE;

/* The buckets of word i, of which the next must be known; returns how many. */
uint32_t features_of(const struct features_words *words, uint32_t i,
                     uint32_t out[FEATURES_PER_WORD]);
/* Which kind out[j] of features_of(i) is, and the first word that it is made of. */
enum features_kind features_kind_at(const struct features_words *words, uint32_t i, uint32_t j,
                                    uint32_t *out_first);

/*
 * A long text is also read through windows of some words, which overlap by three quarters. Reading
 * 0 is the whole; readings 1 to 4 are the windows of each size, of texts that are longer.
 */
#define FEATURES_READINGS 5u
#define FEATURES_STEP 4u /* windows begin at multiples of this many words */
uint32_t features_window_words(uint32_t reading); /* 0: all of them */
/* Window number `index` of n words: false when there is none. */
bool features_window(uint32_t n, uint32_t reading, uint32_t index, uint32_t *out_from,
                     uint32_t *out_to);

#endif
