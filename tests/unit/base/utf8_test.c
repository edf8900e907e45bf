/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 against an independent definition, for every code point and every pair of first bytes. */
#include "base/utf8.h"

#include "test.h"

CASE(base_utf8_every_scalar_value_goes_both_ways)
{
    if (test_rerun()) {
        return;
    }
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        char bytes[4];
        size_t n = utf8_put(bytes, c), back_n = 0;
        bool surrogate = c >= 0xd800 && c <= 0xdfff;
        EXPECT_U64(utf8_step(str_make(bytes, n)), surrogate ? 0 : n);
        EXPECT(surrogate || (utf8_get(str_make(bytes, n), &back_n) == c && back_n == n));
        EXPECT_U64(utf8_check(str_make(bytes, n)), surrogate ? 0 : n);
        for (size_t short_n = 1; short_n < n; short_n++) {
            EXPECT_U64(utf8_step(str_make(bytes, short_n)), 0);
        }
    }
}

CASE(base_utf8_no_other_sequence_is_valid)
{
    if (test_rerun()) {
        return;
    }
    uint32_t valid = 0;
    for (uint32_t i = 0; i < 1u << 24; i++) {
        char bytes[4] = { (char)(i >> 16), (char)(i >> 8), (char)i, (char)0xbf };
        size_t n = utf8_step(str_make(bytes, 4));
        bool ends_here = n != 0 && (n >= 3 || (i & 0xffff) == 0 || (n == 2 && (i & 0xff) == 0));
        valid += ends_here ? 1 : 0;
    }
    /* 128 of one byte and 1,920 of two, 63,488 - 2,048 of three with surrogates left out, and as
     * many beginnings of four as there are blocks of 64 code points above U+FFFF. */
    EXPECT_U64(valid, 128 + 1920 + (0x10000 - 0x800 - 0x800) + (0x110000 - 0x10000) / 64);
}

CASE(base_utf8_check_says_where)
{
    EXPECT_U64(utf8_check(str_make(NULL, 0)), 0);
    EXPECT_U64(utf8_check(LIC_STR("plain text that is longer than eight")), 36);
    EXPECT_U64(utf8_check(LIC_STR("plain text \xc3\xa4 and \xff")), 18);
    EXPECT_U64(utf8_check(LIC_STR("cut \xe2\x82")), 4);
    EXPECT_U64(utf8_check(LIC_STR("\xed\xa0\x80")), 0);
    EXPECT_U64(utf8_run(LIC_STR("\xe2\x82\xac\xc3\xa4x")), 5);
    EXPECT_U64(utf8_run(LIC_STR("\xe2\x82\xac\xff")), 3);
    EXPECT_U64(utf8_run(LIC_STR("x")), 0);
}

CASE(base_utf8_head_never_cuts_a_sequence)
{
    lic_str s = LIC_STR("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z");
    for (size_t n = 0; n <= s.n + 1; n++) {
        lic_str head = utf8_head(s, n);
        EXPECT(head.n <= n && utf8_check(head) == head.n && (n < head.n + 4));
    }
    EXPECT_U64(utf8_head(s, 9).n, 6);
    EXPECT_U64(utf8_head(s, 10).n, 10);
    EXPECT_U64(utf8_head(LIC_STR("\x80\x80\x80\x80\x80\x80"), 5).n, 2);
    EXPECT_U64(utf8_count(s), 5);
}
