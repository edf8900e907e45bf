/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Languages against policy's own matcher: all texts of a small alphabet up to a length, and random
 * globs. Every combination that such a text has must be among the words, and every word must have
 * the combination it says.
 */
#include "advise/lang.h"

#include "policy/match.h"
#include "test.h"

#include <stdio.h>

#define MEMBERS_MAX 4u
#define GLOB_MAX 7u
#define TEXT_MAX 8u
#define ROUNDS 400u

static struct lang_budget plenty(void)
{
    return (struct lang_budget){ .states_max = 10000, .words_max = 4096, .steps = 10000000 };
}

static bool matches(const struct lang_member *member, lic_str text)
{
    switch (member->use) {
    case VARS_EXACT:
        return str_eq(member->text, text);
    case VARS_NOCASE:
        return str_eq_nocase(member->text, text);
    case VARS_LIKE:
        return match_glob(member->text, text);
    case VARS_ARN:
        return match_glob_arn(member->text, text);
    case VARS_RESOURCE:
        return match_glob_resource(member->text, text);
    }
    return false;
}

static lic_str random_glob(struct arena *arena, const char *letters, uint32_t letters_n)
{
    uint32_t n = test_random_below(GLOB_MAX);
    char *at = arena_take(arena, GLOB_MAX);
    for (uint32_t i = 0; at && i < n; i++) {
        uint32_t c = test_random_below(letters_n + 3);
        at[i] = c < letters_n ? letters[c] : c == letters_n ? MATCH_ONE : MATCH_ANY;
    }
    return (lic_str){ at, at ? n : 0 };
}

/* In ARNs only shapes that policy compiles: with five colons, or an asterisk at the end of one. */
static lic_str random_arn_glob(struct arena *arena)
{
    static const char parts[6][4] = { "a",
                                      "\x01",
                                      "b",
                                      "\x01"
                                      "a",
                                      "\x02",
                                      "a\x01" };
    uint32_t n = 3 + test_random_below(5);
    char *at = arena_take(arena, 64);
    size_t used = 0;
    for (uint32_t i = 0; at && i < n; i++) {
        const char *part = parts[test_random_below(6)];
        if (i > 0) {
            at[used++] = ':';
        }
        memcpy(at + used, part, strlen(part));
        used += strlen(part);
    }
    return (lic_str){ at, used };
}

static bool same_members(const struct lang *lang, const struct lang_word *word, lic_str text)
{
    bool same = true;
    for (uint32_t i = 0; i < lang->members.n; i++) {
        same = same && lang_in(word, i) == matches(&lang->members.at[i], text);
    }
    return same;
}

static bool is_covered(const struct lang *lang, const struct lang_words *words, lic_str text)
{
    for (uint32_t i = 0; i < words->n; i++) {
        if (same_members(lang, &words->at[i], text)) {
            return true;
        }
    }
    return false;
}

/* Counts texts up in the order of their letters; false after the last one. */
static bool next_text(char *text, uint32_t *n, const char *letters, uint32_t letters_n)
{
    for (uint32_t i = *n; i > 0; i--) {
        uint32_t c = 0;
        while (letters[c] != text[i - 1]) {
            c++;
        }
        if (c + 1 < letters_n) {
            text[i - 1] = letters[c + 1];
            return true;
        }
        text[i - 1] = letters[0];
    }
    text[(*n)++] = letters[0];
    return *n < TEXT_MAX;
}

static void check_words(const struct lang *lang, const char *letters, uint32_t letters_n,
                        uint32_t *out_wrong)
{
    struct lang_budget budget = plenty();
    struct lang_words words;
    struct lic_err err;
    char text[TEXT_MAX + 1] = { 0 };
    uint32_t n = 0;
    EXPECT_OK(lang_words(lang, &budget, &words, &err), &err);
    EXPECT(words.complete);
    for (uint32_t i = 0; i < words.n; i++) {
        *out_wrong += same_members(lang, &words.at[i], words.at[i].text) ? 0 : 1;
    }
    do {
        if (!is_covered(lang, &words, str_make(text, n))) {
            printf("not covered: %.*s\n", (int)n, text);
            (*out_wrong)++;
        }
    } while (next_text(text, &n, letters, letters_n));
}

