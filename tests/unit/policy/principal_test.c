/* SPDX-License-Identifier: Apache-2.0 */
/* Whom Principal and NotPrincipal name; tests/cases/policy/semantics has what follows from it. */
#include "policy/principal.h"

#include "test.h"

#define ACCOUNT "111122223333"
#define SESSION "arn:aws:sts::" ACCOUNT ":assumed-role/R/s"

static enum principal_grant named(const char *caller, bool deny, bool excluded,
                                  enum doc_principal_kind kind, const char *text)
{
    struct lic_err err;
    struct request_principal who = { .kind = REQUEST_OTHER };
    struct doc_principal one = { .kind = kind, .text = str_z(text) };
    struct doc_statement statement = {
        .deny = deny,
        .principals = { .at = &one, .n = 1, .given = true, .excluded = excluded },
    };
    enum lic_rc rc = request_principal_read(str_z(caller), &who, &err);
    test_rc(rc, LIC_OK, &err, __FILE__, __LINE__, caller);
    return principal_named(&statement, &who, /* bounded= */ false);
}

static enum principal_grant aws_named(const char *caller, const char *text)
{
    return named(caller, false, false, DOC_PRINCIPAL_AWS, text);
}

CASE(policy_principal_grants_by_the_name_that_is_used)
{
    EXPECT_U64(aws_named(SESSION, SESSION), GRANT_DIRECT);
    EXPECT_U64(aws_named(SESSION, "arn:aws:iam::" ACCOUNT ":role/R"), GRANT_LIMITED);
    EXPECT_U64(aws_named(SESSION, "arn:aws:iam::" ACCOUNT ":role/a/path/R"), GRANT_LIMITED);
    EXPECT_U64(aws_named(SESSION, ACCOUNT), GRANT_ACCOUNT);
    EXPECT_U64(aws_named(SESSION, "arn:aws:iam::" ACCOUNT ":root"), GRANT_ACCOUNT);
    EXPECT_U64(aws_named("arn:aws:iam::" ACCOUNT ":root", ACCOUNT), GRANT_DIRECT);
    EXPECT_U64(named(SESSION, false, false, DOC_PRINCIPAL_ANYONE, "*"), GRANT_DIRECT);
    EXPECT_U64(named("*", false, false, DOC_PRINCIPAL_ANYONE, "*"), GRANT_DIRECT);
}

CASE(policy_principal_takes_nobody_for_somebody_else)
{
    EXPECT_U64(aws_named(SESSION, "arn:aws:iam::" ACCOUNT ":role/r"), GRANT_NONE);
    EXPECT_U64(aws_named(SESSION, "arn:aws:iam::" ACCOUNT ":user/R"), GRANT_NONE);
    EXPECT_U64(aws_named(SESSION, "arn:aws:iam::444455556666:role/R"), GRANT_NONE);
    EXPECT_U64(aws_named(SESSION, "arn:aws:iam::" ACCOUNT ":role/"), GRANT_NONE);
    EXPECT_U64(aws_named(SESSION, "444455556666"), GRANT_NONE);
    EXPECT_U64(aws_named(SESSION, ""), GRANT_NONE);
    EXPECT_U64(aws_named("*", ""), GRANT_NONE);
    EXPECT_U64(aws_named("*", ACCOUNT), GRANT_NONE);
    EXPECT_U64(aws_named("lambda.amazonaws.com", "lambda.amazonaws.com"), GRANT_NONE);
    EXPECT_U64(named(SESSION, false, false, DOC_PRINCIPAL_SERVICE, SESSION), GRANT_NONE);
    EXPECT_U64(named(SESSION, false, false, DOC_PRINCIPAL_FEDERATED, SESSION), GRANT_NONE);
}

CASE(policy_principal_of_services_and_providers)
{
    const char *oidc = "arn:aws:iam::" ACCOUNT ":oidc-provider/token.example.com";
    EXPECT_U64(
        named("lambda.amazonaws.com", false, false, DOC_PRINCIPAL_SERVICE, "lambda.amazonaws.com"),
        GRANT_DIRECT);
    EXPECT_U64(named(oidc, false, false, DOC_PRINCIPAL_FEDERATED, oidc), GRANT_DIRECT);
}

CASE(policy_principal_excluded_spares_only_all_names)
{
    EXPECT_U64(named(SESSION, true, true, DOC_PRINCIPAL_AWS, SESSION), GRANT_DIRECT);
    EXPECT_U64(named(SESSION, true, true, DOC_PRINCIPAL_AWS, ACCOUNT), GRANT_DIRECT);
    EXPECT_U64(named("arn:aws:iam::" ACCOUNT ":root", true, true, DOC_PRINCIPAL_AWS, ACCOUNT),
               GRANT_NONE);
    EXPECT_U64(named(SESSION, false, true, DOC_PRINCIPAL_AWS, ACCOUNT), GRANT_NONE);
    EXPECT_U64(named(SESSION, false, true, DOC_PRINCIPAL_AWS, "444455556666"), GRANT_DIRECT);
}

CASE(policy_principal_absent_is_about_everybody)
{
    struct doc_statement statement = { .deny = false };
    struct request_principal nobody = { .kind = REQUEST_ANONYMOUS };
    EXPECT_U64(principal_named(&statement, &nobody, true), GRANT_DIRECT);
}
