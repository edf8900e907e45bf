/* SPDX-License-Identifier: Apache-2.0 */
/* What is looked at: words are one in any case, sentences say what their capitals mean. */
#include "detect/names_parts.h"

#include "test.h"

/* A dictionary of four slots in which one word is marked as small and never a name. */
struct little {
    uint8_t slots[16];
    struct names_model model;
};

static void little_init(struct little *little, const char *stop)
{
    *little = (struct little){ 0 };
    uint32_t hash = names_hash(stop, strlen(stop));
    uint32_t slot = (hash >> NAMES_KIND_BITS << NAMES_KIND_BITS) | KIND_STOP | KIND_COMMON;
    memcpy(little->slots + 4 * (hash & 3), &slot, 4);
    little->model.slots = little->slots;
    little->model.slots_n = 4;
    little->model.pairs_n = 1;
    little->model.rows = little->slots; /* 16 bytes: one pair */
}

static bool read_piece(struct arena *arena, const struct little *little, const char *text,
                       struct names_piece *out)
{
    lic_str whole = str_z(text);
    struct names_token *room = ARENA_ARRAY(arena, struct names_token, whole.n + 2 * NAMES_MARGIN);
    if (room) {
        names_piece_read(&little->model, whole, 0, whole.n, room, out);
    }
    return room != NULL;
}

CASE(names_signs_hash_knows_no_case)
{
    EXPECT_U64(names_hash("Berlin", 6), names_hash("BERLIN", 6));
    EXPECT_U64(names_hash("M\xC3\x9CLLER", 7), names_hash("m\xC3\xBCller", 7));
    EXPECT(names_hash("Berlin", 6) != names_hash("Merlin", 6));
    EXPECT(names_hash("Constantinople", 14) != names_hash("Constantinoplf", 14));
    EXPECT(names_hash("\xE4\xB8\xAD", 3) != names_hash("\xE4\xB8\x8D", 3));
}

CASE(names_signs_dictionary_is_found_in)
{
    struct little little;
    little_init(&little, "the");
    EXPECT_U64(names_kinds(&little.model, names_hash("The", 3)), KIND_STOP | KIND_COMMON);
    EXPECT_U64(names_kinds(&little.model, names_hash("Ann", 3)), 0);
}

CASE(names_signs_modes_of_sentences)
{
    static const struct {
        const char *text;
        enum names_mode mode;
    } cases[] = {
        { "He met Ann in town.", MODE_CASED },
        { "he met ann in town", MODE_LOWER },
        { "HE MET ANN IN TOWN", MODE_UPPER },
        { "How Ann Met Bob in Town Hall", MODE_HEADING },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        TEST_ARENA(arena);
        struct little little;
        struct names_piece piece;
        little_init(&little, "the");
        EXPECT(read_piece(arena, &little, cases[i].text, &piece));
        EXPECT_U64(piece.at[1].mode, cases[i].mode);
    }
}

CASE(names_signs_keys_last_for_their_line)
{
    TEST_ARENA(arena);
    struct little little;
    struct names_piece piece;
    little_init(&little, "the");
    EXPECT(read_piece(arena, &little, "\"name\": \"ann lee\"\nother", &piece));
    EXPECT_U64(piece.at[5].key, names_hash("name", 4));
    EXPECT_U64(piece.at[6].key, names_hash("name", 4));
    EXPECT_U64(piece.at[8].key, 0);
}

CASE(names_signs_small_words_of_cased_sentences_are_passed_over)
{
    TEST_ARENA(arena);
    struct little little;
    struct names_piece piece;
    little_init(&little, "the");
    EXPECT(read_piece(arena, &little, "The dog met Ann at noon", &piece));
    EXPECT(!names_candidate(&little.model, &piece, 0));
    EXPECT(!names_candidate(&little.model, &piece, 1));
    EXPECT(names_candidate(&little.model, &piece, 3));
    EXPECT(!names_candidate(&little.model, &piece, 4));
    piece.at[3].tag = TAG_PERSON;
    EXPECT(names_candidate(&little.model, &piece, 4));
}

CASE(names_signs_are_within_their_room_and_the_same_each_time)
{
    TEST_ARENA(arena);
    struct little little;
    struct names_piece piece;
    uint64_t first[NAMES_SIGNS], second[NAMES_SIGNS];
    little_init(&little, "the");
    EXPECT(read_piece(arena, &little, "A", &piece));
    uint32_t n = names_signs(&little.model, &piece, 0, first);
    EXPECT(n > 0 && n <= NAMES_SIGNS);
    EXPECT_U64(names_signs(&little.model, &piece, 0, second), n);
    EXPECT(memcmp(first, second, n * sizeof(first[0])) == 0);
}

CASE(names_signs_what_may_follow_what)
{
    EXPECT(names_may_follow(TAG_PERSON_IN, TAG_PERSON));
    EXPECT(names_may_follow(TAG_PERSON_IN, TAG_PERSON_IN));
    EXPECT(!names_may_follow(TAG_PERSON_IN, TAG_OUT));
    EXPECT(!names_may_follow(TAG_LOCATION_IN, TAG_ORGANIZATION_IN));
    EXPECT(names_may_follow(TAG_ADDRESS, TAG_OUT));
}
