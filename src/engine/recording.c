/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of an exchange goes into the ledger: its intent before anything is forwarded, its outcome at
 * the end, or one refusal instead of both.
 */
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "engine/exchange.h"

#include "base/banned.h"

static enum lic_rc append_record(struct lic_exchange *x, bool outcome, void *ticket,
                                 struct lic_err *err)
{
    struct config *config = &x->engine->config;
    struct record record = {
        .request = &x->request,
        .answer = outcome ? &x->answer : NULL,
        .findings = outcome ? &x->found_out : &x->found_in,
        .content = config->content,
        .outcome = outcome,
    };
    struct buf line;
    buf_init(&line, &x->worker->scratch, LIMIT_RECORD_BYTES);
    TRY(record_write(&record, &x->worker->scratch, &line, err));
    const struct lic_host *host = x->worker->host;
    enum lic_rc rc = host->append(host->ctx, ticket, buf_str(&line), config->settings.sync, err);
    if (rc == LIC_OK || rc == LIC_E_PENDING) {
        worker_count(x->worker, COUNTER_RECORDS, 1);
    }
    return rc;
}

/* No text of the request is shown: what nobody looked into may hold anything. */
static void hide_input(struct lic_exchange *x, lic_str instead)
{
    for (uint32_t i = 0; i < x->request.parts.n; i++) {
        x->request.parts.at[i].shown = instead;
    }
}

/* Input texts as a record may show them. A failure here must not lose the record: it hides all. */
static void show_input(struct lic_exchange *x)
{
    bool mask = x->engine->config.content == RECORD_CONTENT_MASKED;
    struct lic_err err;
    if (mask && !x->inspected) {
        hide_input(x, LIC_STR("[not shown: not inspected]"));
    } else if (inspect_show(&x->arena, &x->request, &x->found_in, mask, &err) != LIC_OK) {
        hide_input(x, LIC_STR("[not shown: out of memory]"));
    }
}

enum lic_rc recording_intent(struct lic_exchange *x, struct lic_err *err)
{
    x->request.kind = LIC_STR("intent");
    x->request.decision = LIC_STR("allow");
    x->request.enforced = x->request_rewritten ? LIC_STR("rewritten") : LIC_STR("forwarded");
    x->mark = x->request_rewritten ? LIC_STR("rewrite") : LIC_STR("allow");
    if (x->request_rewritten) {
        worker_count(x->worker, COUNTER_REQUEST_REWRITES, 1);
    }
    show_input(x);
    return append_record(x, /* outcome= */ false, x, err);
}

/* A call that was never forwarded: one record says all, unless its intent stands in the ledger and
 * the outcome will. Only known callers are recorded, since a stranger must not be able to fill the
 * ledger. */
void recording_refusal(struct lic_exchange *x)
{
    if (!x->principal || x->recorded || x->intent_written) {
        return;
    }
    x->recorded = true;
    x->request.kind = x->gives_credentials ? LIC_STR("assume_role") : LIC_STR("refusal");
    show_input(x);
    struct lic_err err;
    enum lic_rc rc = append_record(x, /* outcome= */ false, /* ticket= */ NULL, &err);
    if (rc != LIC_OK && rc != LIC_E_PENDING) {
        worker_count_failure(x->worker, FAIL_outcome_lost);
    }
}

enum lic_rc recording_issue(struct lic_exchange *x, struct lic_err *err)
{
    x->request.kind = LIC_STR("assume_role");
    x->request.decision = LIC_STR("allow");
    x->request.enforced = LIC_STR("issued");
    x->request.status = 200;
    x->mark = LIC_STR("allow");
    return append_record(x, /* outcome= */ false, x, err);
}

/* ---- the outcome ---- */

static void note_close(struct lic_exchange *x, enum lic_close how)
{
    if (how == LIC_CLOSE_CLIENT_GONE) {
        worker_count(x->worker, COUNTER_CLIENT_GONE, 1);
        exchange_note_stop(x, x->request.decision, LIC_STR("cut"),
                           LIC_STR("the caller went away before the end"));
    } else if (how == LIC_CLOSE_ABORTED) {
        exchange_note_stop(x, x->request.decision, LIC_STR("cut"),
                           LIC_STR("the gateway gave up before the end"));
    }
}

static void count_tokens(const struct lic_exchange *x)
{
    if (x->request.input_tokens > 0) {
        worker_count(x->worker, COUNTER_INPUT_TOKENS, (uint64_t)x->request.input_tokens);
    }
    if (x->request.output_tokens > 0) {
        worker_count(x->worker, COUNTER_OUTPUT_TOKENS, (uint64_t)x->request.output_tokens);
    }
}

/* The answer's texts as the record may show them, and what the provider said of itself. */
static enum lic_rc prepare_outcome(struct lic_exchange *x, struct lic_err *err)
{
    if (x->stream) {
        TRY(stream_collect(x, err));
    } else {
        bool mask = x->engine->config.content == RECORD_CONTENT_MASKED;
        TRY(inspect_show(&x->arena, &x->answer, &x->found_out, mask, err));
    }
    x->request.input_tokens = x->answer.input_tokens;
    x->request.output_tokens = x->answer.output_tokens;
    x->request.finish = x->answer.finish;
    count_tokens(x);
    return LIC_OK;
}

void recording_outcome(struct lic_exchange *x, enum lic_close how)
{
    struct lic_err err = { 0 };
    if (!x->intent_written || x->recorded) {
        return;
    }
    x->recorded = true;
    note_close(x, how);
    x->request.kind = LIC_STR("outcome");
    x->request.latency_us =
        (x->worker->host->mono_ns(x->worker->host->ctx) - x->mono_begun_ns) / 1000;
    worker_count(x->worker, COUNTER_FINDINGS_OUTPUT, x->found_out.n);
    if (prepare_outcome(x, &err) != LIC_OK) {
        x->answer.parts.n = 0; /* rather a record without content than none, or one unmasked */
    }
    enum lic_rc rc = append_record(x, /* outcome= */ true, /* ticket= */ NULL, &err);
    if (rc != LIC_OK && rc != LIC_E_PENDING) {
        worker_count_failure(x->worker, FAIL_outcome_lost);
        x->worker->host->log(x->worker->host->ctx, LIC_LOG_ERROR, str_z(err.text));
    }
}
