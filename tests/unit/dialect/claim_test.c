/* SPDX-License-Identifier: Apache-2.0 */
/* Walking objects by tables: every kind of member, every refusal, and both ways to be lenient. */
#include "dialect/claim.h"

#include "test.h"

/* One document being claimed. */
struct claimed {
    struct json_doc doc;
    struct event event;
    struct claim claim;
    struct lic_err err;
};

static bool begin(struct claimed *c, struct arena *arena, const char *json)
{
    const struct json_limits limits = { .mode = JSON_GATEWAY };
    *c = (struct claimed){ 0 };
    event_init(&c->event);
    if (json_read(arena, str_z(json), &limits, &c->doc, &c->err) != LIC_OK) {
        return false;
    }
    claim_init(&c->claim, arena, &c->doc, &c->event);
    return true;
}

static const struct claim_member inner_members[] = { { LIC_STR("text"), .kind = CLAIM_TEXT } };
static const struct claim_table inner = CLAIM_TABLE(inner_members);

static const struct claim_member all_members[] = {
    { LIC_STR("meta"), .kind = CLAIM_META },
    { LIC_STR("flag"), .kind = CLAIM_FLAG },
    { LIC_STR("number"), .kind = CLAIM_NUMBER, .min = -1, .max = 1 },
    { LIC_STR("whole"), .kind = CLAIM_WHOLE, .min = 1, .max = 9 },
    { LIC_STR("text"), .kind = CLAIM_TEXT },
    { LIC_STR("strings"), .kind = CLAIM_STRINGS },
    { LIC_STR("sealed"), .kind = CLAIM_SEALED },
    { LIC_STR("object"), .kind = CLAIM_OBJECT, .in = &inner },
    { LIC_STR("objects"), .kind = CLAIM_OBJECTS, .in = &inner },
    { LIC_STR("each"), .kind = CLAIM_EACH, .read = claim_text },
    { LIC_STR("done"), .kind = CLAIM_DONE },
};
static const struct claim_table all = CLAIM_TABLE(all_members);

static void expect_claim(const char *json, bool unknown, bool tolerant, const char *expected)
{
    TEST_ARENA(arena);
    struct claimed c;
    struct buf shown;
    EXPECT(begin(&c, arena, json));
    c.claim.inspect_unknown = unknown;
    c.claim.tolerant = tolerant;
    buf_init(&shown, arena, 4096);
    if (claim_object(&c.claim, 0, &all, &c.err) != LIC_OK) {
        buf_addf(&shown, "%s: %s", lic_rc_name(c.err.rc), c.err.text);
    } else {
        for (uint32_t i = 0; i < c.event.parts.n; i++) {
            const struct event_part *part = &c.event.parts.at[i];
            buf_addf(&shown, "%s=" LIC_FMT ";", event_channel_name(part->channel),
                     LIC_ARG(part->text));
        }
    }
    EXPECT(shown.failed == LIC_OK);
    EXPECT_STR(buf_str(&shown), expected);
}

static void expect_strict(const char *json, const char *expected)
{
    expect_claim(json, /* unknown= */ false, /* tolerant= */ false, expected);
}

CASE(claim_object_takes_every_kind_of_member)
{
    expect_strict(
        "{\"meta\":\"id_1\",\"flag\":true,\"number\":0.5,\"whole\":9,\"text\":\"t\","
        "\"strings\":[\"s\",{\"k\":\"v\"}],\"sealed\":\"QUJD\",\"object\":{\"text\":\"o\"},"
        "\"objects\":[{\"text\":\"p\"}],\"each\":[\"e\"],\"done\":\"d\"}",
        "user=t;user=s;user=v;user=o;user=p;user=e;");
    expect_strict(
        "{\"meta\":null,\"flag\":null,\"number\":null,\"whole\":null,\"text\":null,"
        "\"strings\":null,\"sealed\":null,\"object\":null,\"objects\":null,\"each\":null}",
        "");
}

CASE(claim_refuses_what_the_table_does_not_name)
{
    expect_strict("{\"other\":1}", "unknown: other is not known, so it cannot be inspected");
    expect_strict("{\"objects\":[{},{\"tex\":1}]}",
                  "unknown: objects[1].tex is not known, so it cannot be inspected");
}

CASE(claim_refuses_wrong_types_with_the_path)
{
    expect_strict("[]", "invalid: the body must be an object, not an array");
    expect_strict("{\"meta\":{}}", "invalid: meta must be a plain value, not an object");
    expect_strict("{\"flag\":\"true\"}", "invalid: flag must be true or false, not a string");
    expect_strict("{\"number\":\"1\"}", "invalid: number must be a number, not a string");
    expect_strict("{\"number\":1.5}", "invalid: number must be from -1 to 1");
    expect_strict("{\"whole\":1.5}", "invalid: whole must be a whole number, not a number");
    expect_strict("{\"whole\":-1}", "invalid: whole must be a whole number, not a number");
    expect_strict("{\"whole\":0}", "invalid: whole must be from 1 to 9");
    expect_strict("{\"text\":[]}", "invalid: text must be a string, not an array");
    expect_strict("{\"each\":{}}", "invalid: each must be an array, not an object");
    expect_strict("{\"objects\":[1]}", "invalid: objects[0] must be an object, not a number");
}

CASE(claim_token_cannot_carry_prose)
{
    expect_strict("{\"meta\":\"two words\"}",
                  "invalid: meta must be a name of at most 256 visible ASCII characters");
    expect_strict("{\"meta\":\"tab\\u0009\"}",
                  "invalid: meta must be a name of at most 256 visible ASCII characters");
    expect_strict("{\"meta\":\"\xC3\xA9\"}",
                  "invalid: meta must be a name of at most 256 visible ASCII characters");
}

