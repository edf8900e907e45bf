/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated host, its caller and its provider; and the invariants that no test may break. */
#include "sim/sim.h"

#include "hosts/posix.h"

#include <stdio.h>
#include <stdlib.h>

#define ENGINES_MAX 16u

/* ---- texts ---- */

void sim_text_add(struct sim_text *text, lic_str s)
{
    if (text->n + s.n + 1 > text->cap) {
        text->cap = 2 * (text->n + s.n + 1);
        text->at = realloc(text->at, text->cap);
        CHECK(text->at);
    }
    if (s.n > 0) {
        memcpy(text->at + text->n, s.at, s.n);
    }
    text->n += s.n;
}

void sim_text_fini(struct sim_text *text)
{
    free(text->at);
    *text = (struct sim_text){ 0 };
}

bool sim_has(lic_str text, const char *part)
{
    return str_find(text, str_z(part)) < text.n;
}

/* ---- engines ---- */

static void print_mistake(void *arg, const struct lic_err *err)
{
    (void)arg;
    char text[1024];
    lic_err_format(err, text, sizeof(text));
    printf("%s\n", text);
}

struct lic_engine *sim_engine(const char *directory)
{
    static struct {
        char name[64];
        struct lic_engine *engine;
    } engines[ENGINES_MAX];
    static uint32_t engines_n;
    for (uint32_t i = 0; i < engines_n; i++) {
        if (strcmp(engines[i].name, directory) == 0) {
            return engines[i].engine;
        }
    }
    char path[512];
    struct lic_err err = { 0 };
    struct lic_engine *engine = NULL;
    snprintf(path, sizeof(path), "%s/%s", test_source_path("tests/cases/exchange/dirs"), directory);
    enum lic_rc rc = lic_engine_load(&posix_host, path, print_mistake, NULL, &engine, &err);
    if (!test_rc(rc, LIC_OK, &err, __FILE__, __LINE__, directory)) {
        return NULL;
    }
    CHECK(engines_n < ENGINES_MAX);
    snprintf(engines[engines_n].name, sizeof(engines[0].name), "%s", directory);
    engines[engines_n].engine = engine;
    return engines[engines_n++].engine;
}

void sim_open(struct sim *sim, const char *directory)
{
    struct lic_err err;
    *sim = (struct sim){ .engine = sim_engine(directory) };
    if (sim->engine && lic_worker_new(test_host(), &sim->worker, &err) != LIC_OK) {
        sim->worker = NULL;
    }
}

void sim_close(struct sim *sim)
{
    sim_done(sim, LIC_CLOSE_DONE);
    lic_worker_free(sim->worker);
    sim_text_fini(&sim->body);
    sim_text_fini(&sim->released);
}

/* ---- invariants ---- */

void sim_secret(struct sim *sim, const char *secret)
{
    CHECK(sim->secrets_n < SIM_SECRETS_MAX);
    sim->secrets[sim->secrets_n++] = secret;
}

void sim_unseen(struct sim *sim, const char *text)
{
    sim->unseen_only[sim->secrets_n] = true;
    sim_secret(sim, text);
}

static void check_secrets(const struct sim *sim, lic_str text, bool recorded)
{
    for (uint32_t i = 0; i < sim->secrets_n; i++) {
        CHECK((recorded && sim->unseen_only[i]) || !sim_has(text, sim->secrets[i]));
    }
}

/* Those of the latest exchange. */
static lic_str records(void)
{
    return test_world()->appended;
}

static void check_step(struct sim *sim)
{
    check_secrets(sim, sim->step.body, /* recorded= */ false);
    check_secrets(sim, sim->step.answer.body, /* recorded= */ false);
    if (sim->step.kind != LIC_STEP_FORWARD) {
        return;
    }
    CHECK(!sim->forwarded);
    sim->forwarded = true;
    sim->bypassed = sim_records_n(sim, "intent") == 0;
    CHECK(!sim->bypassed || sim_failures("ledger_bypassed") > 0);
    CHECK(sim->step.target.n > 0 && sim->step.target.at[0] == '/');
}

/* Every intent has one outcome, unless the ledger took no more. */
static void check_records(const struct sim *sim)
{
    check_secrets(sim, records(), /* recorded= */ true);
    CHECK(!sim_has(records(), SIM_KEY));
    uint32_t intents = sim_records_n(sim, "intent"), outcomes = sim_records_n(sim, "outcome");
    CHECK(intents <= 1 && outcomes <= 1);
    CHECK(intents + sim_records_n(sim, "refusal") <= 1);
    CHECK(outcomes == intents || sim->bypassed || sim_failures("outcome_lost") > 0);
}

/* ---- the caller ---- */

static void begin(struct sim *sim)
{
    sim->step = (struct lic_step){ 0 };
    sim->released.n = 0;
    sim->answer_type = (lic_str){ 0 };
    sim->status = 0;
    sim->head_given = sim->ended = sim->cut = sim->rewrote = false;
    sim->forwarded = sim->bypassed = false;
    /* Records of exchanges that are over go, or thousands of them would be copied at each append.
     */
    test_world()->appended.n = 0;
}

static void note_answer(struct sim *sim)
{
    if (sim->step.kind == LIC_STEP_ANSWER) {
        sim->status = sim->step.answer.status;
        sim->ended = true;
        sim_text_add(&sim->released, sim->step.answer.body);
    }
    check_step(sim);
}

