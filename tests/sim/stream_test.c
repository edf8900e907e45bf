/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams whose texts are cut into events at every place: what a reader puts together must be the
 * same masked text, in every dialect, and memory must not grow with the stream.
 */
#include "base/json_read.h"
#include "sim/sim.h"

#include <stdio.h>

#define TEXT "Write to bob@example.com, eve@example.org. Bye."
#define MASKED "Write to {EMAIL}, {EMAIL}. Bye."

/* How a dialect frames a text: what comes first, around each piece, and last. */
struct frame {
    const char *target, *body;
    const char *first, *before, *after, *last;
    const char *member; /* of the text in an event that carries a piece */
};

static const struct frame frames[] = {
    { "/v1/chat/completions",
      "{\"model\":\"demo\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
      "",
      "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
      "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"",
      "\"},\"finish_reason\":null}]}\n\n",
      "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
      "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
      "\"content\":\"" },
    { "/v1/messages",
      "{\"model\":\"demo\",\"max_tokens\":9,\"stream\":true,"
      "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
      "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\","
      "\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],"
      "\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":5}}}\n\n"
      "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,"
      "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
      "\"delta\":{\"type\":\"text_delta\",\"text\":\"",
      "\"}}\n\n",
      "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
      "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":"
      "{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":9}}\n\n"
      "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
      "\"text_delta\",\"text\":\"" },
    { "/v1/responses", "{\"model\":\"demo\",\"stream\":true,\"input\":\"hi\"}",
      "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,"
      "\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1,"
      "\"status\":\"in_progress\",\"model\":\"m\",\"output\":[]}}\n\n"
      "event: response.output_item.added\ndata: {\"type\":\"response.output_item.added\","
      "\"sequence_number\":1,\"output_index\":0,\"item\":{\"id\":\"msg_1\",\"type\":\"message\","
      "\"role\":\"assistant\",\"status\":\"in_progress\",\"content\":[]}}\n\n"
      "event: response.content_part.added\ndata: {\"type\":\"response.content_part.added\","
      "\"sequence_number\":2,\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,"
      "\"part\":{\"type\":\"output_text\",\"text\":\"\",\"annotations\":[]}}\n\n",
      "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\","
      "\"sequence_number\":3,\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,"
      "\"delta\":\"",
      "\"}\n\n",
      "event: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":9,"
      "\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1,"
      "\"status\":\"completed\",\"model\":\"m\",\"output\":[]}}\n\n",
      "\"delta\":\"" },
};
#define FRAMES_N (sizeof(frames) / sizeof(frames[0]))

static void add(struct sim_text *out, const char *text)
{
    sim_text_add(out, str_z(text));
}

static void add_piece(struct sim_text *out, const struct frame *frame, lic_str piece)
{
    add(out, frame->before);
    sim_text_add(out, piece);
    add(out, frame->after);
}

/* The text as a reader puts it together. */
static void put_together(const struct frame *frame, lic_str stream, struct sim_text *out)
{
    lic_str member = str_z(frame->member);
    out->n = 0;
    while (stream.n > 0) {
        lic_str line = str_split(&stream, '\n');
        size_t at = str_find(line, member);
        if (at < line.n) {
            lic_str rest = str_tail(line, at + member.n);
            sim_text_add(out, str_head(rest, str_find_char(rest, '"')));
        }
    }
}

/* TEXT cut at two places. */
static void cut_text(struct sim *s, const struct frame *frame, size_t a, size_t b)
{
    struct sim_text stream = { 0 }, read = { 0 };
    lic_str text = LIC_STR(TEXT);
    add(&stream, frame->first);
    add_piece(&stream, frame, str_slice(text, 0, a));
    add_piece(&stream, frame, str_slice(text, a, b));
    add_piece(&stream, frame, str_slice(text, b, text.n));
    add(&stream, frame->last);
    sim_call(s, frame->target, frame->body);
    sim_answer(s, 200, "text/event-stream", str_make(stream.at, stream.n), 0);
    put_together(frame, sim_released(s), &read);
    (void)test_str(str_make(read.at, read.n), LIC_STR(MASKED), __FILE__, __LINE__, frame->target);
    sim_done(s, LIC_CLOSE_DONE);
    sim_text_fini(&stream);
    sim_text_fini(&read);
}

