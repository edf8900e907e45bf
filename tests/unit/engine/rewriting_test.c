/* SPDX-License-Identifier: Apache-2.0 */
/* How types are rewritten and with which keys; the way back is in tests/cases/exchange/token_*. */
#include "engine/rewriting.h"

#include "test.h"

CASE(rewriting_keyed_ways_are_told)
{
    static const struct redact_row rows[] = { { { "EMAIL", 5 }, REDACT_TOKEN } };
    struct redact_ways ways = { .otherwise = REDACT_PARTIAL };
    EXPECT(!rewriting_is_keyed(&ways));
    ways.otherwise = REDACT_HASH;
    EXPECT(rewriting_is_keyed(&ways));
    ways = (struct redact_ways){ .at = rows, .n = 1 };
    EXPECT(rewriting_is_keyed(&ways));
}

CASE(rewriting_redacts_what_is_somebodys_and_not_attacks)
{
    EXPECT(rewriting_redacts(FINDING_PII));
    EXPECT(rewriting_redacts(FINDING_CREDENTIALS));
    EXPECT(rewriting_redacts(FINDING_CUSTOM));
    EXPECT(!rewriting_redacts(FINDING_INJECTION));
    EXPECT(!rewriting_redacts(FINDING_JAILBREAK));
}

static bool knows_email(const void *arg, lic_str type)
{
    (void)arg;
    return str_eq(type, LIC_STR("EMAIL"));
}

static enum lic_rc read_block(struct arena *arena, const char *json, struct mistakes *mistakes,
                              struct redact_ways *out, struct lic_err *err)
{
    struct yaml_node *root;
    struct shape shape = { arena, mistakes, LIC_STR("g.json"), /* json= */ true };
    struct rewriting_known known = { knows_email, NULL };
    TRY(yaml_json_read(arena, LIC_STR("g.json"), str_z(json), &root, err));
    return rewriting_read(&shape, root, &known, out, err);
}

CASE(rewriting_block_is_read)
{
    TEST_ARENA(arena);
    struct mistakes mistakes = { .arena = arena };
    struct redact_ways ways = { .n = 9 };
    struct lic_err err;
    EXPECT_OK(read_block(arena, "{\"EMAIL\":\"token\",\"*\":\"partial\"}", &mistakes, &ways, &err),
              &err);
    EXPECT_U64(mistakes.n, 0);
    EXPECT_U64(ways.n, 1);
    EXPECT(redact_way_of(&ways, LIC_STR("EMAIL")) == REDACT_TOKEN);
    EXPECT(redact_way_of(&ways, LIC_STR("PHONE")) == REDACT_PARTIAL);
}

CASE(rewriting_block_with_mistakes_names_them)
{
    TEST_ARENA(arena);
    struct mistakes mistakes = { .arena = arena };
    struct redact_ways ways;
    struct lic_err err;
    EXPECT_OK(
        read_block(arena, "{\"EMAIL\":\"burn\",\"NOTHING\":\"mask\"}", &mistakes, &ways, &err),
        &err);
    EXPECT_U64(mistakes.n, 2);
    EXPECT_U64(ways.n, 0);
    EXPECT_OK(read_block(arena, "[]", &mistakes, &ways, &err), &err);
    EXPECT_U64(mistakes.n, 3);
}
