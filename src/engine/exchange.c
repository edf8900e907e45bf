/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The exchange: from a head and a body to an order for the host. The state machine and its
 * invariants are drawn in exchange.h. What ends it early is in refuse.c, what is written down in
 * recording.c, the answer's side in answer.c and stream.c.
 */
#include "engine/rewriting.h"
#include "engine/exchange.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/limits.h"
#include "base/hash.h"
#include "base/str.h"
#include "engine/federate.h"
#include "engine/head.h"
#include "engine/sts.h"

#include "base/banned.h"

/* ---- lifetime ---- */

enum lic_rc lic_exchange_open(struct lic_worker *worker, struct lic_engine *engine,
                              struct lic_exchange **out, struct lic_err *err)
{
    CHECK(worker->magic == WORKER_MAGIC);
    TRY(worker_prepare(worker, engine, err));
    struct arena arena;
    arena_init(&arena, &worker->pool, /* bytes_max= */ 0);
    struct lic_exchange *x = ARENA_NEW(&arena, struct lic_exchange);
    ENSURE(x, err, LIC_E_NOMEM, "no memory for an exchange");
    x->arena = arena;
    x->magic = EXCHANGE_MAGIC;
    x->worker = worker;
    x->engine = lic_engine_ref(engine);
    x->mono_begun_ns = worker->host->mono_ns(worker->host->ctx);
    x->dialect = &dialect_openai_chat;
    event_init(&x->request);
    event_init(&x->answer);
    worker->exchanges_open++;
    *out = x;
    return LIC_OK;
}

static void exchange_free(struct lic_exchange *x)
{
    struct lic_worker *worker = x->worker;
    kept_release(x->kept);
    lic_engine_unref(x->engine);
    worker->exchanges_open--;
    x->magic = 0;
    struct arena arena = x->arena; /* the exchange lives in its own arena */
    arena_fini(&arena);
}

struct inspect exchange_inspect(struct lic_exchange *x, bool output)
{
    return (struct inspect){ .worker = x->worker,
                             .arena = &x->arena,
                             .guardrail = x->guardrail,
                             .output = output,
                             .tools = output ? NULL : &x->request.tools };
}

/* ---- head ---- */

/* Record id (UUID version 7, RFC 9562), trace and span ids, from one draw of randomness. */
static bool draw_ids(struct lic_exchange *x, const struct head *head, enum failmode *failure)
{
    uint8_t random[10 + 16 + 8];
    const struct lic_host *host = x->worker->host;
    char *text = arena_take(&x->arena, 36 + 32 + 16);
    *failure = text ? FAIL_random_failed : FAIL_out_of_memory;
    if (!text || host->random(host->ctx, random, sizeof(random)) != LIC_OK) {
        return false;
    }
    uint8_t id[16];
    uint64_t ms = (uint64_t)x->request.time / 1000000u;
    for (int i = 0; i < 6; i++) {
        id[i] = (uint8_t)(ms >> (40 - 8 * i));
    }
    memcpy(id + 6, random, 10);
    id[6] = (uint8_t)((id[6] & 0x0f) | 0x70);
    id[8] = (uint8_t)((id[8] & 0x3f) | 0x80);
    char hex[32];
    hash_hex(id, sizeof(id), hex);
    static const int groups[] = { 8, 4, 4, 4, 12 };
    char *at = text;
    for (int i = 0, from = 0; i < 5; from += groups[i], i++) {
        memcpy(at, hex + from, (size_t)groups[i]);
        at += groups[i];
        *at++ = '-';
    }
    x->request.record = str_make(text, 36);
    hash_hex(random + 10, 16, text + 36);
    hash_hex(random + 26, 8, text + 68);
    x->request.trace = str_make(text + 36, 32);
    x->request.span = str_make(text + 68, 16);
    x->trace_flags = LIC_STR("01");
    head_traceparent(head->traceparent, &x->request.trace, &x->trace_flags);
    return true;
}

