/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs tests/cases/exchange/NAME.case: one exchange as text. Sections, of which only `request` is
 * needed:
 *
 *     == directory standard        of tests/cases/exchange/dirs
 *     == host append=io            append=io|pending, appended=io, outcome=io, random=io, back
 * (clock)
 *     == never bob@example.com     text that nobody may see: provider, caller, ledger
 *     == unseen rm -rf             text that neither provider nor caller may see
 *     == request POST /v1/...      then the body
 *     == headers                   Name: value; instead of content type and alice's key
 *     == forwarded                 the body the provider must get; "same": the caller's own
 *     == sent Name: value          a header the provider must get
 *     == answer 200 TYPE           what the provider sends; TYPE ending in " broken": dies after it
 *     == answer-header Name: value one more header of it
 *     == close gone                the caller goes away, or `aborted`
 *     == status 200                what the caller must get: status, then body
 *     == released                  the body alone; "released has": a part of it
 *     == marks deny                x-lictor-decision
 *     == failure NAME              a row of failmode.def that must be counted
 *     == record KIND               lines "member: JSON value", or "has text", or "lacks text"
 *
 * The answer is fed whole, byte by byte, and cut in two at every place; each time the same bytes
 * must leave. Bodies are compared without blanks around them.
 */
#include "base/json_read.h"
#include "hosts/posix.h"
#include "sim/sim.h"

#include <stdio.h>

#define SECTIONS_MAX 40u
#define RANDOM_STATE 77u
#define CUTS_MAX 2000u /* of one answer: longer ones are not cut at every place */

struct section {
    lic_str name, argument, text;
};

struct exchange_case {
    lic_str file;
    struct section at[SECTIONS_MAX];
    uint32_t n;
};

static void free_file(struct exchange_case *test)
{
    posix_host.resize(posix_host.ctx, (char *)(uintptr_t)test->file.at, 0);
}

static void read_case(const char *name, struct exchange_case *out)
{
    char path[256];
    struct lic_err err;
    snprintf(path, sizeof(path), "tests/cases/exchange/%s.case", name);
    EXPECT_OK(
        posix_host.read_file(posix_host.ctx, test_source_path(path), 1u << 20, &out->file, &err),
        &err);
    lic_str rest = out->file;
    while (rest.n > 0) {
        lic_str line = str_split(&rest, '\n');
        if (str_starts(line, LIC_STR("== "))) {
            EXPECT(out->n < SECTIONS_MAX);
            struct section *section = &out->at[out->n++];
            section->argument = str_tail(line, 3);
            section->name = str_split(&section->argument, ' ');
            section->text = str_make(rest.at, 0);
        } else if (out->n > 0) {
            struct section *section = &out->at[out->n - 1];
            section->text.n = (size_t)(line.at + line.n - section->text.at);
            section->text.n += rest.at > line.at + line.n ? 1 : 0;
        }
    }
}

static const struct section *find_section(const struct exchange_case *test, const char *name)
{
    for (uint32_t i = 0; i < test->n; i++) {
        if (str_eq(test->at[i].name, str_z(name))) {
            return &test->at[i];
        }
    }
    return NULL;
}

static bool has_argument(const struct exchange_case *test, const char *name, const char *argument)
{
    const struct section *section = find_section(test, name);
    return section && sim_has(section->argument, argument);
}

/* A text as a terminated string, good until the case ends. */
static const char *terminated(lic_str s)
{
    static char room[16][512];
    static uint32_t turn;
    char *out = room[turn++ % 16];
    snprintf(out, sizeof(room[0]), LIC_FMT, LIC_ARG(s));
    return out;
}

/* ---- one run ---- */

static void set_host(const struct exchange_case *test)
{
    struct test_world *world = test_world();
    world->random_state = RANDOM_STATE;
    world->random_rc = has_argument(test, "host", "random=io") ? LIC_E_IO : LIC_OK;
    world->append_rc = has_argument(test, "host", "append=io")        ? LIC_E_IO
                       : has_argument(test, "host", "append=pending") ? LIC_E_PENDING
                                                                      : LIC_OK;
    world->append_fail_at = has_argument(test, "host", "outcome=io") ? world->appends + 2 : 0;
    world->wall_ns -= has_argument(test, "host", "back") ? 5000000000 : 0;
}

static uint32_t read_headers(const struct exchange_case *test, struct lic_header *out)
{
    const struct section *section = find_section(test, "headers");
    uint32_t n = 0;
    lic_str rest = section ? section->text : LIC_STR("");
    while (rest.n > 0 && n < 150) {
        lic_str value = str_split(&rest, '\n');
        lic_str name = str_split(&value, ':');
        if (name.n > 0) {
            out[n++] = (struct lic_header){ name, str_trim(value) };
        }
    }
    return n;
}

