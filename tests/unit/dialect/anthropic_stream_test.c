/* SPDX-License-Identifier: Apache-2.0 */
/* Writing into streams of the Messages dialect; reading is in the case files. */
#include "base/limits.h"
#include "dialect/anthropic.h"
#include "test.h"
#include <stdio.h>

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
    return anthropic_stream_new(arena, &s->request, &s->stream, &s->err) == LIC_OK;
}

static enum lic_rc read_data(struct streamed *s, const char *data)
{
    struct json_doc doc;
    struct edits edits = { 0 };
    const struct json_limits limits = { .mode = JSON_GATEWAY };
    s->pieces = (struct pieces){ 0 };
    TRY(json_read(s->arena, str_z(data), &limits, &doc, &s->err));
    return anthropic_stream_read(s->stream, s->arena, LIC_STR(""), str_z(data), &doc, &s->pieces,
                                 &edits, &s->err);
}

#define START "{\"type\":\"message_start\",\"message\":{\"content\":[]}}"

CASE(anthropic_stream_writes_more_of_each_kind_of_lane)
{
    static const char *const blocks[][2] = {
        { "{\"type\":\"text\",\"text\":\"\"}", "\"type\":\"text_delta\",\"text\"" },
        { "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}",
          "\"type\":\"thinking_delta\",\"thinking\"" },
        { "{\"type\":\"tool_use\",\"id\":\"i\",\"name\":\"n\",\"input\":{}}",
          "\"type\":\"input_json_delta\",\"partial_json\"" },
        { "{\"type\":\"compaction\",\"content\":null}",
          "\"type\":\"compaction_delta\",\"content\"" },
    };
    TEST_ARENA(arena);
    struct streamed s;
    EXPECT(begin(&s, arena));
    EXPECT_OK(read_data(&s, START), &s.err);
    for (uint32_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
        struct buf start, out, expected;
        buf_init(&start, arena, 1000);
        buf_init(&out, arena, 1000);
        buf_init(&expected, arena, 1000);
        buf_addf(&start, "{\"type\":\"content_block_start\",\"index\":%u,\"content_block\":%s}%c",
                 i, blocks[i][0], 0);
        buf_addf(&expected,
                 "event: content_block_delta\ndata: {\"type\":\"content_block_delta\","
                 "\"index\":%u,\"delta\":{%s:\"a\\\"b\"}}\n\n",
                 i, blocks[i][1]);
        EXPECT(start.failed == LIC_OK && expected.failed == LIC_OK);
        EXPECT_OK(read_data(&s, start.at), &s.err);
        anthropic_stream_delta(s.stream, i, LIC_STR("a\"b"), &out);
        EXPECT(out.failed == LIC_OK);
        EXPECT_LIC_STR(buf_str(&out), buf_str(&expected));
    }
}

CASE(anthropic_stream_error_is_what_the_sdk_raises_on)
{
    TEST_ARENA(arena);
    struct streamed s;
    struct buf out;
    EXPECT(begin(&s, arena));
    buf_init(&out, arena, 1000);
    anthropic_stream_error(s.stream, 502, LIC_STR("It died."), &out);
    EXPECT(out.failed == LIC_OK);
    EXPECT_STR(buf_str(&out),
               "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\","
               "\"message\":\"It died.\",\"details\":{\"error_code\":\"stream_failed\"}},"
               "\"request_id\":null}\n\n");
}

CASE(anthropic_stream_blocks_are_bounded)
{
    TEST_ARENA(arena);
    struct streamed s;
    EXPECT(begin(&s, arena));
    EXPECT_OK(read_data(&s, START), &s.err);
    for (uint32_t i = 0; i <= LIMIT_LANES; i++) {
        char start[160];
        (void)snprintf(start, sizeof(start),
                       "{\"type\":\"content_block_start\",\"index\":%u,"
                       "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}",
                       i);
        enum lic_rc rc = read_data(&s, start);
        if (i == LIMIT_LANES) {
            EXPECT_RC(rc, LIC_E_LIMIT);
        } else {
            EXPECT_OK(rc, &s.err);
        }
    }
}

CASE(anthropic_stream_whole_arguments_are_on_the_lane_of_their_call)
{
    TEST_ARENA(arena);
    struct streamed s;
    EXPECT(begin(&s, arena));
    EXPECT_OK(read_data(&s, START), &s.err);
    EXPECT_OK(read_data(&s, "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":"
                            "{\"type\":\"text\",\"text\":\"\"}}"),
              &s.err);
    EXPECT_OK(read_data(&s, "{\"type\":\"content_block_start\",\"index\":1,\"content_block\":"
                            "{\"type\":\"tool_use\",\"id\":\"i\",\"name\":\"n\","
                            "\"input\":{\"a\":1}}}"),
              &s.err);
    EXPECT_U64(s.pieces.n, 1);
    EXPECT_U64(s.pieces.at[0].kind, PIECE_WHOLE);
    EXPECT_U64(s.pieces.at[0].lane, 1);
    EXPECT_STR(s.pieces.at[0].part.name, "n");
    EXPECT_STR(s.pieces.at[0].part.raw, "{\"a\":1}");
    EXPECT(s.pieces.at[0].part.object);
}