/* From here on the call is this principal's. */
static bool act_as(struct lic_exchange *x, const struct principal *principal,
                   enum failmode *failure, struct lic_err *err)
{
    struct config *config = &x->engine->config;
    *failure = FAIL_out_of_memory;
    if (judge_identify(&x->request, config, principal, &x->arena, err) != LIC_OK) {
        return false;
    }
    x->principal = principal;
    x->agent = principal->agent.n > 0 ? config_agent(config, principal->agent) : NULL;
    x->guardrail =
        x->agent && x->agent->guardrail ? x->agent->guardrail : config->default_guardrail;
    if (x->agent && x->agent->prompt_version.n > 0) {
        x->request.prompt_version = x->agent->prompt_version;
    }
    return true;
}

/* A bearer key of ours. */
static bool identify_key(struct lic_exchange *x, const struct lic_head *in, enum failmode *failure,
                         struct lic_err *err)
{
    lic_str key;
    enum lic_rc rc = identity_key(in->headers, in->headers_n, &key, err);
    if (rc != LIC_OK) {
        *failure = rc == LIC_E_MISSING ? FAIL_key_missing : FAIL_key_malformed;
        return false;
    }
    const struct principal *principal = identity_find(&x->engine->config.identities, key);
    *failure = FAIL_key_unknown;
    err->rc = LIC_OK;
    return principal && act_as(x, principal, failure, err);
}

/* A bearer token of a provider that roles trust. */
static bool identify_token(struct lic_exchange *x, lic_str token, enum failmode *failure,
                           struct lic_err *err)
{
    struct federate_ask ask = { x->worker, x->engine, &x->request, token, x->request.time };
    struct federate_by *by = ARENA_NEW(&x->arena, struct federate_by);
    *failure = FAIL_out_of_memory;
    if (!by || federate_bearer(&ask, &x->arena, by, failure, err) != LIC_OK) {
        return false;
    }
    x->kept = by->kept;
    return act_as(x, &by->principal, failure, err);
}

/* A signature: the body it covers is here. *body loses its framing. */
static bool identify_signed(struct lic_exchange *x, lic_str *body, enum failmode *failure,
                            struct lic_err *err)
{
    struct signed_by by;
    struct signed_ask ask = { x->worker, x->engine, x->unsure, *body, x->request.time, &x->arena };
    x->unsure = NULL;
    if (signed_check(&ask, &by, failure, err) != LIC_OK) {
        return false;
    }
    x->session = by.session;
    x->kept = by.kept;
    *body = by.body;
    return act_as(x, by.principal, failure, err);
}

static bool has_header(const struct lic_head *in, lic_str name)
{
    for (uint32_t i = 0; i < in->headers_n; i++) {
        if (str_eq_nocase(in->headers[i].name, name)) {
            return true;
        }
    }
    return false;
}

/*
 * Who calls, as far as the head says it: a signed call with a body is known when the body is, and
 * STS has a call that nobody signs. One way of saying it only: with two, somebody would have to
 * choose.
 */
static bool identify(struct lic_exchange *x, const struct lic_head *in, bool sts,
                     enum failmode *failure, struct lic_err *err)
{
    bool key = has_header(in, LIC_STR("x-api-key"));
    bool authorization = has_header(in, LIC_STR("authorization"));
    if (signed_read(in, sts, &x->arena, &x->unsure, failure, err) != LIC_OK) {
        return false;
    }
    *failure = FAIL_key_malformed;
    if (x->unsure) {
        lic_str nothing = LIC_STR("");
        return !key && !(authorization && x->unsure->claim.query) &&
               (str_eq(in->method, LIC_STR("POST")) || identify_signed(x, &nothing, failure, err));
    }
    if (sts && !key && !authorization) {
        return true;
    }
    lic_str token = federate_token(in);
    if (token.n > 0) {
        return !key && identify_token(x, token, failure, err);
    }
    return identify_key(x, in, failure, err);
}

/* ---- routes ---- */

static bool is_encoded(const struct lic_exchange *x, lic_str encoding)
{
    bool chunked = signed_is_chunked(x->unsure) && str_eq_nocase(encoding, LIC_STR("aws-chunked"));
    return encoding.n > 0 && !chunked && !str_eq_nocase(encoding, LIC_STR("identity"));
}

