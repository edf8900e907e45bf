/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of our own; reading is in the case files (openai_chat_test.c). */
#include "dialect/openai_chat.h"
#include "test.h"

CASE(openai_chat_answer_intervention_has_a_choice_for_each_asked)
{
    TEST_ARENA(arena);
    struct event request;
    struct buf out;
    event_init(&request);
    request.model = LIC_STR("gpt-4o");
    request.choices = 2;
    request.time = INT64_C(1700000000) * 1000000000;
    buf_init(&out, arena, 2000);
    openai_chat_write_intervention(&request, LIC_STR("r1"), LIC_STR("Blocked."), &out);
    EXPECT(out.failed == LIC_OK);
    EXPECT_STR(buf_str(&out),
               "{\"id\":\"chatcmpl-r1\",\"object\":\"chat.completion\",\"created\":1700000000,"
               "\"model\":\"gpt-4o\",\"choices\":["
               "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Blocked.\","
               "\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"content_filter\"},"
               "{\"index\":1,\"message\":{\"role\":\"assistant\",\"content\":\"Blocked.\","
               "\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"content_filter\"}],"
               "\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0,\"total_tokens\":0}}");
}

CASE(openai_chat_answer_choices_are_bounded)
{
    struct event request;
    event_init(&request);
    EXPECT_U64(openai_chat_choices(&request), 1);
    request.choices = 100000;
    EXPECT_U64(openai_chat_choices(&request), OPENAI_CHAT_CHOICES_MAX);
}
