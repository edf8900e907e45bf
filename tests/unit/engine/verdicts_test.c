/* SPDX-License-Identifier: Apache-2.0 */
/* What was found before is found again, and nothing else. */
#include "engine/verdicts.h"

#include "test.h"
#include <lictor/lictor.h>

static const uint8_t SECRET[VERDICTS_SECRET_BYTES] = { 1 };
#define LONG_TEXT "a text that is long enough to be worth remembering, and so it is kept"

static bool id_of(struct arena *arena, lic_str text, enum event_channel channel, lic_str tool,
                  uint8_t out[LIC_VERDICT_ID_BYTES])
{
    struct scan_subject subject = { .text = text, .channel = channel, .tool = tool };
    struct verdicts_key key = { SECRET, false, &subject };
    return verdicts_id(&key, arena, out);
}

static void begin(void)
{
    struct lic_err err;
    EXPECT_OK(lic_verdicts_init(test_world()->verdicts, sizeof(test_world()->verdicts), &err),
              &err);
}

CASE(verdicts_come_back_as_they_went)
{
    TEST_ARENA(arena);
    uint8_t id[LIC_VERDICT_ID_BYTES];
    struct finding at[] = { { .rule = LIC_STR("pii.email"),
                              .type = LIC_STR("EMAIL"),
                              .category = FINDING_PII,
                              .severity = SEVERITY_HIGH,
                              .start = 2,
                              .end = 9,
                              .score = 0.75f },
                            { .rule = LIC_STR("x"), .type = LIC_STR("Y"), .end = 4 },
                            { .rule = LIC_STR("pii.email"),
                              .type = LIC_STR("EMAIL"),
                              .category = FINDING_PII,
                              .severity = SEVERITY_HIGH,
                              .start = 20,
                              .end = 29,
                              .score = 1 } };
    struct scan_scores scores = { .injection = 0.5f, .jailbreak = 0.25f, .cut = true }, back;
    struct findings found = { 0 };
    begin();
    EXPECT(id_of(arena, LIC_STR(LONG_TEXT), CHANNEL_USER, LIC_STR(""), id));
    EXPECT(!verdicts_get(test_host(), id, 60, arena, &found, &back));
    verdicts_put(test_host(), id, at, 3, &scores);
    EXPECT(verdicts_get(test_host(), id, 60, arena, &found, &back));
    EXPECT_U64(found.n, 3);
    EXPECT_STR(found.at[2].type, "EMAIL");
    EXPECT_U64(found.at[2].start, 20);
    EXPECT_STR(found.at[0].rule, "pii.email");
    EXPECT_STR(found.at[0].type, "EMAIL");
    EXPECT(found.at[0].category == FINDING_PII && found.at[0].severity == SEVERITY_HIGH);
    EXPECT(found.at[0].start == 2 && found.at[0].end == 9);
    EXPECT(back.cut && back.injection > 0.49f && back.jailbreak < 0.26f);
    /* What lies beyond the text is of no text of this length. */
    EXPECT(!verdicts_get(test_host(), id, 8, arena, &found, &back));
    EXPECT_U64(found.n, 3);
}

CASE(verdicts_of_another_place_are_other_verdicts)
{
    TEST_ARENA(arena);
    uint8_t one[LIC_VERDICT_ID_BYTES], other[LIC_VERDICT_ID_BYTES];
    EXPECT(id_of(arena, LIC_STR(LONG_TEXT), CHANNEL_USER, LIC_STR(""), one));
    EXPECT(id_of(arena, LIC_STR(LONG_TEXT), CHANNEL_USER, LIC_STR(""), other));
    EXPECT(memcmp(one, other, sizeof(one)) == 0);
    EXPECT(id_of(arena, LIC_STR(LONG_TEXT), CHANNEL_DOCUMENT, LIC_STR(""), other));
    EXPECT(memcmp(one, other, sizeof(one)) != 0);
    EXPECT(id_of(arena, LIC_STR(LONG_TEXT), CHANNEL_USER, LIC_STR("a"), other));
    EXPECT(memcmp(one, other, sizeof(one)) != 0);
    EXPECT(id_of(arena, LIC_STR(LONG_TEXT "."), CHANNEL_USER, LIC_STR(""), other));
    EXPECT(memcmp(one, other, sizeof(one)) != 0);
    EXPECT(!id_of(arena, LIC_STR("short"), CHANNEL_USER, LIC_STR(""), other));
}

CASE(verdicts_too_large_for_an_entry_are_not_kept)
{
    TEST_ARENA(arena);
    uint8_t id[LIC_VERDICT_ID_BYTES] = { 3 };
    struct finding many[40] = { { .rule = LIC_STR("r") } };
    struct scan_scores scores = { 0 };
    struct findings found = { 0 };
    begin();
    for (uint32_t i = 0; i < 40; i++) {
        many[i] =
            (struct finding){ .rule = LIC_STR("some.rule"), .type = LIC_STR("TYPE"), .end = 1 };
    }
    verdicts_put(test_host(), id, many, 40, &scores);
    EXPECT(!verdicts_get(test_host(), id, 60, arena, &found, &scores));
}

CASE(verdicts_used_longest_ago_go_first)
{
    char out[LIC_VERDICT_BYTES];
    size_t n = 0;
    void *memory = test_world()->verdicts;
    size_t bytes = sizeof(test_world()->verdicts);
    begin();
    for (uint32_t i = 0; i < 500; i++) {
        uint8_t id[LIC_VERDICT_ID_BYTES] = { (uint8_t)i, (uint8_t)(i >> 8), 1 };
        uint8_t first[LIC_VERDICT_ID_BYTES] = { 0, 0, 1 };
        lic_verdicts_put(memory, bytes, id, LIC_STR("entry"));
        EXPECT(lic_verdicts_get(memory, bytes, id, out, &n));
        EXPECT_U64(n, 5);
        EXPECT(lic_verdicts_get(memory, bytes, first, out, &n)); /* always in use */
    }
}

CASE(verdicts_memory_that_is_no_table_holds_nothing)
{
    uint8_t id[LIC_VERDICT_ID_BYTES] = { 1 };
    char out[LIC_VERDICT_BYTES];
    size_t n;
    struct lic_err err;
    uint64_t memory[16] = { 0 };
    EXPECT(!lic_verdicts_get(memory, sizeof(memory), id, out, &n));
    lic_verdicts_put(memory, sizeof(memory), id, LIC_STR("x"));
    EXPECT_RC(lic_verdicts_init(memory, sizeof(memory), &err), LIC_E_LIMIT);
}
