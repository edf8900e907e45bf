/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes as AWS counts them: characters, with or without blanks. */
#include "unit/advise/linted.h"

CASE(lint_statement_counts_no_blanks_where_aws_does_not)
{
    char policy[8000] =
        LINTED_POLICY("\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::b/*\"");
    size_t n = strlen(policy);
    memset(policy + n, ' ', 7000);
    policy[n + 7000] = '\0';
    EXPECT_U64(linted(LIC_LINT_IDENTITY, policy, LINT_POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA),
               0);
    EXPECT_U64(linted(LIC_LINT_SCP, policy, LINT_POLICY_SIZE_EXCEEDS_SCP_QUOTA), 1);
    EXPECT_U64(linted(LIC_LINT_SESSION, policy, LINT_POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA), 1);
}
