/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine and its world: memory that runs out at any point, a ledger that fails, workers that
 * see engines come and go. What a failure row looks like to a caller is in tests/cases/exchange;
 * here are the rows that only memory provokes: out_of_memory, detector_failed, host_error,
 * too_many_findings, policy_failed, stream_limit.
 */
#include "sim/sim.h"

#include "hosts/posix.h"

#include <stdio.h>

#define CHAT "/v1/chat/completions"
#define BODY                                                                                       \
    "{\"model\":\"gpt-x\",\"messages\":[{\"role\":\"user\",\"content\":\"I am "                    \
    "bob@example.com\"}]}"
#define STREAMED                                                                                   \
    "{\"model\":\"demo\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
#define ANSWER                                                                                     \
    "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":"      \
    "[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"to eve@example.org\"},"       \
    "\"finish_reason\":\"stop\"}]}"

/* Run again by the runner with each allocation failing: sim.c checks what must hold then. */
CASE(sim_memory_out_of_memory_shows_and_passes_nothing)
{
    SIM(s, "standard");
    sim_secret(s, "bob@example.com");
    sim_secret(s, "eve@example.org");
    sim_call(s, CHAT, BODY);
    EXPECT(s->x);
    EXPECT(s->forwarded || s->status >= 400);
    EXPECT_STR(s->step.target, "/base/v1/chat/completions");
    sim_answer(s, 200, "application/json", LIC_STR(ANSWER), 7);
    EXPECT(s->ended);
    EXPECT(s->status == 200 || s->status == 503);
}

/* Memory fails not in the pool's first blocks but in the middle of a large request. */
CASE(sim_memory_fails_within_a_large_body)
{
    SIM(s, "standard");
    sim_secret(s, "bob@example.com");
    struct sim_text body = { 0 };
    sim_text_add(&body, LIC_STR("{\"model\":\"demo\",\"messages\":["));
    for (int i = 0; i < 60; i++) {
        sim_text_add(&body, LIC_STR("{\"role\":\"user\",\"content\":\"bob@\\u0065xample.com and "
                                    "words that go on and on\"},"));
    }
    sim_text_add(&body, LIC_STR("{\"role\":\"user\",\"content\":\"hi\"}]}"));
    struct sim_request request = { .body = str_make(body.at, body.n) };
    sim_request(s, &request);
    sim_text_fini(&body);
    EXPECT(s->forwarded);
}

CASE(sim_memory_steady_state_takes_none)
{
    SIM(s, "standard");
    uint32_t rounds = test_rerun() ? 2 : 1000;
    uint64_t allocations = 0;
    for (uint32_t i = 0; i < rounds; i++) {
        allocations = i == 1 ? test_world()->allocations : allocations;
        sim_call(s, CHAT, BODY);
        sim_answer(s, 200, "application/json", LIC_STR(ANSWER), 0);
        EXPECT(s->ended);
        sim_done(s, LIC_CLOSE_DONE);
    }
    EXPECT_U64(test_world()->allocations, allocations);
}

/* A worker's scratch was made for an engine that is gone; the next must not pass for it. */
CASE(sim_memory_engines_come_and_go_under_a_worker)
{
    struct lic_err err;
    char path[512];
    if (test_rerun()) {
        return;
    }
    SIM(s, "plain");
    snprintf(path, sizeof(path), "%s", test_source_path("tests/cases/exchange/dirs/standard"));
    for (int i = 0; i < 3; i++) {
        struct lic_engine *engine = NULL;
        EXPECT_OK(lic_engine_load(&posix_host, path, NULL, NULL, &engine, &err), &err);
        s->engine = engine;
        sim_call(s, CHAT, BODY);
        lic_engine_unref(engine); /* the exchange keeps what it began with */
        EXPECT(sim_has(s->step.body, "{EMAIL}"));
        sim_done(s, LIC_CLOSE_DONE);
    }
}

/* ---- the ledger ---- */

CASE(sim_ledger_intent_stands_before_the_order_to_forward)
{
    SIM(s, "standard");
    test_world()->append_rc = LIC_E_PENDING;
    sim_call(s, CHAT, BODY);
    EXPECT(s->x);
    EXPECT(s->step.kind == LIC_STEP_WAIT && test_world()->append_ticket == s->x);
    EXPECT_U64(sim_records_n(s, "intent"), 1);
    sim_appended(s, LIC_OK);
    EXPECT(s->forwarded);
    test_world()->append_rc = LIC_OK;
    sim_done(s, LIC_CLOSE_CLIENT_GONE);
    EXPECT_U64(sim_records_n(s, "outcome"), 1);
    EXPECT(sim_has(sim_record(s, "outcome"), "\"enforced\":\"cut\""));
}

CASE(sim_ledger_caller_goes_while_the_intent_is_pending)
{
    SIM(s, "standard");
    test_world()->append_rc = LIC_E_PENDING;
    sim_call(s, CHAT, BODY);
    EXPECT(s->x && s->step.kind == LIC_STEP_WAIT);
    sim_done(s, LIC_CLOSE_CLIENT_GONE);
    EXPECT_U64(sim_records_n(s, "intent"), 1);
    EXPECT_U64(sim_records_n(s, "outcome"), 1);
}

/* With a ledger that may be bypassed, what fails later is still told. */
CASE(sim_ledger_bypassed_hides_no_later_failure)
{
    SIM(s, "ledger_pass");
    test_world()->append_fail_at = 1;
    sim_call(s, CHAT, BODY);
    EXPECT(s->forwarded && s->bypassed);
    sim_answer(s, 200, "text/html", LIC_STR("<p>"), 0);
    sim_done(s, LIC_CLOSE_DONE);
    EXPECT(sim_has(sim_record(s, "outcome"), "\"failure\":\"upstream_unexpected\""));
}

/* The host refuses while the provider already works: the intent still gets its outcome. */
CASE(sim_host_error_after_forwarding_is_an_outcome)
{
    SIM(s, "standard");
    sim_call(s, CHAT, BODY);
    EXPECT(s->forwarded);
    lic_exchange_refuse(s->x, "no such row", &s->step);
    EXPECT(s->step.kind == LIC_STEP_ANSWER && s->step.answer.status == 500);
    sim_done(s, LIC_CLOSE_DONE);
    EXPECT_U64(sim_records_n(s, "refusal"), 0);
    EXPECT_U64(sim_records_n(s, "outcome"), 1);
    EXPECT(sim_failures("host_error") == 1);
}

/* ---- limits ---- */

CASE(sim_body_too_many_findings)
{
    if (test_rerun()) {
        return;
    }
    SIM(s, "roomy");
    struct sim_text body = { 0 };
    sim_text_add(&body,
                 LIC_STR("{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\""));
    for (int i = 0; i < 10001; i++) {
        sim_text_add(&body, LIC_STR("ROOM-101 "));
    }
    sim_text_add(&body, LIC_STR("\"}]}"));
    struct sim_request request = { .body = str_make(body.at, body.n) };
    sim_request(s, &request);
    sim_text_fini(&body);
    EXPECT_U64(s->status, 400);
    EXPECT(sim_failures("too_many_findings") == 1);
}

/* A tool call that never ends is held only up to a limit. */
CASE(sim_stream_limit_ends_a_tool_call_without_end)
{
    if (test_rerun()) {
        return;
    }
    SIM(s, "standard");
    struct sim_text piece = { 0 };
    static const char before[] =
        "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
        "\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\","
        "\"type\":\"function\",\"function\":{\"name\":\"getOrderStatus\",\"arguments\":\"";
    sim_text_add(&piece, LIC_STR(before));
    for (int i = 0; i < 20000; i++) {
        sim_text_add(&piece, LIC_STR("0123456789"));
    }
    sim_text_add(&piece, LIC_STR("\"}}]},\"finish_reason\":null}]}\n\n"));
    sim_call(s, CHAT, STREAMED);
    sim_answer_head(s, 200, "text/event-stream");
    for (int i = 0; i < 200 && !s->ended; i++) {
        sim_chunk(s, str_make(piece.at, piece.n), LIC_END_NOT_YET);
    }
    sim_text_fini(&piece);
    EXPECT(s->cut);
    EXPECT_U64(sim_failures("stream_limit"), 1);
    EXPECT(!sim_has(sim_released(s), "0123456789"));
}
