/* SPDX-License-Identifier: Apache-2.0 */
/* invokeFunction:NAME is that function and that MCP tool, and nothing else. */
#include "engine/short_form.h"

#include "test.h"

#include <stdio.h>

static enum lic_rc read_statement(struct arena *arena, const char *statement,
                                  struct mistakes *mistakes, const struct policy_doc **out,
                                  struct lic_err *err)
{
    char text[1024];
    const struct policy_doc *doc;
    (void)snprintf(text, sizeof text, "{\"Version\": \"2012-10-17\", \"Statement\": [%s]}",
                   statement);
    *mistakes = (struct mistakes){ .arena = arena };
    TRY(policy_doc_read(arena, LIC_STR("p.json"), str_z(text), DOC_MANAGED, &doc, err));
    return short_form_expand(arena, doc, mistakes, out, err);
}

/* What these statements say of one action on one resource. */
static enum verdict_result ask(struct arena *arena, const char *statement, const char *action,
                               const char *resource)
{
    const struct policy_doc *doc = NULL;
    const struct policy_index *index = NULL;
    struct mistakes mistakes;
    struct lic_err err = { 0 };
    struct policy_answer answer = { .result = VERDICT_IMPLICIT_DENY };
    struct policy_request request = { .action = str_z(action), .resource = str_z(resource) };
    enum lic_rc rc = read_statement(arena, statement, &mistakes, &doc, &err);
    rc = rc == LIC_OK && doc ? policy_index_new(arena, &doc, 1, &index, &err) : rc;
    struct policy_stack stack = { .identity = index };
    if (rc == LIC_OK) {
        rc = request_principal_read(LIC_STR("arn:aws:iam::111122223333:user/a"), &request.principal,
                                    &err);
    }
    if (rc == LIC_OK && index) {
        rc = policy_eval(&stack, &request, arena, &answer, &err);
    }
    (void)test_rc(rc, LIC_OK, &err, __FILE__, __LINE__, resource);
    return answer.result;
}

#define FUNCTION "arn:aws:lambda:eu-central-1:111122223333:function:"
#define TOOL "arn:lictor:mcp:eu-central-1:orders:tool/"

struct example {
    const char *action, *resource;
    enum verdict_result result;
};

static void check(const char *statement, const struct example *examples, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        TEST_ARENA(arena);
        enum verdict_result got = ask(arena, statement, examples[i].action, examples[i].resource);
        if (test_left()) {
            return;
        }
        if (!test_rerun() && got != examples[i].result) {
            (void)printf("%s on %s\n", examples[i].action, examples[i].resource);
        }
        EXPECT_U64(got, examples[i].result);
    }
}

CASE(short_form_allows_that_function_and_that_tool_and_nothing_else)
{
    static const struct example examples[] = {
        { "lambda:InvokeFunction", FUNCTION "getOrderStatus", VERDICT_ALLOW },
        { "LAMBDA:invokefunction", FUNCTION "getOrderStatus", VERDICT_ALLOW },
        { "lambda:InvokeFunction", FUNCTION "getOrderStatus:PROD", VERDICT_ALLOW },
        { "mcp:CallTool", TOOL "getOrderStatus", VERDICT_ALLOW },
        { "lambda:InvokeFunction", FUNCTION "getOrderStatus2", VERDICT_IMPLICIT_DENY },
        { "lambda:InvokeFunction", FUNCTION "refundOrder", VERDICT_IMPLICIT_DENY },
        { "lambda:InvokeFunction", FUNCTION "GETORDERSTATUS", VERDICT_IMPLICIT_DENY },
        { "mcp:CallTool", TOOL "getOrderStatus2", VERDICT_IMPLICIT_DENY },
        { "mcp:CallTool", TOOL "refundOrder", VERDICT_IMPLICIT_DENY },
        { "mcp:CallTool", TOOL "GETORDERSTATUS", VERDICT_IMPLICIT_DENY },
        { "mcp:ListTools", TOOL "getOrderStatus", VERDICT_IMPLICIT_DENY },
        { "lambda:DeleteFunction", FUNCTION "getOrderStatus", VERDICT_IMPLICIT_DENY },
        { "bedrock:InvokeModel", "arn:lictor:model:eu:p:m", VERDICT_IMPLICIT_DENY },
    };
    check("{\"Effect\": \"Allow\", \"Action\": \"invokeFunction:getOrderStatus\", "
          "\"Resource\": \"*\"}",
          examples, sizeof(examples) / sizeof(examples[0]));
}

CASE(short_form_stands_beside_other_actions)
{
    static const struct example examples[] = {
        { "lambda:InvokeFunction", FUNCTION "a", VERDICT_ALLOW },
        { "mcp:CallTool", TOOL "getX", VERDICT_ALLOW },
        { "mcp:CallTool", TOOL "setX", VERDICT_IMPLICIT_DENY },
        { "mcp:ListTools", TOOL "setX", VERDICT_ALLOW },
        { "mcp:ListTools", "arn:lictor:mcp:r:s:tool/x", VERDICT_ALLOW },
    };
    check("{\"Effect\": \"Allow\", \"Action\": [\"invokeFunction:a\", \"mcp:ListTools\", "
          "\"InvokeFunction:get*\"], \"Resource\": \"*\"}",
          examples, sizeof(examples) / sizeof(examples[0]));
}

