/* SPDX-License-Identifier: Apache-2.0 */
/* JSON out, byte for byte; and edits that leave every other byte as it was. */
#include "base/json_write.h"

#include "base/json_read.h"

#include "test.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

CASE(base_json_write_puts_commas_and_quotes)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct buf buf;
    struct json_out out;
    buf_init(&buf, arena, 1000);
    json_out_init(&out, &buf);
    json_out_object(&out);
    json_out_name(&out, LIC_STR("a"));
    json_out_array(&out);
    json_out_u64(&out, 1);
    json_out_i64(&out, -1);
    json_out_array(&out);
    json_out_array_end(&out);
    json_out_object(&out);
    json_out_object_end(&out);
    json_out_array_end(&out);
    json_out_name(&out, LIC_STR("b\""));
    json_out_bool(&out, true);
    json_out_name(&out, LIC_STR("c"));
    json_out_null(&out);
    json_out_name(&out, LIC_STR("d"));
    json_out_raw_str(&out, LIC_STR("x\\n"));
    json_out_name(&out, LIC_STR("e"));
    json_out_raw(&out, LIC_STR("[1]"));
    json_out_name(&out, LIC_STR("f"));
    json_out_str(&out, LIC_STR("y"));
    json_out_object_end(&out);
    EXPECT_OK(buf_check(&buf, "a test", &err), &err);
    EXPECT_STR(
        buf_str(&buf),
        "{\"a\":[1,-1,[],{}],\"b\\\"\":true,\"c\":null,\"d\":\"x\\n\",\"e\":[1],\"f\":\"y\"}");
}

static void expect_escaped(lic_str s, const char *expected)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct buf buf;
    buf_init(&buf, arena, 10000);
    json_escape(&buf, s);
    EXPECT_OK(buf_check(&buf, "a test", &err), &err);
    EXPECT_STR(buf_str(&buf), expected);
}

CASE(base_json_write_escapes_as_shortly_as_can_be)
{
    expect_escaped(LIC_STR("\"\\/\b\f\n\r\t"), "\\\"\\\\/\\b\\f\\n\\r\\t");
    expect_escaped(LIC_STR("\0\x01\x1f\x7f"), "\\u0000\\u0001\\u001f\x7f");
    expect_escaped(LIC_STR("a plain text that is longer than a step"),
                   "a plain text that is longer than a step");
    expect_escaped(LIC_STR("ä€😀\n ä"), "ä€😀\\n ä");
    expect_escaped(str_make(NULL, 0), "");
}

CASE(base_json_write_bytes_that_are_not_utf8_become_the_replacement_character)
{
    expect_escaped(LIC_STR("a\xff"
                           "b"),
                   "a\xef\xbf\xbd"
                   "b");
    expect_escaped(LIC_STR("ä\xc3"), "ä\xef\xbf\xbd");
    expect_escaped(LIC_STR("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    expect_escaped(LIC_STR("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd");
}

static void expect_double(double d, const char *expected)
{
    TEST_ARENA(arena);
    struct buf buf;
    struct json_out out;
    buf_init(&buf, arena, 100);
    json_out_init(&out, &buf);
    json_out_double(&out, d);
    EXPECT(buf.failed == LIC_OK);
    EXPECT_STR(buf_str(&buf), expected);
}

CASE(base_json_write_doubles_as_people_write_them)
{
    expect_double(0.0, "0");
    expect_double(-0.0, "-0");
    expect_double(1.0, "1");
    expect_double(-1.5, "-1.5");
    expect_double(0.7, "0.7");
    expect_double(0.1 + 0.2, "0.30000000000000004");
    expect_double(100.0, "100");
    expect_double(123456.789, "123456.789");
    expect_double(0.00001, "0.00001");
    expect_double(0.000001, "1e-6");
    expect_double(1e17, "100000000000000000");
    expect_double(1e18, "1e18");
    expect_double(1.5e300, "1.5e300");
    expect_double(DBL_MAX, "1.7976931348623157e308");
    expect_double(5e-324, "4.94065645841247e-324");
    expect_double(INFINITY, "null");
    expect_double(NAN, "null");
}

CASE(base_json_write_doubles_read_back)
{
    uint32_t rounds = test_rerun() ? 1 : 20000;
    for (uint32_t i = 0; i < rounds; i++) {
        TEST_ARENA(arena);
        struct buf buf;
        struct json_out out;
        uint64_t bits = test_random();
        double d, back = 0.0;
        memcpy(&d, &bits, sizeof(d));
        if (!isfinite(d)) {
            continue;
        }
        buf_init(&buf, arena, 100);
        json_out_init(&out, &buf);
        json_out_double(&out, d);
        EXPECT(str_double(buf_str(&buf), &back));
        EXPECT(memcmp(&back, &d, sizeof(d)) == 0);
    }
}

/* ---- edits ---- */

CASE(base_json_write_edits_leave_every_other_byte)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct edits edits = { .n = 0 };
    struct buf out;
    buf_init(&out, arena, 1000);
    lic_str text = LIC_STR(" {\"a\" :\t\"secret\" , \"b\":\"\\u0041\"}\n");
    struct json_doc doc;
    EXPECT_OK(json_read(arena, text, NULL, &doc, &err), &err);
    EXPECT(edits_add(&edits, arena, doc.nodes[2].start, doc.nodes[2].len, LIC_STR("B")) == LIC_OK);
    EXPECT(edits_add(&edits, arena, doc.nodes[1].start, doc.nodes[1].len, LIC_STR("{X}")) ==
           LIC_OK);
    EXPECT_OK(edits_apply(&edits, text, &out, &err), &err);
    EXPECT_STR(buf_str(&out), " {\"a\" :\t\"{X}\" , \"b\":\"B\"}\n");
}

CASE(base_json_write_edits_at_one_place_keep_their_order)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct edits edits = { .n = 0 };
    struct buf out;
    buf_init(&out, arena, 1000);
    EXPECT(edits_add(&edits, arena, 3, 0, LIC_STR("end")) == LIC_OK);
    EXPECT(edits_add(&edits, arena, 1, 1, LIC_STR("B")) == LIC_OK);
    EXPECT(edits_add(&edits, arena, 1, 0, LIC_STR("1")) == LIC_OK);
    EXPECT(edits_add(&edits, arena, 1, 0, LIC_STR("2")) == LIC_OK);
    EXPECT(edits_add(&edits, arena, 0, 1, LIC_STR("")) == LIC_OK);
    EXPECT_OK(edits_apply(&edits, LIC_STR("abc"), &out, &err), &err);
    EXPECT_STR(buf_str(&out), "12Bcend");
}

