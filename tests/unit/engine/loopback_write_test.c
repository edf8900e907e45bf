/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loopback provider's answers are read by our own strict dialects: whatever they refuse, an
 * SDK could not have understood, or could not have been inspected.
 */
#include "engine/loopback.h"

#include "dialect/dialect.h"
#include "dialect/sse.h"
#include "tests/test.h"

static const struct dialect *const dialects[] = {
    [LOOPBACK_CHAT] = &dialect_openai_chat,
    [LOOPBACK_RESPONSES] = &dialect_openai_responses,
    [LOOPBACK_MESSAGES] = &dialect_anthropic,
};

static struct loopback_turn turn_of(enum loopback_dialect dialect, bool stream)
{
    return (struct loopback_turn){ .dialect = dialect,
                                   .model = LIC_STR("m"),
                                   .choices = 1,
                                   .stream = stream,
                                   .input_tokens = 3,
                                   .output_tokens = 5,
                                   .text = LIC_STR("One \"two\" thr\xc3\xa9"
                                                   "e.") };
}

static void read_whole(const struct loopback_turn *turn, struct event *event)
{
    TEST_ARENA(arena);
    struct lic_err err = { 0 };
    struct loopback_chunks chunks = { 0 };
    struct json_doc doc;
    struct json_limits limits = { .mode = JSON_GATEWAY };
    struct pieces strip = { 0 };
    EXPECT_OK(loopback_write(turn, arena, &chunks, &err), &err);
    EXPECT_U64(chunks.n, 1);
    EXPECT_OK(json_read(arena, chunks.at[0].bytes, &limits, &doc, &err), &err);
    event_init(event);
    EXPECT_OK(dialects[turn->dialect]->read_answer(arena, &doc, event, &strip, &err), &err);
    EXPECT_U64(event->parts.n, 1);
    EXPECT_U64(event->calls.n, turn->tool.n > 0 ? 1 : 0);
    lic_str expected = turn->tool.n > 0 ? turn->arguments : turn->text;
    EXPECT_LIC_STR(event->parts.at[0].text, expected);
}

CASE(loopback_write_whole_answers_are_understood)
{
    for (int d = LOOPBACK_CHAT; d <= LOOPBACK_MESSAGES; d++) {
        struct event event;
        struct loopback_turn turn = turn_of((enum loopback_dialect)d, /* stream= */ false);
        read_whole(&turn, &event);
        if (test_left()) {
            return;
        }
        EXPECT_U64(event.input_tokens, 3);
        EXPECT_U64(event.output_tokens, 5);
        turn.tool = LIC_STR("f");
        turn.arguments = LIC_STR("{\"a\":1}");
        read_whole(&turn, &event);
        if (test_left()) {
            return;
        }
    }
}

/* The texts of all deltas, unescaped, one after the other. */
static void add_pieces(const struct pieces *pieces, struct buf *said)
{
    struct lic_err err = { 0 };
    for (uint32_t i = 0; i < pieces->n; i++) {
        if (pieces->at[i].kind == PIECE_TEXT || pieces->at[i].kind == PIECE_ARGS) {
            EXPECT_OK(json_unescape(pieces->at[i].raw, said, &err), &err);
        }
    }
}

static void read_event(struct dialect_stream *stream, struct arena *arena,
                       const struct sse_event *event, struct buf *said)
{
    struct lic_err err = { 0 };
    struct json_doc doc;
    struct json_limits limits = { .mode = JSON_GATEWAY };
    struct pieces pieces = { 0 };
    struct edits edits = { 0 };
    bool json = event->data.n > 0 && event->data.at[0] == '{';
    if (json) {
        EXPECT_OK(json_read(arena, event->data, &limits, &doc, &err), &err);
    }
    EXPECT_OK(stream->dialect->read_sse(stream, arena, event->name, event->data, json ? &doc : NULL,
                                        &pieces, &edits, &err),
              &err);
    add_pieces(&pieces, said);
}

static void read_stream(const struct loopback_turn *turn)
{
    TEST_ARENA(arena);
    struct lic_err err = { 0 };
    struct loopback_chunks chunks = { 0 };
    struct event request;
    struct dialect_stream *stream;
    struct sse sse;
    struct buf said;
    event_init(&request);
    request.model = turn->model;
    request.choices = turn->choices;
    buf_init(&said, arena, 4096);
    sse_init(&sse, arena);
    EXPECT_OK(loopback_write(turn, arena, &chunks, &err), &err);
    EXPECT_OK(dialects[turn->dialect]->stream_new(arena, &request, &stream, &err), &err);
    for (uint32_t i = 0; i < chunks.n; i++) {
        struct sse_event event;
        bool found;
        sse_feed(&sse, chunks.at[i].bytes);
        EXPECT_OK(sse_next(&sse, &event, &found, &err), &err);
        EXPECT(found);
        read_event(stream, arena, &event, &said);
        if (test_left()) {
            return;
        }
        EXPECT_OK(sse_next(&sse, &event, &found, &err), &err);
        EXPECT(!found);
    }
    EXPECT(stream->ended);
    EXPECT_LIC_STR(buf_str(&said), turn->tool.n > 0 ? turn->arguments : turn->text);
}

CASE(loopback_write_streams_are_understood)
{
    for (int d = LOOPBACK_CHAT; d <= LOOPBACK_MESSAGES; d++) {
        struct loopback_turn turn = turn_of((enum loopback_dialect)d, /* stream= */ true);
        turn.usage_wanted = true;
        read_stream(&turn);
        if (test_left()) {
            return;
        }
        turn.tool = LIC_STR("f");
        turn.arguments = LIC_STR("{\"a\":\"a longer argument\"}");
        read_stream(&turn);
        if (test_left()) {
            return;
        }
    }
}

CASE(loopback_write_pieces_end_at_blanks_and_never_inside_a_character)
{
    lic_str rest =
        LIC_STR("to be \xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac!");
    EXPECT_STR(loopback_piece(&rest), "to ");
    EXPECT_STR(loopback_piece(&rest), "be ");
    EXPECT_STR(loopback_piece(&rest),
               "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac");
    EXPECT_STR(loopback_piece(&rest), "!");
    EXPECT_U64(rest.n, 0);
}
