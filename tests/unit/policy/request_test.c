/* SPDX-License-Identifier: Apache-2.0 */
/* Requests: principals taken apart, condition keys found whatever their case, events as requests.
 */
#include "policy/request.h"

#include "policy/vars.h"
#include "test.h"

#include <stdio.h>

struct example {
    const char *arn;
    enum request_principal_kind kind;
    const char *account, *user, *role, *session;
};

static void check_principal(const struct example *e)
{
    struct request_principal principal;
    struct lic_err err;
    EXPECT_OK(request_principal_read(str_z(e->arn), &principal, &err), &err);
    EXPECT_U64(principal.kind, e->kind);
    EXPECT_STR(principal.account, e->account);
    EXPECT_STR(principal.user_name, e->user);
    EXPECT_STR(principal.role_name, e->role);
    EXPECT_STR(principal.session_name, e->session);
    EXPECT_STR(principal.arn, e->arn);
}

CASE(policy_request_takes_principals_apart)
{
    static const struct example examples[] = {
        { "arn:aws:iam::111122223333:root", REQUEST_ROOT, "111122223333", "", "", "" },
        { "111122223333", REQUEST_ROOT, "111122223333", "", "", "" },
        { "arn:aws:iam::1:user/bob", REQUEST_USER, "1", "bob", "", "" },
        { "arn:aws:iam::1:user/a/b/bob", REQUEST_USER, "1", "bob", "", "" },
        { "arn:aws-cn:iam::1:role/x/reader", REQUEST_ROLE, "1", "", "reader", "" },
        { "arn:aws:sts::1:assumed-role/reader/s1", REQUEST_ROLE_SESSION, "1", "", "reader", "s1" },
        { "arn:aws:sts::1:federated-user/bob", REQUEST_FEDERATED, "1", "bob", "", "" },
        { "arn:aws:iam::1:oidc-provider/h/p", REQUEST_OIDC, "1", "", "", "" },
        { "arn:aws:iam::1:saml-provider/adfs", REQUEST_SAML, "1", "", "", "" },
        { "accounts.google.com", REQUEST_OIDC, "", "", "", "" },
        { "lambda.amazonaws.com", REQUEST_SERVICE, "", "", "", "" },
        { "*", REQUEST_ANONYMOUS, "", "", "", "" },
        { "", REQUEST_ANONYMOUS, "", "", "", "" },
        { "arn:aws:iam::1:group/g", REQUEST_OTHER, "1", "", "", "" },
        { "arn:aws:iam::1:user/", REQUEST_OTHER, "1", "", "", "" },
        { "arn:aws:sts::1:assumed-role/reader", REQUEST_OTHER, "1", "", "", "" },
        { "arn:aws:s3:::bucket", REQUEST_OTHER, "", "", "", "" },
    };
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]) && !test_left(); i++) {
        check_principal(&examples[i]);
    }
}

CASE(policy_request_refuses_what_is_no_principal)
{
    static const char *const texts[] = { "bob", "arn:aws:iam", "arn:aws:iam::1:", "a b.c",
                                         "xrn:a:b:c:d:e" };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct request_principal principal;
        struct lic_err err;
        EXPECT_RC(request_principal_read(str_z(texts[i]), &principal, &err), LIC_E_SYNTAX);
    }
}

CASE(policy_request_knows_roles_of_services)
{
    struct request_principal principal;
    struct lic_err err;
    EXPECT_OK(
        request_principal_read(
            LIC_STR("arn:aws:iam::1:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"),
            &principal, &err),
        &err);
    EXPECT(principal.service_linked);
    EXPECT_OK(
        request_principal_read(LIC_STR("arn:aws:iam::1:role/AWSServiceRoleForX"), &principal, &err),
        &err);
    EXPECT(!principal.service_linked);
}

