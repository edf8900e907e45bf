/* SPDX-License-Identifier: Apache-2.0 */
/* Long texts taken apart: every known form, whole, by byte and at every split. */
#include "advise/history_split.h"

#include "base/buf.h"
#include "test.h"

static enum lic_rc take(void *arg, lic_str record, struct lic_err *err)
{
    (void)err;
    buf_add(arg, record);
    buf_add_char(arg, '\n');
    return LIC_OK;
}

static enum lic_rc split(struct arena *arena, lic_str text, size_t at, lic_str *out,
                         struct lic_err *err)
{
    CLEANUP(history_split_fini) struct history_split split;
    struct buf records;
    buf_init(&records, arena, 4096);
    history_split_init(&split, test_host(), take, &records);
    TRY(history_split_feed(&split, str_head(text, at), err));
    TRY(history_split_feed(&split, str_tail(text, at), err));
    TRY(history_split_end(&split, err));
    *out = buf_str(&records);
    return LIC_OK;
}

CASE(history_split_knows_every_form)
{
    static const struct {
        const char *text, *records;
    } rows[] = {
        { "", "" },
        { " \n", "" },
        { "{\"a\":1}\n{\"b\":[{}]}", "{\"a\":1}\n{\"b\":[{}]}\n" },
        { "{\"Records\":[{\"a\":\"}]\"},{\"b\":\"\\\"{\"}]}",
          "{\"a\":\"}]\"}\n{\"b\":\"\\\"{\"}\n" },
        { " { \"x\" : \"Records\", \"Records\" :\n [ {} ] , \"n\":1}\n", "{}\n" },
        { "{\"Records\":[]}{\"Records\":[{\"a\":{\"Records\":[1]}}]}",
          "{\"a\":{\"Records\":[1]}}\n" },
        { "[{\"a\":1},{\"b\":2}]", "{\"a\":1}\n{\"b\":2}\n" },
        { "{\"Records\":1}", "{\"Records\":1}\n" },
    };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lic_str text = str_z(rows[i].text);
        for (size_t at = 0; at <= text.n; at++) {
            lic_str got = { 0 };
            struct lic_err err;
            EXPECT_OK(split(arena, text, at, &got, &err), &err);
            EXPECT_STR(got, rows[i].records);
        }
    }
}

CASE(history_split_refuses_what_holds_no_records)
{
    static const char *const texts[] = { "x",  "{",      "{\"a\":\"",          "[1]",
                                         "}",  "[\"a\"", "{\"Records\":[[]]}", "{\"Records\":[{}",
                                         "1 2" };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        lic_str got;
        struct lic_err err;
        EXPECT(split(arena, str_z(texts[i]), 0, &got, &err) != LIC_OK);
    }
}

CASE(history_split_bounds_depth)
{
    TEST_ARENA(arena);
    struct buf deep;
    lic_str got;
    struct lic_err err;
    buf_init(&deep, arena, 4096);
    for (int i = 0; i < 400; i++) {
        buf_add(&deep, LIC_STR("{\"a\":"));
    }
    EXPECT_RC(split(arena, buf_str(&deep), 0, &got, &err), LIC_E_LIMIT);
}