void sim_request(struct sim *sim, const struct sim_request *request)
{
    static const struct lic_header usual[] = {
        { { "Content-Type", 12 }, { "application/json", 16 } },
        { { "Authorization", 13 }, { "Bearer " SIM_KEY, sizeof("Bearer " SIM_KEY) - 1 } },
    };
    struct lic_err err;
    sim_done(sim, LIC_CLOSE_DONE);
    begin(sim);
    if (!sim->worker || lic_exchange_open(sim->worker, sim->engine, &sim->x, &err) != LIC_OK) {
        sim->x = NULL;
        return;
    }
    struct lic_head head = {
        .method = str_z(request->method ? request->method : "POST"),
        .target = str_z(request->target ? request->target : "/v1/chat/completions"),
        .headers = request->headers ? request->headers : usual,
        .headers_n = request->headers ? request->headers_n : 2,
        .source_ip = LIC_STR("192.0.2.7"),
        .secure = true,
    };
    lic_exchange_head(sim->x, &head, &sim->step);
    if (sim->step.kind == LIC_STEP_BODY) {
        sim->body.n = 0;
        sim_text_add(&sim->body, request->body);
        lic_exchange_body(sim->x, str_make(sim->body.at, sim->body.n), &sim->step);
        CHECK(sim->step.kind != LIC_STEP_BODY);
    }
    note_answer(sim);
}

void sim_call(struct sim *sim, const char *target, const char *body)
{
    struct sim_request request = { .target = target, .body = str_z(body) };
    sim_request(sim, &request);
}

void sim_appended(struct sim *sim, enum lic_rc rc)
{
    if (!sim->x || sim->step.kind != LIC_STEP_WAIT) {
        return;
    }
    struct lic_err err;
    if (rc != LIC_OK) {
        err_set(&err, rc, "the disk is gone");
    }
    lic_exchange_appended(sim->x, rc, rc == LIC_OK ? NULL : &err, &sim->step);
    note_answer(sim);
}

/* ---- the provider ---- */

void sim_answer_head(struct sim *sim, uint32_t status, const char *type)
{
    if (!sim->forwarded) {
        return;
    }
    const struct lic_header header = { LIC_STR("Content-Type"), str_z(type) };
    lic_exchange_response_head(sim->x, status, &header, type ? 1 : 0);
}

static void note_release(struct sim *sim, lic_str chunk, const struct lic_release *release)
{
    lic_str bytes = release->kind == LIC_RELEASE_PASS ? chunk : release->bytes;
    bool leaves = release->kind != LIC_RELEASE_HOLD && bytes.n > 0;
    CHECK(!leaves || !sim->ended);
    CHECK(!leaves || release->head_ready || sim->head_given);
    CHECK(!sim->head_given || release->head_ready || sim->ended);
    if (release->head_ready && !sim->head_given) {
        sim->head_given = true;
        sim->status = release->head.status;
        sim->answer_type = release->head.content_type;
        CHECK(sim->status >= 200 && sim->status < 600);
    }
    sim->rewrote |= release->kind != LIC_RELEASE_PASS;
    if (leaves) {
        sim_text_add(&sim->released, bytes);
    }
    check_secrets(sim, sim_released(sim), /* recorded= */ false);
    sim->cut |= release->kind == LIC_RELEASE_CUT;
    sim->ended |= sim->cut;
}

void sim_chunk(struct sim *sim, lic_str chunk, enum lic_end end)
{
    if (!sim->forwarded) {
        return;
    }
    struct lic_release release;
    lic_exchange_response_body(sim->x, chunk, end, &release);
    note_release(sim, chunk, &release);
    sim->ended |= end != LIC_END_NOT_YET;
}

void sim_answer(struct sim *sim, uint32_t status, const char *type, lic_str body, size_t chunk_n)
{
    sim_answer_head(sim, status, type);
    size_t step = chunk_n > 0 ? chunk_n : body.n;
    for (size_t at = 0; at < body.n && !sim->ended; at += step) {
        sim_chunk(sim, str_slice(body, at, at + step), LIC_END_NOT_YET);
    }
    if (!sim->ended) {
        sim_chunk(sim, LIC_STR(""), LIC_END_COMPLETE);
    }
}

void sim_done(struct sim *sim, enum lic_close how)
{
    if (!sim->x) {
        return;
    }
    lic_exchange_close(sim->x, how);
    sim->x = NULL;
    check_records(sim);
}

/* ---- records and counters ---- */

static bool is_kind(lic_str line, const char *kind)
{
    char member[32];
    snprintf(member, sizeof(member), "\"kind\":\"%s\"", kind);
    return sim_has(line, member);
}

lic_str sim_record(const struct sim *sim, const char *kind)
{
    lic_str rest = records();
    (void)sim;
    while (rest.n > 0) {
        lic_str line = str_split(&rest, '\n');
        if (is_kind(line, kind)) {
            return line;
        }
    }
    return LIC_STR("");
}

uint32_t sim_records_n(const struct sim *sim, const char *kind)
{
    (void)sim;
    uint32_t n = 0;
    lic_str rest = records();
    while (rest.n > 0) {
        n += is_kind(str_split(&rest, '\n'), kind) ? 1u : 0u;
    }
    return n;
}

uint64_t sim_failures(const char *failure)
{
    char labels[96];
    snprintf(labels, sizeof(labels), "failure=\"%s\"", failure);
    for (uint32_t i = 0; i < lic_counters_n(); i++) {
        if (strcmp(lic_counter_labels(i), labels) == 0) {
            return test_world()->counters[i];
        }
    }
    UNREACHABLE("a test names a failure that is not in failmode.def");
}
