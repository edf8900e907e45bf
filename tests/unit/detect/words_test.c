/* SPDX-License-Identifier: Apache-2.0 */
/* Phrases: what may be one, whole words, and beginnings at the end of a text. */
#include "detect/words.h"

#include "detect/blanks.h"
#include "test.h"

CASE(words_that_are_none_are_refused)
{
    TEST_ARENA(arena);
    struct words words = { 0 };
    struct lic_err err;
    char longer[WORDS_BYTES_MAX + 1];
    memset(longer, 'a', sizeof(longer));
    EXPECT_RC(words_add(&words, arena, LIC_STR(""), 0, &err), LIC_E_INVALID);
    EXPECT_RC(words_add(&words, arena, LIC_STR(" a"), 0, &err), LIC_E_INVALID);
    EXPECT_RC(words_add(&words, arena, LIC_STR("a\xFF"), 0, &err), LIC_E_UTF8);
    EXPECT_RC(words_add(&words, arena, str_make(longer, sizeof(longer)), 0, &err), LIC_E_LIMIT);
    EXPECT_RC(words_add(&words, arena, LIC_STR("a\xC2\xA0"), 0, &err), LIC_E_INVALID);
    EXPECT_RC(words_add(&words, arena, LIC_STR("\n"), 0, &err), LIC_E_INVALID);
    EXPECT_OK(words_add(&words, arena, str_make(longer, WORDS_BYTES_MAX), 0, &err), &err);
    for (size_t i = 1; i < WORDS_BYTES_MAX; i += 2) {
        longer[i] = ' ';
    }
    EXPECT_RC(words_add(&words, arena, str_make(longer, WORDS_BYTES_MAX - 1), 0, &err),
              LIC_E_LIMIT);
}

CASE(words_are_kept_with_their_blanks_evened_out)
{
    TEST_ARENA(arena);
    struct words words = { 0 };
    struct lic_err err;
    EXPECT_OK(words_add(&words, arena, LIC_STR("Project \t\xC2\xA0Nightingale"), 0, &err), &err);
    words_finish(&words);
    EXPECT_STR(words.at[0].text, "project nightingale");
    EXPECT_U64(words.longest, 18 + BLANKS_RUN_MAX * BLANK_BYTES_MAX);
    EXPECT(words.parted);
}

CASE(words_whole_asks_letters_on_both_sides)
{
    lic_str text = LIC_STR("a b-c \xC3\xA9"
                           "d \xE6\x97\xA5\xE6\x9C\xAC \xE0\xB8\x81\xE0\xB8\x82");
    EXPECT(words_whole(text, 0, 1));
    EXPECT(words_whole(text, 2, 3));
    EXPECT(words_whole(text, 2, 5));
    EXPECT(!words_whole(LIC_STR("ab"), 0, 1));
    EXPECT(!words_whole(LIC_STR("ab"), 1, 2));
    EXPECT(!words_whole(text, 8, 9));
    EXPECT(!words_whole(text, 6, 8));
    EXPECT(words_whole(text, 10, 13));
    EXPECT(words_whole(text, 13, 16));
    EXPECT(words_whole(text, 17, 20));
}

CASE(words_live_is_the_earliest_beginning)
{
    TEST_ARENA(arena);
    struct words words = { 0 };
    struct lic_err err;
    EXPECT_OK(words_add(&words, arena, LIC_STR("Over There"), 0, &err), &err);
    EXPECT_OK(words_add(&words, arena, LIC_STR("there now"), 1, &err), &err);
    EXPECT_OK(words_add(&words, arena, LIC_STR("x"), 2, &err), &err);
    EXPECT_OK(words_add(&words, arena,
                        LIC_STR("\xC3\x9C"
                                "ber"),
                        3, &err),
              &err);
    words_finish(&words);
    EXPECT_U64(words.longest, 9 + BLANKS_RUN_MAX * BLANK_BYTES_MAX);
    EXPECT_U64(words_live(&words, LIC_STR("is over the"), 0), 3);
    EXPECT_U64(words_live(&words, LIC_STR("is OVER THERE"), 0), 3);
    EXPECT_U64(words_live(&words, LIC_STR("is over there n"), 0), 8);
    EXPECT_U64(words_live(&words, LIC_STR("is over there n"), 9), 15);
    EXPECT_U64(words_live(&words, LIC_STR("is over there."), 0), 14);
    EXPECT_U64(words_live(&words, LIC_STR("go o"), 0), 3);
    EXPECT_U64(words_live(&words, LIC_STR("goo"), 0), 3);
    EXPECT_U64(words_live(&words, LIC_STR("a x"), 0), 2);
    EXPECT_U64(words_live(&words, LIC_STR("a \xC3\x9C"), 0), 2);
    EXPECT_U64(words_live(&words, LIC_STR(""), 0), 0);
}

/* As long as the blanks may still be few enough, the next word may still come. */
CASE(words_live_takes_any_blanks_between_words)
{
    static const struct {
        const char *text;
        size_t live;
    } lives[] = {
        { "a rose", 2 },
        { "a rose        ", 2 },
        { "a rose         ", 15 },
        { "a rose        g", 2 },
        { "a rose         g", 16 },
        { "a rose\r\ngar", 2 },
        { "a rose\xC2\xA0", 2 },
        { "a rose\xC2\xA0 \tgarden", 2 },
        { "a rose\xE2\x80\x8B", 9 },
        { "r\nose", 5 },
        { "rose r\xC2\xA0", 8 },
        { "\xE3\x80\x80i\xE3\x80\x80", 3 },
        { "\xE3\x80\x80i\xE3\x80\x80"
          "d",
          3 },
        { "x i\n\n", 2 },
    };
    TEST_ARENA(arena);
    struct words words = { 0 };
    struct lic_err err;
    EXPECT_OK(words_add(&words, arena, LIC_STR("rose garden"), 0, &err), &err);
    EXPECT_OK(words_add(&words, arena, LIC_STR("i do"), 1, &err), &err);
    words_finish(&words);
    for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++) {
        EXPECT_U64(words_live(&words, str_z(lives[i].text), 0), lives[i].live);
    }
}
