/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it costs to know a caller: signatures, session tokens and JWTs checked in a loop.
 *
 *     identity_bench N JWKS TOKENS     the files of tests/cases/jwt
 *
 * One line each: what, ns, and how many a second that is on this core.
 */
#include "hosts/posix.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/str.h"
#include "policy/jwt.h"
#include "policy/session.h"
#include "policy/sigv4.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SECRET LIC_STR("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
#define SIGNED "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target"
#define NOW_NS 1440938160000000000
#define JWT_NOW_NS (INT64_C(1795384463) * 1000000000)

/* Processor time, so that neighbours on the machine do not count. */
static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void tell(const char *what, int64_t took_ns, long n)
{
    double each = (double)took_ns / (double)n;
    printf("%-44s %9.0f ns %12.0f /s\n", what, each, 1e9 / each);
}

static void must(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "identity_bench: %s\n", what);
        exit(1);
    }
}

/* ---- signatures ---- */

/* What a client of Bedrock sends: twelve headers, five of them signed. */
static struct lic_header headers[12] = {
    { { "Host", 4 }, { "bedrock-runtime.us-east-1.amazonaws.com", 39 } },
    { { "Content-Type", 12 }, { "application/json", 16 } },
    { { "Content-Length", 14 }, { "2048", 4 } },
    { { "User-Agent", 10 }, { "aws-sdk-js/3.900.0 ua/2.1 os/linux#6.1 lang/js", 46 } },
    { { "Accept", 6 }, { "application/json", 16 } },
    { { "X-Amz-Date", 10 }, { "20150830T123600Z", 16 } },
    { { "X-Amz-Target", 12 }, { "Model.Invoke", 12 } },
    { { "amz-sdk-invocation-id", 21 }, { "b1f0e0d2-8a4d-4f0e-9e39-6d0d7c1f6f5a", 36 } },
    { { "amz-sdk-request", 15 }, { "attempt=1; max=3", 16 } },
    { { "Connection", 10 }, { "keep-alive", 10 } },
    { { "X-Amz-Content-Sha256", 20 }, { "", 0 } },
    { { "Authorization", 13 }, { "", 0 } },
};
static const struct lic_head head = { .method = { "POST", 4 },
                                      .target = { "/model/anthropic.claude-v2%3A1/invoke", 37 },
                                      .headers = headers,
                                      .headers_n = 12 };

static void sign(struct arena *arena, lic_str hash)
{
    struct sigv4_claim claim = { .date = LIC_STR("20150830"),
                                 .region = LIC_STR("us-east-1"),
                                 .service = LIC_STR("bedrock"),
                                 .signed_headers = LIC_STR(SIGNED),
                                 .amz_date = LIC_STR("20150830T123600Z") };
    struct lic_err err;
    struct hmac_key key;
    lic_str canonical, to_sign;
    uint8_t digest[HMAC_BYTES];
    char hex[65] = { 0 };
    struct buf text;
    headers[10].value = hash;
    must(sigv4_canonical(&head, &claim, true, hash, arena, &canonical, &err) == LIC_OK, err.text);
    must(sigv4_string_to_sign(&claim, canonical, arena, &to_sign, &err) == LIC_OK, err.text);
    sigv4_derive(SECRET, claim.date, claim.region, claim.service, &key);
    hmac_of(&key, to_sign, digest);
    hash_hex(digest, sizeof(digest), hex);
    buf_init(&text, arena, 4096);
    buf_addf(&text,
             "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/bedrock/aws4_request, "
             "SignedHeaders=" SIGNED ", Signature=%s",
             hex);
    headers[11].value = buf_str(&text);
}