CASE(sim_stream_text_is_masked_alike_however_its_events_are_cut)
{
    SIM(s, "standard");
    sim_secret(s, "bob@example.com");
    sim_secret(s, "eve@example.org");
    for (size_t i = 0; i < FRAMES_N; i++) {
        size_t last = test_rerun() ? 13 : sizeof(TEXT) - 1;
        for (size_t a = test_rerun() ? 12 : 0; a <= last && !test_left(); a++) {
            for (size_t b = a; b <= last && !test_left(); b++) {
                cut_text(s, &frames[i], a, b);
            }
        }
    }
}

/* One event a byte: what is held back is at most the longest match, here of a few words. */
CASE(sim_stream_holds_no_more_than_could_still_match)
{
    SIM(s, "standard");
    const struct frame *frame = &frames[0];
    struct sim_text stream = { 0 };
    size_t held_most = 0, given = 0, left = 0;
    lic_str words = LIC_STR("The quick brown fox jumps. ");
    sim_call(s, frame->target, frame->body);
    sim_answer_head(s, 200, "text/event-stream");
    for (size_t i = 0; i < 20 * words.n && s->forwarded; i++) {
        stream.n = 0;
        add_piece(&stream, frame, str_slice(words, i % words.n, i % words.n + 1));
        sim_chunk(s, str_make(stream.at, stream.n), LIC_END_NOT_YET);
        struct sim_text read = { 0 };
        put_together(frame, sim_released(s), &read);
        left = read.n;
        sim_text_fini(&read);
        given++;
        held_most = given - left > held_most ? given - left : held_most;
    }
    sim_text_fini(&stream);
    EXPECT(given > 0 && held_most <= sizeof("quick"));
}

CASE(sim_stream_of_ten_thousand_events_takes_no_memory)
{
    SIM(s, "standard");
    const struct frame *frame = &frames[0];
    struct sim_text piece = { 0 };
    uint64_t bytes = 0;
    uint32_t events = test_rerun() ? 20 : 10000;
    add_piece(&piece, frame, LIC_STR("a mail to bob@example.com and "));
    sim_call(s, frame->target, frame->body);
    sim_answer_head(s, 200, "text/event-stream");
    for (uint32_t i = 0; i < events && !s->ended; i++) {
        sim_chunk(s, str_make(piece.at, piece.n), LIC_END_NOT_YET);
        s->released.n = 0;
        bytes = i == events / 2 ? test_world()->bytes : bytes;
    }
    sim_text_fini(&piece);
    EXPECT(s->x && !s->ended);
    /* Each finding is remembered for the record, in an array that doubles. */
    EXPECT(test_world()->bytes < bytes + 2u * 1024 * 1024);
}

CASE(sim_stream_without_findings_is_flat)
{
    SIM(s, "standard");
    const struct frame *frame = &frames[0];
    struct sim_text piece = { 0 };
    uint64_t bytes = 0;
    uint32_t events = test_rerun() ? 20 : 20000;
    add_piece(&piece, frame, LIC_STR("some words "));
    sim_call(s, frame->target, frame->body);
    sim_answer_head(s, 200, "text/event-stream");
    for (uint32_t i = 0; i < events && !s->ended; i++) {
        sim_chunk(s, str_make(piece.at, piece.n), LIC_END_NOT_YET);
        s->released.n = 0;
        bytes = i == events / 2 ? test_world()->bytes : bytes;
    }
    sim_text_fini(&piece);
    EXPECT(s->x && !s->ended);
    EXPECT_U64(test_world()->bytes, bytes);
}
