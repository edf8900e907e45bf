/* SPDX-License-Identifier: Apache-2.0 */
/* The shipped weights: names and addresses in texts of many kinds, and what is none. */
#include "detect/names.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "test.h"

#define ALL (NAMES_PERSON | NAMES_ORGANIZATION | NAMES_LOCATION | NAMES_ADDRESS)

static void free_model(struct names_model **model)
{
    names_model_free(*model);
}

static void load(struct arena *arena, struct names_model **out)
{
    struct lic_err err;
    lic_str weights = test_file(arena, test_source_path("data/weights/names.weights"));
    if (test_left()) {
        return;
    }
    EXPECT_OK(names_model_new(test_host(), weights, out, &err), &err);
}

/* What is found, as "TYPE text; TYPE text". */
static void show(struct arena *arena, const struct names_model *model, lic_str text, uint32_t types,
                 lic_str *out)
{
    struct findings found = { 0 };
    struct lic_err err;
    struct buf buf;
    EXPECT_OK(names_scan(model, text, types, arena, &found, &err), &err);
    buf_init(&buf, arena, 1 << 16);
    for (uint32_t i = 0; i < found.n; i++) {
        buf_add(&buf, i > 0 ? LIC_STR("; ") : LIC_STR(""));
        buf_add(&buf, found.at[i].type);
        buf_add_char(&buf, ' ');
        buf_add(&buf, str_slice(text, found.at[i].start, found.at[i].end));
    }
    EXPECT_OK(buf_check(&buf, "findings", &err), &err);
    *out = buf_str(&buf);
}

CASE(names_of_many_kinds_of_text)
{
    static const char *const cases[][2] = {
        { "My name is Maria Gonzalez and I live in Madrid.",
          "NAME Maria Gonzalez; LOCATION Madrid" },
        { "I spoke with John Smith's manager yesterday.", "NAME John Smith" },
        { "{\"name\": \"Priya Sharma\", \"city\": \"Mumbai\"}",
          "NAME Priya Sharma; LOCATION Mumbai" },
        { "Dear Mr. Kowalski,", "NAME Kowalski" },
        { "Ship it to 123 Main Street, Springfield, IL 62704 please.",
          "ADDRESS 123 Main Street, Springfield, IL 62704" },
        { "Meine Adresse lautet Hauptstra\xC3\x9F"
          "e 5, 10115 Berlin",
          "ADDRESS Hauptstra\xC3\x9F"
          "e 5, 10115 Berlin" },
        { "Install the package with npm and run the tests again.", "" },
        { "how do i change my pin", "" },
        { "", "" },
    };
    TEST_ARENA(arena);
    CLEANUP(free_model) struct names_model *model = NULL;
    load(arena, &model);
    if (test_left()) {
        return;
    }
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        lic_str found = { 0 };
        show(arena, model, str_z(cases[i][0]), ALL, &found);
        if (test_left()) {
            return;
        }
        EXPECT_STR(found, cases[i][1]);
    }
}

CASE(names_only_of_the_types_asked_for)
{
    TEST_ARENA(arena);
    CLEANUP(free_model) struct names_model *model = NULL;
    lic_str text = LIC_STR("My name is Maria Gonzalez and I live in Madrid."), found;
    load(arena, &model);
    if (test_left()) {
        return;
    }
    show(arena, model, text, NAMES_LOCATION, &found);
    if (test_left()) {
        return;
    }
    EXPECT_STR(found, "LOCATION Madrid");
    show(arena, model, text, 0, &found);
    if (test_left()) {
        return;
    }
    EXPECT_STR(found, "");
}

CASE(names_are_rated_and_named)
{
    TEST_ARENA(arena);
    CLEANUP(free_model) struct names_model *model = NULL;
    struct findings found = { 0 };
    struct lic_err err;
    load(arena, &model);
    if (test_left()) {
        return;
    }
    EXPECT_OK(names_scan(model, LIC_STR("Name: John Smith"), ALL, arena, &found, &err), &err);
    EXPECT_U64(found.n, 1);
    EXPECT_STR(found.at[0].rule, "names.person");
    EXPECT_U64(found.at[0].category, FINDING_PII);
    EXPECT(found.at[0].score >= 0.5f && found.at[0].score <= 1.0f);
}

