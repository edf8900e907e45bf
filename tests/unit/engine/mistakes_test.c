/* SPDX-License-Identifier: Apache-2.0 */
/* Mistakes are told in the order a person repairs them. */
#include "engine/mistakes.h"

#include "base/buf.h"
#include "test.h"

static void tell(void *arg, const struct lic_err *err)
{
    char line[1024];
    size_t n = lic_err_format(err, line, sizeof line);
    buf_add(arg, str_make(line, n));
    buf_add_char(arg, '\n');
}

static enum lic_rc add(struct mistakes *mistakes, const char *file, uint32_t line, uint32_t column,
                       const char *text)
{
    return mistakes_add(mistakes, (struct mistake_place){ str_z(file), line, column },
                        LIC_E_INVALID, "%s", text);
}

CASE(mistakes_report_sorts_by_file_line_and_column)
{
    TEST_ARENA(arena);
    struct mistakes mistakes = { .arena = arena };
    struct buf told;
    buf_init(&told, arena, 4096);
    EXPECT_RC(add(&mistakes, "b", 1, 1, "fourth"), LIC_OK);
    EXPECT_RC(add(&mistakes, "a", 2, 9, "second"), LIC_OK);
    EXPECT_RC(add(&mistakes, "a", 10, 1, "third"), LIC_OK);
    EXPECT_RC(add(&mistakes, "a", 2, 3, "first"), LIC_OK);
    EXPECT_RC(add(&mistakes, "c", 0, 0, "fifth\nwith a line break"), LIC_OK);
    mistakes_report(&mistakes, tell, &told);
    EXPECT_STR(buf_str(&told), "a:2:3: first\na:2:9: second\na:10:1: third\nb:1:1: fourth\n"
                               "c: fifth?with a line break\n");
}

CASE(mistakes_beyond_the_limit_are_counted)
{
    TEST_ARENA(arena);
    struct mistakes mistakes = { .arena = arena };
    struct buf told;
    buf_init(&told, arena, (size_t)1 << 20);
    for (uint32_t i = 0; i < MISTAKES_MAX + 7; i++) {
        EXPECT_RC(add(&mistakes, "a", i, 1, "x"), LIC_OK);
    }
    mistakes_report(&mistakes, tell, &told);
    EXPECT(str_ends(buf_str(&told), LIC_STR("\nand 7 more mistakes\n")));
    EXPECT_U64(mistakes.n, MISTAKES_MAX);
}

CASE(mistakes_add_err_lets_missing_memory_through)
{
    TEST_ARENA(arena);
    struct mistakes mistakes = { .arena = arena };
    struct lic_err err;
    (void)err_set(&err, LIC_E_NOMEM, "no memory");
    EXPECT_RC(mistakes_add_err(&mistakes, &err), LIC_E_NOMEM);
    EXPECT_U64(mistakes.n, 0);
    (void)err_set(&err, LIC_E_IO, "cannot be read");
    EXPECT_RC(mistakes_add_err(&mistakes, &err), LIC_OK);
    EXPECT_U64(mistakes.n, 1);
}

CASE(mistakes_shown_cuts_whole_characters)
{
    char text[120];
    for (size_t i = 0; i < sizeof text; i += 3) {
        memcpy(text + i, "\xe2\x82\xac", 3);
    }
    EXPECT_U64(mistakes_shown(str_make(text, sizeof text)).n, 78);
    EXPECT_STR(mistakes_shown(LIC_STR("short")), "short");
}