/* A stranger's form is held in memory only so far. */
static bool is_form_small(const struct head *head)
{
    uint64_t n;
    return str_u64(head->content_length, &n) && n <= LIMIT_FORM_BYTES;
}

static void route_sts(struct lic_exchange *x, const struct lic_head *in, const struct head *head,
                      struct lic_step *out)
{
    struct lic_err err;
    x->dialect = &dialect_sts;
    x->request.dialect = str_z(dialect_sts.name);
    if (str_eq(in->method, LIC_STR("GET"))) {
        sts_call(x, head->query, out);
    } else if (!str_eq(in->method, LIC_STR("POST"))) {
        refuse_failure(x, FAIL_method_refused, NULL, out);
    } else if (!head_is_form(head->content_type) || is_encoded(x, head->content_encoding)) {
        (void)err_set(&err, LIC_E_INVALID,
                      "the body must be application/x-www-form-urlencoded and not compressed");
        refuse_failure(x, FAIL_sts_refused, &err, out);
    } else if (!is_form_small(head)) {
        (void)err_set(&err, LIC_E_LIMIT, "a form says its length, at most %u bytes",
                      LIMIT_FORM_BYTES);
        refuse_failure(x, FAIL_body_too_large, &err, out);
    } else {
        x->state = EXCHANGE_KNOWN;
        *out = (struct lic_step){ .kind = LIC_STEP_BODY };
    }
}

static void list_models(struct lic_exchange *x, const struct head *head, struct lic_step *out);

/* From a known caller to a dialect, or to what is answered without a body. */
static void route(struct lic_exchange *x, const struct lic_head *in, const struct head *head,
                  struct lic_step *out)
{
    bool is_post = str_eq(in->method, LIC_STR("POST"));
    if (head->sts) {
        route_sts(x, in, head, out);
        return;
    }
    if (head->model.at || str_eq(head->path, LIC_STR("/v1/models"))) {
        if (!str_eq(in->method, LIC_STR("GET"))) {
            refuse_failure(x, FAIL_method_refused, NULL, out);
            return;
        }
        list_models(x, head, out);
        return;
    }
    const struct dialect *dialect = dialect_find(head->path);
    if (!dialect) {
        refuse_failure(x, FAIL_path_unknown, NULL, out);
        return;
    }
    x->dialect = dialect;
    x->request.dialect = str_z(dialect->name);
    if (!is_post) {
        refuse_failure(x, FAIL_method_refused, NULL, out);
    } else if (!head_is_json(head->content_type)) {
        refuse_failure(x, FAIL_content_type_refused, NULL, out);
    } else if (is_encoded(x, head->content_encoding)) {
        refuse_failure(x, FAIL_content_encoding_refused, NULL, out);
    } else {
        x->state = EXCHANGE_KNOWN;
        *out = (struct lic_step){ .kind = LIC_STEP_BODY };
    }
}

void lic_exchange_head(struct lic_exchange *x, const struct lic_head *in, struct lic_step *out)
{
    CHECK(x->magic == EXCHANGE_MAGIC && x->state == EXCHANGE_OPENED);
    arena_reset(&x->worker->scratch);
    worker_count(x->worker, COUNTER_REQUESTS, 1);
    struct head head;
    struct lic_err err = { 0 };
    enum failmode failure;
    x->request.time = worker_now(x->worker);
    x->request.source_ip = in->source_ip;
    x->request.secure = in->secure ? 1 : 0;
    bool good = head_read(in, &x->arena, &head, &failure);
    x->anthropic_version = head.anthropic_version;
    x->anthropic_beta = head.anthropic_beta;
    x->request.session = head.session;
    x->request.user_agent = head.user_agent;
    x->dialect = dialect_guess(head.path, head.anthropic_version.n > 0);
    if (!good) {
        refuse_failure(x, failure, NULL, out);
    } else if (!draw_ids(x, &head, &failure)) {
        refuse_failure(x, failure, NULL, out);
    } else if (!identify(x, in, head.sts, &failure, &err)) {
        refuse_failure(x, failure, &err, out);
    } else {
        route(x, in, &head, out);
    }
}

