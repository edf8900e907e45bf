/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of an address become one, from the street to the country, and only if it has a number. */
#include "detect/names_parts.h"

#include "test.h"

/* Reads `text` and tags its tokens with the letters of `tags`: A address, L place, O outside. */
static bool tagged(struct arena *arena, const char *text, const char *tags, struct names_piece *out)
{
    static const uint8_t slots[16];
    lic_str whole = str_z(text);
    struct names_model model = { .slots = slots, .slots_n = 4, .rows = slots, .pairs_n = 1 };
    struct names_token *room = ARENA_ARRAY(arena, struct names_token, whole.n + 2 * NAMES_MARGIN);
    if (!room) {
        return false;
    }
    names_piece_read(&model, whole, 0, whole.n, room, out);
    for (uint32_t i = 0; i < out->n && tags[i] != '\0'; i++) {
        out->at[i].tag = tags[i] == 'A' ? TAG_ADDRESS : tags[i] == 'L' ? TAG_LOCATION : TAG_OUT;
        out->at[i].score = 0.8f;
    }
    return true;
}

static void expect_span(const char *text, const char *tags, uint32_t at, const char *expected)
{
    TEST_ARENA(arena);
    struct names_piece piece;
    struct names_span span;
    EXPECT(tagged(arena, text, tags, &piece));
    bool found = piece.at[at].tag == TAG_ADDRESS && names_address(&piece, at, &span) == TAG_ADDRESS;
    EXPECT(found == (expected[0] != '\0'));
    if (found) {
        EXPECT_STR(str_slice(piece.text, piece.at[span.first].start, piece.at[span.last].end),
                   expected);
        EXPECT(span.score > 0.79f && span.score < 0.81f);
    }
}

CASE(names_address_goes_over_commas_lines_and_places)
{
    expect_span("at 12 Main Street,\nSpringfield, IL 62704 now", "OAAAOLOAAO", 1,
                "12 Main Street,\nSpringfield, IL 62704");
    if (test_left()) {
        return;
    }
    expect_span("12 Elm Road.  Paris is far", "AAAOLOO", 0, "12 Elm Road");
    if (test_left()) {
        return;
    }
    expect_span("12 Elm Road\n\n34 Oak Road", "AAAAAA", 0, "12 Elm Road");
}

CASE(names_address_has_a_number_and_a_word)
{
    expect_span("Main Street", "AA", 0, "");
    if (test_left()) {
        return;
    }
    expect_span("12 34", "AA", 0, "");
    if (test_left()) {
        return;
    }
    expect_span("12 Elm", "OA", 0, "");
}
