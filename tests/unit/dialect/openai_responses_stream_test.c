/* SPDX-License-Identifier: Apache-2.0 */
/* Writing into streams of Responses, and their numbers; reading is in the case files. */
#include "base/limits.h"
#include "dialect/openai_responses.h"
#include "test.h"
#include <stdio.h>

struct streamed {
    struct arena *arena;
    struct event request;
    struct dialect_stream *stream;
    struct pieces pieces;
    struct edits edits;
    struct lic_err err;
};

static bool begin(struct streamed *s, struct arena *arena)
{
    *s = (struct streamed){ .arena = arena };
    event_init(&s->request);
    s->request.model = LIC_STR("m");
    s->request.record = LIC_STR("r");
    return openai_responses_stream_new(arena, &s->request, &s->stream, &s->err) == LIC_OK;
}

static enum lic_rc read_data(struct streamed *s, const char *data)
{
    struct json_doc doc;
    const struct json_limits limits = { .mode = JSON_GATEWAY };
    s->pieces = (struct pieces){ 0 };
    s->edits = (struct edits){ 0 };
    TRY(json_read(s->arena, str_z(data), &limits, &doc, &s->err));
    return openai_responses_read_sse(s->stream, s->arena, LIC_STR(""), str_z(data), &doc,
                                     &s->pieces, &s->edits, &s->err);
}

#define ADDED(index, item)                                                                         \
    "{\"type\":\"response.output_item.added\",\"output_index\":" index ",\"item\":" item "}"
#define MESSAGE "{\"type\":\"message\",\"id\":\"msg_1\",\"role\":\"assistant\",\"content\":[]}"
#define CALL                                                                                       \
    "{\"type\":\"function_call\",\"id\":\"fc_1\",\"call_id\":\"c\",\"name\":\"n\","                \
    "\"arguments\":\"\"}"

CASE(openai_responses_stream_writes_more_of_each_kind_of_lane)
{
    TEST_ARENA(arena);
    struct streamed s;
    struct buf out;
    EXPECT(begin(&s, arena));
    EXPECT_OK(read_data(&s, ADDED("0", MESSAGE)), &s.err);
    EXPECT_OK(read_data(&s, "{\"type\":\"response.output_text.delta\",\"output_index\":0,"
                            "\"content_index\":2,\"delta\":\"x\",\"sequence_number\":7}"),
              &s.err);
    EXPECT_OK(read_data(&s, "{\"type\":\"response.reasoning_summary_text.delta\","
                            "\"output_index\":0,\"summary_index\":1,\"delta\":\"x\","
                            "\"sequence_number\":8}"),
              &s.err);
    EXPECT_OK(read_data(&s, ADDED("1", CALL)), &s.err);
    EXPECT_U64(s.stream->lanes.n, 3);
    buf_init(&out, arena, 2000);
    openai_responses_write_delta(s.stream, 0, LIC_STR("a\"b"), &out);
    openai_responses_write_delta(s.stream, 1, LIC_STR("a"), &out);
    openai_responses_write_delta(s.stream, 2, LIC_STR("a"), &out);
    EXPECT(out.failed == LIC_OK);
    EXPECT_STR(buf_str(&out),
               "event: response.output_text.delta\n"
               "data: {\"type\":\"response.output_text.delta\",\"sequence_number\":8,"
               "\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":2,"
               "\"delta\":\"a\\\"b\",\"logprobs\":[]}\n\n"
               "event: response.reasoning_summary_text.delta\n"
               "data: {\"type\":\"response.reasoning_summary_text.delta\",\"sequence_number\":9,"
               "\"item_id\":\"msg_1\",\"output_index\":0,\"summary_index\":1,\"delta\":\"a\"}\n\n"
               "event: response.function_call_arguments.delta\n"
               "data: {\"type\":\"response.function_call_arguments.delta\","
               "\"sequence_number\":10,\"item_id\":\"fc_1\",\"output_index\":1,"
               "\"delta\":\"a\"}\n\n");
}

