/* SPDX-License-Identifier: Apache-2.0 */
/* Whole answers: held to their last byte, and nothing of them is recorded that nobody inspected. */
#include "sim/sim.h"

#define BODY "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
#define ANSWER                                                                                     \
    "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":"      \
    "[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"ok\"},"                       \
    "\"finish_reason\":\"stop\"}]}"

CASE(answer_is_held_to_its_last_byte)
{
    SIM(s, "standard");
    sim_call(s, "/v1/chat/completions", BODY);
    sim_answer_head(s, 200, "application/json");
    lic_str answer = LIC_STR(ANSWER);
    for (size_t i = 0; i < answer.n && s->forwarded; i++) {
        sim_chunk(s, str_slice(answer, i, i + 1), LIC_END_NOT_YET);
        EXPECT(!s->head_given && s->released.n == 0);
    }
    sim_chunk(s, LIC_STR(""), LIC_END_COMPLETE);
    EXPECT_STR(sim_released(s), ANSWER);
    EXPECT_STR(s->answer_type, "application/json");
}

CASE(answer_that_was_not_read_is_not_recorded)
{
    SIM(s, "standard");
    sim_secret(s, "bob@example.com");
    sim_call(s, "/v1/chat/completions", BODY);
    EXPECT(s->forwarded);
    sim_answer(s, 200, "application/json",
               LIC_STR("{\"choices\":[{\"index\":0,\"message\":{\"content\":\"bob@example.com\"}},"
                       "7]}"),
               0);
    EXPECT_U64(s->status, 502);
    sim_done(s, LIC_CLOSE_DONE);
    EXPECT(sim_has(sim_record(s, "outcome"), "\"output\":[]"));
}

CASE(answer_error_of_the_provider_is_inspected_text_by_text)
{
    SIM(s, "standard");
    sim_secret(s, "bob@example.com");
    sim_call(s, "/v1/chat/completions", BODY);
    EXPECT(s->forwarded);
    sim_answer(s, 400, "application/json", LIC_STR("{\"a\":[\"bob@\\u0065xample.com\"],\"b\":1}"),
               3);
    EXPECT_U64(s->status, 400);
    EXPECT_STR(sim_released(s), "{\"a\":[\"{EMAIL}\"],\"b\":1}");
}
