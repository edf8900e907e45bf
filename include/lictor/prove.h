/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proofs about policies, for the command line and other tools: whether a change gives new access,
 * whether two policies allow the same, whether something can never be allowed, whether a resource
 * is open to the public. docs/PROVE.md says exactly what each verdict means.
 */
#ifndef LICTOR_PROVE_H
#define LICTOR_PROVE_H

#include <lictor/base.h>

enum lic_prove_task {
    LIC_PROVE_NO_NEW_ACCESS, /* all that `b` allows, `a` allows */
    LIC_PROVE_EQUIVALENT,    /* both directions */
    LIC_PROVE_CANNOT,        /* `b` never allows the action on the resource to the principal */
    LIC_PROVE_NOT_PUBLIC     /* the resource policy `b` allows nothing to strangers */
};

enum lic_prove_verdict { LIC_PROVE_UNKNOWN, LIC_PROVE_PASS, LIC_PROVE_FAIL };

/* A policy document as text. `name` is what places of mistakes and statements begin with. */
struct lic_policy_file {
    lic_str name, text;
};

struct lic_prove_ask {
    enum lic_prove_task task;
    bool resource; /* the documents are policies of one resource, not of one identity */
    const struct lic_policy_file *a, *b;
    uint32_t a_n, b_n;
    /* CANNOT: texts as in a policy, wildcards too; conditions "KEY=VALUE" or "OPERATOR:KEY=VALUE".
     */
    lic_str principal, action, resource_pattern;
    const lic_str *conditions;
    uint32_t conditions_n;
};

/*
 * Asks. *out_text is the verdict for a person, or one JSON object when `json`; memory from
 * host->resize, released with resize(at, 0). Mistakes in the documents are failures with their
 * place; UNKNOWN is a verdict.
 */
LIC_PUBLIC enum lic_rc lic_prove(const struct lic_host *host, const struct lic_prove_ask *ask,
                                 bool json, enum lic_prove_verdict *out_verdict, lic_str *out_text,
                                 struct lic_err *err) LIC_MUST_USE;

/* What is gained and lost from `a` to `b`, in words and with examples. The verdict is that of
 * NO_NEW_ACCESS. */
LIC_PUBLIC enum lic_rc lic_policy_diff(const struct lic_host *host, const struct lic_prove_ask *ask,
                                       bool json, enum lic_prove_verdict *out_verdict,
                                       lic_str *out_text, struct lic_err *err) LIC_MUST_USE;

#endif
