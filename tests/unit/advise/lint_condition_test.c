/* SPDX-License-Identifier: Apache-2.0 */
/* The table of what an asterisk alone comes to, whole. */
#include "unit/advise/linted.h"
#include "base/check.h"
#include <stdio.h>

static uint32_t star(const char *operator, const char * key, enum lint_code code)
{
    char policy[400];
    int n = snprintf(policy, sizeof policy,
                     "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\","
                     "\"Action\":\"s3:GetObject\",\"Resource\":\"*\","
                     "\"Condition\":{\"%s\":{\"%s\":\"*\"}}}]}",
                     operator, key);
    CHECK(n > 0 && (size_t)n < sizeof policy);
    return linted(LIC_LINT_IDENTITY, policy, code);
}

CASE(lint_condition_knows_what_an_asterisk_alone_means)
{
    static const struct {
        const char *operator;
        enum lint_code code;
    } rows[] = {
        { "StringLike", LINT_EQUIVALENT_TO_NULL_FALSE },
        { "StringNotLike", LINT_EQUIVALENT_TO_NULL_TRUE },
        { "StringLikeIfExists", LINT_REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION },
        { "StringNotLikeIfExists", LINT_EQUIVALENT_TO_NULL_TRUE },
        { "ForAllValues:StringLike", LINT_REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION },
        { "ForAllValues:StringNotLike", LINT_EQUIVALENT_TO_NULL_TRUE },
        { "ForAnyValue:StringLike", LINT_EQUIVALENT_TO_NULL_FALSE },
        { "ForAnyValue:StringNotLike", LINT_REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        EXPECT_U64(star(rows[i].operator, "aws:TagKeys", rows[i].code), 1);
    }
    EXPECT_U64(star("StringEquals", "aws:username", LINT_EQUIVALENT_TO_NULL_FALSE), 0);
}
