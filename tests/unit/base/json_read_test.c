/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON reader: held to JSONTestSuite, to the sentences in tests/cases/base/json.case, to its
 * limits, and to what it says about offsets.
 */
#include "base/json_read.h"

#include "base/buf.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/utf8.h"

#include "test.h"

#include <stdio.h>
#include <stdlib.h>

static const struct json_limits gateway = { .mode = JSON_GATEWAY };
static const struct json_limits plain = { .mode = JSON_PLAIN };

/* ---- JSONTestSuite ---- */

#define SUITE "conformance/json-parsing"

struct suite {
    uint32_t y, n, i, repeated; /* files seen, and those that only JSON_PLAIN accepts */
    lic_str documented;         /* docs/JSON.md */
};

static enum lic_rc read_with(lic_str text, const struct json_limits *limits)
{
    TEST_ARENA(arena);
    struct json_doc doc;
    struct lic_err err = { .offset = SIZE_MAX };
    enum lic_rc rc = json_read(arena, text, limits, &doc, &err);
    bool told = err.rc == rc && err.offset <= text.n && err.text[0] != '\0';
    return rc == LIC_OK || told ? rc : LIC_E_RC_N;
}

/* "| FILE | GATEWAY | PLAIN | reason |" in docs/JSON.md. */
static void expect_documented(const struct suite *suite, lic_str name, enum lic_rc rc_gateway,
                              enum lic_rc rc_plain)
{
    char row[256];
    snprintf(row, sizeof(row), "\n| `" LIC_FMT "` | %s | %s | ", LIC_ARG(name),
             rc_gateway == LIC_OK ? "accepted" : "refused",
             rc_plain == LIC_OK ? "accepted" : "refused");
    bool found = str_find(suite->documented, str_z(row)) < suite->documented.n;
    if (!found) {
        printf("docs/JSON.md has no row%s\n", row);
    }
    EXPECT(found);
}

static void check_suite_file(struct suite *suite, lic_str name, lic_str text)
{
    enum lic_rc rc_gateway = read_with(text, &gateway), rc_plain = read_with(text, &plain);
    switch (name.at[0]) {
    case 'y':
        suite->y++;
        suite->repeated += rc_gateway == LIC_E_DUPLICATE ? 1 : 0;
        EXPECT_RC(rc_plain, LIC_OK);
        EXPECT(rc_gateway == LIC_OK || rc_gateway == LIC_E_DUPLICATE);
        return;
    case 'n':
        suite->n++;
        EXPECT(rc_gateway != LIC_OK && rc_gateway != LIC_E_RC_N);
        EXPECT(rc_plain != LIC_OK && rc_plain != LIC_E_RC_N);
        return;
    default:
        suite->i++;
        EXPECT(rc_gateway != LIC_E_RC_N && rc_plain != LIC_E_RC_N);
        expect_documented(suite, name, rc_gateway, rc_plain);
    }
}

static enum lic_rc each_suite_file(void *arg, lic_str name, bool is_dir)
{
    struct suite *suite = arg;
    TEST_ARENA(arena);
    if (is_dir || !str_ends(name, LIC_STR(".json"))) {
        return LIC_OK;
    }
    char path[256];
    snprintf(path, sizeof(path), SUITE "/" LIC_FMT, LIC_ARG(name));
    lic_str text = test_file(arena, test_shared_path(path));
    check_suite_file(suite, name, text);
    if (test_left()) {
        printf("  in " LIC_FMT "\n", LIC_ARG(name));
        return LIC_E_INVALID;
    }
    return LIC_OK;
}

CASE(base_json_read_conforms_to_jsontestsuite)
{
    if (test_rerun()) {
        return;
    }
    TEST_ARENA(arena);
    struct lic_err err;
    struct suite suite = { .documented = test_file(arena, test_source_path("docs/JSON.md")) };
    const struct lic_host *host = test_host();
    EXPECT_OK(host->list_dir(host->ctx, test_shared_path(SUITE), each_suite_file, &suite, &err),
              &err);
    EXPECT_U64(suite.y, 95);
    EXPECT_U64(suite.n, 188);
    EXPECT_U64(suite.i, 35);
    EXPECT_U64(suite.repeated, 2);
}