CASE(claim_sealed_is_base64_or_text)
{
    expect_strict("{\"sealed\":\"not base64!\"}", "user=not base64!;");
}

CASE(claim_strings_inspects_names_that_are_no_identifiers)
{
    expect_strict("{\"strings\":{\"plain_name\":1,\"a name\":{\"\\u0061\":2},\"type\":\"object\"}}",
                  "user=a name;user=a;");
}

CASE(claim_unknown_can_be_inspected_instead)
{
    expect_claim("{\"other\":[\"x\"],\"an other\":\"y\",\"text\":\"t\"}", /* unknown= */ true,
                 /* tolerant= */ false, "document=x;document=an other;document=y;user=t;");
    expect_claim("{\"flag\":\"x\"}", /* unknown= */ true, /* tolerant= */ false,
                 "invalid: flag must be true or false, not a string");
}

CASE(claim_tolerant_inspects_what_has_another_type)
{
    expect_claim("{\"other\":\"x\",\"flag\":\"y\",\"text\":[\"z\"],\"meta\":\"two words\"}",
                 /* unknown= */ false, /* tolerant= */ true,
                 "user=x;user=y;user=z;user=two words;");
}

CASE(claim_path_names_any_node)
{
    TEST_ARENA(arena);
    struct claimed c;
    EXPECT(begin(&c, arena, "{\"a\":[1,{\"b\":[[2]]}],\"c\":3}"));
    EXPECT_STR(claim_path(arena, &c.doc, 0), "the body");
    EXPECT_STR(claim_path(arena, &c.doc, 1), "a");
    EXPECT_STR(claim_path(arena, &c.doc, 6), "a[1].b[0][0]");
    EXPECT_STR(claim_path(arena, &c.doc, 7), "c");
}

CASE(claim_path_clips_long_names_between_characters)
{
    TEST_ARENA(arena);
    struct claimed c;
    EXPECT(begin(&c, arena, "{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xC3\xA9\xC3\xA9\":1}"));
    EXPECT_STR(claim_path(arena, &c.doc, 1), "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

CASE(claim_refuse_tells_where)
{
    TEST_ARENA(arena);
    struct claimed c;
    EXPECT(begin(&c, arena, "{\"text\":\n 5}"));
    EXPECT_RC(claim_object(&c.claim, 0, &all, &c.err), LIC_E_INVALID);
    EXPECT_U64(c.err.offset, 10);
    EXPECT_U64(c.err.line, 2);
}

CASE(claim_parts_of_a_stream_are_pieces)
{
    TEST_ARENA(arena);
    struct claimed c;
    struct pieces pieces = { 0 };
    EXPECT(begin(&c, arena, "{\"text\":\"a\\u0062\"}"));
    c.claim.pieces = &pieces;
    EXPECT_OK(claim_object(&c.claim, 0, &all, &c.err), &c.err);
    EXPECT_U64(c.event.parts.n, 0);
    EXPECT_U64(pieces.n, 1);
    EXPECT(pieces.at[0].kind == PIECE_WHOLE);
    EXPECT_STR(pieces.at[0].part.text, "ab");
    EXPECT_STR(pieces.at[0].raw, "a\\u0062");
}

CASE(claim_call_keeps_arguments_that_are_a_bare_value)
{
    TEST_ARENA(arena);
    struct claimed c;
    EXPECT(begin(&c, arena, "{\"input\":{\"a\":1},\"arguments\":\"{}\"}"));
    c.claim.part.name = LIC_STR("tool");
    EXPECT_OK(claim_call(&c.claim, 1, &c.err), &c.err);
    EXPECT_OK(claim_call(&c.claim, 3, &c.err), &c.err);
    EXPECT_U64(c.event.calls.n, 2);
    EXPECT_U64(c.event.calls.at[1].part, 1);
    EXPECT(c.event.parts.at[0].object);
    EXPECT_STR(c.event.parts.at[0].text, "{\"a\":1}");
    EXPECT(!c.event.parts.at[1].object);
    EXPECT_STR(c.event.parts.at[1].text, "{}");
}

CASE(claim_opaque_is_told_once)
{
    TEST_ARENA(arena);
    struct claimed c;
    EXPECT(begin(&c, arena, "[\"a\",\"b\"]"));
    EXPECT_OK(claim_opaque(&c.claim, 1, LIC_STR("image"), &c.err), &c.err);
    EXPECT_OK(claim_opaque(&c.claim, 2, LIC_STR("image"), &c.err), &c.err);
    EXPECT_U64(c.event.parts.n, 2);
    EXPECT_U64(c.event.uninspected.n, 1);
    EXPECT_STR(c.event.uninspected.at[0], "image");
}

CASE(claim_pick_gives_numbers_only)
{
    TEST_ARENA(arena);
    struct claimed c;
    EXPECT(begin(&c, arena, "{\"a\":5,\"b\":\"5\",\"c\":0.5,\"d\":18446744073709551615}"));
    EXPECT(claim_pick_int(&c.doc, 0, LIC_STR("a")) == 5);
    EXPECT(claim_pick_int(&c.doc, 0, LIC_STR("b")) == EVENT_INT_NONE);
    EXPECT(claim_pick_int(&c.doc, 0, LIC_STR("d")) == EVENT_INT_NONE);
    EXPECT(claim_pick_int(&c.doc, 0, LIC_STR("x")) == EVENT_INT_NONE);
    EXPECT(claim_pick_real(&c.doc, 0, LIC_STR("c")) == 0.5);
    EXPECT(claim_pick_real(&c.doc, 0, LIC_STR("b")) < 0);
}
