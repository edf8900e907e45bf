/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What policies grant when not every condition key is known.
 *
 *                    ┌─ least: what cannot be decided never grants and always denies ─► policy_eval
 *     policy_stack ──┤
 *                    └─ most:  what cannot be decided always grants and never denies ─► policy_eval
 *
 * Both are ordinary stacks of ordinary documents, from which the statements, conditions and
 * variables that depend on unknown keys were taken out or widened; so the rules by which layers
 * combine are policy_eval's own. Allowed by the least: yes, whatever the unknown keys are. Not
 * allowed by the most: no, whatever they are. Else it depends on them.
 */
#ifndef ADVISE_GRANTS_H
#define ADVISE_GRANTS_H

#include "policy/policy.h"

enum grants_answer { GRANTS_NO, GRANTS_DEPENDS, GRANTS_YES };

/* Whether the value of this condition key (lower case) is known, or known to be absent. */
struct grants_known {
    bool (*knows)(const void *arg, lic_str lower);
    const void *arg;
};

enum grants_side { GRANTS_LEAST, GRANTS_MOST };

struct grants {
    struct policy_stack least, most;
    bool depends; /* some statement has an unknown key, so that the two differ */
};

/* The two sides of a stack; indexes that need no change are shared. */
enum lic_rc grants_make(struct arena *arena, const struct policy_stack *stack,
                        const struct grants_known *known, struct grants *out,
                        struct lic_err *err) LIC_MUST_USE;

/* *out_least, *out_most (NULL: not wanted): the answers of the two sides. */
enum lic_rc grants_ask(const struct grants *grants, const struct policy_request *request,
                       struct arena *arena, enum grants_answer *out,
                       struct policy_answer *out_least, struct policy_answer *out_most,
                       struct lic_err *err) LIC_MUST_USE;

/* The condition, or one of its values' variables, has a key that is not known. */
bool grants_condition_depends(const struct doc_condition *condition,
                              const struct grants_known *known);
bool grants_statement_depends(const struct doc_statement *statement,
                              const struct grants_known *known);

/* Action and resource match, or may match when a variable is not known; conditions not asked. */
enum lic_rc grants_may_match(const struct doc_statement *statement,
                             const struct policy_request *request, struct arena *arena, bool *out,
                             struct lic_err *err) LIC_MUST_USE;

#endif