/* ---- sentences ---- */

static lic_str until(lic_str *rest, lic_str end)
{
    size_t n = str_find(*rest, end);
    lic_str taken = str_head(*rest, n);
    *rest = str_tail(*rest, n + end.n);
    return taken;
}

static void check_case(struct arena *arena, lic_str line)
{
    struct json_doc doc;
    struct lic_err err = { .rc = LIC_OK };
    lic_str mode = until(&line, LIC_STR(" ")), text = until(&line, LIC_STR(" -> "));
    bool is_plain = str_eq(mode, LIC_STR("plain"));
    char outcome[512] = "ok";
    enum lic_rc rc = json_read(arena, text, is_plain ? &plain : &gateway, &doc, &err);
    if (rc != LIC_OK) {
        snprintf(outcome, sizeof(outcome), "%s: %s", lic_rc_name(rc), err.text);
        lic_str sentence = str_z(err.text);
        while (str_find(sentence, LIC_STR(" at byte ")) < sentence.n) {
            (void)until(&sentence, LIC_STR(" at byte "));
        }
        uint64_t offset = UINT64_MAX;
        EXPECT(str_u64(sentence, &offset) || rc == LIC_E_NOMEM);
        EXPECT(offset == err.offset || rc == LIC_E_NOMEM);
    }
    EXPECT_LIC_STR(str_z(outcome), line);
}

CASE(base_json_read_says_what_and_where)
{
    TEST_ARENA(arena);
    lic_str cases = test_file(arena, test_source_path("tests/cases/base/json.case"));
    uint32_t n = 0;
    while (cases.n > 0) {
        lic_str line = str_split(&cases, '\n');
        if (line.n > 0 && line.at[0] != '#') {
            check_case(arena, line);
            n++;
        }
        if (test_left()) {
            return;
        }
    }
    EXPECT(n > 40);
}

/* ---- limits ---- */

static void expect_refused(lic_str text, const struct json_limits *limits, size_t offset,
                           const char *sentence)
{
    TEST_ARENA(arena);
    struct json_doc doc;
    struct lic_err err;
    EXPECT_RC(json_read(arena, text, limits, &doc, &err), LIC_E_LIMIT);
    EXPECT_STR(str_z(err.text), sentence);
    EXPECT_U64(err.offset, offset);
}

CASE(base_json_read_refuses_beyond_its_limits)
{
    TEST_ARENA(arena);
    struct json_doc doc;
    struct lic_err err;
    const struct json_limits deep = { .mode = JSON_GATEWAY, .depth_max = 3 };
    const struct json_limits many = { .mode = JSON_GATEWAY, .nodes_max = 3 };
    const struct json_limits long_one = { .mode = JSON_GATEWAY, .bytes_max = 8 };
    EXPECT_OK(json_read(arena, LIC_STR("[[[1],[2]]]"), &deep, &doc, &err), &err);
    expect_refused(LIC_STR("[{\"a\":[[1]]}]"), &deep, 7,
                   "more than 3 arrays and objects nested at byte 7");
    EXPECT_OK(json_read(arena, LIC_STR("[1,2]"), &many, &doc, &err), &err);
    expect_refused(LIC_STR("[1,2,3]"), &many, 5, "more than 3 values at byte 5");
    EXPECT_OK(json_read(arena, LIC_STR("\"123456\""), &long_one, &doc, &err), &err);
    expect_refused(LIC_STR("\"1234567\""), &long_one, 8, "more than 8 bytes of JSON at byte 8");
}

CASE(base_json_read_a_bomb_of_brackets_is_refused_at_the_usual_depth)
{
    TEST_ARENA(arena);
    struct json_doc doc;
    struct lic_err err;
    const struct json_limits deep = { .mode = JSON_PLAIN, .depth_max = 2000000 };
    static char brackets[1000000];
    memset(brackets, '[', sizeof(brackets));
    EXPECT_RC(json_read(arena, str_make(brackets, sizeof(brackets)), NULL, &doc, &err),
              LIC_E_LIMIT);
    EXPECT_U64(err.offset, LIMIT_JSON_DEPTH);
    memset(brackets + 400000, ']', 400000);
    EXPECT_OK(json_read(arena, str_make(brackets, 800000), &deep, &doc, &err), &err);
    EXPECT_U64(doc.n, 400000);
}