static void check_random(const enum vars_use *uses, uint32_t uses_n, const char *letters,
                         uint32_t letters_n, bool arns)
{
    uint32_t wrong = 0;
    for (uint32_t round = 0; round < (test_rerun() ? 2 : ROUNDS / letters_n); round++) {
        TEST_ARENA(arena);
        struct lang lang;
        struct lic_err err;
        uint32_t member;
        lang_init(&lang, arena);
        for (uint32_t i = 0; i < 1 + test_random_below(MEMBERS_MAX); i++) {
            enum vars_use use = uses[test_random_below(uses_n)];
            lic_str glob = arns ? random_arn_glob(arena) : random_glob(arena, letters, letters_n);
            EXPECT_OK(lang_add(&lang, glob, use, &member, &err), &err);
        }
        check_words(&lang, letters, letters_n, &wrong);
        if (test_left()) {
            return;
        }
    }
    EXPECT_U64(wrong, 0);
}

CASE(lang_globs_of_two_letters)
{
    static const enum vars_use uses[] = { VARS_LIKE, VARS_LIKE, VARS_LIKE };
    check_random(uses, 3, "ab", 2, /* arns= */ false);
}

CASE(lang_globs_with_and_without_case)
{
    static const enum vars_use uses[] = { VARS_LIKE, VARS_NOCASE, VARS_EXACT };
    check_random(uses, 3, "aAb", 3, /* arns= */ false);
}

CASE(lang_arns_keep_to_their_parts)
{
    static const enum vars_use uses[] = { VARS_ARN, VARS_RESOURCE, VARS_LIKE };
    check_random(uses, 3, "a:", 2, /* arns= */ true);
}

CASE(lang_no_members_is_one_empty_word)
{
    TEST_ARENA(arena);
    struct lang lang;
    struct lang_budget budget = plenty();
    struct lang_words words;
    struct lic_err err;
    lang_init(&lang, arena);
    EXPECT_OK(lang_words(&lang, &budget, &words, &err), &err);
    EXPECT_U64(words.n, 1);
    EXPECT(words.complete && words.at[0].text.n == 0);
}

CASE(lang_domains_leave_out_all_other_texts)
{
    static const char shape[] = { MATCH_ONE, MATCH_ANY, ':', MATCH_ONE, MATCH_ANY };
    static const char get[] = { 's', '3', ':', 'g', MATCH_ANY };
    TEST_ARENA(arena);
    struct lang lang;
    struct lang_budget budget = plenty();
    struct lang_words words;
    struct lic_err err;
    uint32_t member;
    lang_init(&lang, arena);
    EXPECT_OK(lang_add(&lang, str_make(get, sizeof(get)), VARS_LIKE, &member, &err), &err);
    EXPECT_OK(lang_add_domain(&lang, str_make(shape, sizeof(shape)), VARS_ARN, &err), &err);
    EXPECT_OK(lang_words(&lang, &budget, &words, &err), &err);
    EXPECT_U64(words.n, 2);
    EXPECT_STR(words.at[0].text, "x:x");
    EXPECT_STR(words.at[1].text, "s3:g");
    EXPECT(!lang_in(&words.at[0], member) && lang_in(&words.at[1], member));
}

CASE(lang_a_budget_that_runs_out_is_said)
{
    TEST_ARENA(arena);
    struct lang lang;
    struct lang_budget budget = { .states_max = 5, .words_max = 4096, .steps = 10000000 };
    struct lang_words words;
    struct lic_err err;
    uint32_t member;
    lang_init(&lang, arena);
    EXPECT_OK(lang_add(&lang, LIC_STR("abcdefghij"), VARS_EXACT, &member, &err), &err);
    EXPECT_OK(lang_words(&lang, &budget, &words, &err), &err);
    EXPECT(!words.complete);
}

CASE(lang_characters_of_several_bytes_are_one)
{
    static const char one[] = { MATCH_ONE };
    TEST_ARENA(arena);
    struct lang lang;
    struct lang_budget budget = plenty();
    struct lang_words words;
    struct lic_err err;
    uint32_t first, second;
    lang_init(&lang, arena);
    EXPECT_OK(lang_add(&lang, str_make(one, 1), VARS_LIKE, &first, &err), &err);
    EXPECT_OK(lang_add(&lang, LIC_STR("\xc3\xa4"), VARS_EXACT, &second, &err), &err);
    EXPECT_OK(lang_words(&lang, &budget, &words, &err), &err);
    EXPECT_U64(words.n, 3);
    EXPECT(words.at[0].text.n == 0 && !lang_in(&words.at[0], first));
    EXPECT(lang_in(&words.at[1], first) && !lang_in(&words.at[1], second));
    EXPECT(lang_in(&words.at[2], first) && lang_in(&words.at[2], second));
    EXPECT_STR(words.at[2].text, "\xc3\xa4");
}
