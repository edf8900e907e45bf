/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: the case files, and what the dialect says for itself. */
#include "cases.h"
#include "dialect/anthropic.h"
#include "overlooked.h"
#include "test.h"

CASE(anthropic_reads_its_case_files_as_written)
{
    cases_run(&dialect_anthropic, "anthropic");
}

CASE(anthropic_overlooks_no_word)
{
    static const char *const none[] = { NULL };
    overlooked_run(&dialect_anthropic, "anthropic", none);
}

CASE(anthropic_error_has_the_type_of_its_status)
{
    static const struct {
        uint32_t status;
        const char *type;
    } types[] = {
        { 400, "invalid_request_error" },
        { 401, "authentication_error" },
        { 403, "permission_error" },
        { 404, "not_found_error" },
        { 413, "request_too_large" },
        { 429, "rate_limit_error" },
        { 500, "api_error" },
        { 502, "api_error" },
        { 504, "timeout_error" },
        { 529, "overloaded_error" },
    };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct buf out, expected;
        buf_init(&out, arena, 1000);
        buf_init(&expected, arena, 1000);
        buf_addf(&expected,
                 "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"No \\\"x\\\".\","
                 "\"details\":{\"error_code\":\"access_denied\"}},\"request_id\":null}",
                 types[i].type);
        dialect_anthropic.write_error(types[i].status, LIC_STR("access_denied"),
                                      LIC_STR("No \"x\"."), &out);
        EXPECT(out.failed == LIC_OK && expected.failed == LIC_OK);
        EXPECT_LIC_STR(buf_str(&out), buf_str(&expected));
    }
}

CASE(anthropic_intervention_is_a_message_that_refuses)
{
    TEST_ARENA(arena);
    struct buf out;
    struct event request;
    event_init(&request);
    request.model = LIC_STR("claude-x");
    buf_init(&out, arena, 2000);
    dialect_anthropic.write_intervention(&request, LIC_STR("r1"), LIC_STR("Not this."), &out);
    EXPECT(out.failed == LIC_OK);
    EXPECT_STR(buf_str(&out),
               "{\"id\":\"msg_r1\",\"type\":\"message\",\"role\":\"assistant\","
               "\"model\":\"claude-x\",\"content\":[{\"type\":\"text\",\"text\":\"Not this.\","
               "\"citations\":null}],\"stop_reason\":\"refusal\",\"stop_sequence\":null,"
               "\"stop_details\":{\"type\":\"refusal\",\"category\":null,"
               "\"explanation\":\"Not this.\"},\"container\":null,"
               "\"usage\":{\"input_tokens\":0,\"output_tokens\":0,"
               "\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0}}");
}

CASE(anthropic_lists_models_or_one)
{
    TEST_ARENA(arena);
    struct buf out;
    lic_str names[] = { LIC_STR("a"), LIC_STR("b") };
    buf_init(&out, arena, 1000);
    dialect_anthropic.write_models(names, names, 2, /* one= */ false, &out);
    EXPECT(out.failed == LIC_OK);
    EXPECT_STR(buf_str(&out),
               "{\"data\":[{\"type\":\"model\",\"id\":\"a\",\"display_name\":\"a\","
               "\"created_at\":\"1970-01-01T00:00:00Z\"},{\"type\":\"model\",\"id\":\"b\","
               "\"display_name\":\"b\",\"created_at\":\"1970-01-01T00:00:00Z\"}],"
               "\"has_more\":false,\"first_id\":\"a\",\"last_id\":\"b\"}");
    buf_clear(&out);
    dialect_anthropic.write_models(names, names, 1, /* one= */ true, &out);
    EXPECT_STR(buf_str(&out), "{\"type\":\"model\",\"id\":\"a\",\"display_name\":\"a\","
                              "\"created_at\":\"1970-01-01T00:00:00Z\"}");
    buf_clear(&out);
    dialect_anthropic.write_models(names, names, 0, /* one= */ false, &out);
    EXPECT_STR(buf_str(&out),
               "{\"data\":[],\"has_more\":false,\"first_id\":null,\"last_id\":null}");
}