/* ---- repeated names ---- */

#define MANY_NAMES 100000u

static lic_str many_names(struct arena *arena, uint32_t n, const char *last)
{
    struct buf buf;
    buf_init(&buf, arena, 64u << 20);
    buf_add_char(&buf, '{');
    for (uint32_t i = 0; i + 1 < n; i++) {
        buf_addf(&buf, "\"name%u\":[%u],", i, i);
    }
    buf_addf(&buf, "\"%s\":0}", last);
    return buf.failed == LIC_OK ? buf_str(&buf) : LIC_STR("{}");
}

CASE(base_json_read_finds_a_repeated_name_among_many)
{
    if (test_rerun()) {
        return;
    }
    static const uint32_t sizes[] = { 2, 3, 15, 16, 17, 18, 63, 64, 65, 1000, MANY_NAMES };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        TEST_ARENA(arena);
        struct json_doc doc;
        struct lic_err err;
        char twice[32], escaped[32];
        snprintf(twice, sizeof(twice), "name%u", sizes[i] / 2 - 1);
        snprintf(escaped, sizeof(escaped), "n\\u0061me%u", sizes[i] / 2 - 1);
        lic_str fine = many_names(arena, sizes[i], "last");
        EXPECT_OK(json_read(arena, fine, &gateway, &doc, &err), &err);
        EXPECT_U64(doc.nodes[0].n, sizes[i]);
        EXPECT(json_get(&doc, 0, LIC_STR("last")) != JSON_NONE);
        lic_str bad = many_names(arena, sizes[i], twice);
        EXPECT_RC(json_read(arena, bad, &gateway, &doc, &err), LIC_E_DUPLICATE);
        EXPECT_OK(json_read(arena, bad, &plain, &doc, &err), &err);
        bad = many_names(arena, sizes[i], escaped);
        EXPECT_RC(json_read(arena, bad, &gateway, &doc, &err), LIC_E_DUPLICATE);
        EXPECT_U64(err.offset, str_find(bad, LIC_STR("n\\u")));
    }
}

CASE(base_json_read_many_names_need_random_bytes)
{
    TEST_ARENA(arena);
    struct json_doc doc;
    struct lic_err err;
    lic_str text = many_names(arena, 100, "last");
    test_world()->random_rc = LIC_E_IO;
    EXPECT_RC(json_read(arena, text, &gateway, &doc, &err), LIC_E_IO);
    test_world()->random_rc = LIC_OK;
    EXPECT_OK(json_read(arena, text, &gateway, &doc, &err), &err);
}

CASE(base_json_read_many_large_objects_share_one_table)
{
    TEST_ARENA(arena);
    struct json_doc doc;
    struct lic_err err;
    struct buf buf;
    buf_init(&buf, arena, 1u << 20);
    buf_add_char(&buf, '[');
    for (uint32_t n = 17; n < 60; n++) {
        buf_add(&buf, many_names(arena, n, "last"));
        buf_add_char(&buf, ',');
    }
    buf_add(&buf, LIC_STR("0]"));
    EXPECT_OK(json_read(arena, buf_str(&buf), &gateway, &doc, &err), &err);
}

/* ---- looking ---- */

