/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The provider's answer: how it is to be read, and a whole one. That is held until its last byte,
 * then read, inspected, its tool calls judged, and given as it came, rewritten, or not at all. A
 * provider's error is inspected text by text. A streamed answer is in stream.c.
 */
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "engine/exchange.h"
#include "engine/head.h"
#include "engine/rewriting.h"

#include "base/banned.h"

/* ---- tool calls ---- */

bool exchange_call_allowed(struct lic_exchange *x, struct event_call *call, lic_str arguments,
                           lic_str *out_reason)
{
    struct judge_call judge = { &x->engine->config, x->principal, x->agent, &x->request };
    struct verdict verdict = { 0 };
    struct lic_err err = { 0 };
    lic_str revealed = arguments; /* what the tool will get: with the values of tokens */
    bool allowed =
        rewriting_reveal(x, arguments, /* json= */ true, &x->arena, &revealed, &err) == LIC_OK &&
        judge_tool_call(&judge, call->name, revealed, &x->arena, &verdict, out_reason, &err) ==
            LIC_OK &&
        verdict.result == VERDICT_ALLOW;
    if (err.rc != LIC_OK) {
        *out_reason = LIC_STR("the policy could not be evaluated");
        worker_count_failure(x->worker, FAIL_policy_failed);
    }
    worker_count(x->worker, allowed ? COUNTER_CALLS_ALLOWED : COUNTER_CALLS_DENIED, 1);
    call->decision = allowed ? LIC_STR("allow") : LIC_STR("deny");
    return allowed;
}

bool exchange_strips(const struct lic_exchange *x)
{
    bool inspected = x->guardrail && x->guardrail->scan[/* output */ 1].any;
    return inspected || (x->agent && x->agent->instructions.n > 0);
}

lic_str exchange_call_message(struct lic_exchange *x, lic_str tool)
{
    struct buf buf;
    buf_init(&buf, &x->arena, LIMIT_JSON_BYTES);
    buf_addf(&buf, "The tool call \"" LIC_FMT "\" is not authorized.",
             LIC_ARG(exchange_quotable(x, tool, LIC_STR("..."))));
    return buf.failed == LIC_OK ? buf_str(&buf) : LIC_STR("The tool call is not authorized.");
}

/* ---- giving ---- */

static void give(struct lic_exchange *x, enum lic_release_kind kind, uint32_t status, lic_str body,
                 struct lic_release *out)
{
    *out = (struct lic_release){
        .kind = kind,
        .bytes = body,
        .head_ready = true,
        .head = { status, LIC_STR("application/json") },
    };
    x->state = EXCHANGE_ENDED;
}

void answer_fail(struct lic_exchange *x, enum failmode mode, const struct lic_err *detail,
                 struct lic_release *out)
{
    const struct failmode_row *row = failmode_row(mode);
    exchange_note_failure(x, mode, detail);
    struct buf body;
    buf_init(&body, &x->arena, LIMIT_JSON_BYTES);
    x->dialect->write_error(row->status, str_z(row->code), exchange_sentence(x, mode, detail),
                            &body);
    give(x, LIC_RELEASE_CUT, row->status, buf_str(&body), out);
}

/* The guardrail, or policy on a tool call, takes the answer's place. */
static void intervene(struct lic_exchange *x, lic_str reason, lic_str message,
                      struct lic_release *out)
{
    worker_count(x->worker, COUNTER_INTERVENED, 1);
    exchange_note_stop(x, LIC_STR("reject"), LIC_STR("intervened"), reason);
    struct buf body;
    buf_init(&body, &x->arena, LIMIT_JSON_BYTES);
    x->dialect->write_intervention(&x->request, x->request.record, message, &body);
    if (body.failed != LIC_OK) {
        answer_fail(x, FAIL_out_of_memory, NULL, out);
        return;
    }
    give(x, LIC_RELEASE_REPLACE, 200, buf_str(&body), out);
}

/* ---- reading ---- */

/* A provider's error: every string in it is text to be inspected, whatever it is called. */
static enum lic_rc read_error(struct lic_exchange *x, const struct json_doc *doc,
                              struct lic_err *err)
{
    for (uint32_t i = 0; i < doc->n; i++) {
        if (doc->nodes[i].type != JSON_STRING) {
            continue;
        }
        struct event_part part = { .channel = CHANNEL_ASSISTANT, .raw = json_raw(doc, i) };
        TRY(json_text(doc, i, &x->arena, &part.text, err));
        TRY(event_add_part(&x->answer, &x->arena, &part, err));
    }
    return LIC_OK;
}

static enum lic_rc strip(struct lic_exchange *x, const struct pieces *pieces, lic_str body,
                         struct edits *edits, struct lic_err *err)
{
    for (uint32_t i = 0; i < pieces->n; i++) {
        const struct piece *piece = &pieces->at[i];
        lic_str with = piece->part.text.n > 0 ? piece->part.text : LIC_STR("null");
        enum lic_rc rc =
            edits_add(edits, &x->arena, (size_t)(piece->raw.at - body.at), piece->raw.n, with);
        ENSURE(rc == LIC_OK, err, rc, "no memory for an edit");
    }
    return LIC_OK;
}

