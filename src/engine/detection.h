/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the guardrails of an engine detect with: the rules, words and models that ship with this
 * build, read once and shared, and what each guardrail makes of them.
 *
 *     patterns/NAME.rules ─► rules ──► of each guardrail and direction: those it acts on ─►
 * detector weights/NAME.weights ─► classifier, names ──► likewise: only where something is done
 * with them
 */
#ifndef ENGINE_DETECTION_H
#define ENGINE_DETECTION_H

#include "detect/scanner.h"
#include "engine/config.h"

struct detection {
    const struct fold_words *fold;
    struct classifier *classifier;
    struct names_model *names;
};

/* Words and tables live in the arena; models until detection_fini (zeroed is fine). */
enum lic_rc detection_init(struct detection *detection, const struct lic_host *host,
                           struct arena *arena, struct lic_err *err) LIC_MUST_USE;
void detection_fini(struct detection *detection);

/* Every rule of this build, in the arena. */
enum lic_rc detection_rules(struct arena *arena, struct rules *out,
                            struct lic_err *err) LIC_MUST_USE;

/* Whether a model, and no rule, finds this type or this rule: "NAME", "classifier.injection". */
bool detection_has_type(lic_str type);
bool detection_has_rule(lic_str rule);

/* Makes the scanners of a guardrail that was read; releases what that made. */
enum lic_rc detection_compile(const struct detection *detection, const struct lic_host *host,
                              struct guardrail *guardrail, struct lic_err *err) LIC_MUST_USE;
void detection_release(struct guardrail *guardrail);

#endif
