/* SPDX-License-Identifier: Apache-2.0 */
/* What was used, counted: families by the present statement, resources, and values of keys. */
#include "tighten_case.h"

#define TWO                                                                                        \
    "{\"Version\":\"2012-10-17\",\"Statement\":["                                                  \
    "{\"Effect\":\"Allow\",\"Action\":\"s3:Get*\",\"Resource\":\"arn:aws:s3:::a/*\"},"             \
    "{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::b/*\"}]}"

CASE(tighten_counts_by_action_and_statement)
{
    TEST_ARENA(arena);
    TEST_ARENA(scratch);
    struct tighten_case c;
    struct lic_err err;
    EXPECT_OK(tighten_case_begin(&c, arena, scratch, TWO, &err), &err);
    EXPECT_OK(tighten_case_use(&c, "s3:GetObject", "arn:aws:s3:::a/x", 5, &err), &err);
    EXPECT_OK(tighten_case_use(&c, "S3:getobject", "arn:aws:s3:::a/y", 1, &err), &err);
    EXPECT_OK(tighten_case_use(&c, "s3:GetObject", "arn:aws:s3:::b/x", 2, &err), &err);
    EXPECT_OK(tighten_case_use(&c, "s3:GetObject", "arn:aws:s3:::c/x", 3, &err), &err);
    EXPECT_U64(c.tighten.list.n, 2);
    EXPECT_U64(c.tighten.list.at[0]->uses, 6);
    EXPECT_U64(c.tighten.list.at[0]->resources.n, 2);
    EXPECT_U64(c.tighten.list.at[0]->statement->place.line, 1);
    EXPECT_U64(c.tighten.list.at[1]->uses, 2);
    EXPECT_U64(c.tighten.lost.n, 1);
    EXPECT_U64(c.tighten.lost.at[0]->uses, 3);
    EXPECT_U64(c.tighten.pairs_n, 4);
}

CASE(tighten_sees_few_values_networks_and_bounds)
{
    static const char *const addresses[] = { "10.1.2.3", "10.1.2.4", "2001:db8::1", "nonsense" };
    TEST_ARENA(arena);
    TEST_ARENA(scratch);
    struct tighten_case c;
    struct lic_err err;
    EXPECT_OK(tighten_case_begin(&c, arena, scratch, NULL, &err), &err);
    for (size_t i = 0; i < 4; i++) {
        struct history_use use = {
            .principal = LIC_STR("arn:aws:iam::111122223333:user/ann"),
            .action = LIC_STR("a:B"),
            .resource = LIC_STR("*"),
        };
        EXPECT_OK(history_add_key(&use, arena, LIC_STR("aws:SourceIp"), str_z(addresses[i]), &err),
                  &err);
        EXPECT_OK(history_add_key(&use, arena, LIC_STR("lictor:MaxTokens"),
                                  i == 2 ? LIC_STR("3000") : LIC_STR("100"), &err),
                  &err);
        EXPECT_OK(tighten_take(&c.tighten, &use, &err), &err);
        EXPECT(c.tighten.list.at[0]->facets[TIGHTEN_source_ip].many == (i == 3));
    }
    const struct tighten_facet *ip = &c.tighten.list.at[0]->facets[TIGHTEN_source_ip];
    EXPECT_U64(ip->n, 2);
    EXPECT_STR(ip->values[0], "10.1.2.0/24");
    EXPECT_STR(ip->values[1], "2001:db8::/64");
    EXPECT_U64(c.tighten.list.at[0]->facets[TIGHTEN_max_tokens].bound, 4096);
    EXPECT(c.tighten.list.at[0]->any_resource);
}

CASE(tighten_prefers_the_statement_that_the_record_names)
{
    static const char policy[] = "{\"Version\":\"2012-10-17\",\"Statement\":[\n"
                                 "{\"Effect\":\"Allow\",\"Action\":\"a:*\",\"Resource\":\"*\"},\n"
                                 "{\"Effect\":\"Allow\",\"Action\":\"a:B\",\"Resource\":\"*\"}]}";
    TEST_ARENA(arena);
    TEST_ARENA(scratch);
    struct tighten_case c;
    struct lic_err err;
    struct history_use use = {
        .principal = LIC_STR("arn:aws:iam::111122223333:user/ann"),
        .action = LIC_STR("a:B"),
        .resource = LIC_STR("x"),
        .resource_named = true,
        .statement = LIC_STR("policies/app.json:3"),
    };
    EXPECT_OK(tighten_case_begin(&c, arena, scratch, policy, &err), &err);
    EXPECT_OK(tighten_take(&c.tighten, &use, &err), &err);
    EXPECT_U64(c.tighten.list.at[1]->uses, 1);
    use.statement = LIC_STR("policies/app.json:9");
    EXPECT_OK(tighten_take(&c.tighten, &use, &err), &err);
    EXPECT_U64(c.tighten.list.at[0]->uses, 1);
}
