/* SPDX-License-Identifier: Apache-2.0 */
/* Blanks: which there are, how runs are evened out, and where what is left stood. */
#include "detect/blanks.h"

#include "base/utf8.h"
#include "test.h"

CASE(blanks_are_the_white_space_of_unicode)
{
    static const uint32_t first[] = { 0x09,   0x20,   0x85,   0xA0,   0x1680,
                                      0x2000, 0x2028, 0x202F, 0x205F, 0x3000 };
    static const uint32_t last[] = { 0x0D,   0x20,   0x85,   0xA0,   0x1680,
                                     0x200A, 0x2029, 0x202F, 0x205F, 0x3000 };
    for (uint32_t c = 1, i = 0; c < 0x4000; c++) {
        char bytes[4];
        size_t n = utf8_put(bytes, c);
        i += i + 1 < sizeof(first) / sizeof(first[0]) && c > last[i];
        bool blank = c >= first[i] && c <= last[i];
        EXPECT_U64(blanks_step(str_make(bytes, n), 0), blank ? n : 0);
        EXPECT_U64(blanks_step(str_make(bytes, n - 1), 0), 0);
        EXPECT(n <= BLANK_BYTES_MAX || !blank);
    }
}

CASE(blanks_in_a_row_are_one_unless_they_are_many)
{
    TEST_ARENA(arena);
    struct blanks blanks;
    struct lic_err err;
    lic_str text = LIC_STR("a\r\n\tb\xC2\xA0\xE3\x80\x80"
                           "c        d         e ");
    EXPECT_OK(blanks_even(arena, text, &blanks, &err), &err);
    EXPECT_STR(blanks.even, "a b c d\ne ");
    EXPECT_U64(blanks_origin(&blanks, 0), 0);
    EXPECT_U64(blanks_origin(&blanks, 1), 1);
    EXPECT_U64(blanks_origin(&blanks, 2), 4);
    EXPECT_U64(blanks_origin(&blanks, 4), 10);
    EXPECT_U64(blanks_origin(&blanks, 9), text.n - 1);
    EXPECT_U64(blanks_origin(&blanks, 10), text.n);
    EXPECT_OK(blanks_even(arena, LIC_STR(""), &blanks, &err), &err);
    EXPECT_STR(blanks.even, "");
    EXPECT_U64(blanks_origin(&blanks, 0), 0);
}

/* By blocks or step by step: the same bytes from the same places. */
CASE(blanks_of_long_texts_are_those_of_short_ones)
{
    static const char *const parts[] = { "word",
                                         "x",
                                         " ",
                                         "  ",
                                         "\n",
                                         "\xC2\xA0",
                                         "\xE2\x80\x9C",
                                         "\xE2\x80\x83",
                                         "\xC3\xA9",
                                         "          ",
                                         "a longer stretch of plain words",
                                         "\xE2" };
    if (test_rerun()) {
        return;
    }
    for (uint32_t round = 0; round < 300; round++) {
        TEST_ARENA(arena);
        struct blanks blanks;
        struct lic_err err;
        char text[800];
        size_t n = 0, at = 0;
        for (uint32_t i = 0, count = test_random_below(40); i < count && n < 700; i++) {
            lic_str part = str_z(parts[test_random_below(sizeof(parts) / sizeof(parts[0]))]);
            memcpy(text + n, part.at, part.n);
            n += part.n;
        }
        EXPECT_OK(blanks_even(arena, str_make(text, n), &blanks, &err), &err);
        for (size_t i = 0; i < blanks.even.n; i++) {
            EXPECT_U64(blanks_origin(&blanks, i), at);
            EXPECT_U64((uint8_t)blanks.even.at[i], blanks_next(str_make(text, n), &at));
        }
        EXPECT_U64(at, n);
        EXPECT_U64(blanks_origin(&blanks, blanks.even.n), n);
    }
}
