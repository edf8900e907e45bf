/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is there a request that one set of policies allows and another does not? Answered for all
 * requests at once, by a decision procedure of our own (docs/PROVE.md):
 *
 *     PASS     proven: there is none. Only said when every approximation was on the safe side.
 *     FAIL     this one; policy_eval was asked and confirms it.
 *     UNKNOWN  neither, and why.
 *
 *     documents ─► space.h: axes, points, boxes ─► search.h ─► witness.h ─► policy_eval
 *                                                     │            │ not confirmed: variables and
 *                                                  none: PASS      │ principal bound, once more
 */
#ifndef ADVISE_PROVE_H
#define ADVISE_PROVE_H

#include "advise/witness.h"

enum prove_verdict { PROVE_UNKNOWN, PROVE_PASS, PROVE_FAIL };

struct prove_question {
    const struct policy_doc *const *old_docs;
    uint32_t old_n;
    const struct policy_doc *const *new_docs;
    uint32_t new_n;
    const struct policy_doc *within; /* one Allow: only requests it matches; NULL: all */
    bool resource;       /* the documents are a resource's policies, not an identity's */
    bool strict;         /* as the gateway asks (policy_request.strict) */
    bool settled_counts; /* what no policy decides (sts:GetCallerIdentity) counts as new access */
    const struct request_principal *principal;      /* NULL: anybody. Only for identities */
    const struct axis_bindings *fixed;              /* keys with one value; NULL: none */
    const struct request_principal *const *callers; /* only these; NULL: everybody */
    uint32_t callers_n;
};

struct prove_answer {
    enum prove_verdict verdict;
    const char *reason;     /* UNKNOWN */
    struct witness witness; /* FAIL */
    /* FAIL: the Allow of the new documents, and the Deny of the old ones that had kept it away. */
    const struct policy_doc *doc;
    const struct doc_statement *statement;
    const struct policy_doc *old_doc;
    const struct doc_statement *old_statement;
};

/* Whether both sides are the same texts, read alike: nothing is new then, however hard to prove. */
bool prove_same_documents(const struct prove_question *question);

/* The first new access found, or that there is none. LIC_E_NOMEM is the only failure. */
enum lic_rc prove_no_new_access(const struct prove_question *question, struct arena *arena,
                                struct prove_answer *out, struct lic_err *err) LIC_MUST_USE;

/* The same for each Allow of the new documents by itself, in their order. */
struct prove_answers {
    struct prove_answer *at;
    uint32_t n, cap;
};
enum lic_rc prove_each(const struct prove_question *question, uint32_t fails_max,
                       struct arena *arena, struct prove_answers *out,
                       struct lic_err *err) LIC_MUST_USE;

/* The counterexample of a FAIL in the form of `lictor iam simulate --jsonl`. */
enum lic_rc prove_json(const struct prove_question *question, const struct prove_answer *answer,
                       struct arena *arena, lic_str *out, struct lic_err *err) LIC_MUST_USE;

#endif
