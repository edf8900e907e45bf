/* SPDX-License-Identifier: Apache-2.0 */
/* The rules a document must keep once its structure is read; by doc.c only. */
#ifndef POLICY_DOC_CHECK_H
#define POLICY_DOC_CHECK_H

#include "policy/doc.h"

/* Size and characters. *out_place is where, counted from the document's own start. */
enum lic_rc doc_check_text(const struct policy_doc *doc, struct doc_place *out_place,
                           struct lic_err *err) LIC_MUST_USE;

/* Everything else that needs no compiled pattern, in AWS's order, with AWS's words first. */
enum lic_rc doc_check(struct arena *arena, const struct policy_doc *doc,
                      struct doc_place *out_place, struct lic_err *err) LIC_MUST_USE;

#endif