/* ---- GET /v1/models ---- */

/* Whether the caller sees this model by this name, as far as the model alone decides. */
static bool may_see(struct lic_exchange *x, const struct config_model *model, lic_str name)
{
    if (x->agent && x->agent->models.n > 0 && !judge_listed(&x->agent->models, name)) {
        return false;
    }
    struct event event = x->request;
    struct judge_question question = { &x->engine->config, x->principal, model->policy };
    event.model = name;
    return judge_sees_model(&question, &event, model, &x->arena);
}

static void list_models(struct lic_exchange *x, const struct head *head, struct lic_step *out)
{
    const struct config *config = &x->engine->config;
    lic_str *names = ARENA_ARRAY(&x->arena, lic_str, config->models_n);
    lic_str *owners = ARENA_ARRAY(&x->arena, lic_str, config->models_n);
    if (!names || !owners) {
        refuse_failure(x, FAIL_out_of_memory, NULL, out);
        return;
    }
    uint32_t n = 0;
    for (uint32_t i = 0; i < config->models_n; i++) {
        const struct config_model *model = &config->models[i];
        lic_str name = head->model.at ? head->model : model->name;
        bool asked = !head->model.at || model == config_model(config, name);
        if (asked && may_see(x, model, name)) {
            names[n] = name;
            owners[n++] = model->owned_by;
        }
    }
    x->request.action = LIC_STR("bedrock:ListFoundationModels");
    if (head->model.at && n == 0) {
        refuse_failure(x, FAIL_model_unknown, NULL, out);
        return;
    }
    struct buf body;
    buf_init(&body, &x->arena, LIMIT_JSON_BYTES);
    x->dialect->write_models(names, owners, n, /* one= */ head->model.at != NULL, &body);
    worker_count(x->worker, COUNTER_ALLOWED, 1);
    exchange_note_stop(x, LIC_STR("allow"), LIC_STR("answered"), LIC_STR(""));
    refuse_answer(x, 200, LIC_STR("application/json"), buf_str(&body), out);
    recording_refusal(x);
}

/* ---- body ---- */

static enum failmode json_failure(enum lic_rc rc)
{
    static const uint8_t failures[LIC_E_RC_N] = {
        [LIC_E_DUPLICATE] = FAIL_json_duplicate_key,
        [LIC_E_UTF8] = FAIL_json_not_utf8,
        [LIC_E_LIMIT] = FAIL_json_limit,
        [LIC_E_NOMEM] = FAIL_out_of_memory,
    };
    return failures[rc] ? (enum failmode)failures[rc] : FAIL_bad_json;
}

/* Reads the body into the event. False: *failure says why. */
static bool read_body(struct lic_exchange *x, lic_str body, enum failmode *failure,
                      struct lic_err *err)
{
    const struct config *config = &x->engine->config;
    struct json_limits limits = { .mode = JSON_GATEWAY,
                                  .bytes_max = (size_t)config->settings.body_bytes_max };
    *failure = FAIL_body_missing;
    if (body.n == 0) {
        return false;
    }
    enum lic_rc rc = json_read(&x->arena, body, &limits, &x->doc, err);
    if (rc != LIC_OK) {
        *failure = json_failure(rc);
        return false;
    }
    struct dialect_options options = { config->unknown_members == CHOICE_PASS };
    rc = x->dialect->read_request(&x->arena, &x->doc, &options, &x->request, err);
    *failure = rc == LIC_E_NOMEM ? FAIL_out_of_memory : FAIL_not_understood;
    return rc == LIC_OK;
}

static bool speaks(const struct config_provider *provider, const struct dialect *dialect)
{
    return str_eq(provider->upstream.kind, LIC_STR("loopback")) ||
           str_eq(provider->upstream.kind, str_z(dialect->provider));
}

