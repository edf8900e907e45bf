/* SPDX-License-Identifier: Apache-2.0 */
/* Random boxes over a few small axes: a point is found exactly when trying all of them finds one.
 */
#include "advise/search.h"

#include "test.h"

#define AXES 4u
#define POINTS 4u
#define BOXES 9u
#define ROUNDS 400u

struct made {
    struct axis axes[AXES];
    struct space_box boxes[BOXES];
    struct space_cut cuts[BOXES][AXES];
    uint64_t holds[BOXES][AXES];
    uint32_t offsets[AXES];
    uint32_t numbers[BOXES];
    struct space space;
};

static void make_space(struct made *made, struct arena *arena)
{
    *made = (struct made){ .space = { .arena = arena, .words_n = AXES } };
    made->space.axes.at = made->axes;
    made->space.axes.n = AXES;
    made->space.boxes.at = made->boxes;
    made->space.boxes.n = BOXES;
    made->space.offsets = made->offsets;
    for (uint32_t a = 0; a < AXES; a++) {
        made->axes[a].points.n = POINTS;
        made->offsets[a] = a;
    }
    for (uint32_t b = 0; b < BOXES; b++) {
        made->numbers[b] = b;
        made->boxes[b].cuts = made->cuts[b];
        for (uint32_t a = 0; a < AXES; a++) {
            if (test_random_below(3) == 0) {
                continue;
            }
            made->holds[b][a] = test_random_below(1u << POINTS);
            made->cuts[b][made->boxes[b].cuts_n++] =
                (struct space_cut){ .axis = a, .holds = &made->holds[b][a] };
        }
    }
}

static bool is_in(const struct space_box *box, const uint32_t *points)
{
    bool in = true;
    for (uint32_t i = 0; i < box->cuts_n; i++) {
        in = in && ((box->cuts[i].holds[0] >> points[box->cuts[i].axis]) & 1u);
    }
    return in;
}

static bool is_wanted(const struct made *made, const uint32_t *points)
{
    bool wanted = is_in(&made->boxes[0], points);
    for (uint32_t b = 1; b < BOXES; b++) {
        wanted = wanted && !is_in(&made->boxes[b], points);
    }
    return wanted;
}

static bool any_wanted(const struct made *made)
{
    for (uint32_t all = 0; all < POINTS * POINTS * POINTS * POINTS; all++) {
        uint32_t points[AXES] = { all % 4, all / 4 % 4, all / 16 % 4, all / 64 };
        if (is_wanted(made, points)) {
            return true;
        }
    }
    return false;
}

CASE(search_finds_a_point_exactly_when_there_is_one)
{
    for (uint32_t round = 0; round < (test_rerun() ? 3 : ROUNDS); round++) {
        TEST_ARENA(arena);
        struct made made;
        uint64_t steps = 1000000;
        uint32_t *points = NULL;
        enum search_result result = SEARCH_GAVE_UP;
        struct lic_err err;
        make_space(&made, arena);
        struct search_goal goal = { .inside = made.numbers,
                                    .inside_n = 1,
                                    .outside = made.numbers + 1,
                                    .outside_n = BOXES - 1 };
        EXPECT_OK(search_point(&made.space, &goal, &steps, &points, &result, &err), &err);
        EXPECT(result == (any_wanted(&made) ? SEARCH_FOUND : SEARCH_NONE));
        EXPECT(result != SEARCH_FOUND || is_wanted(&made, points));
    }
}

CASE(search_gives_up_when_its_steps_are_used)
{
    TEST_ARENA(arena);
    struct made made;
    uint64_t steps = 0;
    uint32_t *points = NULL;
    enum search_result result = SEARCH_NONE;
    struct lic_err err;
    make_space(&made, arena);
    struct search_goal goal = { .outside = made.numbers, .outside_n = BOXES };
    EXPECT_OK(search_point(&made.space, &goal, &steps, &points, &result, &err), &err);
    EXPECT(result == SEARCH_GAVE_UP);
}
