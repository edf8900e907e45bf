/* SPDX-License-Identifier: Apache-2.0 */
/* Masks: only what is to be rewritten, and nothing of it left where two overlap. */
#include "detect/redact.h"

#include "test.h"

static struct finding found(uint32_t start, uint32_t end, enum finding_action action)
{
    return (
        struct finding){ .type = LIC_STR("EMAIL"), .start = start, .end = end, .action = action };
}

static lic_str redacted(struct arena *arena, const char *text, const struct finding *at, uint32_t n)
{
    struct buf out;
    struct lic_err err;
    buf_init(&out, arena, 4096);
    redact_text(str_z(text), at, n, &out);
    return buf_check(&out, "out", &err) == LIC_OK ? buf_str(&out) : LIC_STR("failed");
}

CASE(redact_masks_what_is_to_be_rewritten)
{
    TEST_ARENA(arena);
    struct finding at[] = { found(0, 2, ACTION_REWRITE), found(4, 5, ACTION_FLAG),
                            found(6, 8, ACTION_REWRITE) };
    EXPECT_STR(redacted(arena, "01234567", at, 3), "{EMAIL}2345{EMAIL}");
    EXPECT_STR(redacted(arena, "01234567", at, 0), "01234567");
    EXPECT_STR(redacted(arena, "", at, 0), "");
}

CASE(redact_leaves_no_byte_of_overlapping_findings)
{
    TEST_ARENA(arena);
    struct finding at[] = { found(1, 5, ACTION_REWRITE), found(2, 3, ACTION_REWRITE),
                            found(4, 7, ACTION_REWRITE) };
    EXPECT_STR(redacted(arena, "01234567", at, 3), "0{EMAIL}{EMAIL}7");
}

/* ---- other ways ---- */

static struct token_key some_key = { .number = 0, .bytes = { 9, 8, 7 } };

struct ways_world {
    struct token_keys keys;
    struct redact_ways ways;
};

static void ways_world_init(struct ways_world *world, enum redact_way way)
{
    world->keys = (struct token_keys){ &some_key, 1, LIC_STR("t") };
    world->ways = (struct redact_ways){ .otherwise = way, .keys = &world->keys };
}

static lic_str redacted_as(struct arena *arena, const char *text, struct finding finding,
                           enum redact_way way)
{
    struct ways_world world;
    struct buf out;
    ways_world_init(&world, way);
    buf_init(&out, arena, 4096);
    redact_text_as(str_z(text), &finding, 1, &world.ways, &out);
    return out.failed == LIC_OK ? buf_str(&out) : LIC_STR("failed");
}

CASE(redact_shows_a_part)
{
    TEST_ARENA(arena);
    struct finding email = found(3, 18, ACTION_REWRITE);
    EXPECT_STR(redacted_as(arena, "to ann@example.com", email, REDACT_PARTIAL),
               "to ***@example.com");
    struct finding card = { .type = LIC_STR("CREDIT_DEBIT_CARD_NUMBER"),
                            .end = 19,
                            .category = FINDING_FINANCIAL,
                            .action = ACTION_REWRITE };
    EXPECT_STR(redacted_as(arena, "4111-1111-1111-1234", card, REDACT_PARTIAL),
               "****-****-****-1234");
    struct finding pin = { .type = LIC_STR("PIN"), .end = 8, .action = ACTION_REWRITE };
    EXPECT_STR(redacted_as(arena, "12345678", pin, REDACT_PARTIAL), "{PIN}");
    struct finding name = { .type = LIC_STR("NAME"), .end = 3, .action = ACTION_REWRITE };
    EXPECT_STR(redacted_as(arena, "Ann", name, REDACT_PARTIAL), "{NAME}");
    struct finding key = { .type = LIC_STR("API_KEY"),
                           .end = 12,
                           .category = FINDING_CREDENTIALS,
                           .action = ACTION_REWRITE };
    EXPECT_STR(redacted_as(arena, "abcdefghijkl", key, REDACT_PARTIAL), "{API_KEY}");
}

CASE(redact_removes)
{
    TEST_ARENA(arena);
    EXPECT_STR(redacted_as(arena, "to a@b.c!", found(3, 8, ACTION_REWRITE), REDACT_REMOVE), "to !");
    EXPECT_STR(redacted_as(arena, "xa@by", found(1, 4, ACTION_REWRITE), REDACT_REMOVE),
               "x{EMAIL}y");
}

