/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Backtracking over the axes on which a box is missed. At each level the points still possible on
 * every axis are one set of bits; boxes that are missed for certain leave the list.
 */
#include "advise/search.h"

#include "base/arena.h"
#include "base/err.h"

#include "base/banned.h"

#define DEPTH_MAX 512u /* choices open at once; each is a frame of search() */

/* What is possible and what is still to be missed, at one level. */
struct level {
    uint64_t *possible;
    uint32_t *open;
    uint32_t open_n;
    uint32_t depth;
};

struct searcher {
    const struct space *space;
    struct arena *arena;
    uint64_t *steps;
    uint64_t *found;      /* the possible points when there is nothing left to miss */
    struct level *levels; /* memory of each level, made when it is first reached */
    uint32_t open_max;
};

enum missing { MISSED, MISSABLE, UNMISSABLE };

static const struct space_box *box_of(const struct searcher *s, uint32_t number)
{
    return &s->space->boxes.at[number];
}

/* Whether points are possible on this axis inside and outside of the cut. */
static void look(const struct searcher *s, const uint64_t *possible, const struct space_cut *cut,
                 bool *inside, bool *outside)
{
    const uint64_t *at = possible + s->space->offsets[cut->axis];
    uint32_t n = space_words(&s->space->axes.at[cut->axis]);
    uint64_t in = 0;
    uint64_t out = 0;
    for (uint32_t i = 0; i < n; i++) {
        in |= at[i] & cut->holds[i];
        out |= at[i] & ~cut->holds[i];
    }
    *inside = in != 0;
    *outside = out != 0;
    *s->steps -= *s->steps > n ? n : *s->steps;
}

static bool keep(const struct searcher *s, uint64_t *possible, const struct space_cut *cut,
                 bool inside)
{
    uint64_t *at = possible + s->space->offsets[cut->axis];
    uint64_t left = 0;
    for (uint32_t i = 0; i < space_words(&s->space->axes.at[cut->axis]); i++) {
        at[i] &= inside ? cut->holds[i] : ~cut->holds[i];
        left |= at[i];
    }
    return left != 0;
}

/* How a box can still be missed: on how many axes, and on which one if only on one. */
static enum missing judge(const struct searcher *s, const uint64_t *possible,
                          const struct space_box *box, uint32_t *out_ways, uint32_t *out_cut)
{
    *out_ways = 0;
    for (uint32_t i = 0; i < box->cuts_n; i++) {
        bool inside = false;
        bool outside = false;
        look(s, possible, &box->cuts[i], &inside, &outside);
        if (!inside) {
            return MISSED;
        }
        if (outside) {
            *out_cut = i;
            (*out_ways)++;
        }
    }
    return *out_ways > 0 ? MISSABLE : UNMISSABLE;
}

/*
 * Drops the boxes that are missed and narrows axes where there is only one way, until nothing
 * changes. False: some box cannot be missed. *out_box: the one with fewest ways, by its place.
 */
static bool propagate(const struct searcher *s, struct level *level, uint32_t *out_box)
{
    for (bool changed = true; changed;) {
        uint32_t fewest = UINT32_MAX;
        changed = false;
        for (uint32_t i = 0; i < level->open_n;) {
            const struct space_box *box = box_of(s, level->open[i]);
            uint32_t ways = 0;
            uint32_t cut = 0;
            enum missing missing = judge(s, level->possible, box, &ways, &cut);
            if (missing == UNMISSABLE) {
                return false;
            }
            if (missing == MISSABLE && ways == 1) {
                (void)keep(s, level->possible, &box->cuts[cut], /* inside= */ false);
                changed = true;
            }
            if (missing == MISSED || ways == 1) {
                level->open[i] = level->open[--level->open_n];
                continue;
            }
            *out_box = ways < fewest ? i : *out_box;
            fewest = ways < fewest ? ways : fewest;
            i++;
        }
    }
    return true;
}

static enum lic_rc copy_level(const struct searcher *s, const struct level *from, struct level *out,
                              struct lic_err *err)
{
    uint32_t words_n = s->space->words_n;
    struct level *kept = &s->levels[from->depth];
    if (!kept->possible) {
        kept->possible = arena_take(s->arena, sizeof(uint64_t) * ((size_t)words_n + 1));
        kept->open = arena_take(s->arena, sizeof(uint32_t) * ((size_t)s->open_max + 1));
        ENSURE(kept->possible && kept->open, err, LIC_E_NOMEM, "no memory to search for a request");
    }
    *out = *kept;
    out->open_n = from->open_n;
    out->depth = from->depth + 1;
    for (uint32_t i = 0; i < words_n; i++) {
        out->possible[i] = from->possible[i];
    }
    for (uint32_t i = 0; i < from->open_n; i++) {
        out->open[i] = from->open[i];
    }
    return LIC_OK;
}

