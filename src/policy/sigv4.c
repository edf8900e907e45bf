/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking a signature: scope and time first, which cost nothing and say nothing of the secret,
 * then the signature in constant time.
 */
#include "policy/sigv4.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"

#include "base/banned.h"

#define NS_A_SECOND 1000000000
#define SECRET_BYTES_MAX 1024u
#define SIGNATURE_BYTES 64u

/* ---- keys ---- */

static void derive_step(struct hmac_key *key, lic_str message)
{
    uint8_t next[HMAC_BYTES];
    hmac_of(key, message, next);
    hmac_key(key, str_make((const char *)next, sizeof(next)));
    hmac_wipe(next, sizeof(next));
}

void sigv4_derive(lic_str secret, lic_str date, lic_str region, lic_str service,
                  struct hmac_key *out)
{
    char first[4 + SECRET_BYTES_MAX] = "AWS4";
    struct hmac_key key;
    CHECK(secret.n <= SECRET_BYTES_MAX);
    memcpy(first + 4, secret.at, secret.n);
    hmac_key(&key, str_make(first, 4 + secret.n));
    derive_step(&key, date);
    derive_step(&key, region);
    derive_step(&key, service);
    derive_step(&key, LIC_STR("aws4_request"));
    *out = key;
    hmac_wipe(first, 4 + secret.n);
    hmac_wipe(&key, sizeof(key));
}

bool sigv4_signs(const struct hmac_key *key, lic_str text, lic_str signature)
{
    uint8_t digest[HMAC_BYTES];
    char hex[2 * HMAC_BYTES];
    hmac_of(key, text, digest);
    hash_hex(digest, sizeof(digest), hex);
    bool same = str_eq_secret(str_make(hex, sizeof(hex)), signature);
    hmac_wipe(digest, sizeof(digest)); /* the right signature is worth as much as the key */
    hmac_wipe(hex, sizeof(hex));
    return same;
}

void sigv4_cache_wipe(struct sigv4_cache *cache)
{
    hmac_wipe(cache, sizeof(*cache));
}

/* Where a scope of this key id is kept: the place need not be secret, nor even. */
static struct sigv4_cached *slot_of(struct sigv4_cache *cache, const struct sigv4_claim *claim)
{
    uint32_t mixed = 2166136261u;
    const lic_str parts[] = { claim->key_id, claim->date, claim->region, claim->service };
    for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++) {
        for (size_t i = 0; i < parts[k].n; i++) {
            mixed = (mixed ^ (unsigned char)parts[k].at[i]) * 16777619u;
        }
    }
    return &cache->slots[(mixed ^ mixed >> 15) % SIGV4_CACHE_SLOTS];
}

/* Date, region and service, which are adjacent in the credential as it was sent. */
static lic_str scope_of(const struct sigv4_claim *claim)
{
    const char *end = claim->service.at + claim->service.n;
    return str_make(claim->date.at, (size_t)(end - claim->date.at));
}

/* Only for claims that sigv4_read made: their scope is one view. */
static bool is_one_view(const struct sigv4_claim *claim)
{
    return claim->date.at + claim->date.n + 1 == claim->region.at &&
           claim->region.at + claim->region.n + 1 == claim->service.at;
}

static void find_key(struct sigv4_cache *cache, const struct sigv4_claim *claim, lic_str secret,
                     struct hmac_key *out)
{
    bool keep = cache && is_one_view(claim) && secret.n > 0 &&
                secret.n <= SIGV4_CACHED_SECRET_BYTES &&
                scope_of(claim).n <= SIGV4_CACHED_SCOPE_BYTES;
    if (!keep) {
        sigv4_derive(secret, claim->date, claim->region, claim->service, out);
        return;
    }
    struct sigv4_cached *slot = slot_of(cache, claim);
    lic_str scope = scope_of(claim);
    bool same_scope = str_eq(str_make(slot->scope, slot->scope_n), scope);
    bool same_secret = str_eq_secret(str_make(slot->secret, slot->secret_n), secret);
    if (!same_scope || !same_secret) {
        sigv4_derive(secret, claim->date, claim->region, claim->service, &slot->key);
        memcpy(slot->secret, secret.at, secret.n);
        memcpy(slot->scope, scope.at, scope.n);
        slot->secret_n = (uint8_t)secret.n;
        slot->scope_n = (uint8_t)scope.n;
    }
    *out = slot->key;
}

/* ---- the check ---- */

static bool is_expected_service(const struct sigv4_rules *rules, lic_str service)
{
    for (uint32_t i = 0; i < rules->services_n; i++) {
        if (str_eq(rules->services[i], service)) {
            return true;
        }
    }
    return !rules->services;
}

static enum lic_rc check_scope(const struct sigv4_claim *claim, const struct sigv4_rules *rules,
                               struct lic_err *err)
{
    ENSURE(rules->region.n == 0 || str_eq(rules->region, claim->region), err, LIC_E_INVALID,
           "SignatureDoesNotMatch: the credential is scoped to the region " LIC_FMT
           ", not " LIC_FMT,
           LIC_ARG(claim->region), LIC_ARG(rules->region));
    ENSURE(is_expected_service(rules, claim->service), err, LIC_E_INVALID,
           "SignatureDoesNotMatch: the credential is scoped to the service " LIC_FMT
           ", which is not served here",
           LIC_ARG(claim->service));
    return LIC_OK;
}

