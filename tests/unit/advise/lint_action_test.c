/* SPDX-License-Identifier: Apache-2.0 */
/* What the cases of actions leave out: lists too long to compare, and names in any case. */
#include "unit/advise/linted.h"

#include "base/buf.h"

static const char *with_actions(struct arena *arena, uint32_t n)
{
    struct buf out;
    buf_init(&out, arena, 1 << 20);
    buf_add(&out, LIC_STR("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\","
                          "\"Resource\":\"*\",\"Action\":[\"S3:GETOBJECT\""));
    for (uint32_t i = 0; i < n; i++) {
        buf_add(&out, LIC_STR(",\"s3:GetObject\""));
    }
    buf_add(&out, LIC_STR("]}]}"));
    buf_add_char(&out, '\0');
    return out.failed == LIC_OK ? out.at : NULL;
}

CASE(lint_action_of_any_case_is_the_same_action)
{
    TEST_ARENA(arena);
    const char *policy = with_actions(arena, 3);
    EXPECT(policy != NULL);
    EXPECT_U64(linted(LIC_LINT_IDENTITY, policy, LINT_REDUNDANT_ACTION), 3);
    EXPECT_U64(linted(LIC_LINT_IDENTITY, policy, LINT_INVALID_ACTION), 0);
}

CASE(lint_action_lists_beyond_all_measure_are_not_compared)
{
    TEST_ARENA(arena);
    const char *policy = with_actions(arena, 600);
    EXPECT(policy != NULL);
    if (!test_rerun()) {
        EXPECT_U64(linted(LIC_LINT_IDENTITY, policy, LINT_REDUNDANT_ACTION), 0);
    }
}
