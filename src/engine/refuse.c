/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An exchange that goes no further: why, noted once, and what its caller is told, in the dialect's
 * own words. What is said quotes nothing that a detector would find.
 */
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "dialect/sts.h"
#include "engine/exchange.h"

#include "base/banned.h"

/* ---- why it goes no further ---- */

void exchange_note_stop(struct lic_exchange *x, lic_str decision, lic_str enforced, lic_str reason)
{
    if (x->request.enforced.at && !str_eq(x->request.enforced, LIC_STR("forwarded")) &&
        !str_eq(x->request.enforced, LIC_STR("rewritten"))) {
        return;
    }
    x->request.decision = decision;
    x->request.enforced = enforced;
    x->request.reason = reason;
    if (!x->head_given) {
        x->mark = decision;
    }
}

void exchange_note_failure(struct lic_exchange *x, enum failmode mode, const struct lic_err *detail)
{
    const struct failmode_row *row = failmode_row(mode);
    worker_count_failure(x->worker, mode);
    if (x->request.failure.at && !str_eq(x->request.failure, LIC_STR("ledger_bypassed"))) {
        return;
    }
    x->request.failure = str_z(row->name);
    bool cut = row->outcome == FAILMODE_CUT || x->head_given;
    lic_str decision = x->state < EXCHANGE_FORWARDED ? LIC_STR("error") : x->request.decision;
    exchange_note_stop(x, decision, cut ? LIC_STR("cut") : LIC_STR("refused"),
                       exchange_sentence(x, mode, detail));
}

static bool finds_nothing(struct lic_exchange *x, lic_str text, bool output)
{
    struct inspect inspect = exchange_inspect(x, output);
    struct event_part part = { .channel = output ? CHANNEL_ASSISTANT : CHANNEL_USER, .text = text };
    struct findings found = { 0 };
    struct lic_err err;
    return inspect_part(&inspect, &part, 0, &found, &err) == LIC_OK && found.n == 0;
}

lic_str exchange_quotable(struct lic_exchange *x, lic_str text, lic_str otherwise)
{
    bool clean =
        finds_nothing(x, text, /* output= */ false) && finds_nothing(x, text, /* output= */ true);
    return clean ? text : otherwise;
}

/* Of a provider's bytes nothing is quoted: where a text was cut, a part of a secret could stand. */
static bool is_providers(enum failmode mode)
{
    return mode >= FAIL_upstream_unreachable;
}

lic_str exchange_sentence(struct lic_exchange *x, enum failmode mode, const struct lic_err *detail)
{
    lic_str text = str_z(failmode_row(mode)->text);
    if (!detail || detail->rc == LIC_OK || detail->text[0] == '\0') {
        return text;
    }
    struct buf buf;
    buf_init(&buf, &x->arena, LIMIT_JSON_BYTES);
    buf_add(&buf, text);
    if (is_providers(mode)) {
        buf_addf(&buf, " (%s at byte %zu)", lic_rc_name(detail->rc), detail->offset);
    } else if (exchange_quotable(x, str_z(detail->text), LIC_STR("")).n > 0) {
        buf_add(&buf, LIC_STR(": "));
        buf_add(&buf, str_z(detail->text));
    }
    return buf.failed == LIC_OK ? buf_str(&buf) : text;
}

lic_str exchange_message(const struct lic_exchange *x, bool output)
{
    lic_str message = { 0 };
    if (x->guardrail) {
        message = output ? x->guardrail->output_message : x->guardrail->input_message;
    }
    return message.n > 0 ? message : LIC_STR("This was stopped by the gateway's policy.");
}

/* ---- answers of our own ---- */

void refuse_answer(struct lic_exchange *x, uint32_t status, lic_str type, lic_str body,
                   struct lic_step *out)
{
    x->state = EXCHANGE_ANSWERED;
    x->request.status = status;
    *out = (struct lic_step){ .kind = LIC_STEP_ANSWER, .answer = { status, type, body } };
}

static void answer_error(struct lic_exchange *x, uint32_t status, const char *code, lic_str message,
                         struct lic_step *out)
{
    struct buf body;
    buf_init(&body, &x->arena, LIMIT_JSON_BYTES);
    lic_str type = LIC_STR("application/json");
    if (x->dialect == &dialect_sts) {
        sts_write_error(status, str_z(code), message, x->request.record, &body);
        type = LIC_STR("text/xml");
    } else {
        x->dialect->write_error(status, str_z(code), message, &body);
    }
    refuse_answer(x, status, type, buf_str(&body), out);
    recording_refusal(x);
}