static enum lic_rc search(const struct searcher *s, struct level *level, enum search_result *out,
                          struct lic_err *err);

/*
 * Tries to miss the box on each axis in turn. Once an axis was tried in vain, the box is hit on
 * it in all that follows, so no point is looked at twice.
 */
static enum lic_rc branch(const struct searcher *s, struct level *level, uint32_t place,
                          enum search_result *out, struct lic_err *err)
{
    const struct space_box *box = box_of(s, level->open[place]);
    level->open[place] = level->open[--level->open_n];
    *out = SEARCH_NONE;
    for (uint32_t i = 0; i < box->cuts_n && *out == SEARCH_NONE; i++) {
        struct level next;
        TRY(copy_level(s, level, &next, err));
        if (keep(s, next.possible, &box->cuts[i], /* inside= */ false)) {
            TRY(search(s, &next, out, err));
        }
        if (!keep(s, level->possible, &box->cuts[i], /* inside= */ true)) {
            break;
        }
    }
    return LIC_OK;
}

static enum lic_rc search(const struct searcher *s, struct level *level, enum search_result *out,
                          struct lic_err *err)
{
    uint32_t place = 0;
    bool possible = propagate(s, level, &place);
    if (*s->steps == 0 || level->depth >= DEPTH_MAX) {
        *out = SEARCH_GAVE_UP;
        return LIC_OK;
    }
    if (!possible) {
        *out = SEARCH_NONE;
        return LIC_OK;
    }
    if (level->open_n > 0) {
        return branch(s, level, place, out, err);
    }
    for (uint32_t i = 0; i < s->space->words_n; i++) {
        s->found[i] = level->possible[i];
    }
    *out = SEARCH_FOUND;
    return LIC_OK;
}

/* All points of all axes, within the boxes that must hold; false: there is none. */
static bool begin(const struct searcher *s, const struct search_goal *goal, uint64_t *possible)
{
    bool left = true;
    for (uint32_t a = 0; a < s->space->axes.n; a++) {
        uint32_t n = s->space->axes.at[a].points.n;
        for (uint32_t i = 0; i < n; i++) {
            possible[s->space->offsets[a] + i / 64] |= UINT64_C(1) << (i % 64);
        }
        left = left && n > 0;
    }
    for (uint32_t i = 0; i < goal->inside_n; i++) {
        const struct space_box *box = box_of(s, goal->inside[i]);
        for (uint32_t k = 0; k < box->cuts_n; k++) {
            left = keep(s, possible, &box->cuts[k], /* inside= */ true) && left;
        }
    }
    return left;
}

/* The first point that is possible on each axis: the plainest, by the order axes keep them in. */
static void choose(const struct searcher *s, uint32_t *points)
{
    for (uint32_t a = 0; a < s->space->axes.n; a++) {
        const uint64_t *at = s->found + s->space->offsets[a];
        uint32_t i = 0;
        while (at[i] == 0) {
            i++;
        }
        points[a] = i * 64 + (uint32_t)__builtin_ctzll(at[i]);
    }
}

enum lic_rc search_point(const struct space *space, const struct search_goal *goal, uint64_t *steps,
                         uint32_t **out_points, enum search_result *out, struct lic_err *err)
{
    struct searcher s = { .space = space, .arena = space->arena, .steps = steps };
    s.open_max = goal->outside_n;
    s.levels = ARENA_ARRAY(s.arena, struct level, DEPTH_MAX);
    struct level level = { .open_n = goal->outside_n };
    level.possible = ARENA_ARRAY(s.arena, uint64_t, (size_t)space->words_n + 1);
    level.open = ARENA_ARRAY(s.arena, uint32_t, (size_t)goal->outside_n + 1);
    s.found = ARENA_ARRAY(s.arena, uint64_t, (size_t)space->words_n + 1);
    uint32_t *points = ARENA_ARRAY(s.arena, uint32_t, (size_t)space->axes.n + 1);
    ENSURE(s.levels && level.possible && level.open && s.found && points, err, LIC_E_NOMEM,
           "no memory to search for a request");
    for (uint32_t i = 0; i < goal->outside_n; i++) {
        level.open[i] = goal->outside[i];
    }
    if (!begin(&s, goal, level.possible)) {
        *out = SEARCH_NONE;
        return LIC_OK;
    }
    TRY(search(&s, &level, out, err));
    if (*out == SEARCH_FOUND) {
        choose(&s, points);
        *out_points = points;
    }
    return LIC_OK;
}
