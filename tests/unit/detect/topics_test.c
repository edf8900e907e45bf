/* SPDX-License-Identifier: Apache-2.0 */
/* Denied topics: what a bag of stems tells and what it does not. */
#include "detect/topics.h"

#include "base/buf.h"
#include "test.h"

static const lic_str EXAMPLES[] = {
    LIC_STR("Is investing in stocks better than bonds?"),
    LIC_STR("Should I invest in gold?"),
    LIC_STR("How should I allocate my retirement savings?"),
};
static const struct topic_source INVESTING = {
    .name = LIC_STR("Investment advice"),
    .rule = LIC_STR("topic.Investment advice"),
    .definition = LIC_STR("Inquiries, guidance or recommendations about the management or "
                          "allocation of funds or assets with the goal of generating returns."),
    .examples = EXAMPLES,
    .examples_n = 3,
};

/* "start-end ..." */
static lic_str scan(struct arena *arena, lic_str text)
{
    const struct topics *topics = NULL;
    struct findings found = { 0 };
    struct lic_err err;
    struct buf buf;
    uint32_t bad;
    enum lic_rc rc = topics_new(arena, &INVESTING, 1, &topics, &bad, &err);
    rc = rc == LIC_OK ? topics_scan(topics, text, arena, &found, &err) : rc;
    if (!test_rc(rc, LIC_OK, &err, __FILE__, __LINE__, "topics_scan")) {
        return LIC_STR("failed");
    }
    buf_init(&buf, arena, 1u << 16);
    for (uint32_t i = 0; i < found.n; i++) {
        buf_addf(&buf, "%s%u-%u", i > 0 ? " " : "", found.at[i].start, found.at[i].end);
    }
    return buf.n > 0 ? buf_str(&buf) : LIC_STR("");
}

CASE(topics_find_the_words_of_the_examples_in_any_order)
{
    TEST_ARENA(arena);
    EXPECT_STR(scan(arena, LIC_STR("Are bonds or stocks better?")), "4-26");
    EXPECT_STR(scan(arena, LIC_STR("Tell me where to invest my savings for retirement.")), "17-49");
}

CASE(topics_leave_single_words_and_other_texts_alone)
{
    TEST_ARENA(arena);
    EXPECT_STR(scan(arena, LIC_STR("My gold ring lies in the drawer.")), "");
    EXPECT_STR(scan(arena, LIC_STR("What is the capital of France?")), "");
    EXPECT_STR(scan(arena, LIC_STR("")), "");
    EXPECT_STR(scan(arena, LIC_STR("gold gold gold gold gold")), "");
}

CASE(topics_forget_what_lies_beyond_the_window)
{
    TEST_ARENA(arena);
    struct buf buf;
    buf_init(&buf, arena, 1u << 16);
    buf_add(&buf, LIC_STR("stocks "));
    for (uint32_t i = 0; i < 2 * TOPICS_WINDOW; i++) {
        buf_add(&buf, LIC_STR("tree "));
    }
    buf_add(&buf, LIC_STR("bonds"));
    EXPECT_STR(scan(arena, buf_str(&buf)), "");
}

CASE(topics_without_a_telling_word_are_refused)
{
    TEST_ARENA(arena);
    const struct topics *topics = NULL;
    struct topic_source sources[2] = {
        INVESTING,
        { .name = LIC_STR("x"), .rule = LIC_STR("r"), .definition = LIC_STR("what is it?") }
    };
    struct lic_err err;
    uint32_t bad = 7;
    EXPECT_RC(topics_new(arena, sources, 2, &topics, &bad, &err), LIC_E_INVALID);
    EXPECT_U64(bad, 1);
    EXPECT(topics == NULL);
}
