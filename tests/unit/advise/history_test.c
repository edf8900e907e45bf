/* SPDX-License-Identifier: Apache-2.0 */
/* Records of the ledger as uses: which kinds say what, and what is known of their keys. */
#include "advise/history.h"

#include "test.h"

#include <stdio.h>

#define HEAD                                                                                       \
    "{\"v\":1,\"time\":\"2026-11-22T10:00:00.000Z\",\"record\":\"r1\",\"principal\":"              \
    "\"arn:aws:sts::111122223333:assumed-role/app/ann\",\"role\":"                                 \
    "\"arn:aws:iam::111122223333:role/app\",\"region\":\"eu-central-1\",\"model\":\"demo\","       \
    "\"max_tokens\":512,\"action\":\"bedrock:InvokeModel\",\"resource\":"                          \
    "\"arn:lictor:model:eu-central-1:loop:demo\","

struct taken {
    struct history_use uses[4];
    uint32_t n;
};

static enum lic_rc take(void *arg, const struct history_use *use, struct lic_err *err)
{
    struct taken *taken = arg;
    ENSURE(taken->n < 4, err, LIC_E_LIMIT, "more uses than expected");
    taken->uses[taken->n++] = *use;
    return LIC_OK;
}

static const struct history_tool tools[] = {
    { { "refund", 6 }, { "lambda:InvokeFunction", 21 }, { "arn:aws:lambda:::function:refund", 32 } }
};

static enum lic_rc read_line(struct arena *arena, const char *line, struct taken *out,
                             struct lic_err *err)
{
    struct history_tools known = { tools, 1 };
    *out = (struct taken){ .n = 0 };
    return history_read_record(arena, str_z(line), &known, take, out, err);
}

CASE(history_intent_is_a_use_that_was_done)
{
    TEST_ARENA(arena);
    struct taken taken;
    struct lic_err err;
    EXPECT_OK(read_line(arena,
                        HEAD
                        "\"kind\":\"intent\",\"decision\":\"allow\",\"enforced\":\"forwarded\","
                        "\"statement\":\"policies/app.json:4\"}",
                        &taken, &err),
              &err);
    EXPECT_U64(taken.n, 1);
    const struct history_use *use = &taken.uses[0];
    EXPECT(use->allowed && use->executed && use->resource_named && !use->tool_call);
    EXPECT_STR(use->action, "bedrock:InvokeModel");
    EXPECT_STR(use->statement, "policies/app.json:4");
    EXPECT(history_is_of(use, LIC_STR("app")) && history_is_of(use, LIC_STR("ann")));
    EXPECT(history_is_of(use, LIC_STR("arn:aws:iam::111122223333:role/app")));
    EXPECT(!history_is_of(use, LIC_STR("pp")) && !history_is_of(use, LIC_STR("")));
}

CASE(history_tells_refusals_apart)
{
    static const struct {
        const char *text;
        uint32_t n;
        bool allowed, by_statement;
    } rows[] = {
        { "\"kind\":\"refusal\",\"decision\":\"deny\",\"enforced\":\"refused\"}", 1, false, false },
        { "\"kind\":\"refusal\",\"decision\":\"deny\",\"statement\":\"policies/a.json:3\"}", 1,
          false, true },
        { "\"kind\":\"refusal\",\"decision\":\"reject\",\"enforced\":\"intervened\"}", 1, true,
          false },
        { "\"kind\":\"refusal\",\"decision\":\"error\",\"failure\":\"bad_json\"}", 0, false,
          false },
        { "\"kind\":\"refusal\",\"decision\":\"allow\",\"enforced\":\"answered\"}", 0, false,
          false },
        { "\"kind\":\"outcome\",\"decision\":\"allow\",\"enforced\":\"forwarded\"}", 0, false,
          false },
    };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char line[1024];
        struct taken taken;
        struct lic_err err;
        (void)snprintf(line, sizeof line, "%s%s", HEAD, rows[i].text);
        EXPECT_OK(read_line(arena, line, &taken, &err), &err);
        EXPECT_U64(taken.n, rows[i].n);
        EXPECT(taken.n == 0 ||
               (!taken.uses[0].executed && taken.uses[0].allowed == rows[i].allowed &&
                taken.uses[0].denied_by_statement == rows[i].by_statement));
    }
}