static void ask(struct sim *sim, const struct exchange_case *test)
{
    struct lic_header headers[150];
    const struct section *request = find_section(test, "request");
    lic_str target = request->argument;
    lic_str method = str_split(&target, ' ');
    struct sim_request asked = {
        .method = terminated(method),
        .headers = find_section(test, "headers") ? headers : NULL,
        .headers_n = read_headers(test, headers),
        .body = str_trim(request->text),
    };
    static char long_target[4096];
    snprintf(long_target, sizeof(long_target), LIC_FMT, LIC_ARG(target));
    asked.target = long_target;
    sim_request(sim, &asked);
    sim_appended(sim, has_argument(test, "host", "appended=io") ? LIC_E_IO : LIC_OK);
}

/* Feeds the answer cut at `cut`, or byte by byte when it is 0. */
static void answer(struct sim *sim, const struct exchange_case *test, size_t cut)
{
    const struct section *section = find_section(test, "answer");
    if (!section || !sim->forwarded) {
        return;
    }
    lic_str type = section->argument;
    uint64_t status = 0;
    EXPECT(str_u64(str_split(&type, ' '), &status));
    bool broken = str_ends(type, LIC_STR(" broken"));
    type = broken ? str_head(type, type.n - sizeof(" broken") + 1) : type;
    struct lic_header headers[2] = { { LIC_STR("Content-Type"), type } };
    const struct section *more = find_section(test, "answer-header");
    lic_str value = more ? more->argument : LIC_STR("");
    headers[1].name = str_split(&value, ':');
    headers[1].value = str_trim(value);
    lic_exchange_response_head(sim->x, (uint32_t)status, headers, type.n == 0 ? 0 : more ? 2 : 1);
    lic_str text = section->text;
    for (size_t at = 0; at < text.n && !sim->ended;) {
        size_t to = cut == 0 ? at + 1 : at < cut ? cut : text.n;
        sim_chunk(sim, str_slice(text, at, to), LIC_END_NOT_YET);
        at = to;
    }
    if (!sim->ended) {
        sim_chunk(sim, LIC_STR(""), broken ? LIC_END_BROKEN : LIC_END_COMPLETE);
    }
}

static void run(struct sim *sim, const struct exchange_case *test, size_t cut)
{
    set_host(test);
    ask(sim, test);
    if (!sim->x || test_left()) {
        return;
    }
    answer(sim, test, cut);
}

static void finish(struct sim *sim, const struct exchange_case *test)
{
    test_world()->append_rc = test_world()->append_rc == LIC_E_IO ? LIC_E_IO : LIC_OK;
    sim_done(sim, has_argument(test, "close", "gone")      ? LIC_CLOSE_CLIENT_GONE
                  : has_argument(test, "close", "aborted") ? LIC_CLOSE_ABORTED
                                                           : LIC_CLOSE_DONE);
}

/* ---- what must come of it ---- */

static bool was_sent(const struct sim *sim, lic_str line)
{
    lic_str value = line;
    lic_str name = str_split(&value, ':');
    for (uint32_t i = 0; i < sim->step.send_n; i++) {
        if (str_eq(sim->step.send[i].name, name) &&
            str_eq(sim->step.send[i].value, str_trim(value))) {
            return true;
        }
    }
    return false;
}

static void expect_forwarded(const struct sim *sim, const struct exchange_case *test)
{
    const struct section *forwarded = find_section(test, "forwarded");
    if (!forwarded) {
        EXPECT(!sim->forwarded || find_section(test, "answer") || find_section(test, "close"));
        return;
    }
    EXPECT(sim->step.kind == LIC_STEP_FORWARD);
    if (str_eq(str_trim(forwarded->text), LIC_STR("same"))) {
        EXPECT(sim->step.body.at == sim->body.at);
    } else {
        EXPECT_LIC_STR(str_trim(sim->step.body), str_trim(forwarded->text));
    }
    for (uint32_t i = 0; i < test->n; i++) {
        if (str_eq(test->at[i].name, LIC_STR("sent"))) {
            EXPECT(was_sent(sim, test->at[i].argument));
        }
    }
}

static void expect_part_released(const struct sim *sim, const struct section *section)
{
    lic_str released = str_trim(sim_released(sim)), text = str_trim(section->text);
    if (str_eq(section->argument, LIC_STR("has"))) {
        EXPECT(str_find(released, text) < released.n);
    } else {
        EXPECT_LIC_STR(released, text);
    }
}

static void expect_released(const struct sim *sim, const struct exchange_case *test)
{
    const struct section *section = find_section(test, "status");
    uint64_t status = 0;
    if (section) {
        EXPECT(str_u64(section->argument, &status));
        EXPECT_U64(sim->status, status);
    }
    if (section && section->text.n > 0) {
        EXPECT_LIC_STR(str_trim(sim_released(sim)), str_trim(section->text));
    }
    for (uint32_t i = 0; i < test->n; i++) {
        section = &test->at[i];
        if (str_eq(section->name, LIC_STR("released"))) {
            expect_part_released(sim, section);
        }
    }
    section = find_section(test, "marks");
    if (section) {
        lic_str decision, record;
        lic_exchange_marks(sim->x, &decision, &record);
        EXPECT_LIC_STR(decision, section->argument);
        EXPECT(record.n == 36 || record.n == 0);
    }
}

