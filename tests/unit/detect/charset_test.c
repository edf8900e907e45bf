/* SPDX-License-Identifier: Apache-2.0 */
/* Classes of code points against what UTF-8 says of every code point. */
#include "detect/charset.h"

#include "base/utf8.h"
#include "test.h"

struct sequences {
    struct charset_sequence at[64];
    uint32_t n;
};

static bool keep(void *arg, const struct charset_sequence *sequence)
{
    struct sequences *all = arg;
    if (all->n == 64) {
        return false;
    }
    all->at[all->n++] = *sequence;
    return true;
}

static bool matches(const struct sequences *all, uint32_t code_point)
{
    char bytes[4];
    size_t n = utf8_put(bytes, code_point);
    for (uint32_t i = 0; i < all->n; i++) {
        size_t k = 0;
        while (k < n && n == all->at[i].n && byte_set_has(&all->at[i].byte[k], (uint8_t)bytes[k])) {
            k++;
        }
        if (k == n) {
            return true;
        }
    }
    return false;
}

CASE(charset_sequences_are_exactly_the_range)
{
    static const struct charset_range ranges[] = {
        { 0, 0x10FFFF },      { 0x41, 0x41 },         { 0x7F, 0x80 },     { 0x7FF, 0x800 },
        { 0xFFFF, 0x10000 },  { 0x3A9, 0x4E2D },      { 0x81, 0x7FE },    { 0xD700, 0xE100 },
        { 0x1F600, 0x1F64F }, { 0x10FFFE, 0x10FFFF }, { 0x801, 0x12345 },
    };
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        TEST_ARENA(arena);
        struct charset set;
        struct sequences all = { .n = 0 };
        uint32_t wrong = 0;
        charset_init(&set, arena);
        charset_add(&set, ranges[i].first, ranges[i].last);
        charset_normalize(&set);
        EXPECT(!set.failed);
        EXPECT(charset_sequences(&set, keep, &all));
        for (uint32_t c = 0; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 7) {
            bool surrogate = c >= 0xD800 && c <= 0xDFFF;
            bool inside = c >= ranges[i].first && c <= ranges[i].last;
            wrong += !surrogate && matches(&all, c) != inside;
        }
        EXPECT_U64(wrong, 0);
    }
}

CASE(charset_negation_and_folding)
{
    TEST_ARENA(arena);
    struct charset set;
    charset_init(&set, arena);
    charset_add(&set, 'b', 'd');
    charset_add(&set, 0x43F, 0x43F); /* п */
    charset_add(&set, 0x3C2, 0x3C2); /* final sigma */
    charset_fold(&set);
    charset_normalize(&set);
    EXPECT(!set.failed);
    EXPECT_U64(set.n, 6); /* B-D b-d Σ ς-σ П п */
    EXPECT_U64(set.at[0].first, 'B');
    EXPECT_U64(set.at[2].first, 0x3A3);
    EXPECT_U64(set.at[3].last, 0x3C3);
    EXPECT_U64(set.at[4].first, 0x41F);
    charset_negate(&set);
    EXPECT(!set.failed);
    EXPECT_U64(set.n, 8); /* seven gaps, of which one holds the surrogates */
    EXPECT_U64(set.at[0].first, 0);
    EXPECT_U64(set.at[0].last, 'A');
    EXPECT_U64(set.at[7].last, 0x10FFFF);
    EXPECT_U64(set.at[6].last, 0xD7FF);
}
