/* SPDX-License-Identifier: Apache-2.0 */
/* From findings to edits: plain text, escaped text, JSON inside and outside of strings. */
#include "engine/inspect.h"

#include "sim/sim.h"

/* `body` with the findings of its one part masked. */
static void expect_masked(struct arena *arena, const struct event_part *part, lic_str body,
                          const char *masked)
{
    const struct lic_engine *engine = sim_engine("standard");
    struct lic_worker *worker = NULL;
    struct lic_err err;
    struct findings found = { 0 };
    struct edits edits = { 0 };
    struct buf out;
    EXPECT_OK(lic_worker_new(test_host(), &worker, &err), &err);
    enum lic_rc rc = worker_prepare(worker, (struct lic_engine *)(uintptr_t)engine, &err);
    struct inspect inspect = { .worker = worker,
                               .arena = arena,
                               .guardrail = engine->config.default_guardrail };
    struct event_part copy = *part;
    struct event event;
    event_init(&event);
    event.parts.at = &copy;
    event.parts.n = event.parts.cap = 1;
    rc = rc == LIC_OK ? inspect_event(&inspect, &event, &found, &err) : rc;
    rc = rc == LIC_OK ? inspect_rewrite(arena, NULL, &event, &found, body, &edits, &err) : rc;
    lic_worker_free(worker);
    EXPECT_OK(rc, &err);
    buf_init(&out, arena, 1u << 20);
    EXPECT_OK(edits_apply(&edits, body, &out, &err), &err);
    EXPECT_STR(buf_str(&out), masked);
}

CASE(inspect_masks_where_the_raw_text_stands)
{
    TEST_ARENA(arena);
    lic_str body = LIC_STR("{\"c\":\"a\\n\\u00e4 bob@example\\u002ecom!\"}");
    struct event_part part = { .channel = CHANNEL_USER,
                               .text = LIC_STR("a\n\xc3\xa4 bob@example.com!"),
                               .raw = str_slice(body, 6, body.n - 2) };
    expect_masked(arena, &part, body, "{\"c\":\"a\\n\\u00e4 {EMAIL}!\"}");
}

CASE(inspect_masks_json_in_a_string_value_by_value)
{
    TEST_ARENA(arena);
    lic_str body = LIC_STR("{\"a\":\"{\\\"to\\\":\\\"bob@\\\\u0065xample.com\\\",\\\"n\\\":1}\"}");
    struct event_part part = { .channel = CHANNEL_TOOL_CALL,
                               .kind = PART_JSON,
                               .text = LIC_STR("{\"to\":\"bob@\\u0065xample.com\",\"n\":1}"),
                               .raw = str_slice(body, 6, body.n - 2) };
    expect_masked(arena, &part, body, "{\"a\":\"{\\\"to\\\":\\\"{EMAIL}\\\",\\\"n\\\":1}\"}");
}

CASE(inspect_masks_names_of_members_too)
{
    TEST_ARENA(arena);
    lic_str body = LIC_STR("{\"bob@example.com\":[\"x\",\"eve@example.org\"]}");
    struct event_part part = {
        .channel = CHANNEL_TOOL_CALL, .kind = PART_JSON, .text = body, .raw = body, .object = true
    };
    expect_masked(arena, &part, body, "{\"{EMAIL}\":[\"x\",\"{EMAIL}\"]}");
}

CASE(inspect_scans_what_only_claims_to_be_json_as_text)
{
    TEST_ARENA(arena);
    lic_str body = LIC_STR("{\"a\":\"{to: bob@example.com\"}");
    struct event_part part = { .channel = CHANNEL_TOOL_CALL,
                               .kind = PART_JSON,
                               .text = str_slice(body, 6, body.n - 2),
                               .raw = str_slice(body, 6, body.n - 2) };
    expect_masked(arena, &part, body, "{\"a\":\"{to: {EMAIL}\"}");
}

CASE(inspect_classifies_by_the_strongest)
{
    TEST_ARENA(arena);
    struct finding at[] = {
        { .type = LIC_STR("EMAIL"), .category = FINDING_PII },
        { .type = LIC_STR("NAME"), .category = FINDING_PII },
        { .type = LIC_STR("CREDIT_DEBIT_CARD_NUMBER"), .category = FINDING_FINANCIAL },
        { .type = LIC_STR("X"), .category = FINDING_INJECTION, .score = 0.9f },
    };
    struct findings found = { at, 4, 4 };
    struct event event;
    struct lic_err err;
    event_init(&event);
    struct inspect inspect = { .arena = arena };
    EXPECT_OK(inspect_classify(&inspect, &event, &found, &err), &err);
    EXPECT_U64(event.data_class.n, 2);
    EXPECT_STR(event.sensitivity, "restricted");
    EXPECT(event.injection_score > 0.8999999999 && event.injection_score < 0.9000000001);
}
