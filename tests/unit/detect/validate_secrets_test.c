/* SPDX-License-Identifier: Apache-2.0 */
/* Validators of secrets: what they take, what they narrow it to, what they refuse. */
#include "detect/validate_secrets.h"

#include "test.h"

#include <stdio.h>

/* `reported` NULL: refused. */
struct check {
    const char *name, *match, *reported;
};

static void run_check(struct arena *arena, const struct check *check)
{
    const struct validator *validator = validate_find(str_z(check->name));
    char say[300];
    EXPECT(validator != NULL);
    lic_str match = str_z(check->match);
    size_t start = 0, end = match.n;
    bool taken = validator->check(match, arena, &start, &end);
    lic_str reported = taken ? str_slice(match, start, end) : LIC_STR("(refused)");
    (void)snprintf(say, sizeof(say), "%s of %s gave " LIC_FMT, check->name, check->match,
                   LIC_ARG(reported));
    bool good = check->reported ? str_eq(reported, str_z(check->reported)) : !taken;
    (void)test_holds(good, __FILE__, __LINE__, say);
}

CASE(detect_validate_secrets_take_and_refuse)
{
    TEST_ARENA(arena);
    static const struct check checks[] = {
        { "secret-token", "zzp_kZ8rT1vQ4nXw7LbM2sYc9HdF5jGa", "zzp_kZ8rT1vQ4nXw7LbM2sYc9HdF5jGa" },
        { "secret-token", "zzp_xxxxxxxxxxxxxxxxxxxxxxxxxxxx", NULL },
        { "secret-value", "x_key = \"kZ8rT1vQ4nXw7LbM2sYc", "kZ8rT1vQ4nXw7LbM2sYc" },
        { "secret-value", "key=kZ8rT1vQ4nXw7LbM2sYc==", "kZ8rT1vQ4nXw7LbM2sYc==" },
        { "secret-value", "heroku: 123e4567-e89b-12d3-a456-426614174000",
          "123e4567-e89b-12d3-a456-426614174000" },
        { "secret-value", "key=getAccessTokenFromRequest", NULL },
        { "secret-value", "", NULL },
        { "secret-assigned", "token: 123e4567-e89b-12d3-a456-426614174000", NULL },
        { "secret-assigned", "token: 123e4567-e89b-12d3-a456", NULL },
        { "secret-password", "password=k7Qz!2mNp", "k7Qz!2mNp" },
        { "secret-password", "\"pwd\": \"Summer2024!", "Summer2024!" },
        { "secret-password", "pwd\": \"Summer2024!", "Summer2024!" },
        { "secret-password", "password: required", NULL },
        { "secret-password", "password=", NULL },
        { "secret-url", "postgres://shop:k7Qz2mNp9@db", "postgres://shop:k7Qz2mNp9@db" },
        { "secret-url", "postgres://shop:shop@db", NULL },
        { "secret-url", "postgres://user:password@db", NULL },
        { "secret-url", "no url", NULL },
        { "secret-dsn", "Server=x;Password=k7Qz2mNp9", "Server=x;Password=k7Qz2mNp9" },
        { "secret-dsn", "Server=x;Password=${P}", NULL },
        { "secret-basic", "Authorization: Basic YW5uOms3UXoybU5wOQ==", "YW5uOms3UXoybU5wOQ==" },
        { "secret-basic", "Authorization: Basic dXNlcjpwYXNzd29yZA==", NULL },
        { "secret-basic", "Basic AAAA", NULL },
    };
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        run_check(arena, &checks[i]);
    }
}

CASE(detect_validate_secrets_tokens_of_ours_are_none)
{
    TEST_ARENA(arena);
    struct check check = { "secret-assigned", "api_key=API_KEY_lt0mfzwiz3imrsq2tcnmrxgk4tuabcd",
                           NULL };
    run_check(arena, &check);
    check.match = "api_key=API_KEY_hsmfzwiz3imrsq2tcn";
    run_check(arena, &check);
}

CASE(detect_validate_secrets_read_what_a_jwt_says)
{
    TEST_ARENA(arena);
    lic_str issuer = { 0 };
    int64_t expires = 0;
    EXPECT(secret_read_jwt(LIC_STR("eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2lkLnRlc3QiLCJleHAiOj"
                                   "E4MDAwMDAwMDB9.x"),
                           arena, &issuer, &expires));
    EXPECT_STR(issuer, "https://id.test");
    EXPECT(expires == 1800000000);
    EXPECT(secret_read_jwt(LIC_STR("e30.e30."), arena, &issuer, &expires));
    EXPECT(issuer.n == 0 && expires == -1);
    EXPECT(!secret_read_jwt(LIC_STR("e30.%%."), arena, &issuer, &expires));
    EXPECT(!secret_read_jwt(LIC_STR(""), arena, &issuer, &expires));
}
