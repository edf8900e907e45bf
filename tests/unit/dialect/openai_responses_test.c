/* SPDX-License-Identifier: Apache-2.0 */
/* Responses: the case files, and what the dialect says for itself. */
#include "cases.h"
#include "dialect/openai_responses.h"
#include "overlooked.h"
#include "test.h"

CASE(openai_responses_reads_its_case_files_as_written)
{
    cases_run(&dialect_openai_responses, "openai_responses");
}

CASE(openai_responses_overlooks_no_word)
{
    static const char *const echoes[] = { "tools",
                                          "tool_choice",
                                          "metadata",
                                          "text",
                                          "reasoning",
                                          "prompt",
                                          "conversation",
                                          "user",
                                          "safety_identifier",
                                          "prompt_cache_key",
                                          "prompt_cache_options",
                                          NULL };
    overlooked_run(&dialect_openai_responses, "openai_responses", echoes);
}

CASE(openai_responses_intervention_is_an_incomplete_response)
{
    TEST_ARENA(arena);
    struct buf out;
    struct event request;
    struct event event;
    struct json_doc doc;
    struct pieces strip = { 0 };
    struct lic_err err = { 0 };
    const struct json_limits limits = { .mode = JSON_GATEWAY };
    event_init(&request);
    request.model = LIC_STR("gpt-x");
    request.time = INT64_C(1700000000) * 1000000000;
    buf_init(&out, arena, 4000);
    dialect_openai_responses.write_intervention(&request, LIC_STR("r1"), LIC_STR("Not \"this\"."),
                                                &out);
    EXPECT(out.failed == LIC_OK);
    EXPECT(str_starts(buf_str(&out), LIC_STR("{\"id\":\"resp_r1\",\"object\":\"response\","
                                             "\"created_at\":1700000000,")));
    EXPECT_OK(json_read(arena, buf_str(&out), &limits, &doc, &err), &err);
    event_init(&event);
    EXPECT_OK(dialect_openai_responses.read_answer(arena, &doc, &event, &strip, &err), &err);
    EXPECT_U64(event.parts.n, 1);
    EXPECT_STR(event.parts.at[0].text, "Not \"this\".");
    EXPECT_U64(event.finish.n, 1);
    EXPECT_STR(event.finish.at[0], "content_filter");
    EXPECT_U64(strip.n, 0);
}

CASE(openai_responses_errors_and_models_are_those_of_openai)
{
    TEST_ARENA(arena);
    struct buf ours, chats;
    lic_str names[] = { LIC_STR("a") };
    buf_init(&ours, arena, 1000);
    buf_init(&chats, arena, 1000);
    dialect_openai_responses.write_error(403, LIC_STR("access_denied"), LIC_STR("No."), &ours);
    dialect_openai_chat.write_error(403, LIC_STR("access_denied"), LIC_STR("No."), &chats);
    dialect_openai_responses.write_models(names, names, 1, /* one= */ false, &ours);
    dialect_openai_chat.write_models(names, names, 1, /* one= */ false, &chats);
    EXPECT(ours.failed == LIC_OK && chats.failed == LIC_OK);
    EXPECT_LIC_STR(buf_str(&ours), buf_str(&chats));
}

CASE(openai_responses_pinned_instructions_are_stripped)
{
    static const char *const bodies[][2] = {
        { "{\"instructions\":\"Be \\\"kind\\\".\",\"output\":[]}", "\"Be \\\"kind\\\".\"" },
        { "{\"output\":[],\"instructions\":[{\"role\":\"system\"}]}", "[{\"role\":\"system\"}]" },
    };
    TEST_ARENA(arena);
    for (size_t i = 0; i < 2; i++) {
        struct event event;
        struct json_doc doc;
        struct pieces strip = { 0 };
        struct lic_err err = { 0 };
        const struct json_limits limits = { .mode = JSON_GATEWAY };
        event_init(&event);
        EXPECT_OK(json_read(arena, str_z(bodies[i][0]), &limits, &doc, &err), &err);
        EXPECT_OK(dialect_openai_responses.read_answer(arena, &doc, &event, &strip, &err), &err);
        EXPECT_U64(event.parts.n, 0);
        EXPECT_U64(strip.n, 1);
        EXPECT_LIC_STR(strip.at[0].raw, str_z(bodies[i][1]));
        EXPECT_STR(strip.at[0].part.text, "null");
    }
}
