/* SPDX-License-Identifier: Apache-2.0 */
/* The replay: nothing used is lost, and what is not recorded is not guessed. */
#include "tighten_case.h"

#define ONE(condition)                                                                             \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:*\","        \
    "\"Resource\":\"*\"" condition "}]}"

static void replay(struct tighten_case *c, struct arena *arena, struct arena *scratch,
                   const char *policy)
{
    struct lic_err err = { 0 };
    EXPECT_OK(tighten_case_begin(c, arena, scratch, policy, &err), &err);
    EXPECT_OK(tighten_case_use(c, "s3:GetObject", "arn:aws:s3:::shop/o-#", 30, &err), &err);
    EXPECT_OK(tighten_draft(&c->tighten, &err), &err);
    EXPECT_OK(tighten_replay_begin(&c->tighten, &err), &err);
    EXPECT_OK(tighten_case_replay(c, "s3:GetObject", "arn:aws:s3:::shop/o-#", 30, &err), &err);
    EXPECT_OK(tighten_case_replay(c, "s3:PutObject", "arn:aws:s3:::shop/o-#", 2, &err), &err);
}

CASE(tighten_replay_counts_allowed_and_lost)
{
    TEST_ARENA(arena);
    TEST_ARENA(scratch);
    struct tighten_case c;
    replay(&c, arena, scratch, ONE(""));
    EXPECT(!test_left());
    EXPECT_U64(c.tighten.replayed.n, 32);
    EXPECT_U64(c.tighten.replayed.allowed, 30);
    EXPECT_U64(c.tighten.replayed.lost, 2);
    EXPECT_STR(c.tighten.replayed.first_lost.action, "s3:PutObject");
}

CASE(tighten_replay_does_not_guess_unrecorded_keys)
{
    TEST_ARENA(arena);
    TEST_ARENA(scratch);
    struct tighten_case c;
    replay(&c, arena, scratch, ONE(",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"true\"}}"));
    EXPECT(!test_left());
    EXPECT_U64(c.tighten.replayed.unsure, 30);
    EXPECT_U64(c.tighten.replayed.allowed, 0);
}

CASE(tighten_replay_of_nothing_loses_everything)
{
    TEST_ARENA(arena);
    TEST_ARENA(scratch);
    struct tighten_case c;
    struct lic_err err;
    EXPECT_OK(tighten_case_begin(&c, arena, scratch, NULL, &err), &err);
    EXPECT_OK(tighten_draft(&c.tighten, &err), &err);
    EXPECT_OK(tighten_replay_begin(&c.tighten, &err), &err);
    EXPECT_OK(tighten_case_replay(&c, "a:B", "x", 1, &err), &err);
    EXPECT_U64(c.tighten.replayed.lost, 1);
}
