/* SPDX-License-Identifier: Apache-2.0 */
/* The exchange's own rules; what a whole exchange does is in tests/sim and tests/cases/exchange. */
#include "engine/exchange.h"

#include "sim/sim.h"

#define CHAT "/v1/chat/completions"
#define BODY "{\"model\":\"gpt-x\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"

CASE(exchange_sends_only_headers_of_its_own)
{
    static const char *const names[] = { "content-type", "accept", "user-agent", "authorization",
                                         "traceparent" };
    SIM(s, "standard");
    sim_call(s, CHAT, BODY);
    EXPECT(s->forwarded);
    EXPECT_U64(s->step.send_n, 5);
    for (uint32_t i = 0; i < s->step.send_n; i++) {
        EXPECT_STR(s->step.send[i].name, names[i]);
        EXPECT(!sim_has(s->step.send[i].value, SIM_KEY));
    }
}

CASE(exchange_record_id_is_a_uuid_of_version_7)
{
    SIM(s, "standard");
    sim_call(s, CHAT, BODY);
    EXPECT(s->forwarded);
    lic_str decision, record;
    lic_exchange_marks(s->x, &decision, &record);
    EXPECT_STR(decision, "allow");
    EXPECT_U64(record.n, 36);
    EXPECT(record.at[14] == '7' && record.at[8] == '-' && record.at[23] == '-');
    EXPECT(str_starts(record, LIC_STR("01a20540-cf13-7")));
}

CASE(exchange_nothing_leaves_after_its_end)
{
    SIM(s, "standard");
    sim_call(s, CHAT, BODY);
    EXPECT(s->forwarded);
    sim_answer(s, 200, "text/html", LIC_STR("<p>"), 0);
    EXPECT(s->ended);
    struct lic_release release;
    lic_exchange_response_body(s->x, LIC_STR("more"), LIC_END_NOT_YET, &release);
    EXPECT(release.kind == LIC_RELEASE_CUT && release.bytes.n == 0);
}

CASE(exchange_answer_without_a_head_is_broken)
{
    SIM(s, "standard");
    sim_call(s, CHAT, BODY);
    EXPECT(s->forwarded);
    sim_chunk(s, LIC_STR("{}"), LIC_END_NOT_YET);
    EXPECT(s->cut && s->status == 502);
}

CASE(exchange_keeps_the_first_reason)
{
    SIM(s, "standard");
    sim_call(s, CHAT, BODY);
    EXPECT(s->forwarded);
    exchange_note_failure(s->x, FAIL_upstream_broken, NULL);
    exchange_note_failure(s->x, FAIL_out_of_memory, NULL);
    exchange_note_stop(s->x, LIC_STR("reject"), LIC_STR("intervened"), LIC_STR("later"));
    EXPECT_STR(s->x->request.failure, "upstream_broken");
    EXPECT_STR(s->x->request.enforced, "refused");
}

CASE(exchange_sentences_quote_nothing_that_is_found)
{
    SIM(s, "standard");
    sim_call(s, CHAT, BODY);
    EXPECT(s->forwarded);
    lic_str dots = LIC_STR("...");
    EXPECT_STR(exchange_quotable(s->x, LIC_STR("plain"), dots), "plain");
    EXPECT_STR(exchange_quotable(s->x, LIC_STR("bob@example.com"), dots), "...");
    struct lic_err err;
    err_set(&err, LIC_E_UNKNOWN, "member \"bob@example.com\" is not known");
    EXPECT_STR(exchange_sentence(s->x, FAIL_not_understood, &err),
               "the request holds something this gateway cannot inspect");
}

/* Rows that no input reaches today, refused by name: detector_failed, policy_failed. */
CASE(exchange_refuses_by_the_name_of_a_row)
{
    static const char *const rows[] = { "detector_failed", "policy_failed", "body_too_large",
                                        "client_timeout",  "bad_request",   "out_of_memory" };
    SIM(s, "standard");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct lic_step step;
        struct lic_exchange *x = NULL;
        struct lic_err err;
        EXPECT(s->worker);
        EXPECT_OK(lic_exchange_open(s->worker, s->engine, &x, &err), &err);
        lic_exchange_refuse(x, rows[i], &step);
        lic_exchange_close(x, LIC_CLOSE_DONE);
        EXPECT(step.kind == LIC_STEP_ANSWER && step.answer.status >= 400);
        EXPECT(sim_failures(rows[i]) == 1);
    }
    EXPECT_U64(test_world()->appends, 0);
}