static enum lic_rc check_time(const struct sigv4_claim *claim, const struct sigv4_rules *rules,
                              struct lic_err *err)
{
    int64_t ahead_ns = claim->time_ns - rules->now_ns;
    ENSURE(ahead_ns <= rules->skew_ns, err, LIC_E_INVALID,
           "RequestTimeTooSkewed: the request was signed %lld s in the future",
           (long long)(ahead_ns / NS_A_SECOND));
    if (claim->query) {
        ENSURE(-ahead_ns < (int64_t)claim->expires_s * NS_A_SECOND, err, LIC_E_INVALID,
               "RequestExpired: the request was good for %u s and was signed %lld s ago",
               claim->expires_s, (long long)(-ahead_ns / NS_A_SECOND));
        return LIC_OK;
    }
    ENSURE(-ahead_ns <= rules->skew_ns, err, LIC_E_INVALID,
           "RequestTimeTooSkewed: the request was signed %lld s ago",
           (long long)(-ahead_ns / NS_A_SECOND));
    return LIC_OK;
}

static bool is_signed(const struct sigv4_claim *claim, lic_str name)
{
    lic_str list = claim->signed_headers;
    while (list.n > 0) {
        if (str_eq(str_split(&list, ';'), name)) {
            return true;
        }
    }
    return false;
}

static bool has_header(const struct lic_head *head, lic_str name)
{
    for (uint32_t i = 0; i < head->headers_n; i++) {
        if (str_eq_nocase(head->headers[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* What may be unsigned only where the rules say so. */
static enum lic_rc check_unsigned(const struct lic_head *head, const struct sigv4_claim *claim,
                                  const struct sigv4_rules *rules, struct lic_err *err)
{
    ENSURE(claim->query || claim->security_token.n == 0 || rules->token_unsigned ||
               is_signed(claim, LIC_STR("x-amz-security-token")),
           err, LIC_E_INVALID,
           "SignatureDoesNotMatch: there is a header that is not signed: x-amz-security-token");
    ENSURE(!rules->content_type_signed || is_signed(claim, LIC_STR("content-type")) ||
               !has_header(head, LIC_STR("content-type")),
           err, LIC_E_INVALID,
           "SignatureDoesNotMatch: there is a header that is not signed: content-type");
    ENSURE(rules->allow_unsigned || (claim->payload != SIGV4_UNSIGNED &&
                                     claim->payload != SIGV4_STREAMING_UNSIGNED_TRAILER),
           err, LIC_E_INVALID,
           "InvalidSignatureException: the body is not signed, which is not allowed here");
    return LIC_OK;
}

static enum lic_rc check_body(const struct sigv4_claim *claim, lic_str payload_sha256,
                              struct lic_err *err)
{
    if (claim->payload != SIGV4_HASHED) {
        return LIC_OK;
    }
    ENSURE(payload_sha256.n == 2 * HASH_BYTES, err, LIC_E_INVALID,
           "InvalidSignatureException: the hash of the body has %zu digits, not 64",
           payload_sha256.n);
    ENSURE(claim->content_sha256.n == 0 || str_eq(claim->content_sha256, payload_sha256), err,
           LIC_E_INVALID,
           "XAmzContentSHA256Mismatch: the body's SHA-256 is not what x-amz-content-sha256 says");
    return LIC_OK;
}

static void wipe_key(struct hmac_key *key)
{
    hmac_wipe(key, sizeof(*key));
}

/* LIC_OK also when it does not match: *out says. */
static enum lic_rc match(const struct lic_head *head, const struct sigv4_claim *claim,
                         bool normalize_path, const struct hmac_key *key, lic_str payload_sha256,
                         struct arena *arena, bool *out, struct lic_err *err)
{
    lic_str canonical, to_sign;
    TRY(sigv4_canonical(head, claim, normalize_path, payload_sha256, arena, &canonical, err));
    TRY(sigv4_string_to_sign(claim, canonical, arena, &to_sign, err));
    *out = sigv4_signs(key, to_sign, claim->signature);
    return LIC_OK;
}

enum lic_rc sigv4_check_cached(const struct lic_head *head, const struct sigv4_claim *claim,
                               const struct sigv4_rules *rules, lic_str secret,
                               lic_str payload_sha256, struct sigv4_cache *cache,
                               struct arena *arena, struct lic_err *err)
{
    CLEANUP(wipe_key) struct hmac_key key = { 0 };
    bool same = false;
    TRY(check_scope(claim, rules, err));
    TRY(check_time(claim, rules, err));
    TRY(check_unsigned(head, claim, rules, err));
    TRY(check_body(claim, payload_sha256, err));
    ENSURE(secret.n > 0 && secret.n <= SECRET_BYTES_MAX, err, LIC_E_INVALID,
           "SignatureDoesNotMatch: the secret key has %zu bytes", secret.n);
    find_key(cache, claim, secret, &key);
    TRY(match(head, claim, rules->normalize_path, &key, payload_sha256, arena, &same, err));
    if (!same && claim->query && claim->security_token.n > 0 && rules->token_unsigned) {
        struct sigv4_claim without_token = *claim;
        without_token.token_left_out = true;
        TRY(match(head, &without_token, rules->normalize_path, &key, payload_sha256, arena, &same,
                  err));
    }
    ENSURE(same, err, LIC_E_INVALID,
           "SignatureDoesNotMatch: the signature is not what the secret key of " LIC_FMT " gives",
           LIC_ARG(claim->key_id));
    return LIC_OK;
}

enum lic_rc sigv4_check(const struct lic_head *head, const struct sigv4_claim *claim,
                        const struct sigv4_rules *rules, lic_str secret, lic_str payload_sha256,
                        struct arena *arena, struct lic_err *err)
{
    return sigv4_check_cached(head, claim, rules, secret, payload_sha256, NULL, arena, err);
}
