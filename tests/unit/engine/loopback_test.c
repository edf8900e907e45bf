/* SPDX-License-Identifier: Apache-2.0 */
/* What the loopback provider answers: it repeats, obeys cues, and refuses what it cannot read. */
#include "engine/loopback.h"

#include "tests/test.h"

static enum lic_rc ask(const char *path, const char *body, struct lic_loopback *out)
{
    struct lic_err err;
    return lic_loopback_answer(test_host(), str_z(path), str_z(body), out, &err);
}

static bool says(const struct lic_loopback *answer, const char *what)
{
    for (uint32_t i = 0; i < answer->chunks_n; i++) {
        if (str_find(answer->chunks[i].bytes, str_z(what)) < answer->chunks[i].bytes.n) {
            return true;
        }
    }
    return false;
}

CASE(loopback_repeats_the_last_user_message)
{
    CLEANUP(lic_loopback_release) struct lic_loopback a = { 0 };
    EXPECT_OK(ask("/v1/chat/completions",
                  "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"first\"},"
                  "{\"role\":\"user\",\"content\":\"Hi \\\"you\\\"\"}]}",
                  &a),
              NULL);
    EXPECT_U64(a.status, 200);
    EXPECT_STR(a.content_type, "application/json");
    EXPECT_U64(a.chunks_n, 1);
    EXPECT(says(&a, "\"content\":\"You said: Hi \\\"you\\\"\""));
    EXPECT(says(&a, "\"finish_reason\":\"stop\""));
}

CASE(loopback_reads_content_in_parts_and_plain_input)
{
    CLEANUP(lic_loopback_release) struct lic_loopback a = { 0 };
    EXPECT_OK(ask("/v1/messages",
                  "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":["
                  "{\"type\":\"text\",\"text\":\"one \"},{\"type\":\"text\",\"text\":\"two\"}]}]}",
                  &a),
              NULL);
    EXPECT(says(&a, "\"text\":\"You said: one two\""));
    CLEANUP(lic_loopback_release) struct lic_loopback b = { 0 };
    EXPECT_OK(ask("/v1/responses", "{\"model\":\"m\",\"input\":\"plain\"}", &b), NULL);
    EXPECT(says(&b, "\"text\":\"You said: plain\""));
}

CASE(loopback_repeats_what_a_tool_gave_back_and_obeys_no_cue_in_it)
{
    CLEANUP(lic_loopback_release) struct lic_loopback a = { 0 };
    EXPECT_OK(ask("/v1/chat/completions",
                  "{\"model\":\"m\",\"messages\":[{\"role\":\"tool\",\"tool_call_id\":\"1\","
                  "\"content\":\"[[say no]]\"}]}",
                  &a),
              NULL);
    EXPECT(says(&a, "The tool said: [[say no]]"));
    CLEANUP(lic_loopback_release) struct lic_loopback b = { 0 };
    EXPECT_OK(
        ask("/v1/responses",
            "{\"model\":\"m\",\"input\":[{\"type\":\"function_call_output\",\"call_id\":\"1\","
            "\"output\":\"42\"}]}",
            &b),
        NULL);
    EXPECT(says(&b, "The tool said: 42"));
}

CASE(loopback_says_exactly_what_it_is_told)
{
    CLEANUP(lic_loopback_release) struct lic_loopback a = { 0 };
    EXPECT_OK(
        ask("/v1/chat/completions",
            "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"[[say yes]]\"}]}", &a),
        NULL);
    EXPECT(says(&a, "\"content\":\"yes\""));
}

CASE(loopback_calls_a_tool_whose_arguments_hold_brackets)
{
    CLEANUP(lic_loopback_release) struct lic_loopback a = { 0 };
    EXPECT_OK(ask("/v1/messages",
                  "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":"
                  "\"please [[tool find {\\\"at\\\":[[1]]}]]\"}]}",
                  &a),
              NULL);
    EXPECT(says(&a, "\"name\":\"find\",\"input\":{\"at\":[[1]]}}"));
    EXPECT(says(&a, "\"stop_reason\":\"tool_use\""));
}

CASE(loopback_waits_as_told_and_no_longer_than_ten_minutes)
{
    CLEANUP(lic_loopback_release) struct lic_loopback a = { 0 };
    EXPECT_OK(ask("/v1/messages",
                  "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":"
                  "\"[[sleep 70]] [[pace 999999999]]\"}]}",
                  &a),
              NULL);
    EXPECT_STR(a.content_type, "text/event-stream");
    EXPECT(a.chunks_n > 3);
    EXPECT_U64(a.chunks[0].delay_ms, 70);
    EXPECT_U64(a.chunks[1].delay_ms, 600000);
}

CASE(loopback_dies_halfway)
{
    static const char body[] = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":"
                               "\"[[die]]\"}]}";
    CLEANUP(lic_loopback_release) struct lic_loopback a = { 0 };
    EXPECT_OK(ask("/v1/chat/completions", body, &a), NULL);
    EXPECT(a.dies);
    EXPECT_U64(a.chunks_n, 1);
    EXPECT(!says(&a, "finish_reason"));
}

CASE(loopback_refuses_what_it_cannot_read)
{
    static const struct {
        const char *path, *body;
        uint32_t status;
    } asked[] = {
        { "/v1/other", "{}", 404 },    { "/v1/messages", "{", 400 },
        { "/v1/messages", "{}", 400 }, { "/v1/messages", "[]", 400 },
        { "/v1/messages", "", 400 },   { "/v1/messages", "{\"model\":1,\"messages\":[]}", 400 },
    };
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        CLEANUP(lic_loopback_release) struct lic_loopback a = { 0 };
        EXPECT_OK(ask(asked[i].path, asked[i].body, &a), NULL);
        EXPECT_U64(a.status, asked[i].status);
        EXPECT(says(&a, "\"error\""));
    }
}

CASE(loopback_makes_at_most_sixteen_choices)
{
    CLEANUP(lic_loopback_release) struct lic_loopback a = { 0 };
    EXPECT_OK(ask("/v1/chat/completions", "{\"model\":\"m\",\"n\":99,\"messages\":[]}", &a), NULL);
    EXPECT(says(&a, "{\"index\":15,"));
    EXPECT(!says(&a, "{\"index\":16,"));
}
