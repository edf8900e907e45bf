/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever the text and the cuts, a flow releases what redacting the whole text gives. */
#include "detect/flow.h"

#include "base/sort.h"
#include "base/utf8.h"
#include "detect/redact.h"
#include "test.h"

static const char rules_text[] =
    "category: pii\n"
    "rule: n\ntype: N\npattern: \\b\\d{3}-\\d{2,4}\\b\n"
    "rule: m\ntype: M\nvalidator: luhn\npattern: \\d(?:[ -]?\\d){11,18}\n"
    "rule: e\ntype: E\npattern: [a-z\\x{E9}.]{1,20}@(?:[a-z]{1,9}\\.){1,3}[a-z]{2,5}\\b\n"
    "rule: s\ntype: S\nvalidator: ssn\npattern: \\b(?:ssn )?\\d{3}-\\d{2}-\\d{4}\n"
    "rule: t\ntype: T\npattern: <(?:a|bb|<){1,6}>\n"
    "rule: w\ntype: W\nwords: new (?:(?:old|big) ){0,3}rules?\n";

static enum finding_action decide(void *arg, const struct finding *finding)
{
    (void)arg;
    return finding->start % 5 == 0 ? ACTION_FLAG : ACTION_REWRITE;
}

static int compare(const void *a, const void *b)
{
    const struct finding *left = a, *right = b;
    if (left->start != right->start) {
        return left->start < right->start ? -1 : 1;
    }
    return left->end != right->end ? (left->end > right->end ? -1 : 1)
                                   : str_cmp(left->rule, right->rule);
}

static void show_whole(struct arena *arena, const struct detector *detector,
                       struct detector_scratch *scratch, lic_str text, struct buf *out)
{
    struct findings found = { 0 };
    struct lic_err err;
    CHECK(detector_scan(detector, scratch, text, 0, arena, &found, &err) == LIC_OK);
    sort_array(found.at, found.n, sizeof(found.at[0]), compare);
    for (uint32_t i = 0; i < found.n; i++) {
        found.at[i].action = decide(NULL, &found.at[i]);
    }
    redact_text(text, found.at, found.n, out);
}

static void show_pieces(struct arena *arena, const struct detector *detector,
                        struct detector_scratch *scratch, lic_str text, size_t step,
                        struct buf *out)
{
    struct flow flow;
    struct lic_err err;
    struct findings found = { 0 };
    flow_init(&flow, arena, detector, scratch, decide, NULL);
    do {
        lic_str piece = utf8_head(text, step < 4 ? 4 : step);
        struct flow_release release;
        text = str_tail(text, piece.n);
        CHECK(flow_push(&flow, piece, text.n == 0, arena, &release, &found, &err) == LIC_OK);
        CHECK(flow_held(&flow) <= detector_longest(detector));
        buf_add(out, release.text);
    } while (text.n > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct test_arena kept; /* compiling once is most of the work */
    static struct rules rules;
    static struct detector *detector;
    static struct detector_scratch *scratch;
    struct lic_err err;
    lic_str text = str_make((const char *)data + 1, size > 0 ? size - 1 : 0);
    struct rule phrase = { .id = LIC_STR("p"),
                           .type = LIC_STR("P"),
                           .category = FINDING_WORD,
                           .pattern = LIC_STR("old new rule"),
                           .literal = true,
                           .score = 1,
                           .file = LIC_STR("f.json") };
    if (!detector) {
        test_arena_init(&kept);
        CHECK(rules_read(&kept.arena, LIC_STR("f.rules"), str_z(rules_text), &rules, &err) ==
              LIC_OK);
        CHECK(ARENA_PUSH(&kept.arena, &rules, phrase));
        CHECK(detector_new(test_host(), &rules, &detector, &err) == LIC_OK);
        CHECK(detector_scratch_new(test_host(), &scratch, &err) == LIC_OK);
        CHECK(detector_scratch_prepare(scratch, detector, &err) == LIC_OK);
    }
    if (size == 0 || size > 2000 || utf8_check(text) != text.n) {
        return 0;
    }
    TEST_ARENA(arena);
    struct buf whole, pieces;
    buf_init(&whole, arena, 1u << 20);
    buf_init(&pieces, arena, 1u << 20);
    show_whole(arena, detector, scratch, text, &whole);
    show_pieces(arena, detector, scratch, text, data[0] % 32, &pieces);
    CHECK(str_eq(buf_str(&whole), buf_str(&pieces)));
    return 0;
}
