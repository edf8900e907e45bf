/* SPDX-License-Identifier: Apache-2.0 */
/* Rule files: their grammar, and every shipped rule against the examples that stand beside it. */
#include "detect/detector.h"

#include "base/buf.h"
#include "shipped.h"
#include "test.h"

#include <stdio.h>

static enum lic_rc read_text(struct arena *arena, const char *text, struct rules *out,
                             struct lic_err *err)
{
    return rules_read(arena, LIC_STR("some.rules"), str_z(text), out, err);
}

CASE(rules_rule_has_what_was_written)
{
    TEST_ARENA(arena);
    struct rules rules = { 0 };
    struct lic_err err;
    EXPECT_OK(read_text(arena,
                        "# a comment\n"
                        "category: pii\n"
                        "severity: high\n"
                        "\n"
                        "rule: a.one\n"
                        "type: ONE\n"
                        "description: The first: one\n"
                        "validator: luhn\n"
                        "score: 0.5\n"
                        "pattern: \\d{4}\n"
                        "match: 1234\n"
                        "rule: a.two\n"
                        "type: TWO\n"
                        "severity: low\n"
                        "words: over there\n"
                        "phrase: \\ x\n",
                        &rules, &err),
              &err);
    EXPECT_U64(rules.n, 2);
    EXPECT_STR(rules.at[0].id, "a.one");
    EXPECT_STR(rules.at[0].type, "ONE");
    EXPECT_STR(rules.at[0].description, "The first: one");
    EXPECT_STR(rules.at[0].validator, "luhn");
    EXPECT_STR(rules.at[0].pattern, "(?:\\d{4})");
    EXPECT(rules.at[0].severity == SEVERITY_HIGH);
    EXPECT(rules.at[0].category == FINDING_PII);
    EXPECT(rules.at[0].score == 0.5f);
    EXPECT_U64(rules.at[0].line, 5);
    EXPECT_STR(rules.at[1].pattern, "(?i:\\b(?:over\\_there)\\b)|(?i:\\ x)");
    EXPECT(rules.at[1].severity == SEVERITY_LOW);
    EXPECT(rules.at[1].score == 1.0f);
}

CASE(rules_mistakes_are_refused_with_their_line)
{
    static const struct {
        const char *text;
        enum lic_rc rc;
        uint32_t line;
    } mistakes[] = {
        { "rule: a\ntype: T\n", LIC_E_MISSING, 2 },
        { "rule: a\npattern: x\n", LIC_E_MISSING, 2 },
        { "rule: a\ntype: T\npattern: x\n", LIC_E_MISSING, 3 },
        { "category: pii\nrule: a\ntype: T\npattern: x\nrule: a\n", LIC_E_DUPLICATE, 5 },
        { "rule: A b\n", LIC_E_SYNTAX, 1 },
        { "category: pii\n\nrule\n", LIC_E_SYNTAX, 3 },
        { "category: nothing\n", LIC_E_UNKNOWN, 1 },
        { "severity: dire\n", LIC_E_UNKNOWN, 1 },
        { "pattern: x\n", LIC_E_SYNTAX, 1 },
        { "rule: a\nvalidator: none\n", LIC_E_UNKNOWN, 2 },
        { "score: 1.5\n", LIC_E_INVALID, 1 },
        { "colour: red\n", LIC_E_UNKNOWN, 1 },
    };
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        TEST_ARENA(arena);
        struct rules rules = { 0 };
        struct lic_err err = { 0 };
        EXPECT_RC(read_text(arena, mistakes[i].text, &rules, &err), mistakes[i].rc);
        EXPECT_U64(err.line, mistakes[i].line);
        EXPECT_U64(rules.n, 0);
        EXPECT(err.text[0] != '\0');
    }
}

