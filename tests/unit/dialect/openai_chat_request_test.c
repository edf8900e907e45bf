/* SPDX-License-Identifier: Apache-2.0 */
/* What the case files (openai_chat_test.c) do not show: sizes. */
#include "dialect/openai_chat.h"
#include "test.h"

CASE(openai_chat_request_many_unanswered_results_stay_linear)
{
    TEST_ARENA(arena);
    struct buf body;
    struct lic_err err = { 0 };
    struct json_doc doc;
    struct event event;
    const struct dialect_options options = { .inspect_unknown = false };
    const struct json_limits limits = { .mode = JSON_GATEWAY };
    if (test_rerun()) {
        return;
    }
    buf_init(&body, arena, 8u << 20);
    buf_add(&body, LIC_STR("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}"));
    for (uint32_t i = 0; i < 20000; i++) {
        buf_addf(&body,
                 ",{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c%u\",\"type\":\"function\","
                 "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}",
                 i);
        buf_add(&body, LIC_STR(",{\"role\":\"tool\",\"tool_call_id\":\"none\",\"content\":\"r\"}"));
    }
    buf_add(&body, LIC_STR("]}"));
    EXPECT_OK(json_read(arena, buf_str(&body), &limits, &doc, &err), &err);
    event_init(&event);
    EXPECT_OK(openai_chat_read_request(arena, &doc, &options, &event, &err), &err);
    EXPECT_U64(event.parts.n, 40001);
    EXPECT_U64(event.calls.n, 20000);
}
