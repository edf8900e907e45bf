/* SPDX-License-Identifier: Apache-2.0 */
/* Events: absent fields, condition keys, and reading docs/EVENT.md's form. */
#include "event/event.h"

#include "base/json_read.h"
#include "base/limits.h"

#include "test.h"

#include <stdio.h>

CASE(event_event_init_has_nothing)
{
    TEST_ARENA(arena);
    struct event event;
    struct lic_err err;
    event_init(&event);
#define FIELD(name, type, condition, record, which, doc)                                           \
    {                                                                                              \
        const lic_str *values = NULL;                                                              \
        uint32_t n = 99;                                                                           \
        EXPECT_OK(event_condition(&event, LIC_STR(condition), arena, &values, &n, &err), &err);    \
        EXPECT_U64(n, 0);                                                                          \
    }
#include "event/fields.def"
#undef FIELD
    EXPECT(event.time == EVENT_INT_NONE && event.secure == EVENT_FLAG_NONE &&
           event.temperature < 0);
    EXPECT(event.parts.n == 0 && event.calls.n == 0 && event.extras.n == 0);
}

/* Values joined by '|'. */
static void expect_condition(const struct event *event, const char *key, const char *expected)
{
    TEST_ARENA(arena);
    struct lic_err err;
    const lic_str *values = NULL;
    uint32_t n = 0;
    char text[512] = "";
    size_t at = 0;
    EXPECT_OK(event_condition(event, str_z(key), arena, &values, &n, &err), &err);
    for (uint32_t i = 0; i < n; i++) {
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%s" LIC_FMT, i > 0 ? "|" : "",
                               LIC_ARG(values[i]));
    }
    EXPECT_STR(str_z(text), expected);
}

CASE(event_event_conditions_come_as_aws_writes_them)
{
    TEST_ARENA(arena);
    struct event event;
    event_init(&event);
    event.time = 1795384463123000000;
    event.principal = LIC_STR("arn:aws:iam::123456789012:user/alice");
    event.principal_arn = event.principal;
    event.max_tokens = 512;
    event.temperature = 0.7;
    event.injection_score = 0.0;
    event.stream = 0;
    event.secure = 1;
    EXPECT(str_list_add(&event.tools, arena, LIC_STR("a")) == LIC_OK);
    EXPECT(str_list_add(&event.tools, arena, LIC_STR("b")) == LIC_OK);
    expect_condition(&event, "aws:CurrentTime", "2026-11-22T21:54:23.123Z");
    expect_condition(&event, "aws:EpochTime", "1795384463");
    expect_condition(&event, "AWS:principalarn", "arn:aws:iam::123456789012:user/alice");
    expect_condition(&event, "aws:PrincipalAccount", "123456789012");
    expect_condition(&event, "lictor:MaxTokens", "512");
    expect_condition(&event, "lictor:Temperature", "0.7");
    expect_condition(&event, "lictor:InjectionScore", "0");
    expect_condition(&event, "lictor:Streaming", "false");
    expect_condition(&event, "aws:SecureTransport", "true");
    expect_condition(&event, "lictor:Tools", "a|b");
    expect_condition(&event, "lictor:Model", "");
    expect_condition(&event, "", "");
    event.principal = LIC_STR("nobody");
    expect_condition(&event, "aws:PrincipalAccount", "");
}

CASE(event_event_extras_are_condition_keys_too)
{
    TEST_ARENA(arena);
    struct event event;
    event_init(&event);
    struct event_extra tag = { .key = LIC_STR("aws:PrincipalTag/Team") };
    EXPECT(str_list_add(&tag.values, arena, LIC_STR("blue")) == LIC_OK);
    EXPECT(ARENA_PUSH(arena, &event.extras, tag));
    expect_condition(&event, "aws:PrincipalTag/team", "blue");
    expect_condition(&event, "aws:PrincipalTag/other", "");
}

CASE(event_event_knows_its_condition_keys)
{
    static const char *const known[] = {
        "aws:CurrentTime",
        "AWS:SOURCEIP",
        "aws:PrincipalTag/x",
        "aws:principaltag/X",
        "aws:RequestTag/x",
        "aws:ResourceTag/x",
        "lictor:Argument/order.id",
        "lictor:ArgumentSource/a",
        "lictor:Prior/t",
        "lictor:Count/t",
        "aws:EpochTime",
        "aws:PrincipalAccount",
        "aws:SecureTransport",
        "aws:userid",
        "aws:TokenIssueTime",
        "lictor:ContextIntegrity",
        "lictor:ContextSensitivity",
        "lictor:ToolKind",
        "s3:prefix",
        "sts:ExternalId",
        "id.example.com:aud",
    };
    static const char *const unknown[] = {
        "",       "aws:",        "aws:PrincipalTag/", "aws:PrincipalTag", "lictor:Nothing",
        "status", "AWS:Nothing", "LICTOR:Nothing",    "aws:CurrentTime ", ":a",
        "sts:"
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        EXPECT(event_condition_known(str_z(known[i])));
    }
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        EXPECT(!event_condition_known(str_z(unknown[i])));
    }
}

static enum lic_rc read_event(struct arena *arena, const char *json, struct event *out,
                              struct lic_err *err)
{
    struct json_doc doc;
    TRY(json_read(arena, str_z(json), NULL, &doc, err));
    return event_read(arena, &doc, out, err);
}

