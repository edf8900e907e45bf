/* SPDX-License-Identifier: Apache-2.0 */
/* Statements in words. */
#include "advise/grants_words.h"

#include "policy/policy.h"
#include "test.h"

#include <stdio.h>

static void expect_words(const char *statement, const char *words)
{
    TEST_ARENA(arena);
    char text[1024];
    const struct policy_doc *doc;
    struct buf out;
    struct lic_err err;
    (void)snprintf(text, sizeof text, "{\"Version\":\"2012-10-17\",\"Statement\":\n{%s}}",
                   statement);
    EXPECT_OK(policy_doc_read(arena, LIC_STR("p.json"), str_z(text), DOC_ANY, &doc, &err), &err);
    buf_init(&out, arena, 4096);
    grants_words_place(&out, doc, &doc->statements[0]);
    buf_add_char(&out, ' ');
    grants_words_statement(&out, &doc->statements[0]);
    EXPECT_STR(buf_str(&out), words);
}

CASE(grants_words_say_what_a_statement_does)
{
    expect_words("\"Effect\":\"Allow\",\"Action\":[\"a:B\",\"a:C\"],\"Resource\":\"*\"",
                 "p.json:2 may a:B, a:C on *");
    expect_words(
        "\"Sid\":\"S\",\"Effect\":\"Deny\",\"NotAction\":\"a:B\",\"NotResource\":\"arn:aws:a:::r\"",
        "p.json:2 (S) may not anything but a:B on anything but arn:aws:a:::r");
}

CASE(grants_words_say_conditions)
{
    static const struct {
        const char *condition, *words;
    } rows[] = {
        { "\"StringEquals\":{\"k:a\":[\"x\",\"y\"]}", "k:a is x or y" },
        { "\"StringNotLikeIfExists\":{\"k:a\":[\"x*\",\"y\"]}",
          "k:a is not like x* nor y, or it is absent" },
        { "\"NumericLessThanEquals\":{\"k:a\":\"5\"}", "k:a is at most 5" },
        { "\"NotIpAddress\":{\"k:a\":\"10.0.0.0/8\"}", "k:a is not in 10.0.0.0/8" },
        { "\"ForAnyValue:StringEquals\":{\"k:a\":\"x\"}", "one of k:a is x" },
        { "\"ForAllValues:StringEqualsIgnoreCase\":{\"k:a\":\"x\"}",
          "each of k:a is, in any case, x" },
        { "\"Null\":{\"k:a\":\"true\"}", "k:a is absent" },
        { "\"Null\":{\"k:a\":\"false\"}", "k:a is present" },
        { "\"Bool\":{\"k:a\":\"true\"},\"DateGreaterThan\":{\"k:b\":\"2026-01-01T00:00:00Z\"}",
          "k:a is true and k:b is more than 2026-01-01T00:00:00Z" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char statement[512], words[512];
        (void)snprintf(
            statement, sizeof statement,
            "\"Effect\":\"Allow\",\"Action\":\"a:B\",\"Resource\":\"*\",\"Condition\":{%s}",
            rows[i].condition);
        (void)snprintf(words, sizeof words, "p.json:2 may a:B on * if %s", rows[i].words);
        expect_words(statement, words);
    }
}