/* ---- judging ---- */

/* The first tool call that may not leave, or NULL; *out_reason says why. All are judged. */
static const struct event_call *denied_call(struct lic_exchange *x, lic_str *out_reason)
{
    const struct event_call *denied = NULL;
    for (uint32_t i = 0; i < x->answer.calls.n; i++) {
        struct event_call *call = &x->answer.calls.at[i];
        lic_str reason;
        const struct event_part *part = &x->answer.parts.at[call->part];
        if (!exchange_call_allowed(x, call, part->text, &reason)) {
            *out_reason = denied ? *out_reason : reason;
            denied = denied ? denied : call;
        }
    }
    return denied;
}

static enum lic_rc rewrite(struct lic_exchange *x, const struct pieces *strips, lic_str body,
                           lic_str *out, struct lic_err *err)
{
    struct edits edits = { 0 };
    TRY(inspect_rewrite(&x->arena, rewriting_ways(x), &x->answer, &x->found_out, body, &edits,
                        err));
    *out = body;
    for (uint32_t i = 0; i < x->answer.parts.n; i++) {
        TRY(rewriting_reveal_part(x, &x->answer.parts.at[i], i, &x->found_out, body, &edits, err));
    }
    bool echoes = x->agent && x->agent->instructions.n > 0 && strips->n > 0;
    if (edits.n == 0 && !echoes) {
        return LIC_OK;
    }
    TRY(strip(x, strips, body, &edits, err));
    struct buf rewritten;
    buf_init(&rewritten, &x->arena, (size_t)LIMIT_JSON_BYTES * 2);
    TRY(edits_apply(&edits, body, &rewritten, err));
    TRY(buf_check(&rewritten, "the rewritten answer", err));
    *out = buf_str(&rewritten);
    return LIC_OK;
}

static void note_rewritten(struct lic_exchange *x)
{
    worker_count(x->worker, COUNTER_ANSWER_REWRITES, 1);
    x->request.enforced = LIC_STR("rewritten");
    x->mark = LIC_STR("rewrite");
}

/* What leaves of an answer that was read and inspected. */
static void release(struct lic_exchange *x, const struct pieces *strips, uint32_t status,
                    lic_str body, struct lic_release *out)
{
    struct lic_err err = { 0 };
    lic_str reason = { 0 }, bytes;
    const struct event_call *denied = denied_call(x, &reason);
    if (denied) {
        intervene(x, reason, exchange_call_message(x, denied->name), out);
        return;
    }
    if (findings_action(&x->found_out) == ACTION_REJECT) {
        intervene(x, inspect_reason(&x->arena, &x->found_out, &x->answer),
                  exchange_message(x, /* output= */ true), out);
        return;
    }
    if (rewrite(x, strips, body, &bytes, &err) != LIC_OK) {
        answer_fail(x, FAIL_out_of_memory, NULL, out);
        return;
    }
    if (bytes.at != body.at) {
        note_rewritten(x);
    }
    give(x, LIC_RELEASE_REPLACE, status, bytes, out);
}

/* What was not read and inspected to its end must not be recorded either: nobody masked it. */
static void fail_unread(struct lic_exchange *x, enum failmode mode, const struct lic_err *detail,
                        struct lic_release *out)
{
    x->answer.parts.n = 0;
    x->answer.calls.n = 0;
    x->found_out.n = 0;
    answer_fail(x, mode, detail, out);
}

static enum failmode unread_mode(enum lic_rc rc, enum failmode otherwise)
{
    return rc == LIC_E_NOMEM ? FAIL_out_of_memory : otherwise;
}

static void whole_answer(struct lic_exchange *x, lic_str body, struct lic_release *out)
{
    static const struct json_limits limits = { .mode = JSON_GATEWAY };
    struct json_doc doc;
    struct lic_err err = { 0 };
    struct pieces strips = { 0 };
    bool is_error = x->mode == ANSWER_ERROR;
    enum lic_rc rc = json_read(&x->arena, body, &limits, &doc, &err);
    if (rc != LIC_OK) {
        fail_unread(x, unread_mode(rc, FAIL_upstream_bad_json), &err, out);
        return;
    }
    rc = is_error ? read_error(x, &doc, &err)
                  : x->dialect->read_answer(&x->arena, &doc, &x->answer, &strips, &err);
    if (rc != LIC_OK) {
        fail_unread(x, unread_mode(rc, FAIL_upstream_not_understood), &err, out);
        return;
    }
    struct inspect inspect = exchange_inspect(x, /* output= */ true);
    rc = inspect_event(&inspect, &x->answer, &x->found_out, &err);
    if (rc != LIC_OK) {
        fail_unread(x, unread_mode(rc, FAIL_detector_failed), NULL, out);
        return;
    }
    release(x, &strips, is_error ? (uint32_t)x->request.upstream_status : 200, body, out);
}