static lic_str reversed(struct arena *arena, lic_str text, uint32_t *n)
{
    struct token_keys keys = { &some_key, 1, LIC_STR("t") };
    struct redact_reveal reveal = { .keys = &keys };
    struct buf out;
    buf_init(&out, arena, 1u << 16);
    redact_reverse(&reveal, text, arena, &out, n);
    return out.failed == LIC_OK ? buf_str(&out) : LIC_STR("failed");
}

CASE(redact_tokens_come_back)
{
    TEST_ARENA(arena);
    uint32_t n = 0;
    lic_str token =
        redacted_as(arena, "to ann@example.com, now", found(3, 18, ACTION_REWRITE), REDACT_TOKEN);
    EXPECT(str_starts(token, LIC_STR("to EMAIL_lt0")));
    EXPECT_STR(reversed(arena, token, &n), "to ann@example.com, now");
    EXPECT_U64(n, 1);
}

/* What a token would run into makes it a mask: it could not be told apart any more. */
CASE(redact_tokens_are_masks_within_words)
{
    TEST_ARENA(arena);
    EXPECT_STR(redacted_as(arena, "ab", found(0, 1, ACTION_REWRITE), REDACT_TOKEN), "{EMAIL}b");
    EXPECT_STR(redacted_as(arena, "Ab", found(1, 2, ACTION_REWRITE), REDACT_TOKEN), "A{EMAIL}");
    EXPECT(str_starts(redacted_as(arena, "ab", found(1, 2, ACTION_REWRITE), REDACT_TOKEN),
                      LIC_STR("aEMAIL_lt0")));
}

/* Findings that overlap or touch become one token, so that everything comes back. */
CASE(redact_joins_what_touches)
{
    TEST_ARENA(arena);
    struct ways_world world;
    struct buf out;
    uint32_t n = 0;
    struct finding at[] = { found(1, 5, ACTION_REWRITE), found(4, 7, ACTION_REWRITE),
                            found(7, 8, ACTION_REWRITE), found(9, 10, ACTION_REWRITE) };
    ways_world_init(&world, REDACT_TOKEN);
    buf_init(&out, arena, 4096);
    redact_text_as(LIC_STR(" 23456 8 0 "), at, 4, &world.ways, &out);
    EXPECT_STR(reversed(arena, buf_str(&out), &n), " 23456 8 0 ");
    EXPECT_U64(n, 2);
}

CASE(redact_ways_are_of_types)
{
    static const struct redact_row rows[] = { { { "EMAIL", 5 }, REDACT_REMOVE } };
    struct redact_ways ways = { .at = rows, .n = 1, .otherwise = REDACT_PARTIAL };
    enum redact_way way;
    EXPECT(redact_way_of(&ways, LIC_STR("EMAIL")) == REDACT_REMOVE);
    EXPECT(redact_way_of(&ways, LIC_STR("PHONE")) == REDACT_PARTIAL);
    EXPECT(redact_way_from(LIC_STR("token"), &way) && way == REDACT_TOKEN);
    EXPECT(!redact_way_from(LIC_STR("burn"), &way));
}

CASE(redact_without_a_key_masks)
{
    TEST_ARENA(arena);
    struct redact_ways ways = { .otherwise = REDACT_TOKEN };
    struct finding finding = found(0, 3, ACTION_REWRITE);
    struct buf out;
    buf_init(&out, arena, 256);
    redact_text_as(LIC_STR("a@b"), &finding, 1, &ways, &out);
    EXPECT_STR(buf_str(&out), "{EMAIL}");
}

CASE(redact_skips_findings_within_tokens_that_open)
{
    TEST_ARENA(arena);
    struct token_keys keys = { &some_key, 1, LIC_STR("t") };
    struct findings findings = { 0 };
    lic_str text = redacted_as(arena, "a@b c", found(0, 3, ACTION_REWRITE), REDACT_TOKEN);
    EXPECT(text.n > 20);
    EXPECT(ARENA_PUSH(arena, &findings, found(8, 20, ACTION_REWRITE)));
    EXPECT(ARENA_PUSH(arena, &findings, found(8, (uint32_t)text.n, ACTION_REWRITE)));
    redact_skip_tokens(text, &keys, arena, &findings, 0);
    EXPECT_U64(findings.n, 1);
    keys.tenant = LIC_STR("other");
    EXPECT(ARENA_PUSH(arena, &findings, found(8, 20, ACTION_REWRITE)));
    redact_skip_tokens(text, &keys, arena, &findings, 0);
    EXPECT_U64(findings.n, 2);
}
