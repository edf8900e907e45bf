/* SPDX-License-Identifier: Apache-2.0 */
/* Any text folded: its views are text, within the budget, and every range of them leads back. */
#include "../unit/detect/folded.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* The words take longer to make than a text to fold: made once, and never given back. */
static const struct fold_words *words_made_once(void)
{
    static struct test_arena keep;
    static const struct fold_words *words;
    if (!words) {
        test_arena_init(&keep);
        CHECK(fold_words_new(&keep.arena, &words, NULL) == LIC_OK);
    }
    return words;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TEST_ARENA(arena);
    lic_str text = str_make((const char *)data, size);
    struct folded f = { .text = text, .words = words_made_once() };
    if (size > 4096 || utf8_check(text) != size) {
        return 0;
    }
    CHECK(fold_text(f.words, text, arena, &f.views, &f.hidden, NULL) == LIC_OK);
    folded_check(&f, 1 + size / 64);
    return 0;
}
