/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens: what is one word, what is two, and that every byte stands in at most one of them. */
#include "detect/names_parts.h"

#include "base/buf.h"
#include "test.h"

static struct names_token *room_for(struct arena *arena, lic_str text)
{
    return ARENA_ARRAY(arena, struct names_token, text.n + 1);
}

/* The tokens with a bar between any two; a gap of a line or more is shown as '/'. */
static lic_str shown(struct arena *arena, lic_str text)
{
    struct buf out;
    struct names_token *tokens = room_for(arena, text);
    buf_init(&out, arena, 4096);
    if (!tokens) {
        return (lic_str){ NULL, 0 };
    }
    uint32_t n = names_read(text, 0, text.n, tokens);
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0) {
            buf_add_char(&out, tokens[i].gap >= GAP_LINE ? '/' : '|');
        }
        buf_add(&out, str_slice(text, tokens[i].start, tokens[i].end));
    }
    return buf_str(&out);
}

CASE(names_read_words_and_what_is_tied_to_them)
{
    static const char *const cases[][2] = {
        { "Ann Lee's cat", "Ann|Lee|'s|cat" },
        { "Ann Lee\xE2\x80\x99s cat", "Ann|Lee|\xE2\x80\x99s|cat" },
        { "O'Brien and D'Angelo", "O'Brien|and|D'Angelo" },
        { "John Q. Public Jr. left.", "John|Q.|Public|Jr.|left|." },
        { "the U.S. Army", "the|U.S.|Army" },
        { "Jean-Luc", "Jean|-|Luc" },
        { "12A Main St., 90210-1234", "12A|Main|St.|,|90210|-|1234" },
        { "write to ann@example.com, now", "write|to|ann@example.com|,|now" },
        { "see https://a.example/B_c?d=E.", "see|https://a.example/B_c?d=E|." },
        { "@ann and #tag1", "@ann|and|#tag1" },
        { "a\nb\n\nc", "a/b/c" },
        { "M\xC3\xBCller, \xC5\x81ukasz", "M\xC3\xBCller|,|\xC5\x81ukasz" },
        { "\xE7\x8E\x8B\xE4\xBC\x9F", "\xE7\x8E\x8B|\xE4\xBC\x9F" },
        { "", "" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        TEST_ARENA(arena);
        EXPECT_STR(shown(arena, str_z(cases[i][0])), cases[i][1]);
    }
}

CASE(names_read_shapes)
{
    static const struct {
        const char *text;
        enum names_shape shape;
    } cases[] = {
        { "word", SHAPE_LOWER },
        { "Word", SHAPE_TITLE },
        { "W", SHAPE_SINGLE },
        { "WORD", SHAPE_UPPER },
        { "McWord", SHAPE_MIXED },
        { "userName", SHAPE_CAMEL },
        { "a_b", SHAPE_CAMEL },
        { "W.", SHAPE_DOTTED },
        { "Inc.", SHAPE_DOTTED },
        { "123", SHAPE_DIGITS + 3 },
        { "\xC3\x89lodie", SHAPE_TITLE },
        { "\xD0\x98\xD0\xB2\xD0\xB0\xD0\xBD", SHAPE_TITLE },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        TEST_ARENA(arena);
        struct names_token *tokens = room_for(arena, str_z(cases[i].text));
        EXPECT(tokens != NULL);
        EXPECT_U64(names_read(str_z(cases[i].text), 0, strlen(cases[i].text), tokens), 1);
        EXPECT_U64(tokens[0].shape, cases[i].shape);
    }
}

/* Any bytes: tokens are in order, not empty, apart from each other, and no more than bytes. */
CASE(names_read_any_bytes_in_order)
{
    static const char bytes[] = "aA1 .,'@#:/\n-_\xC3\xA9\xE2\x80\x99\xE7\x8E\x8B\xFF\xF0";
    for (uint32_t round = 0; round < 400; round++) {
        TEST_ARENA(arena);
        char text[64];
        for (size_t i = 0; i < sizeof(text); i++) {
            text[i] = bytes[test_random_below(sizeof(bytes) - 1)];
        }
        lic_str whole = str_make(text, sizeof(text));
        struct names_token *tokens = room_for(arena, whole);
        EXPECT(tokens != NULL);
        uint32_t n = names_read(whole, 0, whole.n, tokens), at = 0;
        EXPECT(n <= whole.n);
        for (uint32_t i = 0; i < n; i++) {
            EXPECT(tokens[i].start >= at && tokens[i].end > tokens[i].start);
            at = tokens[i].end;
        }
        EXPECT(at <= whole.n);
    }
}

CASE(names_read_pieces_end_where_a_line_or_character_does)
{
    TEST_ARENA(arena);
    size_t n = 3 * NAMES_PIECE_BYTES;
    char *text = arena_take(arena, n);
    EXPECT(text != NULL);
    memset(text, 'a', n);
    text[NAMES_PIECE_BYTES - 100] = '\n';
    text[NAMES_PIECE_BYTES - 50] = ' ';
    EXPECT_U64(names_piece_end(str_make(text, n), 0), NAMES_PIECE_BYTES - 99);
    for (size_t i = 0; i < n; i++) {
        text[i] = "\xE7\x8E\x8B"[i % 3];
    }
    size_t end = names_piece_end(str_make(text, n), 0);
    EXPECT_U64(end % 3, 0);
    EXPECT(end > 0 && end <= NAMES_PIECE_BYTES);
    EXPECT_U64(names_piece_end(str_make(text, 5), 0), 5);
}
