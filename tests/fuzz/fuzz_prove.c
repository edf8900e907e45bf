/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two policy documents with a NUL between: old and new. Whatever they are, asking about them does
 * no harm; a FAIL is a request that policy_eval allows under the new and not under the old; and a
 * policy never allows more than itself.
 */
#include "advise/prove.h"
#include "test.h"

static bool allows(struct arena *arena, const struct policy_doc *doc,
                   const struct policy_request *request)
{
    struct policy_stack stack = { .identity = NULL };
    struct policy_answer answer;
    struct lic_err err;
    return policy_index_new(arena, &doc, 1, &stack.identity, &err) == LIC_OK &&
           policy_eval(&stack, request, arena, &answer, &err) == LIC_OK &&
           answer.result == VERDICT_ALLOW;
}

static void ask(struct arena *arena, const struct policy_doc *old, const struct policy_doc *new)
{
    struct prove_question question = {
        .old_docs = &old, .old_n = 1, .new_docs = &new, .new_n = 1, .strict = true
    };
    struct prove_answer answer;
    struct policy_request request;
    struct lic_err err;
    if (prove_no_new_access(&question, arena, &answer, &err) != LIC_OK ||
        answer.verdict != PROVE_FAIL) {
        return;
    }
    CHECK(old != new);
    CHECK(witness_request(&answer.witness, true, arena, &request, &err) == LIC_OK);
    CHECK(allows(arena, new, &request) && !allows(arena, old, &request));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TEST_ARENA(arena);
    const struct policy_doc *docs[2] = { NULL, NULL };
    struct lic_err err;
    lic_str new_text = str_make((const char *)data, size);
    lic_str old_text = str_split(&new_text, '\0');
    lic_str name = LIC_STR("fuzz");
    if (policy_doc_read(arena, name, old_text, DOC_ANY, &docs[0], &err) != LIC_OK) {
        return 0;
    }
    ask(arena, docs[0], docs[0]);
    if (policy_doc_read(arena, name, new_text, DOC_ANY, &docs[1], &err) == LIC_OK) {
        ask(arena, docs[0], docs[1]);
        ask(arena, docs[1], docs[0]);
    }
    return 0;
}
