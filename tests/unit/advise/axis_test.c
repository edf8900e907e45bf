/* SPDX-License-Identifier: Apache-2.0 */
/* Points of one key: absent, texts, lists, and what variables may do. */
#include "advise/space.h"

#include "docs.h"
#include "test.h"

static struct axis *find_points(struct arena *arena, const char *condition,
                                const struct axis_bindings *bindings, const char *key)
{
    static struct axis_budget plenty = { .lang = { 10000, 4096, 10000000 }, .points_max = 1000 };
    struct space *space = ARENA_NEW(arena, struct space);
    struct axis_budget budget = plenty;
    struct buf text;
    struct lic_err err;
    const char *why = NULL;
    uint32_t box = 0;
    buf_init(&text, arena, 4096);
    buf_addf(&text,
             "{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\",\"Condition\":"
             "{%s}}%c",
             condition, '\0');
    const struct policy_doc *doc = space && text.at ? docs_read(arena, DOC_ANY, text.at) : NULL;
    if (!doc) {
        return NULL;
    }
    space_init(space, arena);
    bool settled = space_add(space, doc, &doc->statements[0], &box, &err) == LIC_OK &&
                   space_settle(space, bindings, &budget, &why, &err) == LIC_OK && !why;
    return settled ? space_key_axis(space, str_z(key)) : NULL;
}

CASE(axis_absent_comes_first_and_is_left_out_of_keys_that_always_are)
{
    TEST_ARENA(arena);
    struct axis_bindings none = { .n = 0 };
    struct axis *axis = find_points(arena, "\"StringEquals\":{\"app:K\":\"a\"}", &none, "app:k");
    EXPECT(axis != NULL);
    EXPECT_U64(axis->points.n, 2); /* absent is as any other text */
    EXPECT_U64(axis->points.at[0].n, 0);
    axis = find_points(arena, "\"Bool\":{\"aws:SecureTransport\":\"true\"}", &none,
                       "aws:securetransport");
    EXPECT(axis != NULL);
    EXPECT(axis->points.n == 2 && axis->points.at[0].n == 1);
}

CASE(axis_lists_are_told_apart_by_what_their_texts_say)
{
    TEST_ARENA(arena);
    struct axis_bindings none = { .n = 0 };
    struct axis *axis = find_points(arena,
                                    "\"ForAnyValue:StringEquals\":{\"app:K\":\"a\"},"
                                    "\"ForAnyValue:StringLike\":{\"app:K\":\"b*\"}",
                                    &none, "app:k");
    EXPECT(axis != NULL);
    EXPECT_U64(axis->points.n, 4); /* neither, a, b, both */
    bool both = false;
    for (uint32_t i = 0; i < axis->points.n; i++) {
        both = both || (axis->points.at[i].n == 2 && axis->points.at[i].list);
    }
    EXPECT(both);
}

CASE(axis_a_variable_matches_or_not_as_it_likes_until_it_is_bound)
{
    TEST_ARENA(arena);
    struct axis_binding bob = { .key = request_key_make(LIC_STR("aws:username")),
                                .value = LIC_STR("bob") };
    struct axis_bindings none = { .n = 0 };
    struct axis_bindings bound = { .at = &bob, .n = 1 };
    const char *condition = "\"StringEquals\":{\"app:K\":\"${aws:username}\"}";
    struct axis *axis = find_points(arena, condition, &none, "app:k");
    EXPECT(axis != NULL);
    EXPECT_U64(axis->points.n, 3); /* absent or not; unsure; matching */
    axis = find_points(arena, condition, &bound, "app:k");
    EXPECT(axis != NULL);
    EXPECT_U64(axis->points.n, 2);
    EXPECT_STR(axis->points.at[1].values[0], "bob");
}

CASE(axis_a_bound_key_has_one_point)
{
    TEST_ARENA(arena);
    struct axis_binding key = { .key = request_key_make(LIC_STR("app:k")), .absent = true };
    struct axis_bindings bound = { .at = &key, .n = 1 };
    struct axis *axis =
        find_points(arena, "\"StringNotEquals\":{\"app:K\":\"a\"}", &bound, "app:k");
    EXPECT(axis != NULL);
    EXPECT_U64(axis->points.n, 1);
    EXPECT_U64(axis->points.at[0].truths[0], TRUTH_YES);
}