CASE(rules_examples_have_escapes_and_marks)
{
    TEST_ARENA(arena);
    struct rule_examples examples = { 0 };
    struct lic_err err;
    EXPECT_OK(rules_examples(arena, LIC_STR("some.rules"),
                             LIC_STR("category: pii\nrule: a\ntype: T\npattern: x\n"
                                     "match: a\\n\xC2\xABx\xC2\xBB\\|y\\\\n\nmiss: q\n"),
                             &examples, &err),
              &err);
    EXPECT_U64(examples.n, 2);
    EXPECT_STR(examples.at[0].text, "a\nxy\\n");
    EXPECT(examples.at[0].match && examples.at[0].marked);
    EXPECT_U64(examples.at[0].start, 2);
    EXPECT_U64(examples.at[0].end, 3);
    EXPECT(!examples.at[1].match);
    EXPECT_U64(examples.at[1].line, 6);
}

/* How an example fared, as a sentence, so that a failure tells the line and what was found. */
static lic_str judge(struct arena *arena, const char *file, const struct rule_example *example,
                     const struct findings *found)
{
    struct buf say;
    uint32_t n = 0;
    bool exact = false;
    buf_init(&say, arena, 4096);
    buf_addf(&say, "%s:%u", file, example->line);
    for (uint32_t i = 0; i < found->n; i++) {
        const struct finding *finding = &found->at[i];
        if (!str_eq(finding->rule, example->rule)) {
            continue;
        }
        n++;
        exact = exact || (finding->start == example->start && finding->end == example->end);
        buf_addf(&say, " found \"" LIC_FMT "\"",
                 LIC_ARG(str_slice(example->text, finding->start, finding->end)));
    }
    bool good = example->match ? n > 0 && (exact || !example->marked) : n == 0;
    buf_add(&say, n == 0 ? LIC_STR(" found nothing") : LIC_STR(""));
    return good ? LIC_STR("good") : buf_str(&say);
}

CASE(rules_shipped_rules_find_their_examples)
{
    TEST_ARENA(arena);
    CLEANUP(shipped_fini) struct shipped s = { 0 };
    struct lic_err err = { 0 };
    uint32_t bad = 0;
    if (test_rerun()) {
        return;
    }
    shipped_load(arena, &s);
    if (test_left()) {
        return;
    }
    for (size_t i = 0; i < SHIPPED_N; i++) {
        for (uint32_t k = 0; k < s.examples[i].n; k++) {
            const struct rule_example *example = &s.examples[i].at[k];
            struct findings found = { 0 };
            EXPECT_OK(detector_scan(s.detector, s.scratch, example->text, 0, arena, &found, &err),
                      &err);
            lic_str said = judge(arena, shipped_files[i], example, &found);
            if (!str_eq(said, LIC_STR("good"))) {
                fprintf(stderr, LIC_FMT "\n", LIC_ARG(said));
                bad++;
            }
        }
    }
    EXPECT_U64(bad, 0);
}

CASE(rules_shipped_rules_each_have_examples_and_a_description)
{
    TEST_ARENA(arena);
    struct lic_err err = { 0 };
    for (size_t i = 0; i < SHIPPED_N; i++) {
        struct rules rules = { 0 };
        struct rule_examples examples = { 0 };
        lic_str text = test_file(arena, test_source_path(shipped_files[i]));
        EXPECT_OK(rules_read(arena, str_z(shipped_files[i]), text, &rules, &err), &err);
        EXPECT_OK(rules_examples(arena, str_z(shipped_files[i]), text, &examples, &err), &err);
        for (uint32_t k = 0; k < rules.n; k++) {
            uint32_t matches = 0, misses = 0;
            for (uint32_t e = 0; e < examples.n; e++) {
                bool same = str_eq(examples.at[e].rule, rules.at[k].id);
                matches += same && examples.at[e].match;
                misses += same && !examples.at[e].match;
            }
            EXPECT(matches >= 2 && misses >= 1);
            EXPECT(rules.at[k].description.n > 0);
        }
    }
}