CASE(policy_request_finds_keys_whatever_their_case)
{
    enum { KEYS = 500 };
    static const lic_str value = { "v", 1 };
    TEST_ARENA(arena);
    struct lic_err err;
    struct request_context context;
    EXPECT_OK(request_context_init(&context, arena, KEYS, &err), &err);
    for (uint32_t i = 0; i < KEYS; i++) {
        char key[32];
        snprintf(key, sizeof(key), "aws:PrincipalTag/K%u", i);
        lic_str kept = str_copy(arena, str_z(key));
        EXPECT(kept.at != NULL);
        EXPECT_OK(request_context_add(&context, kept, &value, 1, false, &err), &err);
    }
    struct policy_request request = { .table = context.slots, .mask = context.mask };
    for (uint32_t i = 0; i < KEYS + 50; i++) {
        char key[32];
        struct request_key lookup;
        struct request_found found;
        snprintf(key, sizeof(key), "AWS:principaltag/k%u", i);
        EXPECT_OK(vars_key(arena, str_z(key), &lookup, &err), &err);
        EXPECT_OK(request_find(&request, &lookup, arena, &found, &err), &err);
        EXPECT(found.present == (i < KEYS) && !found.list);
    }
    EXPECT_RC(request_context_add(&context, LIC_STR("aws:principalTAG/k7"), &value, 1, false, &err),
              LIC_E_DUPLICATE);
}

CASE(policy_request_context_has_room_for_what_was_asked)
{
    static const lic_str value = { "v", 1 };
    static const char *const keys[] = { "a", "b", "c", "d", "e" };
    TEST_ARENA(arena);
    struct lic_err err;
    struct request_context context;
    enum lic_rc rc = LIC_OK;
    EXPECT_OK(request_context_init(&context, arena, 0, &err), &err);
    for (size_t i = 0; i < 5 && rc == LIC_OK; i++) {
        rc = request_context_add(&context, str_z(keys[i]), &value, 1, false, &err);
    }
    EXPECT_RC(rc, LIC_E_LIMIT);
    EXPECT_RC(request_context_init(&context, arena, UINT32_MAX, &err), LIC_E_LIMIT);
}

static void expect_value(const struct policy_request *request, struct arena *arena, const char *key,
                         const char *expected)
{
    struct lic_err err;
    struct request_key lookup;
    const lic_str *values = NULL;
    uint32_t n = 0;
    bool present = false;
    EXPECT_OK(vars_key(arena, str_z(key), &lookup, &err), &err);
    EXPECT_OK(request_values(request, &lookup, arena, &values, &n, &present, &err), &err);
    EXPECT_U64(present, expected != NULL);
    EXPECT(!expected || n == 1);
    EXPECT(!expected || str_eq(values[0], str_z(expected)));
}

CASE(policy_request_reads_an_event)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct event event;
    struct policy_request request;
    event_init(&event);
    event.action = LIC_STR("lambda:InvokeFunction");
    event.resource = LIC_STR("arn:aws:lambda:eu-west-1:111122223333:function:f");
    event.principal = LIC_STR("arn:aws:sts::111122223333:assumed-role/reader/s");
    event.role = LIC_STR("arn:aws:iam::111122223333:role/path/reader");
    event.source_ip = LIC_STR("192.0.2.7");
    event.max_tokens = 100;
    event.time = 0;
    struct event_extra tag = { .key = LIC_STR("aws:PrincipalTag/Team") };
    EXPECT_RC(str_list_add(&tag.values, arena, LIC_STR("red")), LIC_OK);
    EXPECT(ARENA_PUSH(arena, &event.extras, tag));
    EXPECT_OK(request_from_event(&event, arena, &request, &err), &err);
    EXPECT(request.strict && request.principal.kind == REQUEST_ROLE_SESSION);
    EXPECT_STR(request.principal.role_arn, "arn:aws:iam::111122223333:role/path/reader");
    EXPECT_STR(request.resource_account, "111122223333");
    expect_value(&request, arena, "AWS:sourceip", "192.0.2.7");
    expect_value(&request, arena, "lictor:MaxTokens", "100");
    expect_value(&request, arena, "aws:EpochTime", "0");
    expect_value(&request, arena, "aws:PrincipalAccount", "111122223333");
    expect_value(&request, arena, "aws:principaltag/team", "red");
    expect_value(&request, arena, "aws:UserAgent", NULL);
    expect_value(&request, arena, "nobody:Knows", NULL);
}

CASE(policy_request_of_a_model_has_no_account)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct event event;
    struct policy_request request;
    event_init(&event);
    event.resource = LIC_STR("arn:lictor:model:eu-west-1:openai:gpt");
    EXPECT_OK(request_from_event(&event, arena, &request, &err), &err);
    EXPECT(request.resource_account.n == 0 && request.principal.kind == REQUEST_ANONYMOUS);
}
