/* SPDX-License-Identifier: Apache-2.0 */
/* Detectors: the grammar by examples, validators, phrases, context, limits, and what is refused. */
#include "detect/detector.h"

#include "base/buf.h"
#include "base/limits.h"
#include "test.h"

#include <stdio.h>

struct made {
    struct detector *detector;
    struct detector_scratch *scratch;
};

static void fini_made(struct made *made)
{
    detector_free(made->detector);
    detector_scratch_free(made->scratch);
}

static void make(const struct rules *rules, struct made *out)
{
    struct lic_err err = { 0 };
    EXPECT_OK(detector_new(test_host(), rules, &out->detector, &err), &err);
    EXPECT_OK(detector_scratch_new(test_host(), &out->scratch, &err), &err);
    EXPECT_OK(detector_scratch_prepare(out->scratch, out->detector, &err), &err);
}

static void make_of(struct arena *arena, struct rules *rules, const char *file, const char *text,
                    struct made *out)
{
    struct lic_err err = { 0 };
    EXPECT_OK(rules_read(arena, str_z(file), str_z(text), rules, &err), &err);
    make(rules, out);
}

static struct rule phrase(const char *id, const char *text)
{
    return (struct rule){ .id = str_z(id),
                          .type = LIC_STR("WORD"),
                          .category = FINDING_WORD,
                          .pattern = str_z(text),
                          .literal = true,
                          .score = 1,
                          .file = LIC_STR("g.json") };
}

/* "id:text id:text" of what is found in `text` from byte `from` on. */
static lic_str found_in(struct arena *arena, const struct made *made, const char *text, size_t from)
{
    struct findings found = { 0 };
    struct lic_err err;
    struct buf say;
    buf_init(&say, arena, 1u << 16);
    if (detector_scan(made->detector, made->scratch, str_z(text), from, arena, &found, &err) !=
        LIC_OK) {
        return LIC_STR("failed");
    }
    for (uint32_t i = 0; i < found.n; i++) {
        buf_add(&say, i > 0 ? LIC_STR(" ") : LIC_STR(""));
        buf_add(&say, found.at[i].rule);
        buf_add_char(&say, ':');
        buf_add(&say, str_slice(str_z(text), found.at[i].start, found.at[i].end));
    }
    return buf_str(&say);
}

/* ---- the grammar, by the examples of a file in the format of rules ---- */

static bool good(struct arena *arena, const struct made *made, const struct rule_example *example)
{
    struct findings found = { 0 };
    struct lic_err err;
    uint32_t n = 0;
    bool exact = false;
    if (detector_scan(made->detector, made->scratch, example->text, 0, arena, &found, &err) !=
        LIC_OK) {
        return false;
    }
    for (uint32_t i = 0; i < found.n; i++) {
        if (str_eq(found.at[i].rule, example->rule)) {
            n++;
            exact =
                exact || (found.at[i].start == example->start && found.at[i].end == example->end);
        }
    }
    return example->match ? exact : n == 0;
}

static void run_examples(const char *path)
{
    TEST_ARENA(arena);
    CLEANUP(fini_made) struct made made = { 0 };
    struct rules rules = { 0 };
    struct rule_examples examples = { 0 };
    struct lic_err err = { 0 };
    uint32_t bad = 0;
    lic_str text = test_file(arena, test_source_path(path));
    EXPECT_OK(rules_read(arena, str_z(path), text, &rules, &err), &err);
    EXPECT_OK(rules_examples(arena, str_z(path), text, &examples, &err), &err);
    make(&rules, &made);
    if (test_left()) {
        return;
    }
    for (uint32_t i = 0; i < examples.n; i++) {
        if (!good(arena, &made, &examples.at[i])) {
            bad++;
            if (!test_rerun()) {
                fprintf(stderr, "%s:%u\n", path, examples.at[i].line);
            }
        }
    }
    EXPECT_U64(bad, 0);
}

CASE(detector_grammar_finds_its_examples)
{
    run_examples("tests/cases/detect/grammar.rules");
}

CASE(detector_grammar_without_bounds_finds_its_examples)
{
    run_examples("tests/cases/detect/unbounded.case");
}

/* ---- scanning ---- */