CASE(openai_responses_stream_numbers_rise_by_what_was_put_in)
{
    TEST_ARENA(arena);
    struct streamed s;
    struct buf out;
    const char *data = "{\"type\":\"keepalive\",\"sequence_number\":9}";
    EXPECT(begin(&s, arena));
    EXPECT_OK(read_data(&s, data), &s.err);
    EXPECT_U64(s.edits.n, 0);
    s.stream->inserted = 3;
    EXPECT_OK(read_data(&s, data), &s.err);
    EXPECT_U64(s.edits.n, 1);
    buf_init(&out, arena, 1000);
    EXPECT_OK(edits_apply(&s.edits, str_z(data), &out, &s.err), &s.err);
    EXPECT_STR(buf_str(&out), "{\"type\":\"keepalive\",\"sequence_number\":12}");
}

CASE(openai_responses_stream_error_is_what_the_sdk_raises_on)
{
    TEST_ARENA(arena);
    struct streamed s;
    struct buf out;
    EXPECT(begin(&s, arena));
    buf_init(&out, arena, 1000);
    openai_responses_write_stream_error(s.stream, 502, LIC_STR("It died."), &out);
    EXPECT(out.failed == LIC_OK);
    EXPECT_STR(buf_str(&out), "event: error\ndata: {\"type\":\"error\",\"sequence_number\":1,"
                              "\"code\":\"server_error\",\"message\":\"It died.\",\"param\":null,"
                              "\"error\":{\"type\":\"server_error\",\"code\":\"server_error\","
                              "\"message\":\"It died.\",\"param\":null}}\n\n");
}

CASE(openai_responses_stream_texts_are_bounded)
{
    TEST_ARENA(arena);
    struct streamed s;
    EXPECT(begin(&s, arena));
    EXPECT_OK(read_data(&s, ADDED("0", MESSAGE)), &s.err);
    for (uint32_t i = 0; i <= LIMIT_LANES; i++) {
        char delta[160];
        (void)snprintf(delta, sizeof(delta),
                       "{\"type\":\"response.output_text.delta\",\"output_index\":0,"
                       "\"content_index\":%u,\"delta\":\"x\"}",
                       i);
        enum lic_rc rc = read_data(&s, delta);
        if (i == LIMIT_LANES) {
            EXPECT_RC(rc, LIC_E_LIMIT);
        } else {
            EXPECT_OK(rc, &s.err);
        }
    }
}

CASE(openai_responses_stream_repeated_arguments_are_on_the_lane_of_their_call)
{
    TEST_ARENA(arena);
    struct streamed s;
    EXPECT(begin(&s, arena));
    EXPECT_OK(read_data(&s, ADDED("0", MESSAGE)), &s.err);
    EXPECT_OK(read_data(&s, "{\"type\":\"response.output_text.delta\",\"output_index\":0,"
                            "\"content_index\":0,\"delta\":\"x\"}"),
              &s.err);
    EXPECT_OK(read_data(&s, ADDED("1", CALL)), &s.err);
    EXPECT_OK(read_data(&s, "{\"type\":\"response.function_call_arguments.delta\","
                            "\"output_index\":1,\"delta\":\"{\\\"a\\\":1}\"}"),
              &s.err);
    EXPECT_OK(read_data(&s, "{\"type\":\"response.function_call_arguments.done\","
                            "\"output_index\":1,\"arguments\":\"{\\\"a\\\":1}\"}"),
              &s.err);
    EXPECT_U64(s.pieces.n, 2);
    EXPECT_U64(s.pieces.at[0].kind, PIECE_LANE_END);
    EXPECT_U64(s.pieces.at[1].kind, PIECE_WHOLE);
    EXPECT_U64(s.pieces.at[1].lane, 1);
    EXPECT_U64(s.pieces.at[1].part.kind, PART_JSON);
    EXPECT_STR(s.pieces.at[1].part.text, "{\"a\":1}");
    EXPECT_STR(s.pieces.at[1].part.name, "n");
    EXPECT_STR(s.pieces.at[1].part.id, "c");
}
