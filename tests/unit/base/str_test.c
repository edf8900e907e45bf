/* SPDX-License-Identifier: Apache-2.0 */
/* Text as a view: cutting, comparing, finding, numbers. */
#include "base/str.h"

#include "test.h"

#include <stdio.h>
#include <stdlib.h>

CASE(base_str_cuts_are_clamped)
{
    lic_str s = LIC_STR("abcdef");
    EXPECT_STR(str_head(s, 2), "ab");
    EXPECT_STR(str_head(s, 99), "abcdef");
    EXPECT_STR(str_tail(s, 4), "ef");
    EXPECT_STR(str_tail(s, 99), "");
    EXPECT_STR(str_slice(s, 1, 3), "bc");
    EXPECT_STR(str_slice(s, 3, 1), "");
    EXPECT_STR(str_tail(str_make(NULL, 0), 3), "");
    EXPECT_STR(str_trim(LIC_STR(" \t\r\n a b \n")), "a b");
    EXPECT_STR(str_trim(LIC_STR(" \n ")), "");
}

CASE(base_str_compares)
{
    EXPECT(str_eq(LIC_STR("a"), LIC_STR("a")) && !str_eq(LIC_STR("a"), LIC_STR("b")));
    EXPECT(str_eq(str_make(NULL, 0), LIC_STR("")));
    EXPECT(str_eq_nocase(LIC_STR("AWS:SourceIp"), LIC_STR("aws:sourceIP")));
    EXPECT(!str_eq_nocase(LIC_STR("\xc3\x84"), LIC_STR("\xc3\xa4")));
    EXPECT(!str_eq_nocase(LIC_STR("@"), LIC_STR("`")));
    EXPECT(str_cmp(LIC_STR("a"), LIC_STR("ab")) < 0 && str_cmp(LIC_STR("b"), LIC_STR("ab")) > 0);
    EXPECT(str_cmp(LIC_STR("\x80"), LIC_STR("a")) > 0 && str_cmp(LIC_STR(""), LIC_STR("")) == 0);
    EXPECT(str_starts(LIC_STR("abc"), LIC_STR("ab")) && !str_starts(LIC_STR("a"), LIC_STR("ab")));
    EXPECT(str_ends(LIC_STR("abc"), LIC_STR("bc")) && !str_ends(LIC_STR("c"), LIC_STR("bc")));
    EXPECT(str_eq_secret(LIC_STR("key"), LIC_STR("key")));
    EXPECT(!str_eq_secret(LIC_STR("key"), LIC_STR("kez")));
    EXPECT(!str_eq_secret(LIC_STR("key"), LIC_STR("keys")));
}

CASE(base_str_finds_and_splits)
{
    lic_str s = LIC_STR("a:bc::d");
    EXPECT_U64(str_find_char(s, ':'), 1);
    EXPECT_U64(str_find_char(s, 'x'), s.n);
    EXPECT_U64(str_find(s, LIC_STR("::")), 4);
    EXPECT_U64(str_find(s, LIC_STR("x")), s.n);
    EXPECT_U64(str_find(s, LIC_STR("")), 0);
    EXPECT_U64(str_find(str_make(NULL, 0), LIC_STR("a")), 0);
    EXPECT_STR(str_split(&s, ':'), "a");
    EXPECT_STR(str_split(&s, ':'), "bc");
    EXPECT_STR(str_split(&s, ':'), "");
    EXPECT_STR(str_split(&s, ':'), "d");
    EXPECT_STR(str_split(&s, ':'), "");
    EXPECT_STR(s, "");
}

CASE(base_str_copies_live_in_the_arena)
{
    TEST_ARENA(arena);
    char text[4] = "abc";
    lic_str copy = str_copy(arena, str_make(text, 3));
    const char *terminated = str_copy_z(arena, str_make(text, 3));
    EXPECT(copy.at && terminated);
    text[0] = 'x';
    EXPECT_STR(copy, "abc");
    EXPECT_STR(str_z(terminated), "abc");
    EXPECT(str_copy(arena, str_make(NULL, 0)).at != NULL);
}

CASE(base_str_reads_whole_numbers)
{
    uint64_t u = 7;
    int64_t i = 7;
    EXPECT(str_u64(LIC_STR("18446744073709551615"), &u) && u == UINT64_MAX);
    EXPECT(str_u64(LIC_STR("0"), &u) && u == 0);
    EXPECT(str_i64(LIC_STR("-9223372036854775808"), &i) && i == INT64_MIN);
    EXPECT(str_i64(LIC_STR("9223372036854775807"), &i) && i == INT64_MAX);
    static const char *const bad[] = { "",
                                       "-",
                                       "+1",
                                       " 1",
                                       "1 ",
                                       "1.0",
                                       "0x1",
                                       "1e3",
                                       "--1",
                                       "18446744073709551616",
                                       "99999999999999999999999" };
    for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
        EXPECT(!str_u64(str_z(bad[k]), &u) && !str_i64(str_z(bad[k]), &i));
    }
    EXPECT(!str_i64(LIC_STR("9223372036854775808"), &i));
    EXPECT(!str_i64(LIC_STR("-9223372036854775809"), &i));
    EXPECT(u == 0 && i == INT64_MAX);
}

static bool same_double(double a, double b)
{
    return memcmp(&a, &b, sizeof(a)) == 0;
}

CASE(base_str_double_is_correctly_rounded)
{
    static const char *const texts[] = {
        "0",
        "-0",
        "1",
        "0.1",
        "0.7",
        "1e0",
        "1E+2",
        "123456789012345678901234567890",
        "5e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1.7976931348623157e308",
        "2.2250738585072011e-308",
        "9007199254740993",
        "9007199254740992.99999999999999999999999",
        "0.000000000000000000000000000000000000123456789e20",
        "1e-400",
        "0e999999999999999999999",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        double d = 42.0;
        EXPECT(str_double(str_z(texts[i]), &d));
        EXPECT(same_double(d, strtod(texts[i], NULL)));
    }
}

CASE(base_str_double_of_any_length)
{
    char text[4000];
    double d = 0.0;
    memset(text, '0', sizeof(text));
    text[1] = '.';
    text[3000] = '1';
    EXPECT(str_double(str_make(text, sizeof(text)), &d) && same_double(d, 0.0));
    memset(text, '1', sizeof(text));
    EXPECT(!str_double(str_make(text, sizeof(text)), &d));
    text[1] = '.';
    EXPECT(str_double(str_make(text, sizeof(text)), &d) && same_double(d, 10.0 / 9.0));
    /* Half way between two doubles but for a digit far behind. */
    int n = snprintf(text, sizeof(text), "9007199254740993.");
    memset(text + n, '0', 900);
    EXPECT(str_double(str_make(text, (size_t)n + 900), &d) && same_double(d, 9007199254740992.0));
    text[n + 899] = '1';
    EXPECT(str_double(str_make(text, (size_t)n + 900), &d) && same_double(d, 9007199254740994.0));
}

CASE(base_str_double_refuses_what_is_no_finite_json_number)
{
    static const char *const bad[] = { "",   "-",   ".5",   "5.",    "+1",     "01",
                                       "1e", "1e+", "1e5x", "inf",   "nan",    "0x10",
                                       " 1", "1 ",  "1,5",  "1e999", "-1e999", "1_0" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        double d = 42.0;
        EXPECT(!str_double(str_z(bad[i]), &d));
        EXPECT(same_double(d, 42.0));
    }
}
