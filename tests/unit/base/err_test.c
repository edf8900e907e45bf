/* SPDX-License-Identifier: Apache-2.0 */
/* Failures: names, places and sentences that cannot break a line of a log. */
#include "base/err.h"

#include "base/utf8.h"

#include "test.h"

CASE(base_err_every_failure_has_its_own_name)
{
    for (int i = 0; i < LIC_E_RC_N; i++) {
        const char *name = lic_rc_name((enum lic_rc)i);
        EXPECT(name != NULL && strcmp(name, "unnamed") != 0);
        for (int j = 0; j < i; j++) {
            EXPECT(strcmp(name, lic_rc_name((enum lic_rc)j)) != 0);
        }
    }
    EXPECT_STR(str_z(lic_rc_name(LIC_E_RC_N)), "unnamed");
}

CASE(base_err_set_fills_and_clears_the_place)
{
    struct lic_err err = { .line = 7, .file = "old", .offset = 9 };
    EXPECT_RC(err_set(&err, LIC_E_LIMIT, "%d roles are more than %d", 3, 2), LIC_E_LIMIT);
    EXPECT(err.rc == LIC_E_LIMIT && err.line == 0 && err.offset == 0 && err.file[0] == '\0');
    EXPECT_STR(str_z(err.text), "3 roles are more than 2");
    EXPECT_RC(err_set(NULL, LIC_E_IO, "nobody listens"), LIC_E_IO);
}

CASE(base_err_hostile_bytes_stay_on_one_line)
{
    struct lic_err err;
    (void)err_set(&err, LIC_E_SYNTAX, "bad \"%s\"", "a\nFORGED: b\r\x1b[2J");
    EXPECT_STR(str_z(err.text), "bad \"a?FORGED: b??[2J\"");
    (void)err_at(&err, LIC_STR("a\nb"), 1, 2);
    EXPECT_STR(str_z(err.file), "a?b");
}

CASE(base_err_long_sentence_is_cut_between_characters)
{
    struct lic_err err;
    char text[600] = "x";
    for (size_t i = 1; i + 3 < sizeof(text); i += 3) {
        memcpy(text + i, "\xe2\x82\xac", 4);
    }
    (void)err_set(&err, LIC_E_SYNTAX, "%s", text);
    lic_str cut = str_z(err.text);
    EXPECT(cut.n >= sizeof(err.text) - 4);
    EXPECT_U64(utf8_check(cut), cut.n);
}

CASE(base_err_place_is_counted_from_one)
{
    struct lic_err err;
    lic_str text = LIC_STR("ab\ncd\n");
    (void)err_set(&err, LIC_E_SYNTAX, "wrong");
    EXPECT_RC(err_at_offset(&err, LIC_STR("f.json"), text, 4), LIC_E_SYNTAX);
    EXPECT(err.line == 2 && err.column == 2 && err.offset == 4);
    (void)err_at_offset(&err, LIC_STR("f.json"), text, 0);
    EXPECT(err.line == 1 && err.column == 1);
    (void)err_at_offset(&err, LIC_STR("f.json"), text, 99);
    EXPECT(err.line == 3 && err.column == 1);
}

static void expect_formatted(const struct lic_err *err, const char *expected)
{
    char out[256];
    size_t n = lic_err_format(err, out, sizeof(out));
    EXPECT_STR(str_make(out, n), expected);
    EXPECT(out[n] == '\0');
}

CASE(base_err_format_leaves_out_what_is_unknown)
{
    struct lic_err err;
    (void)err_set(&err, LIC_E_SYNTAX, "wrong");
    expect_formatted(&err, "wrong");
    (void)err_at(&err, LIC_STR("a.yaml"), 0, 0);
    expect_formatted(&err, "a.yaml: wrong");
    (void)err_at(&err, LIC_STR("a.yaml"), 3, 0);
    expect_formatted(&err, "a.yaml:3: wrong");
    (void)err_at(&err, LIC_STR("a.yaml"), 3, 9);
    expect_formatted(&err, "a.yaml:3:9: wrong");
    (void)err_at(&err, LIC_STR(""), 3, 9);
    expect_formatted(&err, "3:9: wrong");
}

CASE(base_err_format_is_always_terminated)
{
    struct lic_err err;
    (void)err_set(&err, LIC_E_SYNTAX, "wrong");
    (void)err_at(&err, LIC_STR("a.yaml"), 3, 9);
    for (size_t room = 1; room < 30; room++) {
        char out[32];
        memset(out, 'z', sizeof(out));
        size_t n = lic_err_format(&err, out, room);
        EXPECT(n < room && out[n] == '\0' && strlen(out) == n);
        EXPECT(strncmp(out, "a.yaml:3:9: wrong", n) == 0);
    }
}

static enum lic_rc needs_positive(int n, struct lic_err *err)
{
    ENSURE(n > 0, err, LIC_E_INVALID, "%d is not positive", n);
    return LIC_OK;
}

static enum lic_rc passes_on(int n, int *out, struct lic_err *err)
{
    TRY(needs_positive(n, err));
    *out = n;
    return LIC_OK;
}

CASE(base_err_try_and_ensure_leave_outputs_alone)
{
    struct lic_err err;
    int out = 5;
    EXPECT_RC(passes_on(-1, &out, &err), LIC_E_INVALID);
    EXPECT(out == 5);
    EXPECT_STR(str_z(err.text), "-1 is not positive");
    EXPECT_OK(passes_on(1, &out, &err), &err);
    EXPECT(out == 1);
}