static bool choose_model(struct lic_exchange *x, enum failmode *failure, struct lic_err *err)
{
    const struct config *config = &x->engine->config;
    x->model = config_model(config, x->request.model);
    *failure = FAIL_model_unknown;
    bool listed =
        !x->agent || x->agent->models.n == 0 || judge_listed(&x->agent->models, x->request.model);
    if (!x->model || !listed) {
        return false;
    }
    *failure = FAIL_model_other_dialect;
    if (!speaks(&config->providers[x->model->provider], x->dialect)) {
        return false;
    }
    *failure = FAIL_out_of_memory;
    return judge_name_model(&x->request, config, x->model, &x->arena, err) == LIC_OK;
}

static bool inspect_request(struct lic_exchange *x, enum failmode *failure, struct lic_err *err)
{
    struct scan_scores scores = { 0 };
    struct inspect inspect = exchange_inspect(x, /* output= */ false);
    inspect.scores = &scores;
    enum lic_rc rc = inspect_event(&inspect, &x->request, &x->found_in, err);
    if (rc == LIC_OK) {
        rc = inspect_classify(&inspect, &x->request, &x->found_in, err);
    }
    *failure = rc == LIC_E_NOMEM   ? FAIL_out_of_memory
               : rc == LIC_E_LIMIT ? FAIL_too_many_findings
                                   : FAIL_detector_failed;
    worker_count(x->worker, COUNTER_FINDINGS_INPUT, x->found_in.n);
    x->inspected = rc == LIC_OK;
    return rc == LIC_OK;
}

static bool refuses_uninspected(const struct lic_exchange *x)
{
    enum config_choice choice = x->agent ? x->agent->uninspected : x->engine->config.uninspected;
    return x->request.uninspected.n > 0 && choice == CHOICE_REFUSE;
}

/* Everything that must hold before policy is asked. */
static bool prepare(struct lic_exchange *x, lic_str body, enum failmode *failure,
                    struct lic_err *err)
{
    if (!read_body(x, body, failure, err)) {
        return false;
    }
    err->rc = LIC_OK;
    return choose_model(x, failure, err) && inspect_request(x, failure, err);
}

static enum lic_rc edit_model(struct lic_exchange *x, struct edits *edits, struct lic_err *err)
{
    uint32_t node = json_get(&x->doc, 0, LIC_STR("model"));
    lic_str name = x->model->upstream_name;
    if (name.n == 0 || node == JSON_NONE || str_eq(name, x->request.model)) {
        return LIC_OK;
    }
    struct buf escaped;
    buf_init(&escaped, &x->arena, LIMIT_JSON_BYTES);
    json_escape(&escaped, name);
    TRY(buf_check(&escaped, "the model's name", err));
    const struct json_node *at = &x->doc.nodes[node];
    enum lic_rc rc = edits_add(edits, &x->arena, at->start, at->len, buf_str(&escaped));
    ENSURE(rc == LIC_OK, err, rc, "no memory for an edit");
    return LIC_OK;
}

/* The bytes to forward: the caller's own when nothing changes. */
static enum lic_rc make_body(struct lic_exchange *x, lic_str body, struct lic_err *err)
{
    struct edits edits = { 0 };
    TRY(inspect_rewrite(&x->arena, rewriting_ways(x), &x->request, &x->found_in, body, &edits,
                        err));
    x->request_rewritten = edits.n > 0;
    TRY(edit_model(x, &edits, err));
    if (x->agent && x->agent->instructions.n > 0) {
        TRY(x->dialect->instruct(&x->arena, &x->doc, x->agent->instructions, &edits, err));
    }
    x->forward_body = body;
    if (edits.n == 0) {
        return LIC_OK;
    }
    struct buf rewritten;
    buf_init(&rewritten, &x->arena, (size_t)LIMIT_JSON_BYTES * 2);
    TRY(edits_apply(&edits, body, &rewritten, err));
    TRY(buf_check(&rewritten, "the rewritten body", err));
    x->forward_body = buf_str(&rewritten);
    return LIC_OK;
}

/* ---- forwarding ---- */

static void send_header(struct lic_exchange *x, lic_str name, lic_str value)
{
    CHECK(x->send_n < EXCHANGE_SEND_MAX);
    if (value.n > 0) {
        x->send[x->send_n++] = (struct lic_header){ name, value };
    }
}