CASE(short_form_in_not_action_is_everything_else)
{
    static const struct example examples[] = {
        { "lambda:InvokeFunction", FUNCTION "a", VERDICT_IMPLICIT_DENY },
        { "lambda:InvokeFunction", FUNCTION "a:1", VERDICT_IMPLICIT_DENY },
        { "mcp:CallTool", TOOL "a", VERDICT_IMPLICIT_DENY },
        { "lambda:InvokeFunction", FUNCTION "b", VERDICT_EXPLICIT_DENY },
        { "lambda:InvokeFunction", FUNCTION "A", VERDICT_EXPLICIT_DENY },
        { "mcp:CallTool", TOOL "b", VERDICT_EXPLICIT_DENY },
        { "mcp:ListTools", TOOL "a", VERDICT_EXPLICIT_DENY },
        { "s3:GetObject", "arn:aws:s3:::x/y", VERDICT_EXPLICIT_DENY },
        { "bedrock:InvokeModel", "arn:lictor:model:eu:p:m", VERDICT_IMPLICIT_DENY },
    };
    check("{\"Effect\": \"Deny\", \"NotAction\": [\"bedrock:*\", \"invokeFunction:a\"], "
          "\"Resource\": \"*\"}",
          examples, sizeof(examples) / sizeof(examples[0]));
}

CASE(short_form_in_not_action_beside_a_wider_one_says_nothing_more)
{
    static const struct example examples[] = {
        { "mcp:CallTool", TOOL "b", VERDICT_IMPLICIT_DENY },
        { "lambda:InvokeFunction", FUNCTION "b", VERDICT_EXPLICIT_DENY },
        { "lambda:InvokeFunction", FUNCTION "a", VERDICT_IMPLICIT_DENY },
    };
    check("{\"Effect\": \"Deny\", \"NotAction\": [\"mcp:*\", \"invokeFunction:a\"], "
          "\"Resource\": \"*\"}",
          examples, sizeof(examples) / sizeof(examples[0]));
}

CASE(short_form_keeps_the_place_and_sid_of_its_statement)
{
    TEST_ARENA(arena);
    const struct policy_doc *doc = NULL;
    struct mistakes mistakes;
    struct lic_err err;
    EXPECT_OK(read_statement(arena,
                             "{\"Sid\": \"One\", \"Effect\": \"Allow\", "
                             "\"Action\": \"invokeFunction:a\", \"Resource\": \"*\"}",
                             &mistakes, &doc, &err),
              &err);
    EXPECT_U64(mistakes.n, 0);
    EXPECT_U64(doc->n, 2);
    EXPECT_STR(doc->statements[1].sid, "One");
    EXPECT_U64(doc->statements[1].place.line, 1);
    EXPECT_STR(doc->statements[1].resources.at[0].text, "arn:lictor:mcp:*:*:tool/a");
}

CASE(short_form_that_says_too_much_is_a_mistake)
{
    static const char *const refused[] = {
        "{\"Effect\": \"Allow\", \"Action\": \"invokeFunction:a\", "
        "\"Resource\": \"arn:aws:lambda:*:*:function:a\"}",
        "{\"Effect\": \"Allow\", \"Action\": \"invokeFunction:a\", \"NotResource\": \"*\"}",
        "{\"Effect\": \"Allow\", \"Action\": [\"s3:*\", \"invokeFunction:*\"], "
        "\"Resource\": [\"*\", \"arn:aws:s3:::b\"]}",
    };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        TEST_ARENA(arena);
        const struct policy_doc *doc = NULL;
        struct mistakes mistakes;
        struct lic_err err;
        EXPECT_OK(read_statement(arena, refused[i], &mistakes, &doc, &err), &err);
        EXPECT(doc == NULL);
        EXPECT_U64(mistakes.n, 1);
        EXPECT(strstr(mistakes.at[0].text, "Resource is \"*\"") != NULL);
    }
}

CASE(short_form_reads_names)
{
    lic_str name;
    EXPECT(short_form_read(LIC_STR("invokeFunction:a"), &name));
    EXPECT_STR(name, "a");
    EXPECT(short_form_read(LIC_STR("INVOKEFUNCTION:Ab"), &name));
    EXPECT_STR(name, "Ab");
    EXPECT(!short_form_read(LIC_STR("lambda:InvokeFunction"), &name));
    EXPECT(!short_form_read(LIC_STR("invokeFunction"), &name));
    EXPECT(short_form_is_name(LIC_STR("get_Order-1.x*?")));
    EXPECT(!short_form_is_name(LIC_STR("")) && !short_form_is_name(LIC_STR("a:b")));
    EXPECT(!short_form_is_name(LIC_STR("${aws:username}")));
}