CASE(detector_findings_are_leftmost_longest_and_apart)
{
    TEST_ARENA(arena);
    CLEANUP(fini_made) struct made made = { 0 };
    struct rules rules = { 0 };
    make_of(arena, &rules, "a.rules",
            "category: pii\n"
            "rule: n\ntype: N\npattern: \\d{2,3}\n"
            "rule: l\ntype: L\npattern: [ab]{1,2}c?\n"
            "rule: card\ntype: C\nvalidator: luhn\npattern: \\b[2-6]\\d(?:[ -]?\\d){11,17}\\b\n",
            &made);
    if (test_left()) {
        return;
    }
    EXPECT_STR(found_in(arena, &made, "12345", 0), "n:123 n:45");
    EXPECT_STR(found_in(arena, &made, "abcabab", 0), "l:abc l:ab l:ab");
    EXPECT_STR(found_in(arena, &made, "", 0), "");
    /* The longest digits do not pass; the longest that do are taken. */
    EXPECT_STR(found_in(arena, &made, "4111-1111-1111-1111-22 ", 0),
               "card:4111-1111-1111-1111 n:411 n:111 n:111 n:111 n:22");
}

CASE(detector_context_is_for_boundaries_only)
{
    TEST_ARENA(arena);
    CLEANUP(fini_made) struct made made = { 0 };
    struct rules rules = { 0 };
    make_of(arena, &rules, "a.rules",
            "category: pii\n"
            "rule: w\ntype: W\npattern: \\bab{1,9}\\b\n"
            "rule: p\ntype: P\npattern: <b{1,9}>\n",
            &made);
    if (test_left()) {
        return;
    }
    EXPECT_STR(found_in(arena, &made, "abb ab <b>", 0), "w:abb w:ab p:<b>");
    EXPECT_STR(found_in(arena, &made, "abb ab <b>", 1), "w:ab p:<b>");
    EXPECT_STR(found_in(arena, &made, "xab ab <b>", 1), "w:ab p:<b>");
    EXPECT_STR(found_in(arena, &made, "abb ab <b>", 8), "");
}

CASE(detector_phrases_are_whole_words_in_any_ascii_case)
{
    TEST_ARENA(arena);
    CLEANUP(fini_made) struct made made = { 0 };
    struct rules rules = { 0 };
    EXPECT(ARENA_PUSH(arena, &rules, phrase("one", "Rose Garden")));
    EXPECT(ARENA_PUSH(arena, &rules, phrase("two", "C++")));
    EXPECT(ARENA_PUSH(arena, &rules, phrase("zh", "\xE7\xA6\x81\xE6\xAD\xA2")));
    EXPECT(ARENA_PUSH(arena, &rules, phrase("ru", "\xD0\xB4\xD0\xB0")));
    make(&rules, &made);
    if (test_left()) {
        return;
    }
    EXPECT_STR(found_in(arena, &made, "a ROSE garden, rose gardens, arose garden", 0),
               "one:ROSE garden");
    EXPECT_STR(found_in(arena, &made, "c++ or C++11 or abc++", 0), "two:c++ two:C++");
    EXPECT_STR(found_in(arena, &made, "\xE5\xB7\xB2\xE7\xA6\x81\xE6\xAD\xA2\xE7\x9A\x84", 0),
               "zh:\xE7\xA6\x81\xE6\xAD\xA2");
    EXPECT_STR(found_in(arena, &made, "\xD0\xB4\xD0\xB0! \xD0\xB4\xD0\xB0\xD0\xB4", 0),
               "ru:\xD0\xB4\xD0\xB0");
    EXPECT_STR(found_in(arena, &made, "x rose garden", 3), "");
}

