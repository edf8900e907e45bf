/* SPDX-License-Identifier: Apache-2.0 */
/* Streamed answers at the edges; their texts and calls are in tests/cases/exchange. */
#include "sim/sim.h"

#define BODY                                                                                       \
    "{\"model\":\"demo\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
#define CHUNK(delta, finish)                                                                       \
    "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","      \
    "\"choices\":[{\"index\":0,\"delta\":" delta ",\"finish_reason\":" finish "}]}\n\n"
#define HELLO CHUNK("{\"content\":\"Hello. \"}", "null")
#define STOP CHUNK("{}", "\"stop\"") "data: [DONE]\n\n"

static void begin(struct sim *s)
{
    sim_call(s, "/v1/chat/completions", BODY);
    sim_answer_head(s, 200, "text/event-stream");
}

CASE(stream_passes_a_chunk_when_nothing_changes)
{
    SIM(s, "standard");
    begin(s);
    EXPECT(s->forwarded);
    sim_chunk(s, LIC_STR(HELLO HELLO), LIC_END_NOT_YET);
    sim_chunk(s, LIC_STR(STOP), LIC_END_COMPLETE);
    EXPECT(!s->rewrote && s->head_given && s->status == 200);
    EXPECT_STR(sim_released(s), HELLO HELLO STOP);
}

CASE(stream_holds_half_an_event)
{
    SIM(s, "standard");
    begin(s);
    EXPECT(s->forwarded);
    sim_chunk(s, LIC_STR("data: {\"id\""), LIC_END_NOT_YET);
    EXPECT(!s->head_given && s->released.n == 0);
}

/* Lines that are neither name nor data do not pass with an event, however short. */
CASE(stream_passes_no_line_beside_name_and_data)
{
    static const char *const lines[] = { "id:1\n", ":a\n", "x:\n", "retry:9\n", "data2:x\n" };
    SIM(s, "standard");
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        begin(s);
        EXPECT(s->forwarded);
        sim_chunk(s, str_z(lines[i]), LIC_END_NOT_YET);
        sim_chunk(s, LIC_STR(HELLO), LIC_END_NOT_YET);
        EXPECT_STR(sim_released(s), HELLO);
    }
}

CASE(stream_line_ends_of_all_three_kinds_pass)
{
    SIM(s, "standard");
    begin(s);
    EXPECT(s->forwarded);
    lic_str event = str_head(LIC_STR(HELLO), sizeof(HELLO) - 3);
    struct sim_text text = { 0 };
    sim_text_add(&text, event);
    sim_text_add(&text, LIC_STR("\r\n\r\n"));
    sim_text_add(&text, event);
    sim_text_add(&text, LIC_STR("\r\r"));
    sim_chunk(s, str_make(text.at, text.n), LIC_END_NOT_YET);
    bool same = str_eq(sim_released(s), str_make(text.at, text.n));
    sim_text_fini(&text);
    EXPECT(same);
}

/* A stream asked for, JSON given, or the other way round: not what was asked for. */
CASE(stream_is_given_only_to_who_asked)
{
    SIM(s, "standard");
    sim_call(s, "/v1/chat/completions", BODY);
    EXPECT(s->forwarded);
    sim_answer(s, 200, "application/json", LIC_STR("{}"), 0);
    EXPECT_U64(s->status, 502);
    sim_call(s, "/v1/chat/completions",
             "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
    EXPECT(s->forwarded);
    sim_answer(s, 200, "text/event-stream", LIC_STR(STOP), 0);
    EXPECT_U64(s->status, 502);
    EXPECT_U64(sim_failures("upstream_unexpected"), 2);
}

CASE(stream_caller_gone_while_a_call_waits)
{
    SIM(s, "standard");
    begin(s);
    EXPECT(s->forwarded);
    sim_chunk(s,
              LIC_STR(CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\","
                            "\"function\":{\"name\":\"getOrderStatus\",\"arguments\":\"{\"}}]}",
                            "null")),
              LIC_END_NOT_YET);
    EXPECT(!s->ended && s->released.n == 0);
    sim_done(s, LIC_CLOSE_CLIENT_GONE);
    EXPECT_U64(sim_records_n(s, "outcome"), 1);
}