/* The traceparent of the provider's call: our span in the caller's trace. */
static lic_str trace_parent(struct lic_exchange *x)
{
    struct buf parent;
    buf_init(&parent, &x->arena, LIMIT_NAME_BYTES);
    buf_addf(&parent, "00-" LIC_FMT "-" LIC_FMT "-" LIC_FMT, LIC_ARG(x->request.trace),
             LIC_ARG(x->request.span), LIC_ARG(x->trace_flags));
    return parent.failed == LIC_OK ? buf_str(&parent) : (lic_str){ 0 };
}

/* Only what is named here goes to the provider: never the caller's key, cookies or addresses. */
static void list_headers(struct lic_exchange *x, const struct config_provider *provider)
{
    bool anthropic = str_eq(str_z(x->dialect->provider), LIC_STR("anthropic"));
    send_header(x, LIC_STR("content-type"), LIC_STR("application/json"));
    send_header(x, LIC_STR("accept"),
                x->request.stream == 1 ? LIC_STR("text/event-stream")
                                       : LIC_STR("application/json"));
    send_header(x, LIC_STR("user-agent"), LIC_STR("lictor"));
    if (anthropic) {
        send_header(x, LIC_STR("x-api-key"), provider->credential);
        send_header(x, LIC_STR("anthropic-version"),
                    x->anthropic_version.n > 0 ? x->anthropic_version : LIC_STR("2023-06-01"));
        send_header(x, LIC_STR("anthropic-beta"), x->anthropic_beta);
    } else if (provider->credential.n > 0) {
        send_header(x, LIC_STR("authorization"), x->forward_key);
    }
    send_header(x, LIC_STR("traceparent"), trace_parent(x));
}

static lic_str join(struct arena *arena, lic_str a, lic_str b)
{
    struct buf buf;
    buf_init(&buf, arena, LIMIT_JSON_BYTES);
    buf_add(&buf, a);
    buf_add(&buf, b);
    return buf.failed == LIC_OK ? buf_str(&buf) : (lic_str){ 0 };
}

/* What is sent besides the body. Made before the intent is written, so that nothing can go wrong
 * between record and call. */
static enum lic_rc make_head(struct lic_exchange *x, struct lic_err *err)
{
    const struct config_provider *provider = &x->engine->config.providers[x->model->provider];
    x->forward_target = join(&x->arena, provider->base_path, str_z(x->dialect->path));
    x->forward_key = join(&x->arena, LIC_STR("Bearer "), provider->credential);
    ENSURE(x->forward_target.n > 0 && x->forward_key.n > 0, err, LIC_E_NOMEM,
           "no memory for the head of the call");
    list_headers(x, provider);
    return LIC_OK;
}

static void forward(struct lic_exchange *x, struct lic_step *out)
{
    worker_count(x->worker, COUNTER_ALLOWED, 1);
    x->state = EXCHANGE_FORWARDED;
    x->mono_forwarded_ns = x->worker->host->mono_ns(x->worker->host->ctx);
    *out = (struct lic_step){
        .kind = LIC_STEP_FORWARD,
        .upstream = x->model->provider,
        .target = x->forward_target,
        .body = x->forward_body,
        .send = x->send,
        .send_n = x->send_n,
        .streaming = x->request.stream == 1,
    };
}

/* What becomes of a request whose intent was, will be, or could not be written. */
static void after_append(struct lic_exchange *x, enum lic_rc rc, const struct lic_err *err,
                         struct lic_step *out)
{
    if (rc == LIC_E_PENDING) {
        x->state = EXCHANGE_WAITING;
        x->intent_written = true;
        *out = (struct lic_step){ .kind = LIC_STEP_WAIT };
        return;
    }
    if (rc == LIC_OK) {
        x->intent_written = true;
        forward(x, out);
        return;
    }
    if (x->engine->config.ledger_unwritable == CHOICE_PASS) {
        worker_count_failure(x->worker, FAIL_ledger_bypassed);
        x->request.failure = LIC_STR("ledger_bypassed");
        x->intent_written = true;
        forward(x, out);
        return;
    }
    /* The ledger's own words are for the operator, not for the caller. */
    x->worker->host->log(x->worker->host->ctx, LIC_LOG_ERROR, str_z(err->text));
    refuse_failure(x, FAIL_ledger_unwritable, NULL, out);
}

