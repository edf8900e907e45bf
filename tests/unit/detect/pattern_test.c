/* SPDX-License-Identifier: Apache-2.0 */
/* What patterns are refused and why (tests/cases/detect/refused.case), and how long matches are. */
#include "detect/pattern.h"

#include "test.h"

#include <stdio.h>

static void expect_refused(lic_str text, bool bounded, lic_str reason, uint32_t *refused)
{
    TEST_ARENA(arena);
    struct pattern pattern;
    struct lic_err err = { 0 };
    enum lic_rc rc = pattern_read(arena, text, bounded, &pattern, &err);
    lic_str said = str_z(err.text);
    if (rc == LIC_OK || str_find(said, reason) == said.n) {
        fprintf(stderr, LIC_FMT ": wanted <" LIC_FMT ">, got <%s>\n", LIC_ARG(text),
                LIC_ARG(reason), rc == LIC_OK ? "accepted" : err.text);
    }
    EXPECT(rc != LIC_OK);
    EXPECT(str_find(said, reason) < said.n);
    ++*refused;
}

CASE(pattern_refuses_with_place_and_reason)
{
    TEST_ARENA(arena);
    lic_str rest = test_file(arena, test_source_path("tests/cases/detect/refused.case"));
    lic_str pattern = { NULL, 0 };
    bool ours = false;
    uint32_t refused = 0, wanted = 0;
    if (test_rerun()) {
        return;
    }
    while (rest.n > 0) {
        lic_str value = str_split(&rest, '\n');
        lic_str key = str_split(&value, ':');
        value = str_tail(value, 1);
        if (str_eq(key, LIC_STR("pattern")) || str_eq(key, LIC_STR("ours"))) {
            pattern = value;
            ours = str_eq(key, LIC_STR("ours"));
        } else if (str_eq(key, LIC_STR("reason"))) {
            wanted++;
            expect_refused(pattern, ours, value, &refused);
        }
    }
    EXPECT(wanted > 30);
    EXPECT_U64(refused, wanted);
}

CASE(pattern_lengths_are_of_the_shortest_and_longest_match)
{
    static const struct {
        const char *text;
        size_t shortest, longest;
    } lengths[] = {
        { "abc", 3, 3 },           { "a|bcd", 1, 3 },          { "a{2,5}b?", 2, 6 },
        { "\\bx\\b", 1, 1 },       { "(?:ab{1,3}){2}", 4, 8 }, { "\xC3\xA9.", 3, 6 },
        { "a\\_b", 3, 26 },        { "a*b", 1, 1025 },         { "(?:.*x)*y", 1, 8192 },
        { "a{8000}", 8000, 8000 },
    };
    TEST_ARENA(arena);
    struct lic_err err;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct pattern pattern;
        EXPECT_OK(pattern_read(arena, str_z(lengths[i].text), false, &pattern, &err), &err);
        EXPECT_U64(pattern.shortest, lengths[i].shortest);
        EXPECT_U64(pattern.longest, lengths[i].longest);
    }
}

CASE(pattern_that_is_not_text_is_refused)
{
    TEST_ARENA(arena);
    struct pattern pattern;
    struct lic_err err;
    char deep[200];
    memset(deep, '(', sizeof(deep));
    EXPECT_RC(pattern_read(arena, LIC_STR("a\xFF"), true, &pattern, &err), LIC_E_UTF8);
    EXPECT_U64(err.offset, 1);
    EXPECT_RC(pattern_read(arena, LIC_STR("a\0b"), true, &pattern, &err), LIC_E_INVALID);
    EXPECT_RC(pattern_read(arena, str_make(deep, sizeof(deep)), true, &pattern, &err), LIC_E_LIMIT);
    EXPECT_RC(pattern_read(arena, LIC_STR(""), true, &pattern, &err), LIC_E_INVALID);
}
