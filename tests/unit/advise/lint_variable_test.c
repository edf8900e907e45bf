/* SPDX-License-Identifier: Apache-2.0 */
/* Variables one beside the other. */
#include "unit/advise/linted.h"

#define RESOURCE(name)                                                                             \
    LINTED_POLICY("\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::b/" name "\"")

CASE(lint_variable_looks_at_each)
{
    const char *policy = RESOURCE("${aws:username}${}${aws:usr}${${*}${aws:PrincipalTag/a,b}");
    EXPECT_U64(linted(LIC_LINT_IDENTITY, policy, LINT_EMPTY_VARIABLE), 1);
    EXPECT_U64(linted(LIC_LINT_IDENTITY, policy, LINT_UNKNOWN_VARIABLE), 2);
    EXPECT_U64(linted(LIC_LINT_IDENTITY, policy, LINT_MISSING_QUOTE_IN_VARIABLE), 1);
    EXPECT_U64(linted(LIC_LINT_IDENTITY, RESOURCE("$"), LINT_MISSING_BRACE_IN_VARIABLE), 0);
    EXPECT_U64(linted(LIC_LINT_IDENTITY, RESOURCE("${"), LINT_MISSING_BRACE_IN_VARIABLE), 1);
}
