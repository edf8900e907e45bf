/* SPDX-License-Identifier: Apache-2.0 */
/* Resources at the edge: ARNs with everything open, and very long ones. */
#include "unit/advise/linted.h"

#define RESOURCE(arn) LINTED_POLICY("\"Action\":\"s3:GetObject\",\"Resource\":\"" arn "\"")

CASE(lint_resource_lets_open_parts_be)
{
    static const char *const open[] = {
        RESOURCE("arn:*:s3:*:*:*"), RESOURCE("arn:aws:s3:::*"), RESOURCE("arn:aws:s3:::b*"),
        RESOURCE("arn:${aws:PrincipalTag/p}:s3:::b/${aws:username}")
    };
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
        EXPECT_U64(linted(LIC_LINT_IDENTITY, open[i], LINT_INVALID_ARN_RESOURCE), 0);
        EXPECT_U64(linted(LIC_LINT_IDENTITY, open[i], LINT_INVALID_PARTITION), 0);
        EXPECT_U64(linted(LIC_LINT_IDENTITY, open[i], LINT_RESOURCE_MISMATCH), 0);
    }
}

CASE(lint_resource_says_nothing_of_what_is_too_long_to_compare)
{
    char policy[2000] = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                        "\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::";
    size_t n = strlen(policy);
    memset(policy + n, '?', 900);
    memcpy(policy + n + 900, "\"}]}", 5);
    EXPECT_U64(linted(LIC_LINT_IDENTITY, policy, LINT_RESOURCE_MISMATCH), 0);
    EXPECT_U64(linted(LIC_LINT_IDENTITY, policy, LINT_INVALID_ARN_RESOURCE), 0);
}
