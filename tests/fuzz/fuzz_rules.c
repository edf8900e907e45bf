/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a rule file, and its patterns through everything short of the first pass. */
#include "detect/checksum.h"
#include "detect/detector.h"
#include "detect/nearby.h"
#include "detect/program.h"
#include "test.h"

/* Steps what was read over a text; the lengths told must hold for what is found. */
static void run(struct arena *arena, const struct pattern *pattern, lic_str text)
{
    struct program program;
    struct places places;
    struct program_ends ends;
    uint32_t entry = 0;
    program_init(&program, arena, /* reversed= */ false, PATTERN_UNBOUNDED);
    if (program_add(&program, pattern->root, 0, &entry, NULL) != LIC_OK) {
        return;
    }
    void *memory = arena_take(arena, places_bytes(program.instrs.n));
    if (!memory) {
        return;
    }
    places_init(&places, memory, program.instrs.n);
    text = str_head(text, 256);
    for (size_t start = 0; start < text.n; start += 1 + text.n / 16) {
        program_ends(&program, entry, &places, text, start, pattern->longest, &ends);
        for (uint32_t i = 0; i < ends.n; i++) {
            size_t length = ends.at[i] - start;
            CHECK(length >= pattern->shortest && length <= pattern->longest);
        }
    }
}

static void read_pattern(struct arena *arena, lic_str text, lic_str over)
{
    struct pattern pattern;
    struct pattern_ways ways = { 0 };
    if (pattern_read(arena, text, /* bounded= */ false, &pattern, NULL) != LIC_OK) {
        return;
    }
    run(arena, &pattern, over);
    if (pattern_find_ways(arena, &pattern, &ways, NULL) == LIC_OK) {
        for (uint32_t i = 0; i < ways.n; i++) {
            struct buf loose;
            buf_init(&loose, arena, 1u << 20);
            pattern_write_loose(&ways.at[i], &loose);
        }
    }
}

/* Check digits and the words around take any text. */
static void check_values(struct arena *arena, lic_str text)
{
    struct nearby nearby = { 0 };
    struct nearby_hits hits;
    uint32_t id = 0;
    for (uint32_t i = 0; checksum_at(i); i++) {
        (void)checksum_holds(checksum_at(i), text);
    }
    if (nearby_add(&nearby, arena, str_head(text, text.n / 2), &id, NULL) == LIC_OK) {
        nearby_before(&nearby, text, text.n, NEARBY_CHARACTERS_MAX, &hits);
        nearby_after(&nearby, text, 0, NEARBY_CHARACTERS_MAX, &hits);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TEST_ARENA(arena);
    lic_str text = str_make((const char *)data, size);
    struct rules rules = { 0 };
    struct rule_examples examples = { 0 };
    if (size > 4096) {
        return 0;
    }
    check_values(arena, text);
    read_pattern(arena, text, text);
    if (rules_read(arena, LIC_STR("fuzz.rules"), text, &rules, NULL) != LIC_OK) {
        return 0;
    }
    CHECK(rules_examples(arena, LIC_STR("fuzz.rules"), text, &examples, NULL) != LIC_E_UNKNOWN);
    for (uint32_t i = 0; i < rules.n && i < 16; i++) {
        read_pattern(arena, rules.at[i].pattern, text);
    }
    return 0;
}