void answer_chunk(struct lic_exchange *x, lic_str chunk, enum lic_end end, struct lic_release *out)
{
    buf_add(&x->held, chunk);
    if (x->held.failed != LIC_OK) {
        answer_fail(x, x->held.failed == LIC_E_LIMIT ? FAIL_upstream_too_large : FAIL_out_of_memory,
                    NULL, out);
        return;
    }
    if (end == LIC_END_BROKEN) {
        answer_fail(x, FAIL_upstream_broken, NULL, out);
    } else if (end == LIC_END_COMPLETE) {
        whole_answer(x, buf_str(&x->held), out);
    }
}

/* ---- the answer's head ---- */

static lic_str header_value(const struct lic_header *headers, uint32_t n, lic_str name)
{
    for (uint32_t i = 0; i < n; i++) {
        if (str_eq_nocase(headers[i].name, name)) {
            return headers[i].value;
        }
    }
    return (lic_str){ 0 };
}

static enum answer_mode fail_mode(struct lic_exchange *x, enum failmode mode)
{
    x->failed_mode = mode;
    return ANSWER_FAILED;
}

static enum answer_mode answer_mode_of(struct lic_exchange *x, uint32_t status,
                                       const struct lic_header *headers, uint32_t n)
{
    if (n == 0) {
        return fail_mode(x, status == 504 ? FAIL_upstream_timeout : FAIL_upstream_unreachable);
    }
    lic_str encoding = header_value(headers, n, LIC_STR("content-encoding"));
    lic_str type = header_value(headers, n, LIC_STR("content-type"));
    lic_str rest = type;
    bool is_stream = str_eq_nocase(str_trim(str_split(&rest, ';')), LIC_STR("text/event-stream"));
    if (status == 401 || status == 403) {
        return fail_mode(x, FAIL_upstream_credential);
    }
    if (encoding.n > 0 && !str_eq_nocase(encoding, LIC_STR("identity"))) {
        return fail_mode(x, FAIL_upstream_compressed);
    }
    if (status >= 400 && status < 600 && head_is_json(type)) {
        return ANSWER_ERROR;
    }
    if (status == 200 && is_stream && x->request.stream == 1) {
        return ANSWER_STREAM;
    }
    if (status == 200 && head_is_json(type) && x->request.stream != 1) {
        return ANSWER_JSON;
    }
    return fail_mode(x, FAIL_upstream_unexpected);
}

void lic_exchange_response_head(struct lic_exchange *x, uint32_t status,
                                const struct lic_header *headers, uint32_t headers_n)
{
    CHECK(x->magic == EXCHANGE_MAGIC && x->state == EXCHANGE_FORWARDED);
    int64_t now = x->worker->host->mono_ns(x->worker->host->ctx);
    x->request.upstream_status = headers_n > 0 ? (int64_t)status : EVENT_INT_NONE;
    x->request.first_byte_us = (now - x->mono_forwarded_ns) / 1000;
    x->mode = answer_mode_of(x, status, headers, headers_n);
    buf_init(&x->held, &x->arena, (size_t)x->engine->config.settings.answer_bytes_max);
    struct lic_err err;
    if (x->mode == ANSWER_STREAM) {
        worker_count(x->worker, COUNTER_STREAMS, 1);
        if (stream_begin(x, &err) != LIC_OK) {
            x->mode = fail_mode(x, FAIL_out_of_memory);
        }
    }
}

void lic_exchange_response_body(struct lic_exchange *x, lic_str chunk, enum lic_end end,
                                struct lic_release *out)
{
    CHECK(x->magic == EXCHANGE_MAGIC);
    *out = (struct lic_release){ .kind = LIC_RELEASE_HOLD };
    arena_reset(&x->worker->scratch);
    if (x->state != EXCHANGE_FORWARDED) {
        out->kind = x->state == EXCHANGE_ENDED ? LIC_RELEASE_CUT : LIC_RELEASE_HOLD;
        return;
    }
    switch (x->mode) {
    case ANSWER_STREAM:
        stream_chunk(x, chunk, end, out);
        break;
    case ANSWER_JSON:
    case ANSWER_ERROR:
        answer_chunk(x, chunk, end, out);
        break;
    case ANSWER_FAILED:
        answer_fail(x, x->failed_mode, NULL, out);
        break;
    case ANSWER_NONE:
        answer_fail(x, FAIL_upstream_broken, NULL, out);
        break;
    }
    if (out->head_ready && !x->head_given) {
        x->head_given = true;
        x->request.status = out->head.status;
    } else {
        out->head_ready = x->head_given;
    }
    if (end != LIC_END_NOT_YET || out->kind == LIC_RELEASE_CUT) {
        x->state = EXCHANGE_ENDED;
    }
}
