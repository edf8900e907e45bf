/* SPDX-License-Identifier: Apache-2.0 */
/* Stepping patterns over text: ends, starts, boundaries, and what is too large. */
#include "detect/program.h"

#include "test.h"

struct ready {
    struct program program;
    struct places places;
    struct pattern pattern;
    uint32_t entry;
};

static enum lic_rc ready_of(struct arena *arena, const char *text, bool reversed, uint32_t exact_to,
                            struct ready *out, struct lic_err *err)
{
    TRY(pattern_read(arena, str_z(text), false, &out->pattern, err));
    program_init(&out->program, arena, reversed, exact_to);
    TRY(program_add(&out->program, out->pattern.root, 7, &out->entry, err));
    void *memory = arena_take(arena, places_bytes(out->program.instrs.n));
    ENSURE(memory, err, LIC_E_NOMEM, "no memory");
    places_init(&out->places, memory, out->program.instrs.n);
    return LIC_OK;
}

CASE(program_ends_are_told_longest_first)
{
    TEST_ARENA(arena);
    struct ready r;
    struct program_ends ends;
    struct lic_err err;
    EXPECT_OK(ready_of(arena, "a(?:bc?){1,3}", false, PATTERN_UNBOUNDED, &r, &err), &err);
    program_ends(&r.program, r.entry, &r.places, LIC_STR("xabcbbb"), 1, 99, &ends);
    EXPECT_U64(ends.n, 4);
    EXPECT_U64(ends.at[0], 6);
    EXPECT_U64(ends.at[3], 3);
    program_ends(&r.program, r.entry, &r.places, LIC_STR("xabcbbb"), 1, 3, &ends);
    EXPECT_U64(ends.n, 2);
    EXPECT_U64(ends.at[0], 4);
    program_ends(&r.program, r.entry, &r.places, LIC_STR("xabcbbb"), 0, 99, &ends);
    EXPECT_U64(ends.n, 0);
}

CASE(program_ends_keeps_the_longest_of_many)
{
    TEST_ARENA(arena);
    struct ready r;
    struct program_ends ends;
    struct lic_err err;
    char text[200];
    memset(text, 'a', sizeof(text));
    EXPECT_OK(ready_of(arena, "a{1,150}", false, PATTERN_UNBOUNDED, &r, &err), &err);
    program_ends(&r.program, r.entry, &r.places, str_make(text, sizeof(text)), 10, 150, &ends);
    EXPECT_U64(ends.n, PROGRAM_ENDS);
    EXPECT_U64(ends.at[0], 160);
    EXPECT_U64(ends.at[PROGRAM_ENDS - 1], 160 - PROGRAM_ENDS + 1);
}

CASE(program_starts_are_told_from_each_run_of_ends)
{
    TEST_ARENA(arena);
    struct ready r;
    struct lic_err err;
    lic_str text = LIC_STR("aab  ab xb aaab");
    struct program_run runs[] = { { 0, 0, 3, 3 }, { 0, 1, 7, 10 }, { 0, 2, 15, 15 } };
    struct program_runs all = { runs, 3, 3 };
    struct program_starts starts = { .arena = arena };
    EXPECT_OK(ready_of(arena, "a{1,9}b", true, PATTERN_LOOSE_COUNT, &r, &err), &err);
    struct program_ask ask = { r.entry, &all, 3, 1, r.pattern.longest };
    EXPECT_OK(program_starts(&r.program, &r.places, text, &ask, &starts), &err);
    EXPECT_U64(starts.n, 5);
    EXPECT_U64(starts.at[0], 13);
    EXPECT_U64(starts.at[2], 11);
    EXPECT_U64(starts.at[3], 5);
    EXPECT_U64(starts.at[4], 1);
}

CASE(program_boundary_is_where_words_begin_and_end)
{
    lic_str text = LIC_STR("a_1 -\xC3\xA9z");
    static const bool boundaries[] = { true, false, false, true, false, false, false, true, true };
    for (size_t at = 0; at <= text.n; at++) {
        EXPECT(program_boundary(text, at) == boundaries[at]);
    }
}

CASE(program_too_large_is_refused)
{
    TEST_ARENA(arena);
    struct ready r;
    struct lic_err err;
    EXPECT_RC(ready_of(arena, "(?:(?:ab){1,90}c?){1,44}x*", false, PATTERN_UNBOUNDED, &r, &err),
              LIC_OK);
    EXPECT_RC(
        ready_of(arena, "(?:(?:(?:a*b){0,50}c){0,50}d){0,50}x", false, PATTERN_UNBOUNDED, &r, &err),
        LIC_E_LIMIT);
}
