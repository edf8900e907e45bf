/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engine: reads a directory, compiles its detectors, hands out settings, answers `lictor decide`.
 * Worker: a pool of blocks, scratch for one thread.
 */
#include "engine/engine.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/json_read.h"
#include "base/json_write.h"
#include "base/str.h"
#include "engine/judge.h"
#include "policy/jwt.h"
#include "engine/signed.h"

#include "base/banned.h"

/* ---- engine ---- */

static void release_detectors(struct lic_engine *engine)
{
    for (uint32_t i = 0; i < engine->config.guardrails_n; i++) {
        detection_release(engine->config.guardrails[i]);
    }
    detection_fini(&engine->detection);
}

/* Public keys hold memory of OpenSSL; session keys are secrets whose lifetime ends here. */
static void release_keys(struct config *config)
{
    struct session_keys *keys = &config->session_keys;
    for (uint32_t i = 0; i < config->oidc_n; i++) {
        jwt_keys_free(config->oidc[i].keys);
        config->oidc[i].keys = NULL;
    }
    if (keys->n > 0) {
        explicit_bzero((void *)(uintptr_t)keys->at, sizeof(*keys->at) * keys->n);
    }
    if (config->tokens.n > 0) {
        explicit_bzero((void *)(uintptr_t)config->tokens.at,
                       sizeof(*config->tokens.at) * config->tokens.n);
    }
}

static void engine_free(struct lic_engine *engine)
{
    const struct lic_host *host = engine->host;
    release_detectors(engine);
    release_keys(&engine->config);
    arena_fini(&engine->arena);
    arena_pool_fini(&engine->pool);
    engine->magic = 0;
    host->resize(host->ctx, engine, 0);
}

static enum lic_rc compile_guardrails(struct lic_engine *engine, struct lic_err *err)
{
    if (engine->config.guardrails_n == 0) {
        return LIC_OK;
    }
    TRY(detection_init(&engine->detection, engine->host, &engine->arena, err));
    for (uint32_t i = 0; i < engine->config.guardrails_n; i++) {
        TRY(detection_compile(&engine->detection, engine->host, engine->config.guardrails[i], err));
    }
    return LIC_OK;
}

/* What a file of keys may have: some issuers publish dozens of certificates. */
enum { JWKS_BYTES_MAX = 1024 * 1024 };

static enum lic_rc read_jwks(const struct lic_engine *engine, const char *path,
                             struct identity_provider *provider, struct lic_err *err)
{
    const struct lic_host *host = engine->host;
    lic_str text = { 0 };
    TRY(host->read_file(host->ctx, path, JWKS_BYTES_MAX, &text, err));
    enum lic_rc rc = jwt_keys_read(host, text, &provider->keys, err);
    host->resize(host->ctx, (void *)(uintptr_t)text.at, 0);
    return rc == LIC_OK || rc == LIC_E_NOMEM ? rc : err_at(err, str_z(path), 0, 0);
}

/*
 * The keys of each issuer. A file of the operator's must be good; what was fetched from a URL may
 * be absent or broken, and then nobody of that issuer is let in until it has been fetched.
 */
static enum lic_rc load_jwks(struct lic_engine *engine, struct lic_err *err)
{
    for (uint32_t i = 0; i < engine->config.oidc_n; i++) {
        struct identity_provider *provider = &engine->config.oidc[i];
        const char *path = str_copy_z(&engine->arena, provider->jwks_path);
        ENSURE(path, err, LIC_E_NOMEM, "no memory for a path");
        enum lic_rc rc = read_jwks(engine, path, provider, err);
        if (rc != LIC_OK && (rc == LIC_E_NOMEM || provider->jwks_url.n == 0)) {
            return rc;
        }
    }
    return LIC_OK;
}

static enum lic_rc compile(struct lic_engine *engine, struct lic_err *err)
{
    TRY(compile_guardrails(engine, err));
    return load_jwks(engine, err);
}

