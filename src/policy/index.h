/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiled form of one layer's documents: asked with an action and a resource, it looks only
 * at statements that could match both. Immutable once made; asking takes no memory of its own.
 *
 * Every pair of an action and a resource of a statement is a posting. It lies in a tree over the
 * resource's text up to its first wildcard; what is left of a pattern hangs from that node in a
 * tree over its end (read backwards) or over its longest inner text, whichever says more:
 *
 *     arn:aws:s3:::logs              "arn:aws:s3:::" ─┬─ "logs"      ends: the first
 *     arn:aws:s3:::logs/2026*                         │    └─ "/2026" open: the second
 *     arn:aws:s3:::*.txt                              ├─ by end:     "txt."
 *     arn:aws:s3:::*:team-7/x*                        └─ by inside:  ":team-7/x"
 *
 * At a node, postings are in order of their key: effect, how the action is named (by itself, by a
 * wildcard within its service, by anything else) and a hash of that name. So a question walks down
 * its resource once and at each node looks at a few runs of postings, whose actions, resources,
 * principals and conditions are then compared in full. Trees and hashes only leave statements out
 * that cannot match; nothing is decided by them.
 */
#ifndef POLICY_INDEX_H
#define POLICY_INDEX_H

#include "policy/policy.h"
#include "policy/principal.h"

#define INDEX_NONE UINT32_MAX

#define INDEX_ACTION_BYTES 128u /* longer actions are lowered in the arena */

/* What a layer is asked; made once for all layers of a decision, in place (it points into itself).
 */
struct index_question {
    struct vars_ask ask;
    lic_str action;        /* lower case */
    uint32_t action_hash;  /* of the action */
    uint32_t service_hash; /* of it up to the colon */
    bool bounded;          /* the principal has a permissions boundary */
    char lowered[INDEX_ACTION_BYTES];
};

enum lic_rc index_question_init(struct index_question *question,
                                const struct policy_request *request, bool bounded,
                                struct arena *arena, struct lic_err *err) LIC_MUST_USE;

/*
 * The first statements, in order of documents and within them, that apply: the number of each, or
 * INDEX_NONE. Allows are told apart by whom they name (principal.h); without Principal elements
 * all are GRANT_DIRECT.
 */
struct index_found {
    uint32_t deny;
    uint32_t allow[GRANT_N]; /* of GRANT_NONE: not used */
};

enum lic_rc index_ask(const struct policy_index *index, const struct index_question *question,
                      struct index_found *out, struct lic_err *err) LIC_MUST_USE;

/* Whether a statement is about this action, and about the question's resource; without an index. */
bool index_actions_apply(const struct doc_statement *statement, lic_str lower_action);
enum lic_rc index_resources_apply(const struct doc_statement *statement,
                                  const struct index_question *question, bool *out,
                                  struct lic_err *err) LIC_MUST_USE;

/* Statement number n of the index and its document. */
struct index_statement {
    const struct policy_doc *doc;
    const struct doc_statement *statement;
};
uint32_t index_statements_n(const struct policy_index *index);
struct index_statement index_statement(const struct policy_index *index, uint32_t n);

#endif
