/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of people, organisations and places, and postal addresses: a sequence model of our own
 * (averaged perceptron over shape, affix, dictionary and context features), greedy or with a small
 * beam from left to right, sentence by sentence. Weights come from tools/train (data/weights/).
 */
#ifndef DETECT_NAMES_H
#define DETECT_NAMES_H

#include "event/finding.h"

struct arena;
struct names_model; /* immutable; views into the weights' bytes, which must outlive it */

enum lic_rc names_model_new(const struct lic_host *host, lic_str weights, struct names_model **out,
                            struct lic_err *err) LIC_MUST_USE;
void names_model_free(struct names_model *model);

/* Which of the types are wanted: a bit set. */
enum names_type {
    NAMES_PERSON = 1,       /* type NAME */
    NAMES_ORGANIZATION = 2, /* ORGANIZATION */
    NAMES_LOCATION = 4,     /* LOCATION */
    NAMES_ADDRESS = 8       /* ADDRESS */
};

/* Appends findings: rule "names.person" ..., category FINDING_PII, offsets in bytes, score. */
enum lic_rc names_scan(const struct names_model *model, lic_str text, uint32_t types,
                       struct arena *arena, struct findings *out, struct lic_err *err) LIC_MUST_USE;

#endif
