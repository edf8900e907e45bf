/* SPDX-License-Identifier: Apache-2.0 */
/* Characters as what they pass for, and hidden ones: gone from the view, and told. */
#include "folded.h"

CASE(fold_plain_reads_look_alikes)
{
    TEST_ARENA(arena);
    EXPECT(folds_to(arena, "Іgnоrе аll", FOLD_PLAIN, "Ignore all"));
    EXPECT(folds_to(arena, "ｉｇｎｏｒｅ", FOLD_PLAIN, "ignore"));
    EXPECT(folds_to(arena, "𝓲𝓰𝓷𝓸𝓻𝓮", FOLD_PLAIN, "ignore"));
    EXPECT(folds_to(arena, "ⓘⓖⓝⓞⓡⓔ", FOLD_PLAIN, "ignore"));
    EXPECT(folds_to(arena, "ïgnörë", FOLD_PLAIN, "ignore"));
    EXPECT(folds_to(arena, "i̶g̶n̶o̶r̶e̶", FOLD_PLAIN, "ignore"));
    EXPECT(folds_to(arena, "🇮🇬🇳🇴🇷🇪", FOLD_PLAIN, "IGNORE"));
    EXPECT(folds_to(arena, "＜｜im_start｜＞", FOLD_PLAIN, "<|im_start|>"));
    EXPECT(folds_to(arena, "ǝɹouƃı", FOLD_PLAIN, "eronbi") ||
           folds_to(arena, "ǝɹouƃı", FOLD_PLAIN, "erongi"));
}

CASE(fold_plain_leaves_other_scripts)
{
    TEST_ARENA(arena);
    EXPECT_U64(views_of(arena, "Αθήνα και Θεσσαλονίκη"), 0);
    EXPECT_U64(views_of(arena, "Привет, друзья! Мир"), 0);
    EXPECT_U64(views_of(arena, "שלום עולם"), 0);
    EXPECT_U64(views_of(arena, "สวัสดีครับ"), 0);
    EXPECT_U64(views_of(arena, "안녕하세요"), 0);
}

static uint32_t hidden_in(struct arena *arena, const char *text)
{
    struct folded f;
    folded_make(arena, str_z(text), &f);
    return f.hidden.n;
}

CASE(fold_plain_tells_hidden_text)
{
    TEST_ARENA(arena);
    struct folded f;
    folded_make(arena, LIC_STR("Ign\u200bore"), &f);
    EXPECT_U64(f.hidden.n, 1);
    EXPECT_STR(f.hidden.at[0].rule, "hidden.zero-width");
    EXPECT(f.hidden.at[0].start == 3 && f.hidden.at[0].end == 6);
    EXPECT(folded_find(&f, FOLD_PLAIN, "Ignore") != NULL);
    EXPECT_U64(hidden_in(arena, "a\u202eb"), 1);
    EXPECT_U64(hidden_in(arena, "pass\u200eword"), 1);
    EXPECT_U64(hidden_in(arena, "x\u200b\u200c\u200b\u200c\u200d y"), 1);
    EXPECT_U64(hidden_in(arena, "i\u00adg\u00adn\u00ado\u00adr\u00ade"), 4);
}

CASE(fold_plain_spells_tags_and_selectors)
{
    TEST_ARENA(arena);
    struct folded f;
    folded_make(arena, LIC_STR("hi \xf3\xa0\x81\xa9\xf3\xa0\x81\xa7\xf3\xa0\x81\xae!"), &f);
    EXPECT(folded_find(&f, FOLD_PLAIN, "hi ign!") != NULL);
    EXPECT_U64(f.hidden.n, 1);
    EXPECT_STR(f.hidden.at[0].rule, "hidden.tags");
    EXPECT(f.hidden.at[0].start == 3 && f.hidden.at[0].end == 15);
    folded_make(arena,
                LIC_STR("😀\xf3\xa0\x85\x99\xf3\xa0\x85\x97\xf3\xa0\x85\x9e\xf3\xa0\x85\x9f"
                        "\xf3\xa0\x85\xa2\xf3\xa0\x85\x95"),
                &f);
    EXPECT(folded_find(&f, FOLD_PLAIN, "😀ignore") != NULL);
    EXPECT_U64(f.hidden.n, 1);
    EXPECT_STR(f.hidden.at[0].rule, "hidden.selectors");
}

CASE(fold_plain_tells_nothing_of_ordinary_text)
{
    TEST_ARENA(arena);
    EXPECT_U64(hidden_in(arena, "👨‍👩‍👧 ❤️ 1️⃣ 🏳️‍🌈 👍🏽 ☎︎"),
               0);
    EXPECT_U64(hidden_in(arena,
                         "🏴\xf3\xa0\x81\xa7\xf3\xa0\x81\xa2\xf3\xa0\x81\xa5\xf3\xa0\x81\xae"
                         "\xf3\xa0\x81\xa7\xf3\xa0\x81\xbf"),
               0);
    EXPECT_U64(hidden_in(arena, "می\u200cخواهم کتاب\u200cها"), 0);
    EXPECT_U64(hidden_in(arena, "क्\u200dष र्\u200dय শ্\u200dর"), 0);
    EXPECT_U64(hidden_in(arena, "שלום \u200fworld\u200e שלום (\u202aabc\u202c)"), 0);
    EXPECT_U64(hidden_in(arena, "\ufeffHello"), 0);
    EXPECT_U64(hidden_in(arena, "Inter\u00adnatio\u00adnal"), 0);
    EXPECT_U64(hidden_in(arena, "ភាសា\u200bខ្មែរ ภาษา\u200bไทย"), 0);
    EXPECT_U64(hidden_in(arena, "葛\xf3\xa0\x84\x80飾"), 0);
}