CASE(base_json_read_keeps_order_and_places)
{
    TEST_ARENA(arena);
    struct json_doc doc;
    struct lic_err err;
    EXPECT_OK(json_read(arena, LIC_STR(" {\"a\" : [1, \"x\"], \"b\":{} }"), &gateway, &doc, &err),
              &err);
    EXPECT_U64(doc.n, 5);
    EXPECT(json_type(&doc, 0) == JSON_OBJECT && doc.nodes[0].n == 2 && doc.nodes[0].end == 5);
    EXPECT_STR(json_raw(&doc, 0), "{\"a\" : [1, \"x\"], \"b\":{} }");
    uint32_t a = json_get(&doc, 0, LIC_STR("a")), b = json_get(&doc, 0, LIC_STR("b"));
    EXPECT(a == 1 && b == 4 && json_next(&doc, 0, a) == b && json_next(&doc, 0, b) == JSON_NONE);
    EXPECT_STR(json_raw(&doc, a), "[1, \"x\"]");
    EXPECT_STR(json_key_raw(&doc, a), "a");
    uint32_t one = json_first(&doc, a), x = json_next(&doc, a, one);
    EXPECT_STR(json_raw(&doc, one), "1");
    EXPECT_STR(json_raw(&doc, x), "x");
    EXPECT(json_next(&doc, a, x) == JSON_NONE && json_first(&doc, b) == JSON_NONE);
    EXPECT(json_get(&doc, 0, LIC_STR("c")) == JSON_NONE &&
           json_get(&doc, a, LIC_STR("a")) == JSON_NONE);
    EXPECT(json_is(&doc, x, JSON_STRING) && !json_is(&doc, x, JSON_NUMBER));
    EXPECT(!json_is(&doc, JSON_NONE, JSON_OBJECT));
}

CASE(base_json_read_names_compare_decoded)
{
    TEST_ARENA(arena);
    struct json_doc doc;
    struct lic_err err;
    lic_str name = LIC_STR("");
    EXPECT_OK(json_read(arena, LIC_STR("{\"x\\u00e4\\n\\ud83d\\ude00y\":1,\"xä\":2}"), &gateway,
                        &doc, &err),
              &err);
    EXPECT(json_get(&doc, 0, LIC_STR("xä\n😀y")) == 1);
    EXPECT(json_get(&doc, 0, LIC_STR("xä")) == 2);
    EXPECT(json_get(&doc, 0, LIC_STR("xä\n😀")) == JSON_NONE);
    EXPECT(json_get(&doc, 0, LIC_STR("xä\n😀yz")) == JSON_NONE);
    EXPECT_OK(json_key_text(&doc, 1, arena, &name, &err), &err);
    EXPECT_STR(name, "xä\n😀y");
}

CASE(base_json_read_text_and_numbers)
{
    TEST_ARENA(arena);
    struct json_doc doc;
    struct lic_err err;
    lic_str text = LIC_STR("");
    uint64_t u = 0;
    double d = 0.0;
    lic_str json =
        LIC_STR("[\"a\\u0000\\\"b\",\"plain\",18446744073709551615,-1,1.5,1e999,\"\\ud800\"]");
    EXPECT_OK(json_read(arena, json, &plain, &doc, &err), &err);
    EXPECT_OK(json_text(&doc, 1, arena, &text, &err), &err);
    EXPECT(str_eq(text, LIC_STR("a\0\"b")));
    EXPECT_OK(json_text(&doc, 2, arena, &text, &err), &err);
    EXPECT(text.at > json.at && text.at < json.at + json.n);
    EXPECT(json_u64(&doc, 3, &u) && u == UINT64_MAX);
    EXPECT(!json_u64(&doc, 4, &u) && !json_u64(&doc, 5, &u) && !json_u64(&doc, 2, &u));
    EXPECT(json_double(&doc, 5, &d) && d > 1.4 && d < 1.6);
    EXPECT(!json_double(&doc, 6, &d) && !json_double(&doc, 1, &d));
    EXPECT_RC(json_text(&doc, 3, arena, &text, &err), LIC_E_INVALID);
    EXPECT_RC(json_text(&doc, 7, arena, &text, &err), LIC_E_UTF8);
}

CASE(base_json_read_unescape_refuses_what_is_no_escape)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct buf buf;
    buf_init(&buf, arena, 10);
    EXPECT_OK(json_unescape(LIC_STR("a\\tb"), &buf, &err), &err);
    EXPECT_OK(json_unescape(str_make(NULL, 0), &buf, &err), &err);
    EXPECT_STR(buf_str(&buf), "a\tb");
    EXPECT_RC(json_unescape(LIC_STR("\\"), &buf, &err), LIC_E_SYNTAX);
    EXPECT_RC(json_unescape(LIC_STR("\\u12"), &buf, &err), LIC_E_SYNTAX);
    EXPECT_RC(json_unescape(LIC_STR("\\ude00"), &buf, &err), LIC_E_UTF8);
    EXPECT_STR(buf_str(&buf), "a\tb");
    EXPECT_RC(json_unescape(LIC_STR("12345678"), &buf, &err), LIC_E_LIMIT);
}

