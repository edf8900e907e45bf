/* SPDX-License-Identifier: Apache-2.0 */
/* The requests of strangers as a statement. What is public is in proving_test.c. */
#include "advise/public.h"

#include "docs.h"

CASE(public_what_pins_down_is_taken_out_of_the_requests)
{
    TEST_ARENA(arena);
    struct callers callers = { .n = 0 };
    const struct policy_doc *within = NULL;
    struct lic_err err;
    const struct policy_doc *doc = docs_read(
        arena, DOC_RESOURCE,
        "{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"*\","
        "\"Condition\":{\"StringEquals\":{\"aws:SourceVpce\":[\"vpce-1\",\"${aws:username}\"]},"
        "\"StringLike\":{\"aws:PrincipalOrgPaths\":[\"o-1/*\",\"o-*/x\"]},"
        "\"IpAddress\":{\"aws:SourceIp\":[\"10.0.0.0/8\",\"0.0.0.0/0\"]}}}");
    EXPECT(doc != NULL);
    EXPECT_OK(public_requests(&doc, 1, arena, &within, &callers, &err), &err);
    EXPECT_U64(within->statements[0].conditions.n, 3);
    for (uint32_t i = 0; i < 3; i++) {
        EXPECT_U64(within->statements[0].conditions.at[i].cond.values_n, 1);
        EXPECT(cond_operator_negated(within->statements[0].conditions.at[i].cond.op));
    }
    EXPECT(callers.n >= 3 && callers.at[0]->kind == REQUEST_ANONYMOUS);
}