static enum lic_rc load(struct lic_engine *engine, const char *dir, lic_report_fn *report,
                        void *report_arg, struct lic_err *err)
{
    TRY(config_read(&engine->arena, engine->host, dir, report, report_arg, &engine->config, err));
    enum lic_rc rc = compile(engine, err);
    if (rc != LIC_OK && report) {
        report(report_arg, err);
    }
    return rc;
}

enum lic_rc lic_engine_load(const struct lic_host *host, const char *dir, lic_report_fn *report,
                            void *report_arg, struct lic_engine **out, struct lic_err *err)
{
    struct lic_engine *engine = host->resize(host->ctx, NULL, sizeof(*engine));
    ENSURE(engine, err, LIC_E_NOMEM, "no memory for an engine");
    *engine = (struct lic_engine){ .magic = ENGINE_MAGIC, .refs = 1, .host = host };
    arena_pool_init(&engine->pool, host, /* free_max= */ 0);
    arena_init(&engine->arena, &engine->pool, /* bytes_max= */ 0);
    enum lic_rc rc = load(engine, dir, report, report_arg, err);
    if (rc != LIC_OK) {
        engine_free(engine);
        return rc;
    }
    *out = engine;
    return LIC_OK;
}

struct lic_engine *lic_engine_ref(struct lic_engine *engine)
{
    CHECK(engine->magic == ENGINE_MAGIC);
    __atomic_add_fetch(&engine->refs, 1, __ATOMIC_RELAXED);
    return engine;
}

void lic_engine_unref(struct lic_engine *engine)
{
    if (!engine) {
        return;
    }
    CHECK(engine->magic == ENGINE_MAGIC);
    if (__atomic_sub_fetch(&engine->refs, 1, __ATOMIC_ACQ_REL) == 0) {
        engine_free(engine);
    }
}

void lic_engine_settings(const struct lic_engine *engine, struct lic_settings *out)
{
    *out = engine->config.settings;
    out->models_n = engine->config.models_n;
}

uint32_t lic_engine_upstreams_n(const struct lic_engine *engine)
{
    return engine->config.providers_n;
}

const struct lic_upstream *lic_engine_upstream(const struct lic_engine *engine, uint32_t i)
{
    CHECK(i < engine->config.providers_n);
    return &engine->config.providers[i].upstream;
}

/* ---- lictor decide ---- */

static void write_verdict(const struct verdict *verdict, const struct policy_answer *answer,
                          struct buf *buf)
{
    struct json_out out;
    json_out_init(&out, buf);
    json_out_object(&out);
    json_out_name(&out, LIC_STR("result"));
    json_out_str(&out, str_z(verdict_result_name(verdict->result)));
    if (verdict->file.n > 0) {
        json_out_name(&out, LIC_STR("statement"));
        json_out_object(&out);
        json_out_name(&out, LIC_STR("file"));
        json_out_str(&out, verdict->file);
        json_out_name(&out, LIC_STR("line"));
        json_out_u64(&out, verdict->line);
        json_out_name(&out, LIC_STR("column"));
        json_out_u64(&out, verdict->column);
        json_out_name(&out, LIC_STR("sid"));
        json_out_str(&out, verdict->sid);
        json_out_object_end(&out);
    }
    json_out_name(&out, LIC_STR("blockedBy"));
    json_out_array(&out);
    if (answer->blocked == 0 && verdict->blocked_by.n > 0) {
        json_out_str(&out, verdict->blocked_by); /* nothing stands in the way: nobody granted */
    }
    for (uint32_t layer = 0; layer < LAYER_N; layer++) {
        if (answer->blocked & 1u << layer) {
            json_out_str(&out, str_z(policy_layer_name((enum policy_layer)layer)));
        }
    }
    json_out_array_end(&out);
    json_out_object_end(&out);
    buf_add_char(buf, '\n');
}

static const struct principal *principal_named(const struct config *config, lic_str name)
{
    for (uint32_t i = 0; i < config->principals_n; i++) {
        const struct principal *principal = &config->principals[i];
        if (str_eq(principal->arn, name) || str_eq(principal->name, name)) {
            return principal;
        }
    }
    return NULL;
}

