/* SPDX-License-Identifier: Apache-2.0 */
/* Statements as a person would say them, for diffs and proofs. */
#ifndef ADVISE_WORDS_H
#define ADVISE_WORDS_H

#include "policy/doc.h"

struct buf;

/* "aws:PrincipalTag/team is red or blue and aws:SourceIp is in 10.0.0.0/8"; nothing when there are
 * no conditions. */
void words_conditions(struct buf *out, const struct doc_statement *statement);

/* "s3:GetObject, s3:PutObject", "everything but iam:*"; "everything" when the element is absent. */
void words_patterns(struct buf *out, const struct doc_patterns *patterns);

/* "policy.json:12:5 (AllowLogs)". */
void words_place(struct buf *out, const struct policy_doc *doc,
                 const struct doc_statement *statement);

#endif
