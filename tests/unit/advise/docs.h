/* SPDX-License-Identifier: Apache-2.0 */
/* Documents for tests of advice, from the inside of their Statement. */
#ifndef TESTS_UNIT_ADVISE_DOCS_H
#define TESTS_UNIT_ADVISE_DOCS_H

#include "base/buf.h"
#include "policy/policy.h"
#include "test.h"

/* NULL when it cannot be read; `statements` is a list's inside. */
static inline const struct policy_doc *docs_read(struct arena *arena, enum doc_kind kind,
                                                 const char *statements)
{
    const struct policy_doc *doc = NULL;
    struct lic_err err;
    struct buf text;
    buf_init(&text, arena, 65536);
    buf_addf(&text, "{\"Version\":\"2012-10-17\",\"Statement\":[%s]}", statements);
    return policy_doc_read(arena, LIC_STR("doc.json"), buf_str(&text), kind, &doc, &err) == LIC_OK
               ? doc
               : NULL;
}

#define DOCS_ALLOW(action, resource)                                                               \
    "{\"Effect\":\"Allow\",\"Action\":\"" action "\",\"Resource\":\"" resource "\"}"

#endif