CASE(detector_phrases_are_found_whatever_blanks_part_them)
{
    static const struct {
        const char *text, *found;
    } texts[] = {
        { "of Project  Nightingale.", "one:Project  Nightingale" },
        { "project\nnightingale", "one:project\nnightingale" },
        { "project\r\n\tnightingale", "one:project\r\n\tnightingale" },
        { "\xC2\xA0PROJECT\xC2\xA0NIGHTINGALE\xC2\xA0", "one:PROJECT\xC2\xA0NIGHTINGALE" },
        { "project        nightingale", "one:project        nightingale" },
        { "project         nightingale", "" },
        { "projectnightingale", "" },
        { "project  nightingales", "" },
        { "aproject\n nightingale", "" },
        { "project\xE2\x80\x8Bnightingale", "" },
        { "to\nbe  or not\nto  be", "two:to\nbe  or not\nto  be" },
        { "to be or to  be or not\xE3\x80\x80to be", "two:to  be or not\xE3\x80\x80to be" },
        { "project  project  nightingale  nightingale", "one:project  nightingale" },
    };
    TEST_ARENA(arena);
    CLEANUP(fini_made) struct made made = { 0 };
    struct rules rules = { 0 };
    EXPECT(ARENA_PUSH(arena, &rules, phrase("one", "Project \n Nightingale")));
    EXPECT(ARENA_PUSH(arena, &rules, phrase("two", "to be or not to be")));
    make(&rules, &made);
    if (test_left()) {
        return;
    }
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        EXPECT_STR(found_in(arena, &made, texts[i].text, 0), texts[i].found);
    }
}

CASE(detector_no_rules_is_fine)
{
    TEST_ARENA(arena);
    CLEANUP(fini_made) struct made made = { 0 };
    struct rules rules = { 0 };
    make(&rules, &made);
    if (test_left()) {
        return;
    }
    EXPECT_STR(found_in(arena, &made, "anything", 0), "");
    EXPECT_U64(detector_live(made.detector, made.scratch, LIC_STR("anything"), 0), 8);
    EXPECT_U64(detector_longest(made.detector), 0);
    EXPECT(detector_rule(made.detector, LIC_STR("x")) == NULL);
}

CASE(detector_mistakes_name_the_rule_and_its_place)
{
    static const struct {
        const char *text, *said;
        enum lic_rc rc;
    } mistakes[] = {
        { "category: pii\nrule: a\ntype: T\npattern: x\nrule: b\ntype: T\npattern: a*b\n",
          "m.rules:5: rule b: a repeat without an upper bound", LIC_E_INVALID },
        { "category: pii\nrule: a\ntype: T\npattern: (?:[ab]{0,90}c){0,90}(?:[ab]{0,90}d){0,9}\n",
          "m.rules:2: rule a: ", LIC_E_LIMIT },
    };
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        TEST_ARENA(arena);
        CLEANUP(fini_made) struct made made = { 0 };
        struct rules rules = { 0 };
        struct lic_err err = { 0 };
        char said[600];
        EXPECT_OK(rules_read(arena, LIC_STR("m.rules"), str_z(mistakes[i].text), &rules, &err),
                  &err);
        enum lic_rc rc = detector_new(test_host(), &rules, &made.detector, &err);
        EXPECT(rc == mistakes[i].rc || (rc != LIC_OK && i == 1));
        lic_err_format(&err, said, sizeof(said));
        EXPECT(str_starts(str_z(said), str_z(mistakes[i].said)));
    }
}

CASE(detector_unknown_validator_is_refused)
{
    TEST_ARENA(arena);
    CLEANUP(fini_made) struct made made = { 0 };
    struct rules rules = { 0 };
    struct lic_err err = { 0 };
    struct rule rule = phrase("x", "abc");
    rule.validator = LIC_STR("nothing");
    EXPECT(ARENA_PUSH(arena, &rules, rule));
    EXPECT_RC(detector_new(test_host(), &rules, &made.detector, &err), LIC_E_UNKNOWN);
}

CASE(detector_too_many_findings_is_a_failure)
{
    TEST_ARENA(arena);
    CLEANUP(fini_made) struct made made = { 0 };
    struct rules rules = { 0 };
    struct findings found = { 0 };
    struct lic_err err;
    size_t n = LIMIT_FINDINGS * 2 + 2;
    make_of(arena, &rules, "a.rules", "category: pii\nrule: n\ntype: N\npattern: \\d\n", &made);
    char *text = arena_take(arena, n);
    if (test_left() || test_rerun()) {
        return;
    }
    EXPECT(text != NULL);
    memset(text, '7', n);
    EXPECT_RC(detector_scan(made.detector, made.scratch, str_make(text, n), 0, arena, &found, &err),
              LIC_E_LIMIT);
}

/* ---- live ---- */