CASE(event_event_reads_its_documented_form)
{
    TEST_ARENA(arena);
    struct event event;
    struct lic_err err;
    EXPECT_OK(
        read_event(
            arena,
            "{\"principal\":\"arn:aws:iam::1:user/a\",\"action\":\"bedrock:InvokeModel\","
            "\"resource\":\"arn:lictor:model:eu:openai:gpt\",\"max_tokens\":100,"
            "\"temperature\":0.5,\"time\":\"2026-11-22T21:54:23Z\",\"stream\":true,"
            "\"tools\":[\"t1\",\"t2\"],\"data_class\":\"pii\",\"tool\":\"t1\","
            "\"context\":{\"aws:sourceip\":\"10.0.0.1\",\"aws:PrincipalTag/team\":[\"a\",\"b\"],"
            "\"lictor:Argument/amount\":7.5,\"aws:SecureTransport\":\"true\"}}",
            &event, &err),
        &err);
    EXPECT_STR(event.action, "bedrock:InvokeModel");
    EXPECT_STR(event.tool, "t1");
    EXPECT_U64(event.max_tokens, 100);
    expect_condition(&event, "aws:CurrentTime", "2026-11-22T21:54:23.000Z");
    expect_condition(&event, "lictor:Temperature", "0.5");
    expect_condition(&event, "lictor:Tools", "t1|t2");
    expect_condition(&event, "lictor:DataClass", "pii");
    expect_condition(&event, "lictor:Streaming", "true");
    expect_condition(&event, "aws:SourceIp", "10.0.0.1");
    expect_condition(&event, "aws:SecureTransport", "true");
    expect_condition(&event, "aws:PrincipalTag/Team", "a|b");
    expect_condition(&event, "lictor:Argument/amount", "7.5");
}

static void expect_refused(const char *json, enum lic_rc rc, const char *sentence)
{
    TEST_ARENA(arena);
    struct event event;
    struct lic_err err;
    event_init(&event);
    EXPECT_RC(read_event(arena, json, &event, &err), rc);
    EXPECT_STR(str_z(err.text), sentence);
    EXPECT(event.action.at == NULL);
}

CASE(event_event_refuses_what_it_does_not_know)
{
    expect_refused("[]", LIC_E_INVALID, "\"event\" must be an object, at byte 0");
    expect_refused("{\"actoin\":\"a\"}", LIC_E_UNKNOWN,
                   "an event has no field \"actoin\", at byte 2");
    expect_refused("{\"action\":1}", LIC_E_INVALID, "\"action\" must be a string, at byte 10");
    expect_refused("{\"max_tokens\":1.5}", LIC_E_INVALID,
                   "\"max_tokens\" must be a whole number, at byte 14");
    expect_refused("{\"temperature\":-1}", LIC_E_INVALID,
                   "\"temperature\" must be a number that is not negative, at byte 15");
    expect_refused("{\"time\":\"now\"}", LIC_E_INVALID,
                   "\"time\" must be a time like \"2026-11-22T21:54:23Z\", at byte 9");
    expect_refused("{\"stream\":1}", LIC_E_INVALID, "\"stream\" must be true or false, at byte 10");
    expect_refused("{\"tools\":[[]]}", LIC_E_INVALID,
                   "\"tools\" must be a string, number or boolean, at byte 10");
    expect_refused("{\"context\":[]}", LIC_E_INVALID, "\"context\" must be an object, at byte 11");
    expect_refused("{\"context\":{\"aws:Nope\":\"x\"}}", LIC_E_UNKNOWN,
                   "no condition key is called \"aws:Nope\", at byte 13");
    expect_refused("{\"source_ip\":\"1.1.1.1\",\"context\":{\"aws:SourceIp\":\"2.2.2.2\"}}",
                   LIC_E_DUPLICATE,
                   "\"aws:SourceIp\" gives a field that was given before, at byte 35");
    expect_refused("{\"context\":{\"aws:PrincipalTag/a\":\"1\",\"AWS:PrincipalTag/A\":\"2\"}}",
                   LIC_E_DUPLICATE,
                   "the condition key \"AWS:PrincipalTag/A\" is given twice, at byte 38");
}

CASE(event_event_takes_only_so_many_context_keys)
{
    TEST_ARENA(arena);
    struct event event;
    struct lic_err err;
    static char json[100000];
    size_t n = (size_t)snprintf(json, sizeof(json), "{\"context\":{");
    for (uint32_t i = 0; i <= LIMIT_CONTEXT_KEYS; i++) {
        n += (size_t)snprintf(json + n, sizeof(json) - n, "%s\"aws:RequestTag/%u\":\"\"",
                              i > 0 ? "," : "", i);
    }
    snprintf(json + n, sizeof(json) - n, "}}");
    EXPECT_RC(read_event(arena, json, &event, &err), LIC_E_LIMIT);
}

CASE(event_event_channels_have_names)
{
    for (uint32_t i = 0; i < CHANNEL_N; i++) {
        enum event_channel back = CHANNEL_N;
        EXPECT(event_channel_from(str_z(event_channel_name((enum event_channel)i)), &back));
        EXPECT_U64(back, i);
    }
    EXPECT_STR(str_z(event_channel_name(CHANNEL_TOOL_RESULT)), "tool_result");
    EXPECT(!event_channel_from(LIC_STR("tool"), &(enum event_channel){ CHANNEL_USER }));
}

CASE(event_event_takes_only_so_many_parts)
{
    if (test_rerun()) {
        return;
    }
    TEST_ARENA(arena);
    struct event event;
    struct lic_err err;
    const struct event_part part = { .channel = CHANNEL_USER, .text = LIC_STR("x") };
    event_init(&event);
    for (uint32_t i = 0; i < LIMIT_PARTS; i++) {
        EXPECT_OK(event_add_part(&event, arena, &part, &err), &err);
    }
    EXPECT_RC(event_add_part(&event, arena, &part, &err), LIC_E_LIMIT);
    EXPECT_STR(str_z(err.text), "more than 100000 pieces of content");
    EXPECT_U64(event.parts.n, LIMIT_PARTS);
}
