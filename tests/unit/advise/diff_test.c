/* SPDX-License-Identifier: Apache-2.0 */
/* New access told in words. */
#include "advise/diff.h"

#include "docs.h"

static void gain(struct arena *arena, const char *old, const char *new, struct advise_gain *out)
{
    struct lic_err err;
    const struct policy_doc *old_doc = docs_read(arena, DOC_MANAGED, old);
    const struct policy_doc *new_doc = docs_read(arena, DOC_MANAGED, new);
    EXPECT(old_doc && new_doc);
    EXPECT_OK(advise_diff_new_access(&old_doc, 1, &new_doc, 1, arena, out, &err), &err);
}

CASE(diff_nothing_new_is_proven)
{
    TEST_ARENA(arena);
    struct advise_gain out;
    gain(arena, DOCS_ALLOW("s3:*", "*"), DOCS_ALLOW("s3:GetObject", "*"), &out);
    if (test_left()) {
        return;
    }
    EXPECT(out.verdict == ADVISE_GAIN_NONE);
    EXPECT_U64(out.examples_n, 0);
}

CASE(diff_only_the_new_pairs_are_told_and_actions_together)
{
    TEST_ARENA(arena);
    struct advise_gain out;
    gain(arena, DOCS_ALLOW("s3:GetObject", "arn:aws:s3:::a/*"),
         "{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:PutObject\",\"s3:Delete*\"],"
         "\"Resource\":[\"arn:aws:s3:::a/*\"],\"Condition\":{\"StringEquals\":{\"app:K\":\"x\"}}}",
         &out);
    if (test_left()) {
        return;
    }
    EXPECT(out.verdict == ADVISE_GAIN_FOUND);
    EXPECT_U64(out.examples_n, 1);
    EXPECT_STR(out.examples[0].words,
               "s3:PutObject, s3:Delete* on arn:aws:s3:::a/* when app:K is x");
    EXPECT_STR(out.examples[0].context, "app:k = x");
    EXPECT_STR(out.examples[0].action, "s3:putobject");
}

CASE(diff_a_deny_that_went_is_named)
{
    TEST_ARENA(arena);
    struct advise_gain out;
    gain(arena,
         DOCS_ALLOW("s3:*",
                    "*") ",{\"Sid\":\"No\",\"Effect\":\"Deny\",\"Action\":\"s3:DeleteObject\","
                         "\"Resource\":\"*\"}",
         DOCS_ALLOW("s3:*", "*"), &out);
    if (test_left()) {
        return;
    }
    EXPECT_U64(out.examples_n, 1);
    EXPECT_STR(out.examples[0].words, "s3:* on *, which was denied by doc.json:1:88 (No)");
}

CASE(diff_no_documents_allow_nothing)
{
    TEST_ARENA(arena);
    struct advise_gain out;
    struct lic_err err;
    const struct policy_doc *doc = docs_read(arena, DOC_MANAGED, DOCS_ALLOW("s3:Get", "*"));
    EXPECT(doc != NULL);
    EXPECT_OK(advise_diff_new_access(NULL, 0, &doc, 1, arena, &out, &err), &err);
    EXPECT(out.verdict == ADVISE_GAIN_FOUND);
    EXPECT_OK(advise_diff_new_access(&doc, 1, NULL, 0, arena, &out, &err), &err);
    EXPECT(out.verdict == ADVISE_GAIN_NONE);
}