static void bench_sigv4(struct arena_pool *pool, long n, struct sigv4_cache *cache,
                        const char *what)
{
    struct arena kept, arena;
    char hash[64];
    const struct sigv4_rules rules = { .now_ns = NOW_NS,
                                       .skew_ns = INT64_C(900) * 1000000000,
                                       .normalize_path = true };
    arena_init(&kept, pool, 0);
    arena_init(&arena, pool, 0);
    sigv4_hash_hex(LIC_STR("{}"), hash);
    sign(&kept, str_make(hash, sizeof(hash)));
    int64_t begin = now_ns();
    for (long i = 0; i < n; i++) {
        struct sigv4_claim claim;
        struct lic_err err;
        must(sigv4_read(&head, &arena, &claim, &err) == LIC_OK &&
                 sigv4_check_cached(&head, &claim, &rules, SECRET, str_make(hash, sizeof(hash)),
                                    cache, &arena, &err) == LIC_OK,
             err.text);
        arena_reset(&arena);
    }
    tell(what, now_ns() - begin, n);
    arena_fini(&arena);
    arena_fini(&kept);
}

/* ---- tokens ---- */

static void bench_session(struct arena_pool *pool, long n)
{
    const struct session_key key = { { 7 } };
    const struct session_keys keys = { &key, 1 };
    struct session session = { .role_arn = LIC_STR("arn:aws:iam::111122223333:role/reader"),
                               .session_name = LIC_STR("alice"),
                               .expires_ns = 2 };
    struct session_credentials made;
    struct lic_err err;
    struct arena kept, arena;
    arena_init(&kept, pool, 0);
    arena_init(&arena, pool, 0);
    must(session_seal(&keys, &posix_host, &session, &kept, &made, &err) == LIC_OK, err.text);
    int64_t begin = now_ns();
    for (long i = 0; i < n; i++) {
        struct session opened;
        char secret[SESSION_SECRET_BYTES];
        must(session_open(&keys, made.access_key, made.token, 1, &arena, &opened, &err) == LIC_OK &&
                 session_secret(&keys, made.access_key, made.token, secret, &err) == LIC_OK,
             err.text);
        arena_reset(&arena);
    }
    tell("session token opened, its secret derived", now_ns() - begin, n);
    arena_fini(&arena);
    arena_fini(&kept);
}

static lic_str file(const char *path)
{
    const struct lic_host *host = &posix_host;
    struct lic_err err;
    lic_str text;
    must(host->read_file(host->ctx, path, 1u << 20, &text, &err) == LIC_OK, err.text);
    return text;
}

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
    must(false, "no such token");
    return LIC_STR("");
}

static void bench_jwt(struct arena_pool *pool, long n, char **files, const char *name,
                      const char *what)
{
    lic_str audience = LIC_STR("lictor");
    const struct str_list audiences = { .at = &audience, .n = 1, .cap = 1 };
    struct jwt_keys *keys;
    struct lic_err err;
    struct arena arena;
    lic_str token = token_named(file(files[1]), name);
    arena_init(&arena, pool, 0);
    must(jwt_keys_read(&posix_host, file(files[0]), &keys, &err) == LIC_OK, err.text);
    int64_t begin = now_ns();
    for (long i = 0; i < n; i++) {
        struct jwt jwt;
        must(jwt_check(token, keys, LIC_STR("https://issuer.example/realm"), &audiences, JWT_NOW_NS,
                       60, &arena, &jwt, &err) == LIC_OK,
             err.text);
        arena_reset(&arena);
    }
    tell(what, now_ns() - begin, n);
    jwt_keys_free(keys);
    arena_fini(&arena);
}

int main(int argc, char **argv)
{
    static struct sigv4_cache cache;
    struct arena_pool pool;
    long n = argc == 4 ? strtol(argv[1], NULL, 10) : 0;
    must(n >= 10, "usage: identity_bench N JWKS TOKENS");
    arena_pool_init(&pool, &posix_host, 8);
    bench_sigv4(&pool, n, &cache, "SigV4, signing key kept");
    bench_sigv4(&pool, n, NULL, "SigV4, signing key derived each time");
    bench_session(&pool, n / 4);
    bench_jwt(&pool, n / 10, argv + 2, "rs256", "JWT, RS256");
    bench_jwt(&pool, n / 10, argv + 2, "es256", "JWT, ES256");
    arena_pool_fini(&pool);
    return 0;
}
