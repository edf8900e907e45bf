/* SPDX-License-Identifier: Apache-2.0 */
/* The one pass over every text: which signs it sees, wherever they stand. */
#include "detect/fold_parts.h"

#include "folded.h"

static void look(struct arena *arena, lic_str text, struct fold_signs *out)
{
    struct fold fold = { .arena = arena };
    struct lic_err err = { 0 };
    EXPECT_OK(fold_words_new(arena, &fold.words, &err), &err);
    fold_look(&fold, text, out);
    EXPECT(!out->failed);
}

CASE(fold_signs_sees_marks)
{
    TEST_ARENA(arena);
    struct fold_signs signs = { 0 };
    look(arena, LIC_STR("100% of a\\b <c> é U+0041"), &signs);
    EXPECT(signs.percent && signs.backslash && signs.html && signs.high && signs.code_points);
    look(arena, LIC_STR("Nothing to see here, 10 of 20."), &signs);
    EXPECT(!signs.percent && !signs.backslash && !signs.html && !signs.high && !signs.code_points);
    EXPECT_U64(signs.encoded.n + signs.apart.n + signs.leet.n, 0);
    EXPECT_U64(signs.backward.n + signs.rotated.n, 0);
}

/* Blocks of 64 bytes must not matter: each sign at every place. */
CASE(fold_signs_sees_signs_at_every_place)
{
    TEST_ARENA(arena);
    for (size_t at = 0; at < 130 && !test_left(); at++) {
        struct fold_signs signs = { 0 };
        struct buf text;
        buf_init(&text, arena, 4096);
        for (size_t i = 0; i < at; i++) {
            buf_add_char(&text, i % 7 == 6 ? ' ' : 'z');
        }
        buf_add(&text, LIC_STR(" suoiverp snoitcurtsni cerivbhf vafgehpgvbaf 1gn0r3 4ll i g n o r e"
                               " 69 67 6e 6f 72 65 aWdub3JlIGFsbA"));
        EXPECT_OK(buf_check(&text, "a text", NULL), NULL);
        look(arena, buf_str(&text), &signs);
        if (test_left()) {
            return;
        }
        EXPECT_U64(signs.backward.n, 1);
        EXPECT_U64(signs.backward.at[0].start, at + 1);
        EXPECT_U64(signs.backward.at[0].end, at + 22);
        EXPECT_U64(signs.rotated.n, 1);
        EXPECT_U64(signs.rotated.at[0].start, at + 23);
        EXPECT_U64(signs.leet.n, 1);
        EXPECT_U64(signs.apart.n, 1);
        EXPECT(signs.encoded.n >= 2);
        arena_reset(arena);
    }
}

CASE(fold_signs_far_apart_do_not_count_together)
{
    TEST_ARENA(arena);
    struct fold_signs signs = { 0 };
    struct buf text;
    buf_init(&text, arena, 4096);
    buf_add(&text, LIC_STR("suoiverp "));
    for (int i = 0; i < 40; i++) {
        buf_add(&text, LIC_STR("and so on "));
    }
    buf_add(&text, LIC_STR("snoitcurtsni"));
    look(arena, buf_str(&text), &signs);
    EXPECT_U64(signs.backward.n, 0);
}
