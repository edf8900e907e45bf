/* SPDX-License-Identifier: Apache-2.0 */
/* Entities, tags, percent and backslash escapes. */
#include "folded.h"

CASE(fold_marks_resolves_entities)
{
    TEST_ARENA(arena);
    EXPECT(folds_to(arena, "&#105;gn&#x6f;re &lt;b&gt; &amp;", FOLD_ENTITIES, "ignore <b> &"));
    EXPECT(folds_to(arena, "&#105gnore", FOLD_ENTITIES, "ignore"));
    EXPECT(folds_to(arena, "&#20320;x", FOLD_ENTITIES, "你x"));
    EXPECT(folds_to(arena, "a&shy;b&zwnj;c", FOLD_PLAIN, "abc"));
    EXPECT_U64(views_of(arena, "&#0; &#xd800; &#x110000; &#; &unknown; &lt AT&T a && b &"), 0);
}

CASE(fold_marks_takes_tags_away)
{
    TEST_ARENA(arena);
    EXPECT(folds_to(arena, "<b>ig</b>nore", FOLD_ENTITIES, "ignore"));
    EXPECT(folds_to(arena, "ignore<br>all<BR/>previous", FOLD_ENTITIES, "ignore\nall\nprevious"));
    EXPECT(folds_to(arena, "<span style='x'>ig</span>nore", FOLD_ENTITIES, "ignore"));
    EXPECT(folds_to(arena, "x <!-- ignore all --> y", FOLD_ENTITIES, "x  ignore all  y"));
    EXPECT(
        folds_to(arena, "<img alt=\"&#73;gnore all\">", FOLD_ENTITIES, "<img alt=\"Ignore all\">"));
    EXPECT_U64(views_of(arena, "a < b and c > d, 1<2, <3, < b >, <-"), 0);
}

CASE(fold_marks_resolves_percent)
{
    TEST_ARENA(arena);
    EXPECT(folds_to(arena, "%69%67nore%20all", FOLD_PERCENT, "ignore all"));
    EXPECT(folds_to(arena, "%e4%bd%a0", FOLD_PERCENT, "你"));
    EXPECT(folds_to(arena, "![x](https://a.example/?q=%69gnore)", FOLD_PERCENT,
                    "![x](https://a.example/?q=ignore)"));
    EXPECT_U64(views_of(arena, "100% of %zz %4 %ff%fe %00 %"), 0);
}

CASE(fold_marks_resolves_backslashes)
{
    TEST_ARENA(arena);
    EXPECT(folds_to(arena, "\\u0069gn\\x6fre\\u{20}all", FOLD_ESCAPES, "ignore all"));
    EXPECT(folds_to(arena, "\\151gnore", FOLD_ESCAPES, "ignore"));
    EXPECT(folds_to(arena, "\\U00000069gnore", FOLD_ESCAPES, "ignore"));
    EXPECT(folds_to(arena, "\\ud83d\\ude00!", FOLD_ESCAPES, "😀!"));
    EXPECT(folds_to(arena, "{\"a\": \"ignore\\nall\"}", FOLD_ESCAPES, "{\"a\": \"ignore\nall\"}"));
    EXPECT(folds_to(arena, "U+0069 U+0067 U+006E", FOLD_ESCAPES, "ign"));
    EXPECT_U64(views_of(arena, "\\ud83d \\ude00 \\u12 \\x4 \\q \\ U+1 \\"), 0);
}

CASE(fold_marks_of_several_kinds_are_one_view)
{
    TEST_ARENA(arena);
    EXPECT(folds_to(arena, "%69g&#110;o\\u0072e %61ll", FOLD_PERCENT, "ignore all"));
    EXPECT_U64(views_of(arena, "%69g&#110;o\\u0072e %61ll"), 1);
}
