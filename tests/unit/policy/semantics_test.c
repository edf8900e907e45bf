/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs tests/cases/policy/semantics/NAME.case: what AWS's pages say, as requests with their
 * policies. A file is a list of blocks:
 *
 *     # what the block shows, and the page that says so
 *     {"principal": ..., ...}            as `lictor iam simulate --jsonl` takes it, on one line
 *     -> Allowed                         or a denial and what is in the way: ImplicitlyDenied
 * pb,scp
 *     -> error                           the line is refused
 */
#include "base/buf.h"
#include "base/json_read.h"
#include "test.h"

#include <lictor/simulate.h>
#include <stdio.h>

#define FOLDER "cases/policy/semantics"
#define RERUN_BLOCKS 3u /* of each file, when memory fails */

struct running {
    struct arena *arena;
    struct lic_simulator *simulator;
    lic_str file;
    uint32_t line;
    lic_str request; /* the last one read */
    uint32_t checked_n;
};

static void free_simulator(struct lic_simulator **simulator)
{
    lic_simulator_free(*simulator);
}

/* An answer as an expectation is written: "ImplicitlyDenied pb,scp" or "error". */
static void add_answer(struct running *run, lic_str answer, struct buf *out)
{
    struct json_doc json;
    struct lic_err err;
    lic_str raw = answer;
    EXPECT_OK(json_read(run->arena, str_trim(raw), NULL, &json, &err), &err);
    if (json_is(&json, json_get(&json, 0, LIC_STR("error")), JSON_STRING)) {
        buf_addf(out, "error");
        return;
    }
    uint32_t blocked = json_get(&json, 0, LIC_STR("blockedBy"));
    uint32_t one = json_first(&json, blocked);
    buf_add(out, json_raw(&json, json_get(&json, 0, LIC_STR("result"))));
    for (char before = ' '; one != JSON_NONE; before = ',') {
        buf_add_char(out, before);
        buf_add(out, json_raw(&json, one));
        one = json_next(&json, blocked, one);
    }
}

/* Both with file and line, so that a failure says where it belongs. */
static void check(struct running *run, lic_str expected)
{
    struct lic_err err;
    struct buf have, want;
    lic_str answer = { NULL, 0 };
    buf_init(&have, run->arena, 4096);
    buf_init(&want, run->arena, 4096);
    buf_addf(&have, LIC_FMT ":%u: ", LIC_ARG(run->file), run->line);
    buf_addf(&want, LIC_FMT ":%u: " LIC_FMT, LIC_ARG(run->file), run->line, LIC_ARG(expected));
    EXPECT_OK(lic_simulator_line(run->simulator, run->request, &answer, &err), &err);
    add_answer(run, answer, &have);
    EXPECT(have.failed == LIC_OK && want.failed == LIC_OK);
    EXPECT_LIC_STR(buf_str(&have), buf_str(&want));
    run->checked_n++;
}

static enum lic_rc run_file(void *arg, lic_str name, bool is_dir)
{
    struct running *run = arg;
    char path[256];
    uint32_t before = run->checked_n;
    snprintf(path, sizeof path, "tests/" FOLDER "/%.*s", (int)name.n, name.at);
    lic_str text = test_file(run->arena, test_source_path(path));
    run->file = str_copy(run->arena, name);
    run->line = 0;
    run->request = LIC_STR("");
    while (!is_dir && text.n > 0 && !test_left()) {
        lic_str line = str_split(&text, '\n');
        run->line++;
        if (str_starts(line, LIC_STR("-> "))) {
            check(run, str_trim(str_tail(line, 3)));
        } else if (line.n > 0 && line.at[0] != '#') {
            run->request = line;
        }
        if (test_rerun() && run->checked_n - before >= RERUN_BLOCKS) {
            break;
        }
    }
    return LIC_OK;
}

CASE(policy_semantics_are_those_of_the_case_files)
{
    TEST_ARENA(arena);
    struct lic_err err;
    CLEANUP(free_simulator) struct lic_simulator *simulator = NULL;
    EXPECT_OK(lic_simulator_new(test_host(), &simulator, &err), &err);
    struct running run = { .arena = arena, .simulator = simulator };
    const struct lic_host *host = test_host();
    EXPECT_OK(host->list_dir(host->ctx, test_source_path("tests/" FOLDER), run_file, &run, &err),
              &err);
    EXPECT(run.checked_n >= (test_rerun() ? 1u : 80u));
}
