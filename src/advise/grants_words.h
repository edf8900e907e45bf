/* SPDX-License-Identifier: Apache-2.0 */
/* Statements and conditions in words, for people who read no JSON. */
#ifndef ADVISE_GRANTS_WORDS_H
#define ADVISE_GRANTS_WORDS_H

#include "base/buf.h"
#include "policy/doc.h"

/* "aws:SourceIp is in 10.0.0.0/8 or 192.168.0.0/16" */
void grants_words_condition(struct buf *out, const struct doc_condition *condition);

/* "may s3:GetObject on arn:aws:s3:::logs if aws:SecureTransport is true"; denies: "may not". */
void grants_words_statement(struct buf *out, const struct doc_statement *statement);

/* "policies/app.json:5 (Sid)" */
void grants_words_place(struct buf *out, const struct policy_doc *doc,
                        const struct doc_statement *statement);

#endif
