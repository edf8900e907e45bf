/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether there is a point inside some boxes and outside all of some others, and which.
 *
 *     inside A                    ┌───────────A──┐
 *     outside B and C             │  ┌──B──┐     │      Each box that must be missed is missed on
 *                                 │  │     │ ┌─C─┼──┐   at least one axis. A box that can only be
 *                                 └──┼─────┼─┼───┘  │   missed on one axis narrows it; where there
 *                                    └─────┘ └──────┘   is a choice, each is tried in turn.
 */
#ifndef ADVISE_SEARCH_H
#define ADVISE_SEARCH_H

#include "advise/space.h"

struct search_goal {
    const uint32_t *inside; /* numbers of boxes */
    uint32_t inside_n;
    const uint32_t *outside;
    uint32_t outside_n;
};

enum search_result { SEARCH_NONE, SEARCH_FOUND, SEARCH_GAVE_UP };

/*
 * Searches the settled space. *steps: work that may be done, less what was. FOUND: out_points has
 * for each axis the number of a point. LIC_E_NOMEM is the only failure.
 */
enum lic_rc search_point(const struct space *space, const struct search_goal *goal, uint64_t *steps,
                         uint32_t **out_points, enum search_result *out,
                         struct lic_err *err) LIC_MUST_USE;

#endif