/* ---- offsets ---- */

/* A string of random pieces, with what it decodes to and where each decoded byte came from. */
struct spelt {
    char raw[2048], text[2048];
    size_t raw_n, n;
    size_t from[2048];
};

static void spell(struct spelt *s, const char *raw, const char *text, size_t n)
{
    bool one_escape = raw[0] == '\\';
    for (size_t i = 0; i < n; i++) {
        s->from[s->n + i] = s->raw_n + (one_escape ? 0 : i);
    }
    memcpy(s->raw + s->raw_n, raw, strlen(raw));
    memcpy(s->text + s->n, text, n);
    s->raw_n += strlen(raw);
    s->n += n;
}

static void spell_at_random(struct spelt *s)
{
    static const struct {
        const char *raw, *text;
        size_t n;
    } pieces[] = {
        { "a", "a", 1 },
        { "some words ", "some words ", 11 },
        { "\\n", "\n", 1 },
        { "\\\"", "\"", 1 },
        { "\\\\", "\\", 1 },
        { "\\/", "/", 1 },
        { "\\b", "\b", 1 },
        { "\\f", "\f", 1 },
        { "\\r", "\r", 1 },
        { "\\t", "\t", 1 },
        { "\\u0041", "A", 1 },
        { "\\u0000", "\0", 1 },
        { "\\u00E4", "ä", 2 },
        { "\\u20ac", "€", 3 },
        { "\\uD83D\\ude00", "😀", 4 },
        { "ä", "ä", 2 },
        { "€", "€", 3 },
        { "😀", "😀", 4 },
        { "\x7f", "\x7f", 1 },
    };
    *s = (struct spelt){ .n = 0 };
    uint32_t n = test_random_below(60);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = test_random_below(sizeof(pieces) / sizeof(pieces[0]));
        spell(s, pieces[k].raw, pieces[k].text, pieces[k].n);
    }
    s->from[s->n] = s->raw_n;
}

static void check_offsets(const struct spelt *s)
{
    TEST_ARENA(arena);
    struct json_doc doc;
    struct lic_err err;
    struct buf buf;
    lic_str raw = str_make(s->raw, s->raw_n), text = LIC_STR("");
    struct json_place place = { .raw = 0 };
    buf_init(&buf, arena, 4096);
    buf_add_char(&buf, '"');
    buf_add(&buf, raw);
    buf_add_char(&buf, '"');
    EXPECT_OK(json_read(arena, buf_str(&buf), &gateway, &doc, &err), &err);
    EXPECT_LIC_STR(json_raw(&doc, 0), raw);
    EXPECT_OK(json_text(&doc, 0, arena, &text, &err), &err);
    EXPECT_LIC_STR(text, str_make(s->text, s->n));
    for (size_t i = 0; i <= s->n; i++) {
        EXPECT_U64(json_raw_offset(raw, i), s->from[i]);
        EXPECT_U64(json_raw_advance(raw, &place, i), s->from[i]);
    }
    EXPECT_U64(json_raw_offset(raw, s->n + 100), s->raw_n);
    EXPECT_U64(json_raw_advance(raw, &place, s->n / 2), s->from[s->n / 2]);
}

CASE(base_json_read_every_decoded_byte_knows_where_it_stands)
{
    uint32_t rounds = test_rerun() ? 2 : 2000;
    for (uint32_t i = 0; i < rounds && !test_left(); i++) {
        struct spelt s;
        spell_at_random(&s);
        check_offsets(&s);
    }
}

