/* SPDX-License-Identifier: Apache-2.0 */
/* Words near a match: how they are told apart, how far they may be, and what rules make of them. */
#include "detect/nearby.h"

#include "detect/detector.h"
#include "detect/flow.h"
#include "test.h"

static bool is_before(const char *phrase, const char *text, uint32_t characters)
{
    TEST_ARENA(arena);
    struct nearby nearby = { 0 };
    struct nearby_hits hits;
    uint32_t id = 0;
    if (nearby_add(&nearby, arena, str_z(phrase), &id, NULL) != LIC_OK) {
        return test_rerun();
    }
    nearby_before(&nearby, str_z(text), strlen(text), characters, &hits);
    return hits.n > 0;
}

CASE(nearby_words_in_any_writing)
{
    EXPECT(is_before("date of birth", "the Date_Of-Birth: ", 30));
    EXPECT(is_before("date of birth", "{\"dateOfBirth\": \"", 30));
    EXPECT(is_before("account number", "ACCOUNT NUMBERS ", 30));
    EXPECT(is_before("numero", "N\xC3\xBAmero: ", 30));
    EXPECT(is_before("\xD0\xB8\xD0\xBD\xD0\xBD", "\xD0\x98\xD0\x9D\xD0\x9D ", 30));
    EXPECT(is_before("\xE7\x94\xB5\xE8\xAF\x9D",
                     "\xE6\x88\x91\xE7\x9A\x84\xE7\x94\xB5\xE8\xAF\x9D\xEF\xBC\x9A", 30));
    EXPECT(test_rerun() || !is_before("pin", "spin ", 30));
    EXPECT(test_rerun() || !is_before("pin", "pine ", 30));
}

CASE(nearby_only_so_far)
{
    EXPECT(is_before("ssn", "ssn 1234567", 11));
    EXPECT(test_rerun() || !is_before("ssn", "ssn 12345678", 11));
    EXPECT(test_rerun() || !is_before("ssn", "xssn 1234567", 11)); /* not where the word begins */
}

CASE(nearby_mistakes)
{
    TEST_ARENA(arena);
    struct nearby nearby = { 0 };
    uint32_t id = 0, again = 1;
    struct lic_err err;
    EXPECT_RC(nearby_add(&nearby, arena, LIC_STR(" - "), &id, &err), LIC_E_INVALID);
    EXPECT_RC(nearby_add(&nearby, arena, LIC_STR("a\xFF"), &id, &err), LIC_E_UTF8);
    EXPECT_OK(nearby_add(&nearby, arena, LIC_STR("Tax-Number"), &id, &err), &err);
    EXPECT_OK(nearby_add(&nearby, arena, LIC_STR("tax numbers"), &again, &err), &err);
    EXPECT_U64(again, id);
}

/* ---- rules that look at them ---- */

struct near_rules {
    struct rules rules;
    struct detector *detector;
    struct detector_scratch *scratch;
};

static void fini_rules(struct near_rules *r)
{
    detector_free(r->detector);
    detector_scratch_free(r->scratch);
}

