/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guardrail file: the request of Amazon Bedrock's CreateGuardrail as it is, plus a `lictor` block
 * for what that shape cannot say (channels, our own rules). docs/CONFIG.md lists the members.
 *
 * No silent gap: a type, filter or policy that nothing in this build can detect is a mistake that
 * names it, unless the block says "unsupported": "ignore".
 */
#ifndef ENGINE_GUARDRAIL_H
#define ENGINE_GUARDRAIL_H

#include "engine/config.h"
#include "engine/mistakes.h"

struct guardrail_source {
    lic_str file, text;
    const struct rules *shipped; /* every rule of this build; live as long as the guardrail */
};

/* Notes mistakes; *out is good only when none was noted. Detectors are compiled by engine.c. */
enum lic_rc guardrail_read(struct arena *arena, const struct guardrail_source *source,
                           struct mistakes *mistakes, struct guardrail *out,
                           struct lic_err *err) LIC_MUST_USE;

/* What is done about findings of this rule there: that of the first row which is about it. */
enum finding_action guardrail_rule_action(const struct guardrail *guardrail,
                                          const struct rule *rule, enum event_channel channel,
                                          bool output);

#endif
