/* SPDX-License-Identifier: Apache-2.0 */
/* Principals at the edge of their forms. */
#include "unit/advise/linted.h"
#include "base/check.h"
#include <stdio.h>

static uint32_t who(const char *principal, enum lint_code code)
{
    char policy[600];
    int n = snprintf(policy, sizeof policy,
                     "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                     "\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::b/*\","
                     "\"Principal\":%s}]}",
                     principal);
    CHECK(n > 0 && (size_t)n < sizeof policy);
    return linted(LIC_LINT_RESOURCE, policy, code);
}

CASE(lint_principal_takes_every_form_aws_takes)
{
    static const char *const good[] = {
        "{\"AWS\":\"111122223333\"}",
        "{\"AWS\":\"arn:aws:iam::111122223333:root\"}",
        "{\"AWS\":\"arn:aws-cn:iam::111122223333:user/a/b\"}",
        "{\"AWS\":\"arn:aws:sts::111122223333:federated-user/f\"}",
        "{\"AWS\":\"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1\"}",
        "{\"CanonicalUser\":\"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be\"}"
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        EXPECT_U64(who(good[i], LINT_INVALID_PRINCIPAL_FORMAT), 0);
    }
}

CASE(lint_principal_refuses_what_only_looks_like_one)
{
    static const char *const bad[] = { "{\"AWS\":\"\"}",
                                       "{\"AWS\":\"11112222333\"}",
                                       "{\"AWS\":\"arn:aws:iam::1:root\"}",
                                       "{\"AWS\":\"arn:aws:s3:::bucket\"}",
                                       "[\"*\"]",
                                       "7" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        EXPECT_U64(who(bad[i], LINT_INVALID_PRINCIPAL_FORMAT), 1);
    }
    EXPECT_U64(who("{\"Service\":\"\"}", LINT_INVALID_SERVICE_PRINCIPAL_FORMAT), 1);
    EXPECT_U64(who("{\"Service\":\".amazonaws.com\"}", LINT_INVALID_SERVICE_PRINCIPAL_FORMAT), 1);
}
