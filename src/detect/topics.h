/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Denied topics: is this text about what a definition and some examples describe?
 *
 *     name, definition, examples ──► stems, each with a weight    (words that say nothing: none)
 *     text ──► words ──► a window of TOPICS_WINDOW words: the weights of the topic's stems in it,
 *                        each once, over the weight of an ordinary example ──► score
 *
 * It is a bag of words and no more: it finds texts that use the words of the definition and the
 * examples, in any order and with any ending. It does not find a paraphrase without these words,
 * nor does it know a question about a topic from an answer or a joke.
 */
#ifndef DETECT_TOPICS_H
#define DETECT_TOPICS_H

#include "event/finding.h"

struct arena;
struct topics; /* immutable; in the arena it was made in */
struct features_concepts;

#define TOPICS_MAX 30u      /* of one set, as Bedrock has it */
#define TOPICS_WINDOW 32u   /* words */
#define TOPICS_TERMS_MIN 2u /* different stems that a finding needs */
#define TOPICS_THRESHOLD 0.5f

struct topic_source {
    lic_str name, rule; /* type and rule of its findings */
    lic_str definition;
    const lic_str *examples;
    uint32_t examples_n;
};

/* Names and rules must live as long as the topics. LIC_E_INVALID: nothing in a topic's texts tells
 * it from others; *out_bad is its index. */
enum lic_rc topics_new(struct arena *arena, const struct topic_source *sources, uint32_t n,
                       const struct topics **out, uint32_t *out_bad,
                       struct lic_err *err) LIC_MUST_USE;

/* Appends findings of category FINDING_TOPIC: the stretch of words that are about it. */
enum lic_rc topics_scan(const struct topics *topics, lic_str text, struct arena *arena,
                        struct findings *out, struct lic_err *err) LIC_MUST_USE;

#endif
