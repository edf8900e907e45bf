/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What access one set of policies has that another has not, in words and with examples. The proof
 * behind it is prove.h's: NONE is proven, each example was confirmed by policy_eval, and everything
 * else is UNKNOWN.
 *
 *     old documents ─┐
 *     new documents ─┴─ advise_diff_new_access ──► NONE | GAINED (examples) | UNKNOWN (reason)
 */
#ifndef ADVISE_DIFF_H
#define ADVISE_DIFF_H

#include "advise/prove.h"

enum advise_gain_verdict {
    ADVISE_GAIN_UNKNOWN, /* first, so that a zeroed struct never says NONE */
    ADVISE_GAIN_NONE,    /* proven: whatever the new documents allow the old ones allowed, too */
    ADVISE_GAIN_FOUND    /* the examples are allowed by the new documents and not by the old */
};

/* One request that the new documents allow and the old ones do not, and the line that does it. */
struct advise_example {
    lic_str words; /* "s3:GetObject on arn:aws:s3:::logs when aws:PrincipalTag/team is red" */
    lic_str action, resource; /* of the one request that was confirmed */
    lic_str context;          /* its keys: "aws:principaltag/team = red, ..."; or empty */
    lic_str json;             /* that request, in the form of `lictor iam simulate --jsonl` */
    /* The statement of the new documents that allows it. */
    const struct policy_doc *doc;
    const struct doc_statement *statement;
};

struct advise_gain {
    enum advise_gain_verdict verdict;
    lic_str reason; /* UNKNOWN: why; else empty */
    const struct advise_example *examples;
    uint32_t examples_n; /* at most ADVISE_GAIN_EXAMPLES_MAX */
};

#define ADVISE_GAIN_EXAMPLES_MAX 32u

/*
 * The documents of one identity (all of them together) before and after, or those of one resource.
 * Everything in *out lives in the arena. Fails only with LIC_E_NOMEM; budgets that run out are
 * UNKNOWN with the reason. No documents on one side: that side allows nothing.
 */
enum lic_rc advise_diff_new_access(const struct policy_doc *const *old_docs, uint32_t old_n,
                                   const struct policy_doc *const *new_docs, uint32_t new_n,
                                   struct arena *arena, struct advise_gain *out,
                                   struct lic_err *err) LIC_MUST_USE;

/* The same for any question (prove.h) that has no `within`. */
enum lic_rc diff_gain(const struct prove_question *question, struct arena *arena,
                      struct advise_gain *out, struct lic_err *err) LIC_MUST_USE;

#endif
