/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policy judges. Documents in AWS's JSON grammar are read once (doc.h), compiled into an immutable
 * index (policy_index), and asked with a request (request.h).
 *
 *     text ─policy_doc_read─► policy_doc ─┐
 *     text ─policy_doc_read─► policy_doc ─┴─policy_index_new─► policy_index ─┐
 *                       identity, boundary, session, SCP and RCP levels ...   ├─► policy_stack
 *                                                                             ┘       │
 *                                                  policy_request ──policy_eval──► policy_answer
 *
 * An explicit deny anywhere wins; otherwise every layer that is there must allow, by AWS's rules
 * of policy evaluation (IAM User Guide, "Policy evaluation logic"). Policy sees names, ARNs and
 * condition keys, never content.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "event/verdict.h"
#include "policy/doc.h"
#include "policy/request.h"

struct policy_index;

/*
 * Reads one document of this kind. Refused, with AWS's own message first and then the detail and
 * the place: what is not of the grammar, elements that do not belong to the kind, documents over
 * the kind's limit. Condition keys are not checked against what exists: lint and config do.
 */
enum lic_rc policy_doc_read(struct arena *arena, lic_str file, lic_str text, enum doc_kind kind,
                            const struct policy_doc **out, struct lic_err *err) LIC_MUST_USE;

/* The same from a value inside a larger JSON text; places count from the larger text's start. */
struct json_doc;
enum lic_rc policy_doc_read_node(struct arena *arena, lic_str file, const struct json_doc *json,
                                 uint32_t node, enum doc_kind kind, const struct policy_doc **out,
                                 struct lic_err *err) LIC_MUST_USE;

/*
 * Compiles documents into one index. The documents must live as long as the index. n == 0 gives
 * an index that allows nothing.
 */
enum lic_rc policy_index_new(struct arena *arena, const struct policy_doc *const *docs, uint32_t n,
                             const struct policy_index **out, struct lic_err *err) LIC_MUST_USE;

/* One level of an organisation's path: the root, a unit or the account itself. */
struct policy_level {
    lic_str id; /* "r-root", "ou-...", account number */
    const struct policy_index *index;
};

/*
 * Everything that bears on one principal and one resource. NULL: there is no such layer (an empty
 * index is one that allows nothing).
 */
struct policy_stack {
    const struct policy_index *identity; /* managed, inline and group policies together */
    const struct policy_index *resource;
    const struct policy_index *boundary;
    const struct policy_index *session;
    const struct policy_level *scp; /* every level must allow; none: no organisation */
    uint32_t scp_n;
    const struct policy_level *rcp;
    uint32_t rcp_n;
    bool resource_must_allow; /* trust and key policies: an identity policy alone is not enough */
};

/* Whether the resource is a role that is assumed or a KMS key, for policy_stack. */
bool policy_resource_must_allow(lic_str action, lic_str resource);

/* Why a layer did not allow, or that it was not asked. */
enum policy_layer {
    LAYER_SCP,
    LAYER_RCP,
    LAYER_RESOURCE,
    LAYER_IDENTITY,
    LAYER_BOUNDARY,
    LAYER_SESSION,
    LAYER_N
};
enum policy_layer_result { LAYER_ABSENT, LAYER_SILENT, LAYER_ALLOWS, LAYER_DENIES };

struct policy_found {
    enum policy_layer_result result;
    const struct policy_doc *doc; /* of the statement that decided; NULL when none did */
    const struct doc_statement *statement;
    lic_str level; /* of LAYER_SCP and LAYER_RCP: which one blocked */
};

struct policy_answer {
    enum verdict_result result;
    struct policy_found layers[LAYER_N];
    /* Bit set of 1u << enum policy_layer: the layers without which it would be allowed. 0: it is
     * allowed, or nothing grants it in the first place. */
    uint32_t blocked;
    bool cross_account;
    const char *rule; /* sentence of the rule that combined the layers; for explain */
};

/* "scp", "rcp", "resource", "identity", "pb", "session". */
const char *policy_layer_name(enum policy_layer layer);

/*
 * The decision. Scratch (variables, times and numbers of an event as text) comes from the arena;
 * nothing else is taken. The only failure is LIC_E_NOMEM, which the caller treats as a denial.
 */
enum lic_rc policy_eval(const struct policy_stack *stack, const struct policy_request *request,
                        struct arena *arena, struct policy_answer *out,
                        struct lic_err *err) LIC_MUST_USE;

/* The statement that decided, or the layer that stayed silent, as a verdict for records and
 * refusals. */
void policy_verdict(const struct policy_answer *answer, struct verdict *out);

/*
 * What a person reads: the request, each layer with the statements that matched and, for those
 * that nearly did (action and resource match), the condition that failed and what it saw.
 * docs: file:line and Sid of each. Appends to `out`.
 */
struct buf;
enum lic_rc policy_explain(const struct policy_stack *stack, const struct policy_request *request,
                           struct arena *arena, struct buf *out, struct lic_err *err) LIC_MUST_USE;

/* '*' and '?' over the whole text; '*' crosses everything. Linear time whatever the pattern. */
bool match_wildcard(lic_str pattern, lic_str text);
bool match_wildcard_nocase(lic_str pattern, lic_str text);
/* Six colon-separated parts, each with wildcards (ArnLike). */
bool match_arn(lic_str pattern, lic_str arn);

#endif
