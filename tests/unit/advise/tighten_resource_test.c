/* SPDX-License-Identifier: Apache-2.0 */
/* Resources merged into patterns: tests/cases/advise/tighten/resources.case. */
#include "advise/tighten_resource.h"

#include "base/buf.h"
#include "test.h"

#define RESOURCES_MAX 256

struct list {
    lic_str at[RESOURCES_MAX];
    uint32_t n;
};

static enum lic_rc merge(struct arena *arena, const struct list *list, lic_str *out,
                         struct lic_err *err)
{
    static const struct tighten_resource_options options = { .examples_min = 3, .names_max = 20 };
    TEST_ARENA(scratch);
    struct tighten_patterns patterns;
    struct buf text;
    buf_init(&text, arena, 65536);
    TRY(tighten_resource_merge(list->at, list->n, &options, arena, scratch, &patterns, err));
    for (uint32_t i = 0; i < patterns.n; i++) {
        tighten_resource_write(&text, patterns.at[i].text);
        buf_addf(&text, "%s%s\n", patterns.at[i].why ? " by " : "",
                 patterns.at[i].why ? patterns.at[i].why : "");
    }
    TRY(buf_check(&text, "patterns", err));
    *out = buf_str(&text);
    return LIC_OK;
}

/* "x-{1..30}" stands for thirty resources. */
static enum lic_rc add_line(struct arena *arena, struct list *list, lic_str line,
                            struct lic_err *err)
{
    size_t open = str_find(line, LIC_STR("{1.."));
    uint64_t most = 1;
    lic_str rest = str_tail(line, open + 4);
    if (open < line.n) {
        ENSURE(str_u64(str_split(&rest, '}'), &most), err, LIC_E_SYNTAX, "a bad case");
    }
    for (uint64_t i = 1; i <= most; i++) {
        struct buf text;
        buf_init(&text, arena, 4096);
        buf_add(&text, str_head(line, open));
        if (open < line.n) {
            buf_addf(&text, "%c%c%c", (char)('a' + i % 26), (char)('a' + i / 26), 'x');
            buf_add(&text, rest);
        }
        ENSURE(list->n < RESOURCES_MAX, err, LIC_E_LIMIT, "a case too large");
        TRY(buf_check(&text, "a resource", err));
        TRY(tighten_resource_take(arena, buf_str(&text), /* wild= */ false, &list->at[list->n++],
                                  err));
    }
    return LIC_OK;
}

CASE(tighten_resource_cases)
{
    TEST_ARENA(arena);
    lic_str rest = test_file(arena, test_source_path("tests/cases/advise/tighten/resources.case"));
    struct list list = { .n = 0 };
    lic_str got = { 0 };
    uint32_t cases = 0;
    while (rest.n > 0) {
        lic_str line = str_split(&rest, '\n');
        struct lic_err err = { 0 };
        if (str_starts(line, LIC_STR("arn:")) || str_eq(line, LIC_STR("*"))) {
            EXPECT_STR(got, "");
            EXPECT_OK(add_line(arena, &list, line, &err), &err);
        } else if (str_starts(line, LIC_STR("->"))) {
            if (list.n > 0) {
                EXPECT_OK(merge(arena, &list, &got, &err), &err);
                list.n = 0;
                cases++;
            }
            EXPECT_LIC_STR(str_split(&got, '\n'), str_trim(str_tail(line, 2)));
        }
    }
    EXPECT_STR(got, "");
    EXPECT(cases > 15);
}

CASE(tighten_resource_covers_only_for_sure)
{
    static const struct {
        const char *outer, *inner;
        bool covers;
    } rows[] = {
        { "arn:aws:s3:::b/\x01", "arn:aws:s3:::b/x/\x01", true },
        { "arn:aws:s3:::b/x", "arn:aws:s3:::b/\x01", false },
        { "arn:aws:s3:::b/\x02", "arn:aws:s3:::b/\x01", false },
        { "arn:aws:s3:::b/\x02", "arn:aws:s3:::b/\x02", true },
        { "arn:aws:s3:::\x01", "arn:aws:s3:::b/*", true },
        { "arn:aws:s3:::b/\x01.txt", "arn:aws:s3:::b/\x01", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        EXPECT(tighten_resource_covers(str_z(rows[i].outer), str_z(rows[i].inner)) ==
               rows[i].covers);
    }
}

CASE(tighten_resource_keeps_what_would_be_a_wildcard)
{
    TEST_ARENA(arena);
    lic_str taken;
    struct buf text;
    struct lic_err err;
    buf_init(&text, arena, 4096);
    EXPECT_OK(tighten_resource_take(arena, LIC_STR("a*b?c${aws:username}\n\xe2\x82\xac\xc3\xa9"),
                                    /* wild= */ false, &taken, &err),
              &err);
    tighten_resource_write(&text, taken);
    EXPECT_STR(buf_str(&text), "a${*}b${?}c${$}{aws:username}??\xc3\xa9");
    EXPECT_OK(tighten_resource_take(arena, LIC_STR("a-??"), /* wild= */ true, &taken, &err), &err);
    EXPECT_STR(taken, "a-\x02\x02");
}