static void expect_member(const struct json_doc *doc, lic_str line)
{
    lic_str value = line;
    lic_str name = str_split(&value, ':');
    uint32_t node = json_get(doc, 0, name);
    EXPECT(node != JSON_NONE);
    lic_str raw = json_raw(doc, node);
    if (json_is(doc, node, JSON_STRING)) {
        raw = str_make(raw.at - 1, raw.n + 2);
    }
    EXPECT_LIC_STR(raw, str_trim(value));
}

static void expect_record(const struct sim *sim, const struct section *section)
{
    TEST_ARENA(arena);
    struct json_doc doc;
    struct lic_err err;
    lic_str record = sim_record(sim, terminated(section->argument));
    EXPECT(record.n > 0);
    EXPECT_OK(json_read(arena, record, NULL, &doc, &err), &err);
    lic_str rest = section->text;
    while (rest.n > 0 && !test_left()) {
        lic_str line = str_split(&rest, '\n');
        if (str_starts(line, LIC_STR("has "))) {
            EXPECT(sim_has(record, terminated(str_tail(line, 4))));
        } else if (str_starts(line, LIC_STR("lacks "))) {
            EXPECT(!sim_has(record, terminated(str_tail(line, 6))));
        } else if (line.n > 0) {
            expect_member(&doc, line);
        }
    }
}

static void expect_records(const struct sim *sim, const struct exchange_case *test)
{
    for (uint32_t i = 0; i < test->n; i++) {
        const struct section *section = &test->at[i];
        if (str_eq(section->name, LIC_STR("record"))) {
            expect_record(sim, section);
        } else if (str_eq(section->name, LIC_STR("failure"))) {
            EXPECT(sim_failures(terminated(section->argument)) > 0);
        }
    }
}

/* The first run, whose outcome is compared with the case. */
static void run_first(struct sim *sim, const struct exchange_case *test)
{
    const struct section *given = find_section(test, "answer");
    if (has_argument(test, "host", "back")) {
        sim_call(sim, "/v1/chat/completions", "{}"); /* somebody saw the later time */
    }
    run(sim, test, given ? given->text.n : 0);
    EXPECT(sim->x);
    if (test_left()) {
        return;
    }
    expect_forwarded(sim, test);
    expect_released(sim, test);
    finish(sim, test);
    if (!test_left()) {
        expect_records(sim, test);
    }
}

static void run_splits(struct sim *sim, const struct exchange_case *test)
{
    const struct section *given = find_section(test, "answer");
    struct sim_text whole = { 0 };
    sim_text_add(&whole, sim_released(sim));
    uint32_t status = sim->status;
    size_t cuts = test_rerun() || !given ? 0 : given->text.n;
    size_t step = 1 + cuts / CUTS_MAX;
    for (size_t cut = 0; given && cut <= cuts && !test_left(); cut += step) {
        run(sim, test, cut);
        bool same = test_str(sim_released(sim), str_make(whole.at, whole.n), __FILE__, __LINE__,
                             "released when cut elsewhere") &&
                    test_u64(sim->status, status, __FILE__, __LINE__, "status when cut elsewhere");
        finish(sim, test);
        if (!same) {
            break;
        }
    }
    sim_text_fini(&whole);
}

static void run_case(const char *name)
{
    CLEANUP(free_file) struct exchange_case test = { 0 };
    read_case(name, &test);
    if (test_left()) {
        return;
    }
    EXPECT(find_section(&test, "request"));
    const struct section *directory = find_section(&test, "directory");
    SIM(s, directory ? terminated(directory->argument) : "standard");
    for (uint32_t i = 0; i < test.n; i++) {
        if (str_eq(test.at[i].name, LIC_STR("never"))) {
            sim_secret(s, terminated(test.at[i].argument));
        } else if (str_eq(test.at[i].name, LIC_STR("unseen"))) {
            sim_unseen(s, terminated(test.at[i].argument));
        }
    }
    run_first(s, &test);
    if (!test_left()) {
        run_splits(s, &test);
    }
}

/* ---- the cases ---- */

#define EXCHANGE_CASE(name)                                                                        \
    CASE(exchange_##name)                                                                          \
    {                                                                                              \
        run_case(#name);                                                                           \
    }
#include "sim/cases.def"
#undef EXCHANGE_CASE

static enum lic_rc check_listed(void *arg, lic_str name, bool is_dir)
{
    (void)arg;
    static const char *const names[] = {
#define EXCHANGE_CASE(name) #name ".case",
#include "sim/cases.def"
#undef EXCHANGE_CASE
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (is_dir || str_eq(name, str_z(names[i]))) {
            return LIC_OK;
        }
    }
    (void)test_str(name, LIC_STR("a line of tests/sim/cases.def"), __FILE__, __LINE__, "case");
    return LIC_OK;
}

CASE(exchange_cases_are_all_listed)
{
    struct lic_err err;
    EXPECT_OK(test_host()->list_dir(test_host()->ctx, test_source_path("tests/cases/exchange"),
                                    check_listed, NULL, &err),
              &err);
}
