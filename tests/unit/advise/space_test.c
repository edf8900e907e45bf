/* SPDX-License-Identifier: Apache-2.0 */
/* Statements as boxes: one axis a dimension, a key's axes by what its values are. */
#include "advise/space.h"

#include "docs.h"
#include "test.h"

static struct axis_budget plenty(void)
{
    return (struct axis_budget){
        .lang = { .states_max = 10000, .words_max = 4096, .steps = 10000000 }, .points_max = 1000
    };
}

CASE(space_keys_of_two_types_have_two_axes_and_null_goes_with_one)
{
    TEST_ARENA(arena);
    struct space space;
    struct lic_err err;
    uint32_t box = 0;
    const struct policy_doc *doc =
        docs_read(arena, DOC_ANY,
                  "{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\",\"Condition\":{"
                  "\"Null\":{\"app:K\":\"false\"},\"NumericEquals\":{\"app:k\":\"1\"},"
                  "\"StringEquals\":{\"APP:k\":\"1\",\"app:l\":\"x\"}}}");
    EXPECT(doc != NULL);
    space_init(&space, arena);
    EXPECT_OK(space_add(&space, doc, &doc->statements[0], &box, &err), &err);
    EXPECT_U64(space.axes.n, 5);
    EXPECT_U64(space.boxes.at[box].parts.n, 6);
    EXPECT(space_axis(&space, AXIS_ACTION) && space_axis(&space, AXIS_RESOURCE));
    EXPECT(space_key_axis(&space, LIC_STR("app:k"))->kind == AXIS_TYPED_KEY);
    EXPECT(space_key_axis(&space, LIC_STR("app:l"))->kind == AXIS_TEXT_KEY);
    EXPECT(space_key_axis(&space, LIC_STR("app:m")) == NULL);
}

CASE(space_a_cut_has_the_points_where_the_statement_holds)
{
    TEST_ARENA(arena);
    struct space space;
    struct lic_err err;
    struct axis_bindings none = { .n = 0 };
    struct axis_budget budget = plenty();
    const char *why = "";
    uint32_t box = 0;
    const struct policy_doc *doc =
        docs_read(arena, DOC_ANY, DOCS_ALLOW("s3:Get*", "arn:aws:s3:::logs/*"));
    EXPECT(doc != NULL);
    space_init(&space, arena);
    EXPECT_OK(space_add(&space, doc, &doc->statements[0], &box, &err), &err);
    EXPECT_OK(space_settle(&space, &none, &budget, &why, &err), &err);
    EXPECT(why == NULL);
    EXPECT_U64(space.boxes.at[box].cuts_n, 2);
    for (uint32_t i = 0; i < 2; i++) {
        const struct space_cut *cut = &space.boxes.at[box].cuts[i];
        EXPECT_U64(space.axes.at[cut->axis].points.n, 2);
        EXPECT_U64((unsigned)__builtin_popcountll(cut->holds[0]), 1);
    }
}

CASE(space_a_budget_that_runs_out_is_said)
{
    TEST_ARENA(arena);
    struct space space;
    struct lic_err err;
    struct axis_bindings none = { .n = 0 };
    struct axis_budget budget = plenty();
    const char *why = NULL;
    uint32_t box = 0;
    budget.lang.states_max = 4;
    const struct policy_doc *doc =
        docs_read(arena, DOC_ANY, DOCS_ALLOW("s3:Get*", "arn:aws:s3:::logs/*"));
    EXPECT(doc != NULL);
    space_init(&space, arena);
    EXPECT_OK(space_add(&space, doc, &doc->statements[0], &box, &err), &err);
    EXPECT_OK(space_settle(&space, &none, &budget, &why, &err), &err);
    EXPECT(why != NULL);
}