void lic_exchange_appended(struct lic_exchange *x, enum lic_rc rc, const struct lic_err *err,
                           struct lic_step *out)
{
    CHECK(x->magic == EXCHANGE_MAGIC && x->state == EXCHANGE_WAITING);
    CHECK(rc != LIC_E_PENDING);
    arena_reset(&x->worker->scratch);
    if (x->ready.n > 0) {
        sts_appended(x, rc, err, out);
        return;
    }
    after_append(x, rc, err, out);
}

/* ---- judging the request ---- */

void exchange_note_statement(struct lic_exchange *x, const struct verdict *verdict)
{
    if (verdict->file.n == 0) {
        return;
    }
    struct buf buf;
    buf_init(&buf, &x->arena, LIMIT_PATH_BYTES);
    buf_addf(&buf, LIC_FMT ":%u", LIC_ARG(verdict->file), verdict->line);
    x->request.statement = buf_str(&buf);
}

static enum failmode rewrite_failure(enum lic_rc rc)
{
    return rc == LIC_E_DUPLICATE ? FAIL_instructions_replaced
           : rc == LIC_E_NOMEM   ? FAIL_out_of_memory
                                 : FAIL_host_error;
}

/* Authorisation first, then the guardrail: a caller without a right learns nothing of content. */
static void judge_request(struct lic_exchange *x, lic_str body, struct lic_step *out)
{
    struct lic_err err = { 0 };
    struct verdict verdict = { 0 };
    struct judge_question question = { &x->engine->config, x->principal, x->model->policy };
    enum lic_rc rc = judge_event(&question, &x->request, &x->arena, &verdict, &err);
    if (rc != LIC_OK) {
        refuse_failure(x, rc == LIC_E_NOMEM ? FAIL_out_of_memory : FAIL_policy_failed, NULL, out);
        return;
    }
    exchange_note_statement(x, &verdict);
    if (verdict.result != VERDICT_ALLOW) {
        refuse_denial(x, &verdict, out);
    } else if (refuses_uninspected(x)) {
        refuse_failure(x, FAIL_uninspected, NULL, out);
    } else if (findings_action(&x->found_in) == ACTION_REJECT) {
        refuse_intervene(x, out);
    } else if ((rc = make_body(x, body, &err)) != LIC_OK || (rc = make_head(x, &err)) != LIC_OK) {
        refuse_failure(x, rewrite_failure(rc), NULL, out);
    } else {
        rc = recording_intent(x, &err);
        after_append(x, rc, &err, out);
    }
}

void lic_exchange_body(struct lic_exchange *x, lic_str body, struct lic_step *out)
{
    CHECK(x->magic == EXCHANGE_MAGIC && x->state == EXCHANGE_KNOWN);
    arena_reset(&x->worker->scratch);
    enum failmode failure;
    struct lic_err err = { 0 };
    if (x->unsure && !identify_signed(x, &body, &failure, &err)) {
        refuse_failure(x, failure, &err, out);
    } else if (x->dialect == &dialect_sts) {
        sts_call(x, body, out);
    } else if (!prepare(x, body, &failure, &err)) {
        refuse_failure(x, failure, &err, out);
    } else {
        judge_request(x, body, out);
    }
}

/* ---- marks and the end ---- */

void lic_exchange_marks(const struct lic_exchange *x, lic_str *out_decision, lic_str *out_record)
{
    *out_decision = x->mark.n > 0 ? x->mark : LIC_STR("error");
    *out_record = x->principal ? x->request.record : (lic_str){ 0 };
}

void lic_exchange_close(struct lic_exchange *x, enum lic_close how)
{
    if (!x) {
        return;
    }
    CHECK(x->magic == EXCHANGE_MAGIC);
    arena_reset(&x->worker->scratch);
    recording_outcome(x, how);
    exchange_free(x);
}