/* A role by its ARN or name, as what a session of it would be with no tags or policy of its own. */
static enum lic_rc role_named(const struct config *config, lic_str name, struct arena *arena,
                              const struct principal **out, struct lic_err *err)
{
    for (uint32_t i = 0; i < config->roles_n; i++) {
        const struct identity *role = &config->roles[i];
        if (str_eq(role->arn, name) || str_eq(role->name, name)) {
            struct principal *principal = ARENA_NEW(arena, struct principal);
            ENSURE(principal, err, LIC_E_NOMEM, "no memory for a principal");
            *principal = (struct principal){ .name = role->name,
                                             .arn = role->arn,
                                             .role_arn = role->arn,
                                             .type = LIC_STR("AssumedRole"),
                                             .user_id = role->id,
                                             .identity = role,
                                             .extras = role->tags,
                                             .extras_n = role->tags_n,
                                             .mfa = EVENT_FLAG_NONE };
            *out = principal;
            return LIC_OK;
        }
    }
    return err_set(err, LIC_E_UNKNOWN,
                   "the event's principal \"" LIC_FMT "\" is not in principals.yaml",
                   LIC_ARG(name));
}

/* The resource policy of the model or tool that has this ARN. */
static const struct config_resource *resource_policy(const struct config *config,
                                                     const struct event *event)
{
    const struct config_model *model = config_model(config, event->model);
    for (uint32_t i = 0; i < config->tools_n; i++) {
        if (str_eq(config->tools[i].resource, event->resource)) {
            return config->tools[i].policy;
        }
    }
    return model ? model->policy : NULL;
}

/* What an ARN of a model says that an event of a call would say in fields of its own. */
static void take_model(struct event *event)
{
    lic_str rest = event->resource;
    if (!str_starts(rest, LIC_STR("arn:lictor:model:"))) {
        return;
    }
    rest = str_tail(rest, strlen("arn:lictor:model:"));
    lic_str region = str_split(&rest, ':');
    lic_str provider = str_split(&rest, ':');
    event->model_region = event->model_region.at ? event->model_region : region;
    event->provider = event->provider.at ? event->provider : provider;
    event->model = event->model.at ? event->model : rest;
}

/* Reads an event and makes of it what judge.c would of a call. */
static enum lic_rc read_case(const struct lic_engine *engine, struct arena *arena, lic_str text,
                             struct event *event, struct judge_case *out, struct lic_err *err)
{
    static const struct json_limits limits = { .mode = JSON_GATEWAY };
    const struct config *config = &engine->config;
    struct json_doc doc;
    TRY(json_read(arena, text, &limits, &doc, err));
    TRY(event_read(arena, &doc, event, err));
    const struct principal *principal = principal_named(config, event->principal);
    if (!principal) {
        TRY(role_named(config, event->principal, arena, &principal, err));
    }
    TRY(judge_identify(event, config, principal, arena, err));
    take_model(event);
    struct judge_question question = { config, principal, resource_policy(config, event) };
    return judge_ask(&question, event, arena, out, err);
}

static enum lic_rc decide(const struct lic_engine *engine, struct arena *arena, lic_str text,
                          struct buf *out, struct lic_err *err)
{
    struct event event;
    struct judge_case asked;
    struct policy_answer answer;
    struct verdict verdict = { 0 };
    TRY(read_case(engine, arena, text, &event, &asked, err));
    TRY(policy_eval(&asked.stack, &asked.request, arena, &answer, err));
    policy_verdict(&answer, &verdict);
    write_verdict(&verdict, &answer, out);
    return buf_check(out, "the verdict", err);
}

static enum lic_rc explain(const struct lic_engine *engine, struct arena *arena, lic_str text,
                           struct buf *out, struct lic_err *err)
{
    struct event event;
    struct judge_case asked;
    TRY(read_case(engine, arena, text, &event, &asked, err));
    TRY(policy_explain(&asked.stack, &asked.request, arena, out, err));
    return buf_check(out, "the explanation", err);
}

typedef enum lic_rc answer_fn(const struct lic_engine *engine, struct arena *arena, lic_str text,
                              struct buf *out, struct lic_err *err);

