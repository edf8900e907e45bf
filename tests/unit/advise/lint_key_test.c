/* SPDX-License-Identifier: Apache-2.0 */
/* Keys by every way to write them, and suggestions for wrong ones. */
#include "unit/advise/linted.h"

static void keep(void *arg, const struct lic_lint_finding *finding)
{
    bool *suggested = arg;
    *suggested =
        *suggested ||
        str_find(finding->details, LIC_STR("did you mean aws:PrincipalArn?")) < finding->details.n;
}

CASE(lint_key_suggests_the_nearest_name)
{
    bool suggested = false;
    struct lic_err err;
    lic_str policy = LIC_STR(
        LINTED_POLICY("\"Action\":\"s3:GetObject\",\"Resource\":\"*\",\"Condition\":{\"ArnLike\":{"
                      "\"aws:PrincipalARNN\":\"arn:aws:iam::*:role/r\"}}"));
    EXPECT_OK(lic_lint_document(test_host(), LIC_STR("p"), policy, LIC_LINT_IDENTITY, LIC_STR(""),
                                keep, &suggested, &err),
              &err);
    EXPECT(suggested);
}

CASE(lint_key_knows_the_keys_of_the_gateway)
{
    const char *policy = LINTED_POLICY(
        "\"Action\":\"bedrock:InvokeModel\",\"Resource\":\"*\",\"Condition\":{"
        "\"NumericLessThan\":{\"lictor:MaxTokens\":\"1000\",\"lictor:Count/refund\":\"3\"},"
        "\"ForAnyValue:StringEquals\":{\"lictor:DataClass\":\"pii\"}}");
    EXPECT_U64(linted(LIC_LINT_IDENTITY, policy, LINT_INVALID_SERVICE_CONDITION_KEY), 0);
    EXPECT_U64(linted(LIC_LINT_IDENTITY, policy, LINT_MISSING_QUALIFIER), 0);
    EXPECT_U64(linted(LIC_LINT_IDENTITY, policy, LINT_UNSUPPORTED_ACTION_FOR_CONDITION_KEY), 0);
}
