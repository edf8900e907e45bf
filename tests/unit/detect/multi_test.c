/* SPDX-License-Identifier: Apache-2.0 */
/* The first pass: ends of expressions and of literals, and the item that is to blame. */
#include "detect/multi.h"

#include "test.h"

struct made {
    struct multi *multi;
    struct multi_scratch *scratch;
};

static void fini_made(struct made *made)
{
    if (made->scratch) {
        multi_scratch_free(made->scratch);
    }
    if (made->multi) {
        multi_free(made->multi);
    }
}

struct ends {
    size_t at[16];
    uint32_t ids[16], n, max;
};

static bool keep(void *arg, uint32_t id, size_t end)
{
    struct ends *ends = arg;
    ends->ids[ends->n] = id;
    ends->at[ends->n++] = end;
    return ends->n < ends->max;
}

CASE(multi_tells_ends_in_order)
{
    TEST_ARENA(arena);
    CLEANUP(fini_made) struct made made = { 0 };
    struct multi_item items[] = { { "[a]b", 4, 5 }, { "b\\x20c", 6, 9 } };
    struct ends ends = { .max = 16 };
    uint32_t bad = 0;
    struct lic_err err;
    EXPECT_OK(multi_new(arena, items, 2, false, &made.multi, &bad, &err), &err);
    EXPECT_OK(multi_prepare(made.multi, &made.scratch, &err), &err);
    EXPECT_OK(multi_scan(made.multi, made.scratch, LIC_STR("ab cab"), keep, &ends, &err), &err);
    EXPECT_U64(ends.n, 3);
    EXPECT_U64(ends.at[0], 2);
    EXPECT_U64(ends.ids[1], 9);
    EXPECT_U64(ends.at[2], 6);
    ends = (struct ends){ .max = 1 };
    EXPECT_OK(multi_scan(made.multi, made.scratch, LIC_STR("ab cab"), keep, &ends, &err), &err);
    EXPECT_U64(ends.n, 1);
    EXPECT_OK(multi_scan(made.multi, made.scratch, LIC_STR(""), keep, &ends, &err), &err);
}

CASE(multi_literals_are_taken_as_they_are_in_any_case)
{
    TEST_ARENA(arena);
    CLEANUP(fini_made) struct made made = { 0 };
    struct multi_item items[] = { { "c++", 3, 0 }, { ".*", 2, 1 } };
    struct ends ends = { .max = 16 };
    uint32_t bad = 0;
    struct lic_err err;
    EXPECT_OK(multi_new(arena, items, 2, true, &made.multi, &bad, &err), &err);
    EXPECT_OK(multi_prepare(made.multi, &made.scratch, &err), &err);
    EXPECT_OK(multi_scan(made.multi, made.scratch, LIC_STR("xC++y.*"), keep, &ends, &err), &err);
    EXPECT_U64(ends.n, 2);
    EXPECT_U64(ends.at[0], 4);
    EXPECT_U64(ends.ids[1], 1);
}

CASE(multi_names_the_item_to_blame)
{
    TEST_ARENA(arena);
    CLEANUP(fini_made) struct made made = { 0 };
    struct multi_item items[] = { { "ab", 2, 0 }, { "(", 1, 1 } };
    uint32_t bad = 0;
    struct lic_err err;
    EXPECT_RC(multi_new(arena, items, 2, false, &made.multi, &bad, &err), LIC_E_INVALID);
    EXPECT_U64(bad, 1);
}
