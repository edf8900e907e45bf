/* SPDX-License-Identifier: Apache-2.0 */
/* Which stretch of a pattern is looked for, and how it is written for the first pass. */
#include "detect/pattern.h"

#include "test.h"

/* The ways as lines: "word", or the expression of the stretch. */
static lic_str ways_of(struct arena *arena, const char *text)
{
    struct pattern pattern;
    struct pattern_ways ways = { 0 };
    struct buf out;
    struct lic_err err;
    buf_init(&out, arena, 1u << 16);
    if (pattern_read(arena, str_z(text), false, &pattern, &err) != LIC_OK ||
        pattern_find_ways(arena, &pattern, &ways, &err) != LIC_OK) {
        return LIC_STR("failed");
    }
    for (uint32_t i = 0; i < ways.n; i++) {
        buf_add(&out, i > 0 ? LIC_STR(" & ") : LIC_STR(""));
        if (ways.at[i].word) {
            buf_add(&out, LIC_STR("word"));
        } else {
            pattern_write_loose(&ways.at[i], &out);
        }
    }
    return buf_str(&out);
}

CASE(ways_are_what_is_rarest)
{
    TEST_ARENA(arena);
    EXPECT_STR(ways_of(arena, "abc"), "(?:[a][b][c])");
    EXPECT_STR(ways_of(arena, "[a-z.]{1,64}@[a-z.]{2,64}"), "(?:[\\x40])");
    EXPECT_STR(ways_of(arena, "a(?:b|c){0,9}def"), "(?:[a][b-c]{0,}[d][e][f])");
    EXPECT_STR(ways_of(arena, "ab(?:[a-z0-9]{2}){0,9}cde"), "(?:[c][d][e])");
    EXPECT_STR(ways_of(arena, "xy\\d{3,4}z?"), "(?:[x][y][0-9]{3,4})");
}

CASE(ways_that_begin_a_word_are_told)
{
    TEST_ARENA(arena);
    EXPECT_STR(ways_of(arena, "\\babc"), "word");
    EXPECT_STR(ways_of(arena, "\\b(?:abc|\\d{3})\\b"), "word & word");
    EXPECT_STR(ways_of(arena, "\\b(?:a|-)b"), "(?:(?:[a]|[\\x2d])[b])");
    EXPECT_STR(ways_of(arena, "\\ba|b"), "word & (?:[b])");
    EXPECT_STR(ways_of(arena, "a\\bb"), "(?:[a][b])");
}
