/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of Responses that are long (the rest is in the case files). */
#include "dialect/calls.h"
#include "dialect/openai_responses.h"
#include "test.h"

CASE(openai_responses_request_many_items_are_numbered)
{
    TEST_ARENA(arena);
    struct buf body;
    struct event event;
    struct json_doc doc;
    struct lic_err err = { 0 };
    const struct json_limits limits = { .mode = JSON_GATEWAY };
    const struct dialect_options options = { .inspect_unknown = false };
    buf_init(&body, arena, 1u << 20);
    buf_add(&body, LIC_STR("{\"model\":\"m\",\"input\":["));
    for (uint32_t i = 0; i < 1000; i++) {
        buf_addf(&body, "%s{\"role\":\"user\",\"content\":\"t%u\"}", i > 0 ? "," : "", i);
    }
    buf_add(&body, LIC_STR("]}"));
    EXPECT(body.failed == LIC_OK);
    EXPECT_OK(json_read(arena, buf_str(&body), &limits, &doc, &err), &err);
    event_init(&event);
    EXPECT_OK(openai_responses_read_request(arena, &doc, &options, &event, &err), &err);
    EXPECT_U64(event.parts.n, 1000);
    EXPECT_U64(event.parts.at[999].message, 999);
    EXPECT_STR(event.parts.at[999].text, "t999");
}

CASE(openai_responses_request_instructions_are_put_first)
{
    TEST_ARENA(arena);
    struct json_doc doc;
    struct edits edits = { 0 };
    struct buf out;
    struct lic_err err = { 0 };
    const struct json_limits limits = { .mode = JSON_GATEWAY };
    lic_str body = LIC_STR("{}");
    buf_init(&out, arena, 1000);
    EXPECT_OK(json_read(arena, body, &limits, &doc, &err), &err);
    EXPECT_OK(openai_responses_instruct(arena, &doc, LIC_STR("a\x01"), &edits, &err), &err);
    EXPECT_OK(edits_apply(&edits, body, &out, &err), &err);
    EXPECT_STR(buf_str(&out), "{\"instructions\":\"a\\u0001\"}");
}
