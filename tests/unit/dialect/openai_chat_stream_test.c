/* SPDX-License-Identifier: Apache-2.0 */
/* Writing into streams; reading is in the case files (openai_chat_test.c). */
#include "base/limits.h"
#include "dialect/openai_chat.h"
#include "test.h"

struct streamed {
    struct arena *arena;
    struct event request;
    struct dialect_stream *stream;
    struct pieces pieces;
    struct lic_err err;
};

static bool begin(struct streamed *s, struct arena *arena)
{
    *s = (struct streamed){ .arena = arena };
    event_init(&s->request);
    s->request.model = LIC_STR("m");
    s->request.record = LIC_STR("r");
    s->request.time = 0;
    s->request.choices = 1;
    return openai_chat_stream_new(arena, &s->request, &s->stream, &s->err) == LIC_OK;
}

static enum lic_rc read_data(struct streamed *s, lic_str data)
{
    struct json_doc doc;
    struct edits edits = { 0 };
    const struct json_limits limits = { .mode = JSON_GATEWAY };
    if (str_starts(data, LIC_STR("[DONE]"))) {
        return openai_chat_read_sse(s->stream, s->arena, LIC_STR(""), data, NULL, &s->pieces,
                                    &edits, &s->err);
    }
    TRY(json_read(s->arena, data, &limits, &doc, &s->err));
    return openai_chat_read_sse(s->stream, s->arena, LIC_STR(""), data, &doc, &s->pieces, &edits,
                                &s->err);
}

#define HEAD                                                                                       \
    "data: {\"id\":\"chatcmpl-r\",\"object\":\"chat.completion.chunk\",\"created\":0,"             \
    "\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":"
#define TAIL ",\"finish_reason\":null}]}\n\n"

CASE(openai_chat_stream_writes_more_of_each_kind_of_lane)
{
    static const char *const deltas[][2] = {
        { "{\"content\":\"a\"}", "{\"content\":\"T\\\"\"}" },
        { "{\"reasoning\":\"a\"}", "{\"reasoning\":\"T\\\"\"}" },
        { "{\"audio\":{\"transcript\":\"a\"}}", "{\"audio\":{\"transcript\":\"T\\\"\"}}" },
        { "{\"function_call\":{\"name\":\"a\"}}", "{\"function_call\":{\"arguments\":\"T\\\"\"}}" },
        { "{\"tool_calls\":[{\"index\":3,\"id\":\"x\",\"function\":{\"name\":\"a\"}}]}",
          "{\"tool_calls\":[{\"index\":3,\"function\":{\"arguments\":\"T\\\"\"}}]}" },
        { "{\"tool_calls\":[{\"index\":4,\"id\":\"x\",\"custom\":{\"name\":\"a\"}}]}",
          "{\"tool_calls\":[{\"index\":4,\"custom\":{\"input\":\"T\\\"\"}}]}" },
    };
    TEST_ARENA(arena);
    struct streamed s;
    EXPECT(begin(&s, arena));
    for (uint32_t i = 0; i < sizeof(deltas) / sizeof(deltas[0]); i++) {
        struct buf event, out, expected;
        buf_init(&event, arena, 1000);
        buf_init(&out, arena, 1000);
        buf_init(&expected, arena, 1000);
        buf_addf(&event, "{\"choices\":[{\"index\":0,\"delta\":%s}]}", deltas[i][0]);
        buf_addf(&expected, HEAD "%s" TAIL, deltas[i][1]);
        EXPECT(event.failed == LIC_OK && expected.failed == LIC_OK);
        EXPECT_OK(read_data(&s, buf_str(&event)), &s.err);
        EXPECT_U64(s.stream->lanes.n, i + 1);
        openai_chat_write_delta(s.stream, i, LIC_STR("T\""), &out);
        EXPECT(out.failed == LIC_OK);
        EXPECT_LIC_STR(buf_str(&out), buf_str(&expected));
    }
}