CASE(detector_live_is_where_a_match_could_still_come_from)
{
    static const struct {
        const char *text;
        size_t from, live;
    } lives[] = {
        { "ab", 0, 0 },           { "x ab", 0, 2 },
        { "xab", 0, 3 },          { "x abbbbb", 0, 2 },
        { "x abc", 0, 5 },        { "x <bb", 0, 2 },
        { "x <bb>", 0, 6 },       { "<<<b", 0, 2 },
        { "x <bb", 3, 5 },        { "a rose", 0, 2 },
        { "a rose ", 0, 2 },      { "a rose g", 0, 2 },
        { "a rose x", 0, 8 },     { "arose", 0, 5 },
        { "rose garden", 0, 0 },  { "", 0, 0 },
        { "rose ROSE GA", 0, 5 }, { "a rose \n", 0, 2 },
        { "a rose\n  g", 0, 2 },
    };
    TEST_ARENA(arena);
    CLEANUP(fini_made) struct made made = { 0 };
    struct rules rules = { 0 };
    EXPECT(ARENA_PUSH(arena, &rules, phrase("one", "Rose Garden")));
    make_of(arena, &rules, "a.rules",
            "category: pii\n"
            "rule: w\ntype: W\npattern: \\bab{1,5}\\b\n"
            "rule: p\ntype: P\npattern: <b{1,9}>\n",
            &made);
    if (test_left()) {
        return;
    }
    for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++) {
        lic_str text = str_z(lives[i].text);
        EXPECT_U64(detector_live(made.detector, made.scratch, text, lives[i].from), lives[i].live);
    }
}

CASE(detector_live_never_reaches_back_further_than_the_longest_match)
{
    TEST_ARENA(arena);
    CLEANUP(fini_made) struct made made = { 0 };
    struct rules rules = { 0 };
    char text[3000];
    make_of(arena, &rules, "g.json", "category: pii\nrule: w\ntype: W\npattern: x[a-z]*!\n", &made);
    if (test_left()) {
        return;
    }
    memset(text, 'x', sizeof(text));
    EXPECT_U64(detector_longest(made.detector), 1026);
    EXPECT_U64(detector_live(made.detector, made.scratch, str_make(text, sizeof(text)), 0),
               sizeof(text) - 1026);
}

CASE(detector_many_phrases)
{
    TEST_ARENA(arena);
    CLEANUP(fini_made) struct made made = { 0 };
    struct rules rules = { 0 };
    if (test_rerun()) {
        return;
    }
    for (uint32_t i = 0; i < 10000; i++) {
        struct buf word;
        buf_init(&word, arena, 64);
        buf_addf(&word, "banned%u phrase%u", i * 7919u, i);
        struct rule rule = phrase("", "");
        rule.id = rule.pattern = buf_str(&word);
        EXPECT(ARENA_PUSH(arena, &rules, rule));
    }
    make(&rules, &made);
    if (test_left()) {
        return;
    }
    EXPECT_STR(found_in(arena, &made, "a BANNED7919 Phrase1, banned7919 phrase12", 0),
               "banned7919 phrase1:BANNED7919 Phrase1");
    EXPECT_U64(detector_live(made.detector, made.scratch, LIC_STR("a banned7919 phr"), 0), 2);
    EXPECT_U64(detector_live(made.detector, made.scratch, LIC_STR("a banned7918 phr"), 0), 16);
}

CASE(detector_scratch_serves_many_detectors)
{
    TEST_ARENA(arena);
    struct lic_err err = { 0 };
    CLEANUP(fini_made) struct made first = { 0 };
    struct rules rules = { 0 };
    if (test_rerun()) {
        return;
    }
    make_of(arena, &rules, "a.rules", "category: pii\nrule: a\ntype: A\npattern: \\bab\n", &first);
    for (uint32_t i = 0; i < 70 && !test_left(); i++) {
        CLEANUP(fini_made) struct made other = { 0 };
        struct rules others = { 0 };
        make_of(arena, &others, "b.rules", "category: pii\nrule: b\ntype: B\npattern: \\bcd\n",
                &other);
        EXPECT_OK(detector_scratch_prepare(first.scratch, other.detector, &err), &err);
        struct made both = { other.detector, first.scratch };
        EXPECT_STR(found_in(arena, &both, "ab cd", 0), "b:cd");
        EXPECT_STR(found_in(arena, &first, "ab cd", 0), "a:ab");
    }
}