/* Whatever the text, findings are in order, apart, whole characters, and end in no blank. */
CASE(names_offsets_are_exact_in_any_text)
{
    static const char *const parts[] = {
        "John ", "Smith", "\xC3\x89lodie ", "12 ",   "Main ", "St. ", ", ",     "\n",     "Paris",
        "'s ",   "Inc. ", "\xE7\x8E\x8B",   "@a.b ", "\xFF",  "New ", "York\n", "name: ", "de la ",
        "\"",    "of "
    };
    TEST_ARENA(arena);
    CLEANUP(free_model) struct names_model *model = NULL;
    load(arena, &model);
    if (test_left()) {
        return;
    }
    for (uint32_t round = 0; round < (test_rerun() ? 2u : 300u); round++) {
        struct findings found = { 0 };
        struct lic_err err;
        struct buf text;
        buf_init(&text, arena, 4096);
        for (uint32_t i = 0; i < 40; i++) {
            buf_add(&text, str_z(parts[test_random_below(sizeof(parts) / sizeof(parts[0]))]));
        }
        lic_str whole = buf_str(&text);
        EXPECT_OK(names_scan(model, whole, ALL, arena, &found, &err), &err);
        uint32_t at = 0;
        for (uint32_t i = 0; i < found.n; i++) {
            const struct finding *finding = &found.at[i];
            EXPECT(finding->start >= at && finding->end > finding->start);
            EXPECT(finding->end <= whole.n);
            EXPECT(((uint8_t)whole.at[finding->start] & 0xC0) != 0x80);
            EXPECT(whole.at[finding->end - 1] != ' ' && whole.at[finding->end - 1] != ',');
            at = finding->end;
        }
    }
}

CASE(names_in_long_texts_are_found_in_every_piece)
{
    TEST_ARENA(arena);
    CLEANUP(free_model) struct names_model *model = NULL;
    struct findings found = { 0 };
    struct lic_err err;
    struct buf text;
    load(arena, &model);
    if (test_left()) {
        return;
    }
    buf_init(&text, arena, 1 << 20);
    for (uint32_t i = 0; i < 2000; i++) {
        buf_add(&text, LIC_STR("My name is John Smith.\n"));
    }
    EXPECT_OK(buf_check(&text, "text", &err), &err);
    EXPECT_OK(names_scan(model, buf_str(&text), ALL, arena, &found, &err), &err);
    EXPECT_U64(found.n, 2000);
    for (uint32_t i = 0; i < found.n; i++) {
        EXPECT_U64(found.at[i].start, i * 23 + 11);
        EXPECT_U64(found.at[i].end, i * 23 + 21);
    }
}

CASE(names_damaged_weights_are_refused)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct names_model *model = NULL;
    lic_str weights = test_file(arena, test_source_path("data/weights/names.weights"));
    if (test_left()) {
        return;
    }
    EXPECT_RC(names_model_new(test_host(), LIC_STR(""), &model, &err), LIC_E_SYNTAX);
    EXPECT_RC(names_model_new(test_host(), str_head(weights, weights.n - 1), &model, &err),
              LIC_E_SYNTAX);
    char *copy = arena_take(arena, weights.n);
    EXPECT(copy != NULL);
    memcpy(copy, weights.at, weights.n);
    copy[weights.n / 2] ^= 1;
    EXPECT_RC(names_model_new(test_host(), str_make(copy, weights.n), &model, &err), LIC_E_INVALID);
    copy[8] ^= 64;
    EXPECT_RC(names_model_new(test_host(), str_make(copy, weights.n), &model, &err), LIC_E_INVALID);
    copy[0] = 'X';
    EXPECT_RC(names_model_new(test_host(), str_make(copy, weights.n), &model, &err), LIC_E_SYNTAX);
    EXPECT(model == NULL);
}