CASE(history_outcome_gives_the_calls_that_were_judged)
{
    TEST_ARENA(arena);
    struct taken taken;
    struct lic_err err;
    EXPECT_OK(read_line(arena,
                        HEAD
                        "\"kind\":\"outcome\",\"decision\":\"allow\",\"enforced\":\"forwarded\","
                        "\"tool_calls\":[{\"name\":\"refund\",\"decision\":\"allow\"},"
                        "{\"name\":\"other\",\"decision\":\"deny\"},{\"name\":\"old\"}]}",
                        &taken, &err),
              &err);
    EXPECT_U64(taken.n, 2);
    EXPECT_STR(taken.uses[0].action, "lambda:InvokeFunction");
    EXPECT(taken.uses[0].executed && taken.uses[0].tool_call);
    EXPECT_STR(taken.uses[1].resource, "arn:lictor:mcp:eu-central-1:client:tool/other");
    EXPECT(!taken.uses[1].allowed && !taken.uses[1].executed);
}

CASE(history_refuses_what_is_no_record)
{
    static const char *const lines[] = { "",        "[]", "{}", "{\"time\":\"x\"}", "{\"time\":1}",
                                         "{\"a\":1" };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct taken taken;
        struct lic_err err;
        EXPECT(read_line(arena, lines[i], &taken, &err) != LIC_OK);
        EXPECT_U64(taken.n, 0);
    }
}

CASE(history_asks_with_the_keys_of_the_record)
{
    TEST_ARENA(arena);
    struct taken taken;
    struct lic_err err;
    struct policy_request request;
    struct request_key key = request_key_make(LIC_STR("lictor:maxtokens"));
    const lic_str *values;
    uint32_t n;
    bool present;
    EXPECT_OK(read_line(arena, HEAD "\"kind\":\"intent\",\"decision\":\"allow\"}", &taken, &err),
              &err);
    EXPECT_OK(history_ask(&taken.uses[0], NULL, 0, arena, &request, &err), &err);
    EXPECT(request.strict);
    EXPECT_STR(request.principal.role_arn, "arn:aws:iam::111122223333:role/app");
    EXPECT_OK(request_values(&request, &key, arena, &values, &n, &present, &err), &err);
    EXPECT(present && n == 1);
    EXPECT_STR(values[0], "512");
}

CASE(history_says_which_keys_it_knows)
{
    struct event_extra more = { .key = LIC_STR("aws:username") };
    struct history_known model = { .source = HISTORY_LICTOR, .more = &more, .more_n = 1 };
    struct history_known tool = { .source = HISTORY_LICTOR, .tool_call = true, .tags_known = true };
    struct history_known trail = { .source = HISTORY_CLOUDTRAIL, .present = 1 };
    EXPECT(history_knows(&model, LIC_STR("lictor:maxtokens")));
    EXPECT(history_knows(&model, LIC_STR("aws:username")));
    EXPECT(!history_knows(&model, LIC_STR("aws:securetransport")));
    EXPECT(!history_knows(&model, LIC_STR("aws:principaltag/team")));
    EXPECT(history_knows(&tool, LIC_STR("aws:principaltag/team")));
    EXPECT(history_knows(&model, LIC_STR("lictor:argument/id")));
    EXPECT(!history_knows(&tool, LIC_STR("lictor:argument/id")));
    EXPECT(history_knows(&trail, LIC_STR("aws:useragent")));
    EXPECT(!history_knows(&trail, LIC_STR("lictor:maxtokens")));
    EXPECT(history_knows(&trail, LIC_STR("aws:sourceip")));
    EXPECT(!history_knows(&trail, LIC_STR("aws:sourcevpce")));
}