static void expect_bad_edits(size_t start, size_t len, const char *sentence)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct edits edits = { .n = 0 };
    struct buf out;
    buf_init(&out, arena, 1000);
    EXPECT(edits_add(&edits, arena, 2, 3, LIC_STR("x")) == LIC_OK);
    EXPECT(edits_add(&edits, arena, start, len, LIC_STR("y")) == LIC_OK);
    EXPECT_RC(edits_apply(&edits, LIC_STR("0123456789"), &out, &err), LIC_E_INVALID);
    EXPECT_STR(str_z(err.text), sentence);
}

CASE(base_json_write_edits_that_overlap_or_reach_beyond_are_refused)
{
    expect_bad_edits(4, 1, "an edit at byte 4 overlaps the one that ends at byte 5");
    expect_bad_edits(1, 2, "an edit at byte 2 overlaps the one that ends at byte 3");
    expect_bad_edits(3, 0, "an edit at byte 3 overlaps the one that ends at byte 5");
    expect_bad_edits(9, 2, "an edit of 2 bytes at byte 9 reaches beyond the 10 bytes of the text");
    expect_bad_edits(11, 0,
                     "an edit of 0 bytes at byte 11 reaches beyond the 10 bytes of the text");
    expect_bad_edits(
        5, SIZE_MAX,
        "an edit of 18446744073709551615 bytes at byte 5 reaches beyond the 10 bytes of the text");
}

/* Every string of a random document is replaced; all bytes between them must be those before. */
static void check_random_edits(void)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct edits edits = { .n = 0 };
    struct buf text, expected, out;
    buf_init(&text, arena, 1u << 20);
    buf_init(&expected, arena, 1u << 20);
    buf_init(&out, arena, 1u << 20);
    uint32_t n = test_random_below(200);
    size_t starts[200], lens[200];
    for (uint32_t i = 0; i < n; i++) {
        buf_addf(&text, "<%u", test_random_below(1000));
        buf_addf(&expected, LIC_FMT,
                 LIC_ARG(str_tail(buf_str(&text), i == 0 ? 0 : starts[i - 1] + lens[i - 1])));
        starts[i] = text.n;
        lens[i] = test_random_below(5);
        buf_add(&text, str_head(LIC_STR("ABCDE"), lens[i]));
        buf_add(&expected, LIC_STR("new"));
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = (i * 7919u) % n;
        bool prime_to_n = n % 7919 != 0;
        EXPECT(prime_to_n &&
               edits_add(&edits, arena, starts[k], lens[k], LIC_STR("new")) == LIC_OK);
    }
    EXPECT_OK(edits_apply(&edits, buf_str(&text), &out, &err), &err);
    EXPECT_LIC_STR(buf_str(&out), buf_str(&expected));
}

CASE(base_json_write_random_edits)
{
    uint32_t rounds = test_rerun() ? 2 : 500;
    for (uint32_t i = 0; i < rounds && !test_left(); i++) {
        check_random_edits();
    }
}