CASE(openai_chat_stream_stops_a_choice_whose_finish_was_withheld)
{
    TEST_ARENA(arena);
    struct streamed s;
    struct buf out;
    EXPECT(begin(&s, arena));
    EXPECT_OK(read_data(&s, LIC_STR("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},"
                                    "\"finish_reason\":\"stop\"}]}")),
              &s.err);
    buf_init(&out, arena, 2000);
    openai_chat_write_stop(s.stream, LIC_STR("B"), &out);
    EXPECT(out.failed == LIC_OK);
    EXPECT(str_find(buf_str(&out), LIC_STR("\"finish_reason\":\"content_filter\"")) < out.n);
}

CASE(openai_chat_stream_leaves_a_finished_choice_alone)
{
    TEST_ARENA(arena);
    struct streamed s;
    struct buf out;
    EXPECT(begin(&s, arena));
    EXPECT_OK(read_data(&s, LIC_STR("{\"choices\":[{\"index\":0,\"delta\":{},"
                                    "\"finish_reason\":\"stop\"}]}")),
              &s.err);
    EXPECT_OK(read_data(&s, LIC_STR("[DONE]")), &s.err);
    buf_init(&out, arena, 2000);
    openai_chat_write_stop(s.stream, LIC_STR("B"), &out);
    EXPECT(out.failed == LIC_OK);
    EXPECT_STR(buf_str(&out), "data: [DONE]\n\n");
}

CASE(openai_chat_stream_stops_a_choice_whose_finish_waits_for_a_call)
{
    TEST_ARENA(arena);
    struct streamed s;
    struct buf out;
    EXPECT(begin(&s, arena));
    EXPECT_OK(read_data(&s, LIC_STR("{\"choices\":[{\"index\":1,\"delta\":{\"role\":\"assistant\","
                                    "\"tool_calls\":[{\"index\":0,\"id\":\"c\","
                                    "\"function\":{\"name\":\"f\"}}]}}]}")),
              &s.err);
    EXPECT_OK(read_data(&s, LIC_STR("{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"},"
                                    "\"finish_reason\":\"stop\"}]}")),
              &s.err);
    EXPECT_OK(read_data(&s, LIC_STR("{\"choices\":[{\"index\":1,\"delta\":{},"
                                    "\"finish_reason\":\"tool_calls\"}]}")),
              &s.err);
    buf_init(&out, arena, 4000);
    openai_chat_write_stop(s.stream, LIC_STR("B"), &out);
    EXPECT(out.failed == LIC_OK);
    const char *told = "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"B\"}";
    EXPECT(str_find(buf_str(&out), str_z(told)) < out.n);
    EXPECT(str_find(buf_str(&out), LIC_STR("{\"index\":1,\"delta\":{\"role\":\"assistant\"")) <
           out.n);
}

CASE(openai_chat_stream_error_is_what_the_sdk_raises_on)
{
    TEST_ARENA(arena);
    struct streamed s;
    struct buf out;
    EXPECT(begin(&s, arena));
    buf_init(&out, arena, 2000);
    openai_chat_write_stream_error(s.stream, 502, LIC_STR("The upstream died."), &out);
    EXPECT(out.failed == LIC_OK);
    EXPECT_STR(buf_str(&out),
               "data: {\"error\":{\"message\":\"The upstream died.\",\"type\":\"server_error\","
               "\"param\":null,\"code\":\"stream_failed\"}}\n\n");
}

CASE(openai_chat_stream_lanes_are_bounded)
{
    TEST_ARENA(arena);
    struct streamed s;
    enum lic_rc rc = LIC_OK;
    if (test_rerun()) {
        return;
    }
    EXPECT(begin(&s, arena));
    for (uint32_t i = 0; i <= LIMIT_LANES && rc == LIC_OK; i++) {
        struct buf event;
        buf_init(&event, arena, 1000);
        buf_addf(&event,
                 "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":%u,"
                 "\"function\":{\"name\":\"a\"}}]}}]}",
                 i);
        rc = read_data(&s, buf_str(&event));
    }
    EXPECT_RC(rc, LIC_E_LIMIT);
    EXPECT_U64(s.stream->lanes.n, LIMIT_LANES);
}