/* Strings of every length ending at every place of a step of the scanner, with a stop anywhere. */
CASE(base_json_read_scans_every_length_and_stop)
{
    static const char stops[] = { '"', '\\', '\n', (char)0xff, '\x1f', (char)0x80 };
    TEST_ARENA(arena);
    for (size_t n = 0; n < 70; n++) {
        for (size_t i = 0; i < n; i++) {
            char text[80];
            struct json_doc doc;
            struct lic_err err;
            memset(text, 'x', sizeof(text));
            text[0] = text[n + 1] = '"';
            EXPECT_OK(json_read(arena, str_make(text, n + 2), &gateway, &doc, &err), &err);
            EXPECT_U64(doc.nodes[0].len, n);
            text[i + 1] = stops[(n + i) % sizeof(stops)];
            EXPECT(json_read(arena, str_make(text, n + 2), &gateway, &doc, &err) != LIC_OK);
            bool hides_the_end = text[i + 1] == '\\' && i + 1 == n;
            EXPECT_U64(err.offset, hides_the_end ? n + 2 : i + 1 + (text[i + 1] == '"' ? 1 : 0));
            arena_reset(arena);
        }
    }
}

/* ---- random documents ---- */

static void write_random_text(struct json_out *out, bool name, uint32_t i)
{
    char text[64];
    int n = snprintf(text, sizeof(text), "%u", i);
    uint32_t more = test_random_below(30);
    for (uint32_t k = 0; k < more; k++) {
        text[n++] = (char)test_random_below(128);
    }
    lic_str s = str_make(text, (size_t)n);
    if (name) {
        json_out_name(out, s);
        return;
    }
    json_out_str(out, s);
}

static void write_random_value(struct json_out *out, uint32_t depth)
{
    uint32_t kind = test_random_below(depth < 6 ? 9 : 7), n = test_random_below(25);
    switch (kind) {
    case 0:
        json_out_null(out);
        return;
    case 1:
        json_out_bool(out, n % 2 == 0);
        return;
    case 2:
        json_out_i64(out, (int64_t)test_random());
        return;
    case 3:
        json_out_double(out, (double)test_random() / (double)(1 + test_random_below(1000000)));
        return;
    case 7:
        json_out_array(out);
        for (uint32_t i = 0; i < n; i++) {
            write_random_value(out, depth + 1);
        }
        json_out_array_end(out);
        return;
    case 8:
        json_out_object(out);
        for (uint32_t i = 0; i < n; i++) {
            write_random_text(out, /* name= */ true, i);
            write_random_value(out, depth + 1);
        }
        json_out_object_end(out);
        return;
    default:
        write_random_text(out, /* name= */ false, n);
    }
}

/* Writes what was read from what was read alone: names and strings decoded and escaped again. */
static enum lic_rc write_again(const struct json_doc *doc, uint32_t node, struct arena *arena,
                               struct json_out *out, struct lic_err *err)
{
    lic_str text;
    enum json_type type = json_type(doc, node);
    if (type == JSON_STRING) {
        TRY(json_text(doc, node, arena, &text, err));
        json_out_str(out, text);
        return LIC_OK;
    }
    if (type != JSON_ARRAY && type != JSON_OBJECT) {
        json_out_raw(out, json_raw(doc, node));
        return LIC_OK;
    }
    (type == JSON_ARRAY ? json_out_array : json_out_object)(out);
    for (uint32_t i = json_first(doc, node); i != JSON_NONE; i = json_next(doc, node, i)) {
        if (type == JSON_OBJECT) {
            TRY(json_key_text(doc, i, arena, &text, err));
            json_out_name(out, text);
        }
        TRY(write_again(doc, i, arena, out, err));
    }
    (type == JSON_ARRAY ? json_out_array_end : json_out_object_end)(out);
    return LIC_OK;
}

CASE(base_json_read_random_documents_come_back_the_same)
{
    uint32_t rounds = test_rerun() ? 3 : 300;
    for (uint32_t i = 0; i < rounds; i++) {
        TEST_ARENA(arena);
        struct lic_err err;
        struct json_doc doc;
        struct buf first, second;
        struct json_out out;
        buf_init(&first, arena, 32u << 20);
        buf_init(&second, arena, 32u << 20);
        json_out_init(&out, &first);
        write_random_value(&out, 0);
        EXPECT_OK(buf_check(&first, "a random document", &err), &err);
        EXPECT_OK(json_read(arena, buf_str(&first), &gateway, &doc, &err), &err);
        json_out_init(&out, &second);
        EXPECT_OK(write_again(&doc, 0, arena, &out, &err), &err);
        EXPECT_OK(buf_check(&second, "the same document", &err), &err);
        EXPECT(str_eq(buf_str(&first), buf_str(&second)));
    }
}
