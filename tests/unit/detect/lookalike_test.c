/* SPDX-License-Identifier: Apache-2.0 */
/* What a character passes for; the table's order, on which its search rests. */
#include "detect/lookalike.h"

#include "base/utf8.h"
#include "test.h"

static const uint32_t listed[] = {
#define LOOK(code_point, letter) code_point,
#include "detect/lookalike.def"
#undef LOOK
};

CASE(lookalike_table_is_sorted_and_found)
{
    for (size_t i = 0; i < sizeof listed / sizeof listed[0]; i++) {
        char letter = lookalike_letter(listed[i]);
        EXPECT(i == 0 || listed[i] > listed[i - 1]);
        EXPECT((letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z'));
    }
    EXPECT(lookalike_letter('a') == 0);
    EXPECT(lookalike_letter(0x4f60) == 0);
    EXPECT(lookalike_letter(0x1f1e6) == 'A');
    EXPECT(lookalike_letter(0x1f1ff) == 'Z');
    EXPECT(lookalike_letter(0x1f200) == 0);
    EXPECT(lookalike_letter(0x10ffff) == 0);
}

static bool simple_is(uint32_t c, const char *expected)
{
    char out[LOOKALIKE_PARTS_MAX * 4];
    return str_eq(str_make(out, lookalike_simple(c, out)), str_z(expected));
}

CASE(lookalike_simple_takes_forms_and_marks_away)
{
    EXPECT(simple_is('a', "a"));
    EXPECT(simple_is(0xe9, "e"));
    EXPECT(simple_is(0xff49, "i"));
    EXPECT(simple_is(0xfb01, "fi"));
    EXPECT(simple_is(0x1d4f2, "i"));
    EXPECT(simple_is(0x0439, "й"));
    EXPECT(simple_is(0x4f60, "你"));
    EXPECT(simple_is(0xac00, "가"));
}

/* Every character gives UTF-8 within its room. */
CASE(lookalike_simple_of_every_character_is_text)
{
    if (test_rerun()) {
        return;
    }
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        char out[LOOKALIKE_PARTS_MAX * 4];
        if (c >= 0xd800 && c <= 0xdfff) {
            continue;
        }
        size_t n = lookalike_simple(c, out);
        EXPECT(n <= sizeof out && utf8_check(str_make(out, n)) == n);
    }
}

CASE(lookalike_knows_marks_letters_and_turned_ones)
{
    EXPECT(lookalike_is_mark(0x301) && lookalike_is_mark(0x336) && !lookalike_is_mark('a'));
    EXPECT(lookalike_is_letter(0x4f60) && lookalike_is_letter('5') && !lookalike_is_letter('-'));
    EXPECT(lookalike_is_turned(0x01dd) && !lookalike_is_turned('e'));
}
