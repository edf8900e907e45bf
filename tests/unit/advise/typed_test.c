/* SPDX-License-Identifier: Apache-2.0 */
/* Ordered domains cut by the values of conditions: every piece has a text, and one is mistyped. */
#include "advise/typed.h"

#include "test.h"

static void make_cond(struct arena *arena, const char *name, const char *const *values, uint32_t n,
                      struct cond *out)
{
    struct lic_err err;
    struct cond_value *made = ARENA_ARRAY(arena, struct cond_value, n + 1);
    *out = (struct cond){ .key = LIC_STR("app:k") };
    EXPECT_OK(cond_read_operator(str_z(name), out, &err), &err);
    EXPECT(made != NULL);
    for (uint32_t i = 0; i < n; i++) {
        EXPECT_OK(cond_read_value(arena, out, str_z(values[i]), false, &made[i], &err), &err);
    }
    out->values = made;
    out->values_n = n;
    EXPECT_OK(cond_compile(arena, out, &err), &err);
}

/* How many different answers the condition gives at the points. */
static uint32_t answers(struct arena *arena, const struct cond *cond,
                        const struct typed_points *points)
{
    uint32_t seen = 0;
    for (uint32_t i = 0; i < points->n; i++) {
        struct request_context context;
        struct policy_request request = { .strict = true };
        struct vars_ask ask = { &request, arena };
        enum truth truth = TRUTH_NO;
        struct lic_err err;
        bool asked =
            request_context_init(&context, arena, 1, &err) == LIC_OK &&
            request_context_add(&context, cond->key, &points->at[i], 1, false, &err) == LIC_OK;
        request.table = context.slots;
        request.mask = context.mask;
        asked = asked && cond_holds(cond, &ask, &truth, &err) == LIC_OK;
        seen |= asked ? 1u << truth : 0;
    }
    return seen;
}

static void check(const char *name, const char *const *values, uint32_t n, uint32_t points_n)
{
    TEST_ARENA(arena);
    struct cond cond;
    struct typed_points points = { .n = 0 };
    enum typed_family family = TYPED_NUMBER;
    struct lic_err err;
    const struct cond *conds[1] = { &cond };
    make_cond(arena, name, values, n, &cond);
    if (test_left()) {
        return;
    }
    EXPECT(typed_family_of(cond_operator_kind(cond.op), &family));
    EXPECT_OK(typed_split(arena, family, conds, 1, &points, &err), &err);
    EXPECT(!points.partial);
    EXPECT_U64(points.n, points_n);
    EXPECT_U64(answers(arena, &cond, &points),
               1u << TRUTH_NO | 1u << TRUTH_YES | 1u << TRUTH_UNSURE);
}

CASE(typed_numbers_have_a_text_in_every_gap)
{
    static const char *const two[] = { "10", "20" };
    static const char *const extremes[] = { "1.7976931348623157e308", "-1.7976931348623157e308" };
    check("NumericLessThan", two, 2, 6);
    check("NumericEquals", two, 2, 6);
    check("NumericEquals", extremes, 2, 4);
}

CASE(typed_dates_have_a_text_in_every_gap)
{
    static const char *const two[] = { "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z" };
    static const char *const early[] = { "1969-12-31T23:59:59Z" };
    check("DateLessThan", two, 2, 7);
    check("DateEquals", early, 1, 5);
}

CASE(typed_addresses_have_a_text_in_every_block)
{
    static const char *const blocks[] = { "10.0.0.0/8", "10.1.0.0/16" };
    static const char *const last[] = { "255.255.255.255", "ffff::/16" };
    check("IpAddress", blocks, 2, 9);
    check("NotIpAddress", last, 2, 7);
}

CASE(typed_texts_are_of_no_family)
{
    enum typed_family family = TYPED_NUMBER;
    EXPECT(!typed_family_of(COND_LIKE, &family));
    EXPECT(!typed_family_of(COND_ABSENCE, &family));
    EXPECT(typed_family_of(COND_DATE, &family) && family == TYPED_DATE);
}