static void load_rules(struct arena *arena, struct near_rules *r)
{
    static const char text[] = "category: pii\n"
                               "rule: needs\ntype: N\npattern: \\b\\d{6}\\b\nneeds: keyword\n"
                               "keywords: member, member id\nignore: order, member order\n"
                               "within: 12\n"
                               "rule: both\ntype: B\npattern: \\b\\d{4}\\b\nscore: 0.3\n"
                               "keyword_score: 0.9\nminimum: 0.5\nkeywords: office\nafter: 10\n"
                               "rule: mail\ntype: M\npattern: [a-z]{1,9}@[a-z]{2,9}\n"
                               "rule: edge\ntype: E\npattern: \\b\\d{3}\\b\nneeds: edges\n";
    struct lic_err err = { 0 };
    EXPECT_OK(rules_read(arena, LIC_STR("n.rules"), LIC_STR(text), &r->rules, &err), &err);
    struct rule_allowed row = { .text = LIC_STR("777777"), .literal = true };
    struct rule_allowed other = { .text = LIC_STR("88\\d+") };
    EXPECT(ARENA_PUSH(arena, &r->rules.allowed, row));
    struct rule_allowed mail = { .text = LIC_STR("Help@desk"), .literal = true };
    EXPECT(ARENA_PUSH(arena, &r->rules.allowed, other));
    EXPECT(ARENA_PUSH(arena, &r->rules.allowed, mail));
    EXPECT_OK(detector_new(test_host(), &r->rules, &r->detector, &err), &err);
    EXPECT_OK(detector_scratch_new(test_host(), &r->scratch, &err), &err);
    EXPECT_OK(detector_scratch_prepare(r->scratch, r->detector, &err), &err);
}

static uint32_t count_in(struct near_rules *r, const char *text)
{
    TEST_ARENA(arena);
    struct findings found = { 0 };
    return detector_scan(r->detector, r->scratch, str_z(text), 0, arena, &found, NULL) == LIC_OK
               ? found.n
               : 99;
}

CASE(nearby_rules_need_ignore_and_score)
{
    static const struct {
        const char *text;
        uint32_t n;
    } texts[] = {
        { "123456", 0 },
        { "member 123456", 1 },
        { "memberId=123456", 1 },
        { "member, some years 123456", 0 },
        { "member order 123456", 0 },
        { "order, member 123456", 1 },
        { "member 777777", 0 },
        { "member 881234", 0 },
        { "help@desk", 0 }, /* and not elp@desk either */
        { "helps@desk", 1 },
        { "1234", 0 },
        { "office 1234", 1 },
        { "1234 office", 1 },
        { "1234 (office)", 1 },
        { "1234 in my office", 0 },
        { "123", 1 },
        { "1.123", 0 },
        { "123.4", 0 },
        { "123.", 1 },
        { "$123", 0 },
    };
    TEST_ARENA(arena);
    CLEANUP(fini_rules) struct near_rules r = { 0 };
    load_rules(arena, &r);
    if (test_left()) {
        return;
    }
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        EXPECT_U64(count_in(&r, texts[i].text), texts[i].n);
    }
}

static enum finding_action rewrite_all(void *arg, const struct finding *finding)
{
    (void)arg;
    (void)finding;
    return ACTION_REWRITE;
}

/* Findings of a text in two pieces. */
static uint32_t count_cut(struct near_rules *r, lic_str text, size_t cut)
{
    TEST_ARENA(arena);
    struct flow flow;
    struct flow_release release;
    struct findings found = { 0 };
    flow_init(&flow, arena, r->detector, r->scratch, rewrite_all, NULL);
    if (flow_push(&flow, str_head(text, cut), false, arena, &release, &found, NULL) != LIC_OK ||
        flow_push(&flow, str_tail(text, cut), true, arena, &release, &found, NULL) != LIC_OK) {
        return 99;
    }
    return found.n;
}

CASE(nearby_is_the_same_wherever_a_text_is_cut)
{
    static const char *const texts[] = {
        "member id 123456 and 1234 in my office, 1.123 and 123.4; order member order 123456",
        "1234 in my nice office 1234 office office 1234 1234 my offices 1234 office1234",
        "xmember 123456 member 123456 membe 123456 help@desk helps@desk 123 123. 123.4 4-123 "
        "member 777777",
    };
    TEST_ARENA(arena);
    CLEANUP(fini_rules) struct near_rules r = { 0 };
    if (test_rerun()) {
        return;
    }
    load_rules(arena, &r);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && !test_left(); i++) {
        lic_str text = str_z(texts[i]);
        for (size_t cut = 0; cut <= text.n; cut++) {
            EXPECT_U64(count_cut(&r, text, cut), count_in(&r, texts[i]));
        }
    }
}