void refuse_failure(struct lic_exchange *x, enum failmode mode, const struct lic_err *detail,
                    struct lic_step *out)
{
    const struct failmode_row *row = failmode_row(mode);
    exchange_note_failure(x, mode, detail);
    worker_count(x->worker, COUNTER_FAILED, 1);
    answer_error(x, row->status, row->code, exchange_sentence(x, mode, detail), out);
}

/* AWS's names of the layers. */
static lic_str layer_name(lic_str layer)
{
    static const struct {
        const char *layer, *name;
    } names[] = {
        { "scp", "service control policy" },     { "rcp", "resource control policy" },
        { "resource", "resource-based policy" }, { "pb", "permissions boundary" },
        { "session", "session policy" },
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (str_eq(layer, str_z(names[i].layer))) {
            return str_z(names[i].name);
        }
    }
    return LIC_STR("identity-based policy");
}

/*
 * AWS's sentence; where the statement stands is for the record, not for the caller. Of a role that
 * may not be assumed it says nothing more, so that one that exists looks like one that does not.
 */
static void write_denial(struct lic_exchange *x, const struct verdict *verdict, struct buf *out)
{
    lic_str layer = layer_name(verdict->blocked_by);
    buf_addf(
        out, "User: " LIC_FMT " is not authorized to perform: " LIC_FMT " on resource: " LIC_FMT,
        LIC_ARG(x->request.principal), LIC_ARG(x->request.action), LIC_ARG(x->request.resource));
    if (x->dialect == &dialect_sts) {
        return;
    }
    if (verdict->result == VERDICT_EXPLICIT_DENY) {
        buf_addf(out, " with an explicit deny in %s " LIC_FMT, layer.at[0] == 'i' ? "an" : "a",
                 LIC_ARG(layer));
        return;
    }
    buf_addf(out, " because no " LIC_FMT " allows the action", LIC_ARG(layer));
}

void refuse_denial(struct lic_exchange *x, const struct verdict *verdict, struct lic_step *out)
{
    worker_count(x->worker, COUNTER_DENIED, 1);
    exchange_note_stop(x, LIC_STR("deny"), LIC_STR("refused"),
                       judge_reason(verdict, x->request.action, x->request.resource, &x->arena));
    struct buf message;
    buf_init(&message, &x->arena, LIMIT_JSON_BYTES);
    write_denial(x, verdict, &message);
    answer_error(x, 403, "access_denied", buf_str(&message), out);
}

/* A guardrail's intervention on the request, in the dialect's own way: not an error. */
void refuse_intervene(struct lic_exchange *x, struct lic_step *out)
{
    worker_count(x->worker, COUNTER_REJECTED, 1);
    exchange_note_stop(x, LIC_STR("reject"), LIC_STR("intervened"),
                       inspect_reason(&x->arena, &x->found_in, &x->request));
    struct buf body;
    buf_init(&body, &x->arena, LIMIT_JSON_BYTES);
    lic_str message = exchange_message(x, /* output= */ false);
    lic_str type = LIC_STR("application/json");
    if (x->request.stream == 1) {
        struct dialect_stream *stream;
        struct lic_err err;
        if (x->dialect->stream_new(&x->arena, &x->request, &stream, &err) != LIC_OK) {
            refuse_failure(x, FAIL_out_of_memory, NULL, out);
            return;
        }
        x->dialect->write_stop(stream, message, &body);
        type = LIC_STR("text/event-stream");
    } else {
        x->dialect->write_intervention(&x->request, x->request.record, message, &body);
    }
    if (body.failed != LIC_OK) {
        refuse_failure(x, FAIL_out_of_memory, NULL, out);
        return;
    }
    refuse_answer(x, 200, type, buf_str(&body), out);
    recording_refusal(x);
}

void lic_exchange_refuse(struct lic_exchange *x, const char *failure, struct lic_step *out)
{
    CHECK(x->magic == EXCHANGE_MAGIC);
    arena_reset(&x->worker->scratch);
    refuse_failure(x, failmode_named(failure), NULL, out);
}
