/* SPDX-License-Identifier: Apache-2.0 */
/* Questions asked with texts, as the command line does. */
#include <lictor/prove.h>

#include "docs.h"

#define DOC(inside) "{\"Version\":\"2012-10-17\",\"Statement\":[" inside "]}"
#define PUBLIC(principal, condition)                                                               \
    DOC("{\"Effect\":\"Allow\",\"Principal\":" principal                                           \
        ",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::b/*\"" condition "}")

static void give_back(lic_str *text)
{
    const struct lic_host *host = test_host();
    host->resize(host->ctx, (void *)(uintptr_t)text->at, 0);
}

static struct lic_policy_file file_of(const char *text)
{
    return (struct lic_policy_file){ LIC_STR("p.json"), str_z(text) };
}

static void check_verdict(const struct lic_prove_ask *ask, enum lic_prove_verdict expected)
{
    CLEANUP(give_back) lic_str text = { NULL, 0 };
    enum lic_prove_verdict verdict = LIC_PROVE_UNKNOWN;
    struct lic_err err = { .rc = LIC_OK };
    EXPECT_OK(lic_prove(test_host(), ask, /* json= */ true, &verdict, &text, &err), &err);
    EXPECT_U64(verdict, expected);
}

static void check_public(const char *policy, enum lic_prove_verdict expected)
{
    struct lic_policy_file file = file_of(policy);
    struct lic_prove_ask ask = {
        .task = LIC_PROVE_NOT_PUBLIC, .resource = true, .b = &file, .b_n = 1
    };
    check_verdict(&ask, expected);
}

CASE(proving_what_is_public)
{
    check_public(PUBLIC("\"*\"", ""), LIC_PROVE_FAIL);
    check_public(PUBLIC("{\"AWS\":\"111122223333\"}", ""), LIC_PROVE_PASS);
    check_public(PUBLIC("{\"Service\":\"sns.amazonaws.com\"}", ""), LIC_PROVE_PASS);
}

#define WHEN(operator, key, value) ",\"Condition\":{\"" operator"\":{\"" key "\":\"" value "\"}}"

CASE(proving_what_conditions_close)
{
    check_public(PUBLIC("\"*\"", WHEN("StringEquals", "aws:PrincipalOrgID", "o-1")),
                 LIC_PROVE_PASS);
    check_public(PUBLIC("\"*\"", WHEN("StringLike", "aws:PrincipalOrgID", "o-*")), LIC_PROVE_FAIL);
    check_public(PUBLIC("\"*\"", WHEN("IpAddress", "aws:SourceIp", "192.0.2.0/24")),
                 LIC_PROVE_PASS);
    check_public(PUBLIC("\"*\"", WHEN("IpAddress", "aws:SourceIp", "0.0.0.0/1")), LIC_PROVE_FAIL);
}

CASE(proving_what_conditions_leave_open)
{
    check_public(PUBLIC("\"*\"", WHEN("Bool", "aws:SecureTransport", "true")), LIC_PROVE_FAIL);
    check_public(PUBLIC("\"*\"", WHEN("StringEqualsIfExists", "aws:SourceVpce", "vpce-1")),
                 LIC_PROVE_FAIL);
    check_public(PUBLIC("\"*\"", WHEN("ArnLike", "aws:SourceArn", "arn:aws:sns:*:111122223333:*")),
                 LIC_PROVE_PASS);
}

CASE(proving_that_somebody_cannot)
{
    struct lic_policy_file file =
        file_of(DOC(DOCS_ALLOW("s3:GetObject", "arn:aws:s3:::home/${aws:username}/*")));
    lic_str condition = LIC_STR("NumericLessThan:s3:max-keys=10");
    struct lic_prove_ask ask = { .task = LIC_PROVE_CANNOT,
                                 .b = &file,
                                 .b_n = 1,
                                 .principal = LIC_STR("arn:aws:iam::111122223333:user/bob"),
                                 .action = LIC_STR("s3:*"),
                                 .resource_pattern = LIC_STR("arn:aws:s3:::home/alice/*"),
                                 .conditions = &condition,
                                 .conditions_n = 1 };
    check_verdict(&ask, LIC_PROVE_PASS);
    ask.resource_pattern = LIC_STR("arn:aws:s3:::home/*");
    check_verdict(&ask, LIC_PROVE_FAIL);
    ask.action = LIC_STR("sts:GetCallerIdentity");
    check_verdict(&ask, LIC_PROVE_FAIL);
}

CASE(proving_both_ways_and_telling_the_difference)
{
    struct lic_policy_file a = file_of(DOC(DOCS_ALLOW("s3:Get*", "*")));
    struct lic_policy_file b = file_of(DOC(DOCS_ALLOW("s3:GetObject", "*")));
    struct lic_prove_ask ask = {
        .task = LIC_PROVE_EQUIVALENT, .a = &a, .a_n = 1, .b = &b, .b_n = 1
    };
    CLEANUP(give_back) lic_str text = { NULL, 0 };
    enum lic_prove_verdict verdict = LIC_PROVE_UNKNOWN;
    struct lic_err err = { .rc = LIC_OK };
    check_verdict(&ask, LIC_PROVE_FAIL);
    ask.task = LIC_PROVE_NO_NEW_ACCESS;
    check_verdict(&ask, LIC_PROVE_PASS);
    EXPECT_OK(lic_policy_diff(test_host(), &ask, /* json= */ false, &verdict, &text, &err), &err);
    EXPECT_U64(verdict, LIC_PROVE_PASS);
    EXPECT_STR(text, "gained: nothing\nlost: s3:Get* on *\n  by p.json:1:38\n  e.g. s3:get on *\n");
}

CASE(proving_names_the_place_of_a_mistake)
{
    struct lic_policy_file bad = file_of("{\"Version\":\"2012-10-17\",\"Statement\":[{}]}");
    struct lic_prove_ask ask = { .task = LIC_PROVE_NOT_PUBLIC, .b = &bad, .b_n = 1 };
    lic_str text = { NULL, 0 };
    enum lic_prove_verdict verdict = LIC_PROVE_UNKNOWN;
    struct lic_err err = { .rc = LIC_OK };
    EXPECT(lic_prove(test_host(), &ask, /* json= */ true, &verdict, &text, &err) != LIC_OK);
    EXPECT(err.line == 1 && err.column > 0);
}
