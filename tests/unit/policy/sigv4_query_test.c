/* SPDX-License-Identifier: Apache-2.0 */
/* One spelling for what a target means. */
#include "policy/sigv4_query.h"

#include "base/buf.h"
#include "policy/sigv4.h"
#include "test.h"

static void expect_path(const char *path, bool normalize, const char *expected)
{
    TEST_ARENA(arena);
    struct buf out;
    struct lic_err err;
    buf_init(&out, arena, 4096);
    sigv4_path_write(str_z(path), normalize, &out);
    EXPECT_OK(buf_check(&out, "path", &err), &err);
    EXPECT_STR(buf_str(&out), expected);
}

static const struct {
    const char *path, *normalized, *as_sent;
} paths[] = {
    { "/", "/", "/" },
    { "/a", "/a", "/a" },
    { "/a/", "/a/", "/a/" },
    { "//", "/", "//" },
    { "/..", "/", "/.." },
    { "/../..//a/./b/../c", "/a/c", "/../..//a/./b/../c" },
    { "/a/..", "/", "/a/.." },
    { "/a/b/..", "/a", "/a/b/.." },
    { "/a/../", "/", "/a/../" },
    { "/.../..a", "/.../..a", "/.../..a" },
    { "/a%20b", "/a%2520b", "/a%20b" },
    { "/a b", "/a%20b", "/a%20b" },
    { "/%2e%2e/a", "/%252e%252e/a", "/%2e%2e/a" },
    { "/x:1,*+=@", "/x%3A1%2C%2A%2B%3D%40", "/x%3A1%2C%2A%2B%3D%40" },
    { "/\xe1\x88\xb4", "/%E1%88%B4", "/%E1%88%B4" },
};

CASE(policy_sigv4_query_paths_have_one_spelling)
{
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && !test_left(); i++) {
        expect_path(paths[i].path, true, paths[i].normalized);
        expect_path(paths[i].path, false, paths[i].as_sent);
    }
}

static void expect_query(const char *query, const char *expected)
{
    TEST_ARENA(arena);
    struct sigv4_params params;
    struct lic_err err;
    struct buf out;
    EXPECT_OK(sigv4_query_read(str_z(query), arena, &params, &err), &err);
    sigv4_query_sort(&params);
    buf_init(&out, arena, 4096);
    for (uint32_t i = 0; i < params.n; i++) {
        buf_addf(&out, "%s" LIC_FMT "=" LIC_FMT, i > 0 ? "&" : "", LIC_ARG(params.at[i].name),
                 LIC_ARG(params.at[i].value));
    }
    EXPECT_OK(buf_check(&out, "query", &err), &err);
    EXPECT_STR(buf_str(&out), expected);
}

CASE(policy_sigv4_query_parameters_have_one_spelling)
{
    static const char *const cases[][2] = {
        { "", "" },
        { "a", "a=" },
        { "a=&b", "a=&b=" },
        { "&&a=1&&", "a=1" },
        { "b=2&a=1", "a=1&b=2" },
        { "a=2&a=1", "a=1&a=2" },
        { "Param-3=3&Param=2", "Param=2&Param-3=3" },
        { "B=1&a=2", "B=1&a=2" },
        { "a=%2f%41", "a=%2FA" },
        { "%61=1", "a=1" },
        { "a=b=c", "a=b%3Dc" },
        { "a=x+y", "a=x%20y" },
        { "a=x%2By", "a=x%2By" },
        { "a=x y", "a=x%20y" },
        { "a=\xe1\x88\xb4", "a=%E1%88%B4" },
        { "a=%00%ff", "a=%00%FF" },
        { "=1", "=1" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]) && !test_left(); i++) {
        expect_query(cases[i][0], cases[i][1]);
    }
}

CASE(policy_sigv4_query_refuses_half_escapes)
{
    static const char *const cases[] = { "a=%", "a=%4", "a=%zz", "%=1", "a=%%41", "a=%+1" };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sigv4_params params;
        struct lic_err err;
        EXPECT_RC(sigv4_query_read(str_z(cases[i]), arena, &params, &err), LIC_E_INVALID);
    }
}

CASE(policy_sigv4_query_splits_targets)
{
    static const char *const refused[] = { "",      "a",      "http://h/a", "/a#b",
                                           "/a\nb", "/a\x7f", "*",          "?a" };
    struct lic_err err;
    lic_str path, query;
    EXPECT_OK(sigv4_target_split(LIC_STR("/a?b?c"), &path, &query, &err), &err);
    EXPECT_STR(path, "/a");
    EXPECT_STR(query, "b?c");
    EXPECT_OK(sigv4_target_split(LIC_STR("/a"), &path, &query, &err), &err);
    EXPECT_STR(query, "");
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        EXPECT_RC(sigv4_target_split(str_z(refused[i]), &path, &query, &err), LIC_E_INVALID);
    }
    static const char long_target[SIGV4_TARGET_BYTES_MAX + 1] = "/";
    EXPECT_RC(sigv4_target_split(str_make(long_target, sizeof(long_target)), &path, &query, &err),
              LIC_E_INVALID);
}

CASE(policy_sigv4_query_decodes_values)
{
    TEST_ARENA(arena);
    struct lic_err err;
    lic_str text;
    EXPECT_OK(sigv4_query_decode(LIC_STR("A%2FB%20"), arena, &text, &err), &err);
    EXPECT_STR(text, "A/B ");
}
