/* SPDX-License-Identifier: Apache-2.0 */
/* Drafts: within what the present policies allow, with their conditions and denies. */
#include "tighten_case.h"

#define POLICY(statements) "{\"Version\":\"2012-10-17\",\"Statement\":[" statements "]}"

static void draft(struct tighten_case *c, struct arena *arena, struct arena *scratch,
                  const char *policy, const char *resource, uint32_t n)
{
    struct lic_err err = { 0 };
    EXPECT_OK(tighten_case_begin(c, arena, scratch, policy, &err), &err);
    EXPECT_OK(tighten_case_use(c, "s3:GetObject", resource, n, &err), &err);
    EXPECT_OK(tighten_draft(&c->tighten, &err), &err);
}

CASE(tighten_draft_generalises_and_adds_stable_conditions)
{
    TEST_ARENA(arena);
    TEST_ARENA(scratch);
    struct tighten_case c;
    draft(&c, arena, scratch, NULL, "arn:aws:s3:::shop/o-#.json", 30);
    EXPECT(!test_left());
    EXPECT(tighten_case_has(c.tighten.policy, "\"arn:aws:s3:::shop/o-*.json\""));
    EXPECT(tighten_case_has(c.tighten.policy, "\"lictor:Agent\""));
    EXPECT(!tighten_case_has(c.tighten.policy, "lictor:MaxTokens")); /* of models only */
}

CASE(tighten_draft_with_few_uses_has_no_conditions)
{
    TEST_ARENA(arena);
    TEST_ARENA(scratch);
    struct tighten_case c;
    draft(&c, arena, scratch, NULL, "arn:aws:s3:::shop/o-#.json", 2);
    EXPECT(!test_left());
    EXPECT(tighten_case_has(c.tighten.policy, "o-1000.json"));
    EXPECT(tighten_case_has(c.tighten.policy, "o-1001.json"));
    EXPECT(!tighten_case_has(c.tighten.policy, "Condition"));
}

CASE(tighten_draft_stays_within_the_present_resources)
{
    TEST_ARENA(arena);
    TEST_ARENA(scratch);
    struct tighten_case c;
    draft(&c, arena, scratch,
          POLICY("{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":"
                 "\"arn:aws:s3:::shop/o-100?.json\"}"),
          "arn:aws:s3:::shop/o-#.json", 5);
    EXPECT(!test_left());
    EXPECT(!tighten_case_has(c.tighten.policy, "*"));
    EXPECT(tighten_case_has(c.tighten.policy, "o-1004.json"));
    EXPECT(tighten_case_has(c.tighten.notes.at[0], "proven"));
}

CASE(tighten_draft_keeps_conditions_denies_and_variables)
{
    TEST_ARENA(arena);
    TEST_ARENA(scratch);
    struct tighten_case c;
    draft(&c, arena, scratch,
          POLICY("{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":"
                 "\"arn:aws:s3:::shop/${aws:username, 'x'}*\",\"Condition\":{\"StringEquals\":"
                 "{\"lictor:Agent\":[\"support\",\"sales\"]}}},"
                 "{\"Sid\":\"No\",\"Effect\":\"Deny\",\"Action\":\"s3:Get*\",\"Resource\":\"*\","
                 "\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}}},"
                 "{\"Effect\":\"Deny\",\"Action\":\"ec2:*\",\"Resource\":\"*\"}"),
          "arn:aws:s3:::shop/x-#", 30);
    EXPECT(!test_left());
    EXPECT(tighten_case_has(c.tighten.policy, "${aws:username, 'x'}*"));
    EXPECT(tighten_case_has(c.tighten.policy, "\"sales\""));
    EXPECT(tighten_case_has(c.tighten.policy, "\"KeptNo\""));
    EXPECT(tighten_case_has(c.tighten.policy, "aws:SecureTransport"));
    EXPECT(!tighten_case_has(c.tighten.policy, "ec2"));
}

CASE(tighten_draft_leaves_out_what_nobody_allows_now)
{
    TEST_ARENA(arena);
    TEST_ARENA(scratch);
    struct tighten_case c;
    draft(&c, arena, scratch,
          POLICY("{\"Effect\":\"Allow\",\"Action\":\"ec2:*\",\"Resource\":\"*\"}"),
          "arn:aws:s3:::shop/x", 1);
    EXPECT(!test_left());
    EXPECT_U64(c.tighten.statements.n, 0);
    EXPECT_STR(c.tighten.policy, "");
    EXPECT(tighten_case_has(c.tighten.notes.at[0], "no present statement allows it"));
}

CASE(tighten_draft_without_a_resource_keeps_the_present_ones)
{
    TEST_ARENA(arena);
    TEST_ARENA(scratch);
    struct tighten_case c;
    draft(&c, arena, scratch,
          POLICY("{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::a/*\"}"),
          "", 3);
    EXPECT(!test_left());
    EXPECT(tighten_case_has(c.tighten.policy, "\"arn:aws:s3:::a/*\""));
}
