/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens made by another implementation, good and attacked: tests/cases/jwt (made by make.mjs). */
#include "policy/jwt.h"

#include "base/buf.h"
#include "test.h"

#include <stdio.h>

#define NOW_NS (INT64_C(1795384463) * 1000000000)
#define ISSUER LIC_STR("https://issuer.example/realm")

static void free_keys(struct jwt_keys **keys)
{
    jwt_keys_free(*keys);
}

static enum lic_rc check(const struct jwt_keys *keys, lic_str token, struct arena *arena,
                         struct jwt *out, struct lic_err *err)
{
    lic_str ours[] = { LIC_STR("other"), LIC_STR("lictor") };
    const struct str_list audiences = { .at = ours, .n = 2, .cap = 2 };
    return jwt_check(token, keys, ISSUER, &audiences, NOW_NS, 60, arena, out, err);
}

static void check_case(const struct jwt_keys *keys, lic_str name, lic_str expected, lic_str token)
{
    TEST_ARENA(arena);
    struct jwt jwt;
    struct lic_err err = { 0 };
    enum lic_rc rc = check(keys, token, arena, &jwt, &err);
    bool good = str_eq(expected, LIC_STR("good"));
    lic_str text = str_z(err.text);
    bool as_expected =
        good ? rc == LIC_OK : rc == LIC_E_INVALID && str_find(text, expected) < text.n;
    if (!as_expected) {
        printf("  in \"" LIC_FMT "\": %s, %s\n", LIC_ARG(name), lic_rc_name(rc), err.text);
    }
    EXPECT(as_expected);
}

static lic_str jwt_file(struct arena *arena, const char *name)
{
    char path[128];
    snprintf(path, sizeof(path), "tests/cases/jwt/%s", name);
    return test_file(arena, test_source_path(path));
}

/* The token of a case. */
static lic_str token_named(lic_str cases, const char *name)
{
    while (cases.n > 0) {
        lic_str own = str_split(&cases, '\n');
        str_split(&cases, '\n');
        lic_str token = str_split(&cases, '\n');
        str_split(&cases, '\n');
        if (str_eq(own, str_z(name))) {
            return token;
        }
    }
    return LIC_STR("");
}

CASE(policy_jwt_judges_good_and_attacked_tokens)
{
    TEST_ARENA(arena);
    struct lic_err err;
    uint32_t n = 0;
    if (test_rerun()) {
        return;
    }
    CLEANUP(free_keys) struct jwt_keys *keys = NULL;
    EXPECT_OK(jwt_keys_read(test_host(), jwt_file(arena, "jwks.json"), &keys, &err), &err);
    lic_str rest = jwt_file(arena, "tokens.case");
    while (rest.n > 0 && !test_left()) {
        lic_str name = str_split(&rest, '\n');
        lic_str expected = str_split(&rest, '\n');
        check_case(keys, name, expected, str_split(&rest, '\n'));
        str_split(&rest, '\n');
        n++;
    }
    EXPECT(n >= 77);
}

static lic_str values_of(const struct jwt *jwt, const char *key, struct arena *arena)
{
    struct buf out;
    buf_init(&out, arena, 4096);
    for (uint32_t i = 0; i < jwt->claims_n; i++) {
        const struct event_extra *claim = &jwt->claims[i];
        for (uint32_t k = 0; str_eq(claim->key, str_z(key)) && k < claim->values.n; k++) {
            buf_addf(&out, "%s" LIC_FMT, k > 0 ? "," : "", LIC_ARG(claim->values.at[k]));
        }
    }
    return buf_str(&out);
}

CASE(policy_jwt_gives_claims_as_texts)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct jwt jwt;
    CLEANUP(free_keys) struct jwt_keys *keys = NULL;
    lic_str cases = jwt_file(arena, "tokens.case");
    EXPECT_OK(jwt_keys_read(test_host(), jwt_file(arena, "jwks.json"), &keys, &err), &err);
    EXPECT_OK(check(keys, token_named(cases, "es256"), arena, &jwt, &err), &err);
    EXPECT_LIC_STR(jwt.issuer, ISSUER);
    EXPECT_STR(jwt.subject, "repo:acme/app:ref:refs/heads/main");
    EXPECT_U64(jwt.audiences.n, 1);
    EXPECT_U64(jwt.expires_ns, NOW_NS + INT64_C(3600) * 1000000000);
    EXPECT_U64(jwt.issued_ns, NOW_NS - INT64_C(10) * 1000000000);
    EXPECT_STR(values_of(&jwt, "environment", arena), "production");
    EXPECT_STR(values_of(&jwt, "run", arena), "17");
    EXPECT_STR(values_of(&jwt, "trusted", arena), "true");
    EXPECT_STR(values_of(&jwt, "groups", arena), "a,b");
    EXPECT_STR(values_of(&jwt, "nested", arena), "");
}

CASE(policy_jwt_issuer_is_read_before_it_is_believed)
{
    TEST_ARENA(arena);
    struct lic_err err;
    lic_str issuer, cases = jwt_file(arena, "tokens.case");
    EXPECT_OK(jwt_issuer(token_named(cases, "signed by another"), arena, &issuer, &err), &err);
    EXPECT_LIC_STR(issuer, ISSUER);
    EXPECT_RC(jwt_issuer(token_named(cases, "no issuer"), arena, &issuer, &err), LIC_E_INVALID);
    EXPECT_RC(jwt_issuer(LIC_STR("a.b"), arena, &issuer, &err), LIC_E_INVALID);
}

CASE(policy_jwt_looks_like_one_or_not)
{
    TEST_ARENA(arena);
    lic_str cases = jwt_file(arena, "tokens.case");
    EXPECT(jwt_looks_like(token_named(cases, "rs256")));
    EXPECT(jwt_looks_like(token_named(cases, "alg none")));
    EXPECT(!jwt_looks_like(token_named(cases, "four parts")));
    EXPECT(!jwt_looks_like(token_named(cases, "two parts")));
    EXPECT(!jwt_looks_like(LIC_STR("")));
    EXPECT(!jwt_looks_like(LIC_STR("sk-live-abcdef")));
    EXPECT(!jwt_looks_like(LIC_STR("abcd.efgh.ijkl")));
    EXPECT(!jwt_looks_like(LIC_STR("eyJh bGci.e.f")));
}

/* ---- mutants ---- */

CASE(policy_jwt_changed_anywhere_is_refused)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct jwt jwt;
    uint32_t refused_n = 0;
    if (test_rerun()) {
        return;
    }
    CLEANUP(free_keys) struct jwt_keys *keys = NULL;
    EXPECT_OK(jwt_keys_read(test_host(), jwt_file(arena, "jwks.json"), &keys, &err), &err);
    lic_str token = token_named(jwt_file(arena, "tokens.case"), "rs256");
    char *copy = (char *)(uintptr_t)str_copy(arena, token).at;
    for (size_t i = 0; i < token.n; i++) {
        TEST_ARENA(scratch);
        copy[i] = (char)(token.at[i] ^ 1);
        EXPECT_RC(check(keys, str_make(copy, token.n), scratch, &jwt, &err), LIC_E_INVALID);
        copy[i] = token.at[i];
        EXPECT_RC(check(keys, str_head(token, i), scratch, &jwt, &err), LIC_E_INVALID);
        refused_n += 2;
    }
    EXPECT(refused_n > 1000);
}
