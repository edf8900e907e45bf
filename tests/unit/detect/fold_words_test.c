/* SPDX-License-Identifier: Apache-2.0 */
/* The words that tell a disguise, read forwards, backwards and rotated; letters parted into them.
 */
#include "detect/fold_parts.h"

#include "folded.h"

static const struct fold_words *words_in(struct arena *arena)
{
    const struct fold_words *words = NULL;
    struct lic_err err;
    return fold_words_new(arena, &words, &err) == LIC_OK ? words : NULL;
}

CASE(fold_words_are_read_in_three_ways)
{
    TEST_ARENA(arena);
    const struct fold_words *words = words_in(arena);
    EXPECT(words != NULL);
    EXPECT(fold_reads(words, LIC_STR("Ignore"), FOLD_FORWARD));
    EXPECT(fold_reads(words, LIC_STR("EroNgi"), FOLD_BACKWARD));
    EXPECT(fold_reads(words, LIC_STR("vtaber"), FOLD_ROTATED));
    EXPECT(!fold_reads(words, LIC_STR("vtaber"), FOLD_FORWARD));
    EXPECT(fold_is_word(words, LIC_STR("previous")));
    EXPECT(!fold_is_word(words, LIC_STR("previ0us")));
    EXPECT(!fold_is_word(words, LIC_STR("zzzz")));
}

/* What the table says cannot be a disguise must not be one. */
CASE(fold_words_quick_answer_is_never_wrong)
{
    static const char *const all[] = { "ignore", "previous", "instructions", "system", "reveal" };
    TEST_ARENA(arena);
    const struct fold_words *words = words_in(arena);
    EXPECT(words != NULL);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        char backward[32], rotated[32];
        size_t n = strlen(all[i]);
        for (size_t k = 0; k < n; k++) {
            backward[n - 1 - k] = all[i][k];
            rotated[k] = (char)('a' + (all[i][k] - 'a' + 13) % 26);
        }
        EXPECT(fold_may_disguise(words, backward, n) && fold_may_disguise(words, rotated, n));
    }
    EXPECT(!fold_may_disguise(words, "x", 1));
}

CASE(fold_words_part_letters)
{
    TEST_ARENA(arena);
    bool breaks[64] = { false };
    const struct fold_words *words = words_in(arena);
    EXPECT(words != NULL);
    EXPECT(fold_part_words(words, LIC_STR("ignoreallprevious"), breaks, 64));
    EXPECT(breaks[6] && breaks[9] && !breaks[3]);
    EXPECT(!fold_part_words(words, LIC_STR("xqzjkvwpfmxqzjkv"), breaks, 64));
    EXPECT(!fold_part_words(words, LIC_STR("ignoreallprevious"), breaks, 4));
}
