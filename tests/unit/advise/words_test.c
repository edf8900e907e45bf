/* SPDX-License-Identifier: Apache-2.0 */
/* Statements in words. */
#include "advise/words.h"

#include "docs.h"

CASE(words_of_a_statement)
{
    TEST_ARENA(arena);
    struct buf out;
    const struct policy_doc *doc = docs_read(
        arena, DOC_ANY,
        "{\"Sid\":\"S\",\"Effect\":\"Allow\",\"NotAction\":[\"iam:*\",\"sts:*\"],"
        "\"Resource\":\"*\",\"Condition\":{\"StringNotLike\":{\"app:K\":[\"a*\",\"b\"]},"
        "\"ForAnyValue:StringEqualsIfExists\":{\"app:L\":\"x\"},\"Null\":{\"app:M\":\"true\"},"
        "\"DateLessThan\":{\"app:N\":\"2026\"},\"IpAddress\":{\"app:O\":\"10.0.0.0/8\"}}}");
    EXPECT(doc != NULL);
    buf_init(&out, arena, 4096);
    words_patterns(&out, &doc->statements[0].actions);
    buf_addf(&out, " on ");
    words_patterns(&out, &doc->statements[0].resources);
    buf_addf(&out, " when ");
    words_conditions(&out, &doc->statements[0]);
    buf_addf(&out, " by ");
    words_place(&out, doc, &doc->statements[0]);
    EXPECT_STR(buf_str(&out),
               "everything but iam:*, sts:* on * when app:K does not match a* nor b and some value "
               "of app:L is x (if given) and app:M is absent and app:N is before 2026 and app:O is "
               "in 10.0.0.0/8 by doc.json:1:38 (S)");
}
