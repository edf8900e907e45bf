/* SPDX-License-Identifier: Apache-2.0 */
/* Findings: names both ways, and what settling keeps. */
#include "event/finding.h"

#include "test.h"

#include <stdio.h>

CASE(event_finding_names_go_both_ways)
{
    for (int i = 0; i < FINDING_CATEGORY_N; i++) {
        enum finding_category back = FINDING_CATEGORY_N;
        EXPECT(
            finding_category_from(str_z(finding_category_name((enum finding_category)i)), &back));
        EXPECT_U64(back, i);
    }
    for (int i = SEVERITY_LOW; i <= SEVERITY_CRITICAL; i++) {
        enum finding_severity back = SEVERITY_LOW;
        EXPECT(
            finding_severity_from(str_z(finding_severity_name((enum finding_severity)i)), &back));
        EXPECT_U64(back, i);
    }
    EXPECT_STR(str_z(finding_category_name(FINDING_HIDDEN_TEXT)), "hidden_text");
    EXPECT_STR(str_z(finding_severity_name(SEVERITY_HIGH)), "high");
    EXPECT_STR(str_z(finding_action_name(ACTION_REWRITE)), "rewrite");
    EXPECT(!finding_category_from(LIC_STR("PII"), &(enum finding_category){ FINDING_PII }));
    EXPECT(!finding_severity_from(LIC_STR(""), &(enum finding_severity){ SEVERITY_LOW }));
}

#define MANY 64u

struct list {
    struct finding at[MANY];
    struct findings findings;
};

static void add(struct list *list, uint32_t part, uint32_t start, uint32_t end,
                enum finding_action action)
{
    list->at[list->findings.n++] = (struct finding){
        .category = FINDING_PII, .part = part, .start = start, .end = end, .action = action
    };
    list->findings.at = list->at;
}

/* "part:start-end action, ..." after settling. */
static lic_str settled(struct list *list, char *out, size_t room)
{
    size_t n = 0;
    findings_settle(&list->findings);
    for (uint32_t i = 0; i < list->findings.n; i++) {
        const struct finding *f = &list->findings.at[i];
        n += (size_t)snprintf(out + n, room - n, "%s%u:%u-%u %s", i > 0 ? ", " : "", f->part,
                              f->start, f->end, finding_action_name(f->action));
    }
    return str_make(out, n);
}

CASE(event_finding_settle_sorts_by_part_start_and_length)
{
    struct list list = { .findings = { .n = 0 } };
    char text[512];
    add(&list, 1, 0, 5, ACTION_FLAG);
    add(&list, 0, 7, 9, ACTION_FLAG);
    add(&list, 0, 2, 4, ACTION_REJECT);
    add(&list, 0, 2, 6, ACTION_FLAG);
    EXPECT_STR(settled(&list, text, sizeof(text)),
               "0:2-6 flag, 0:2-4 reject, 0:7-9 flag, 1:0-5 flag");
    EXPECT(findings_action(&list.findings) == ACTION_REJECT);
    EXPECT(findings_action(&(struct findings){ .n = 0 }) == ACTION_NONE);
}

CASE(event_finding_settle_drops_what_lies_within_a_stronger_or_equal_one)
{
    struct list list = { .findings = { .n = 0 } };
    char text[512];
    add(&list, 0, 2, 4, ACTION_REWRITE);
    add(&list, 0, 0, 9, ACTION_REWRITE);
    add(&list, 0, 3, 9, ACTION_FLAG);
    add(&list, 0, 3, 9, ACTION_REJECT);
    add(&list, 1, 2, 4, ACTION_FLAG);
    add(&list, 0, 0, 9, ACTION_REWRITE);
    EXPECT_STR(settled(&list, text, sizeof(text)), "0:0-9 rewrite, 0:3-9 reject, 1:2-4 flag");
}

CASE(event_finding_settle_keeps_what_stands_within_an_attack)
{
    struct list list = { .findings = { .n = 0 } };
    char text[512];
    add(&list, 0, 0, 20, ACTION_REJECT);
    list.at[0].category = FINDING_INJECTION;
    add(&list, 0, 2, 4, ACTION_FLAG);
    add(&list, 0, 6, 9, ACTION_REWRITE);
    EXPECT_STR(settled(&list, text, sizeof(text)), "0:0-20 reject, 0:2-4 flag, 0:6-9 rewrite");
}

CASE(event_finding_settle_keeps_directions_apart)
{
    struct list list = { .findings = { .n = 0 } };
    char text[512];
    add(&list, 0, 0, 9, ACTION_REWRITE);
    list.at[0].output = true;
    add(&list, 0, 2, 4, ACTION_FLAG);
    EXPECT_STR(settled(&list, text, sizeof(text)), "0:2-4 flag, 0:0-9 rewrite");
}

CASE(event_finding_settle_cuts_the_later_of_two_rewrites_that_overlap)
{
    struct list list = { .findings = { .n = 0 } };
    char text[512];
    add(&list, 0, 5, 15, ACTION_REWRITE);
    add(&list, 0, 0, 10, ACTION_REWRITE);
    add(&list, 0, 7, 16, ACTION_FLAG);
    add(&list, 0, 12, 20, ACTION_REWRITE);
    EXPECT_STR(settled(&list, text, sizeof(text)),
               "0:0-10 rewrite, 0:7-16 flag, 0:10-15 rewrite, 0:15-20 rewrite");
}

static bool covers(const struct list *list, uint32_t at, enum finding_action action)
{
    for (uint32_t i = 0; i < list->findings.n; i++) {
        const struct finding *f = &list->findings.at[i];
        if (f->start <= at && at < f->end && f->action >= action) {
            return true;
        }
    }
    return false;
}

/* Whatever was found stays acted on at least as strongly, and rewrites do not overlap. */
static void check_random(void)
{
    struct list before = { .findings = { .n = 0 } }, after;
    uint32_t n = test_random_below(MANY);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t start = test_random_below(40);
        add(&before, 0, start, start + 1 + test_random_below(20),
            (enum finding_action)test_random_below(4));
        before.at[i].category = test_random_below(3) == 0 ? FINDING_INJECTION : FINDING_PII;
    }
    after = before;
    after.findings.at = after.at;
    findings_settle(&after.findings);
    for (uint32_t at = 0; at < 60; at++) {
        for (int action = ACTION_NONE; action <= ACTION_REJECT; action++) {
            EXPECT(covers(&before, at, (enum finding_action)action) ==
                   covers(&after, at, (enum finding_action)action));
        }
    }
    uint32_t rewritten = 0;
    for (uint32_t i = 0; i < after.findings.n; i++) {
        const struct finding *f = &after.findings.at[i];
        EXPECT(i == 0 || after.findings.at[i - 1].start <= f->start);
        EXPECT(f->start < f->end);
        if (f->action == ACTION_REWRITE) {
            EXPECT(f->start >= rewritten);
            rewritten = f->end;
        }
    }
}

CASE(event_finding_settle_random)
{
    for (uint32_t i = 0; i < 2000 && !test_left(); i++) {
        check_random();
    }
}