/* An answer about an event, in memory of the host's. */
static enum lic_rc answer(const struct lic_engine *engine, answer_fn *write, lic_str event_json,
                          lic_str *out, struct lic_err *err)
{
    const struct lic_host *host = engine->host;
    CLEANUP(arena_pool_fini) struct arena_pool pool;
    arena_pool_init(&pool, host, /* free_max= */ 0);
    CLEANUP(arena_fini) struct arena arena;
    arena_init(&arena, &pool, /* bytes_max= */ 0);
    struct buf buf;
    buf_init(&buf, &arena, LIMIT_JSON_BYTES);
    TRY(write(engine, &arena, event_json, &buf, err));
    char *copy = host->resize(host->ctx, NULL, buf.n);
    ENSURE(copy, err, LIC_E_NOMEM, "no memory for an answer of %zu bytes", buf.n);
    memcpy(copy, buf.at, buf.n);
    *out = str_make(copy, buf.n);
    return LIC_OK;
}

enum lic_rc lic_engine_decide(const struct lic_engine *engine, lic_str event_json,
                              lic_str *out_json, struct lic_err *err)
{
    return answer(engine, decide, event_json, out_json, err);
}

enum lic_rc lic_engine_explain(const struct lic_engine *engine, lic_str event_json,
                               lic_str *out_text, struct lic_err *err)
{
    return answer(engine, explain, event_json, out_text, err);
}

/* ---- worker ---- */

/* Blocks a worker keeps for its next exchanges: 128 of 32 KiB serve a burst without the host. */
enum { WORKER_FREE_BLOCKS = 128 };

enum lic_rc lic_worker_new(const struct lic_host *host, struct lic_worker **out,
                           struct lic_err *err)
{
    struct lic_worker *worker = host->resize(host->ctx, NULL, sizeof(*worker));
    ENSURE(worker, err, LIC_E_NOMEM, "no memory for a worker");
    *worker = (struct lic_worker){ .magic = WORKER_MAGIC, .host = host };
    arena_pool_init(&worker->pool, host, WORKER_FREE_BLOCKS);
    arena_init(&worker->scratch, &worker->pool, /* bytes_max= */ 0);
    enum lic_rc rc = detector_scratch_new(host, &worker->detect, err);
    if (rc != LIC_OK) {
        lic_worker_free(worker);
        return rc;
    }
    *out = worker;
    return LIC_OK;
}

void lic_worker_free(struct lic_worker *worker)
{
    if (!worker) {
        return;
    }
    CHECK(worker->magic == WORKER_MAGIC);
    CHECK(worker->exchanges_open == 0);
    const struct lic_host *host = worker->host;
    signed_fini(worker);
    kept_fini(worker);
    detector_scratch_free(worker->detect);
    lic_engine_unref(worker->prepared);
    arena_fini(&worker->scratch);
    arena_pool_fini(&worker->pool);
    worker->magic = 0;
    host->resize(host->ctx, worker, 0);
}

static enum lic_rc prepare_for(struct lic_worker *worker, const struct detector *detector,
                               struct lic_err *err)
{
    return detector ? detector_scratch_prepare(worker->detect, detector, err) : LIC_OK;
}

enum lic_rc worker_prepare(struct lic_worker *worker, struct lic_engine *engine,
                           struct lic_err *err)
{
    if (worker->prepared == engine) {
        return LIC_OK;
    }
    lic_engine_unref(worker->prepared);
    worker->prepared = NULL;
    for (uint32_t i = 0; i < engine->config.guardrails_n; i++) {
        TRY(prepare_for(worker, engine->config.guardrails[i]->input, err));
        TRY(prepare_for(worker, engine->config.guardrails[i]->output, err));
    }
    worker->prepared = lic_engine_ref(engine);
    return LIC_OK;
}

int64_t worker_now(struct lic_worker *worker)
{
    int64_t now = worker->host->wall_ns(worker->host->ctx);
    if (now < worker->wall_ns_latest) {
        worker_count_failure(worker, FAIL_clock_stepped_back);
        return worker->wall_ns_latest;
    }
    worker->wall_ns_latest = now;
    return now;
}
