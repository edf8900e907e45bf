/* SPDX-License-Identifier: Apache-2.0 */
/* Wildcards, ARNs and resources, against tables and against a matcher that tries everything. */
#include "policy/match.h"

#include "policy/policy.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "test.h"

struct example {
    const char *pattern, *text;
    bool matches;
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

CASE(policy_match_wildcard_covers_the_whole_text)
{
    static const struct example examples[] = {
        { "", "", true },
        { "*", "", true },
        { "?", "", false },
        { "a", "a", true },
        { "a", "A", false },
        { "a", "ab", false },
        { "a*", "a", true },
        { "a*", "abc", true },
        { "*c", "abc", true },
        { "*c", "abcd", false },
        { "a*c", "abcbc", true },
        { "a**c", "ac", true },
        { "a?c", "abc", true },
        { "a?c", "ac", false },
        { "*a*b*c*", "xxaxxbxxcxx", true },
        { "*a*b*c*", "xxaxxcxxbxx", false },
        { "*:*", "a:b:c", true },
        { "?", "\xc3\xa9", true },
        { "??", "\xc3\xa9", false },
        { "*?", "\xc3\xa9", true },
        { "?*?", "\xc3\xa9", false },
        { "a*", "\xc3\xa9", false },
    };
    for (size_t i = 0; i < COUNT(examples); i++) {
        const struct example *e = &examples[i];
        EXPECT_U64(match_wildcard(str_z(e->pattern), str_z(e->text)), e->matches);
    }
}

CASE(policy_match_wildcard_nocase_ignores_ascii_case_only)
{
    EXPECT(match_wildcard_nocase(str_z("S3:get*"), str_z("s3:GetObject")));
    EXPECT(!match_wildcard_nocase(str_z("S3:get*"), str_z("s3:PutObject")));
    EXPECT(!match_wildcard_nocase(str_z("\xc3\xa9"), str_z("\xc3\x89")));
}

CASE(policy_match_wildcard_takes_no_exponential_time)
{
    TEST_ARENA(arena);
    char *pattern = arena_take(arena, 2000);
    char *text = arena_take(arena, 20000);
    EXPECT(pattern && text);
    for (size_t i = 0; i < 2000; i++) {
        pattern[i] = i % 2 == 0 ? '*' : 'a';
    }
    memset(text, 'a', 20000);
    pattern[1999] = 'b';
    EXPECT(!match_wildcard(str_make(pattern, 2000), str_make(text, 20000)));
    EXPECT(!match_arn(str_make(pattern, 2000), str_make(text, 20000)));
}

CASE(policy_match_arn_takes_six_parts_one_by_one)
{
    /* The example of AWS's own page: StringLike matches it, ArnLike does not. */
    const char *pattern = "arn:aws:someservice:*:111122223333:finance/*";
    const char *value = "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:"
                        "finance/document.txt";
    EXPECT(match_wildcard(str_z(pattern), str_z(value)));
    EXPECT(!match_arn(str_z(pattern), str_z(value)));
    EXPECT(match_arn(str_z("arn:aws:iam::*:role/*"), str_z("arn:aws:iam::1:role/a:b/c")));
    EXPECT(match_arn(str_z("arn:*:iam::1:role/?"), str_z("arn:aws:iam::1:role/a")));
    EXPECT(!match_arn(str_z("arn:*:iam::1"), str_z("arn:aws:iam::1")));
    EXPECT(!match_arn(str_z("*"), str_z("arn:aws:iam::1:role/a")));
    EXPECT(!match_arn(str_z("arn:aws:iam::1:role/a"), str_z("arn:aws:iam::1")));
}

/* "*" and "?" as the compiled bytes. */
static lic_str compiled(struct arena *arena, const char *pattern)
{
    lic_str s = str_copy(arena, str_z(pattern));
    char *at = (char *)s.at;
    for (size_t i = 0; i < s.n; i++) {
        at[i] = at[i] == '*' ? MATCH_ANY : at[i] == '?' ? MATCH_ONE : at[i];
    }
    return s;
}

CASE(policy_match_resource_crosses_colons_from_the_end_of_a_part_only)
{
    static const struct example examples[] = {
        { "*", "arn:aws:s3:::a", true },
        { "*", "anything", true },
        { "arn:aws:s3:::a/*", "arn:aws:s3:::a/b:c/d", true },
        { "arn:aws:s3:::a/*", "arn:aws:s3:::A/b", false },
        { "arn:aws:sqs:us-*:1:q", "arn:aws:sqs:us-east-1:1:q", true },
        { "arn:aws:sqs:us-*:q", "arn:aws:sqs:us-east-1:1:q", true },
        { "arn:aws:sqs:us*st-1:1:q", "arn:aws:sqs:us-east-1:1:q", true },
        { "arn:aws:sqs:u*1:q", "arn:aws:sqs:us-east-1:1:q", false },
        { "arn:aws:sqs:?:1:q", "arn:aws:sqs:::1:q", false },
        { "arn:aws:lambda:*:function:a", "arn:aws:lambda:eu-west-1:1:function:a", true },
        { "arn:aws:lambda:*:*:function:a*", "arn:aws:lambda:eu-west-1:1:function:ab:live", true },
        { "arn:aws:lambda:*:2:function:a", "arn:aws:lambda:eu-west-1:1:function:a", false },
        { "arn:aws:lambda:*", "arn:aws:lambda:eu-west-1:1:function:a", true },
        { "arn:aws:lambda:*:*", "arn:aws:lambda:eu-west-1:1:function:a", true },
        { "arn:aws:s3:::a", "arn:aws:s3:::a:b", false },
        { "arn:aws:s3:::a", "arn:aws:s3::", false },
        { "arn:aws:s3:::*", "arn:aws:s3::", false },
    };
    TEST_ARENA(arena);
    for (size_t i = 0; i < COUNT(examples); i++) {
        lic_str pattern = compiled(arena, examples[i].pattern);
        EXPECT(pattern.at != NULL);
        EXPECT_U64(match_glob_resource(pattern, str_z(examples[i].text)), examples[i].matches);
    }
}

CASE(policy_match_arn_of_a_compiled_pattern_takes_stars_as_text)
{
    TEST_ARENA(arena);
    lic_str pattern = compiled(arena, "arn:aws:s3:::a?");
    EXPECT(pattern.at != NULL);
    EXPECT(match_glob_arn(pattern, str_z("arn:aws:s3:::ab")));
    EXPECT(match_glob_arn(pattern, str_z("arn:aws:s3:::a*")));
    EXPECT(!match_glob_arn(str_z("arn:aws:s3:::a*"), str_z("arn:aws:s3:::ab")));
    EXPECT(match_glob(str_z("a*"), str_z("a*")));
    EXPECT(!match_glob(str_z("a*"), str_z("ab")));
}

/* Tries everything; the pattern compiled. `colons_n` are those of the pattern so far. */
static bool naive(const char *p, const char *t, uint32_t colons_n)
{
    if (*p == '\0') {
        return *t == '\0';
    }
    bool free_part = colons_n >= 5;
    if (*p == MATCH_ONE) {
        return *t != '\0' && (free_part || *t != ':') && naive(p + 1, t + 1, colons_n);
    }
    if (*p != MATCH_ANY) {
        return *p == *t && naive(p + 1, t + 1, colons_n + (*p == ':' ? 1 : 0));
    }
    bool crosses = free_part || p[1] == ':' || p[1] == '\0';
    for (;; t++) {
        if (naive(p + 1, t, colons_n)) {
            return true;
        }
        if (*t == '\0' || (*t == ':' && !crosses)) {
            return false;
        }
    }
}

static const char *random_text(char *out, uint32_t n, const char *alphabet)
{
    uint32_t letters_n = (uint32_t)strlen(alphabet);
    uint32_t i = 0;
    for (; i < n; i++) {
        out[i] = alphabet[test_random_below(letters_n)];
    }
    out[i] = '\0';
    return out;
}

static uint32_t count_colons(const char *s)
{
    uint32_t n = 0;
    for (; *s != '\0'; s++) {
        n += *s == ':' ? 1 : 0;
    }
    return n;
}

CASE(policy_match_agrees_with_trying_everything)
{
    char pattern[32];
    char text[32];
    for (uint32_t i = 0; i < 200000 && !test_rerun(); i++) {
        random_text(pattern, test_random_below(14), "ab::::\x01\x01\x02");
        random_text(text, test_random_below(14), "ab:::");
        lic_str p = str_z(pattern);
        lic_str t = str_z(text);
        EXPECT(match_glob(p, t) == naive(pattern, text, 5));
        /* Shorter patterns are completed before they are matched. */
        if (count_colons(pattern) >= 5 && count_colons(text) >= 5) {
            EXPECT(match_glob_resource(p, t) == naive(pattern, text, 0));
        }
    }
}

/* As naive(), with whole characters and without parts. */
static bool naive_characters(lic_str p, lic_str t)
{
    if (p.n == 0) {
        return t.n == 0;
    }
    if (p.at[0] == MATCH_ANY) {
        return naive_characters(str_tail(p, 1), t) ||
               (t.n > 0 && naive_characters(p, str_tail(t, utf8_step(t))));
    }
    if (t.n == 0) {
        return false;
    }
    if (p.at[0] == MATCH_ONE) {
        return naive_characters(str_tail(p, 1), str_tail(t, utf8_step(t)));
    }
    return p.at[0] == t.at[0] && naive_characters(str_tail(p, 1), str_tail(t, 1));
}

static lic_str random_pieces(struct buf *out, const char *const *pieces, uint32_t pieces_n)
{
    buf_clear(out);
    for (uint32_t n = test_random_below(12); n > 0; n--) {
        buf_add(out, str_z(pieces[test_random_below(pieces_n)]));
    }
    return buf_str(out);
}

CASE(policy_match_takes_characters_whole)
{
    static const char *const pieces[] = { "a", "\xc3\xa9", "\xc3\xa8", "\xe2\x82\xac",
                                          "b", "\x01",     "\x02" };
    TEST_ARENA(arena);
    struct buf pattern, text;
    buf_init(&pattern, arena, 128);
    buf_init(&text, arena, 128);
    for (uint32_t i = 0; i < 100000 && !test_rerun(); i++) {
        lic_str p = random_pieces(&pattern, pieces, 7);
        lic_str t = random_pieces(&text, pieces, 5);
        EXPECT(match_glob(p, t) == naive_characters(p, t));
    }
}

/* Pieces longer than one block, over texts longer than one window. */
CASE(policy_match_finds_long_pieces)
{
    enum { PIECE = 200, TEXT = 3 * 4096 };
    TEST_ARENA(arena);
    char *pattern = arena_take(arena, PIECE + 2);
    char *text = arena_take(arena, TEXT);
    EXPECT(pattern && text);
    memset(pattern, 'a', PIECE + 2);
    pattern[0] = pattern[PIECE + 1] = MATCH_ANY;
    pattern[70] = MATCH_ONE;
    pattern[PIECE] = 'b';
    lic_str p = str_make(pattern, PIECE + 2);
    for (uint32_t at = PIECE - 1; at < TEXT; at += 509) {
        memset(text, 'a', TEXT);
        EXPECT(!match_glob(p, str_make(text, TEXT)));
        text[at] = 'b';
        text[at - PIECE + 70] = ':';
        EXPECT(match_glob(p, str_make(text, TEXT)));
        text[at - PIECE + 71] = ':';
        EXPECT(!match_glob(p, str_make(text, at + 1)));
    }
}

/* Each of these would take hours with anything but one pass over the text. */
CASE(policy_match_passes_over_the_text_once)
{
    enum { TEXT = 1024 * 1024, PATTERN = 2048 };
    TEST_ARENA(arena);
    char *pattern = arena_take(arena, PATTERN);
    char *text = arena_take(arena, TEXT);
    EXPECT(pattern && text);
    for (uint32_t i = 0; i < TEXT; i++) {
        text[i] = i % 2 == 0 ? 'a' : ':';
    }
    for (uint32_t i = 0; i < PATTERN; i++) {
        pattern[i] = i % 2 == 0 ? 'a' : ':';
    }
    memcpy(pattern, "a:a:a:a\x01:a:a\x01", 13);
    pattern[100] = MATCH_ONE;
    pattern[PATTERN - 2] = 'b';
    pattern[PATTERN - 1] = MATCH_ANY;
    lic_str p = str_make(pattern, PATTERN);
    EXPECT(!match_glob(p, str_make(text, TEXT)));
    EXPECT(!match_glob_resource(p, str_make(text, TEXT)));
    EXPECT(!match_glob_arn(p, str_make(text, TEXT)));
}
