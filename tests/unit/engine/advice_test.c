/* SPDX-License-Identifier: Apache-2.0 */
/* Lint of whole directories. What it says of agents and of unused policies:
 * tests/cli/lint_cases.py. */
#include "engine/engine.h"

#include "sim/sim.h"
#include <lictor/lint.h>

struct told {
    uint32_t n, errors, placed;
};

static void count(void *arg, const struct lic_lint_finding *finding)
{
    struct told *told = arg;
    told->n++;
    told->errors += finding->type == LIC_LINT_ERROR;
    told->placed += finding->file.n > 0 && finding->details.n > 0;
}

CASE(advice_of_good_directories_has_no_errors)
{
    static const char *const directories[] = { "plain", "standard" };
    for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++) {
        struct told told = { 0, 0, 0 };
        struct lic_err err;
        EXPECT_OK(lic_engine_lint(sim_engine(directories[i]), count, &told, &err), &err);
        EXPECT_U64(told.errors, 0);
        EXPECT_U64(told.placed, told.n);
    }
}

CASE(advice_is_the_same_every_time)
{
    struct told first = { 0, 0, 0 }, second = { 0, 0, 0 };
    struct lic_err err;
    EXPECT_OK(lic_engine_lint(sim_engine("standard"), count, &first, &err), &err);
    EXPECT_OK(lic_engine_lint(sim_engine("standard"), count, &second, &err), &err);
    EXPECT_U64(first.n, second.n);
}
