/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public keys of an issuer as OpenSSL has them. A key has one algorithm by its type: RSA is
 * RS256, P-256 is ES256, and nothing in a token can make it another.
 */
#include "policy/jwks.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/str.h"
#include "policy/base64.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "base/banned.h"

#define JWKS_BYTES_MAX (256u * 1024)
#define KEYS_MAX 64u
#define KID_BYTES_MAX 256u
#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192 /* more only makes checking slow */
#define RSA_BYTES_MAX (RSA_BITS_MAX / 8)
#define COORDINATE_BYTES 32u
#define POINT_BYTES (1 + 2 * COORDINATE_BYTES)
#define ECDSA_DER_BYTES_MAX 80u

struct jwks_key {
    enum jwks_alg alg;
    EVP_PKEY *key;
    size_t kid_n;
    char kid[KID_BYTES_MAX];
};

struct jwt_keys {
    const struct lic_host *host;
    uint32_t n;
    struct jwks_key keys[KEYS_MAX];
};

bool jwks_alg_named(lic_str name, enum jwks_alg *out)
{
    *out = str_eq(name, LIC_STR("RS256")) ? JWKS_RS256 : JWKS_ES256;
    return *out == JWKS_RS256 || str_eq(name, LIC_STR("ES256"));
}

/* ---- numbers into keys ---- */

static void free_builder(OSSL_PARAM_BLD **builder)
{
    OSSL_PARAM_BLD_free(*builder);
}
static void free_params(OSSL_PARAM **params)
{
    OSSL_PARAM_free(*params);
}
static void free_number(BIGNUM **number)
{
    BN_free(*number);
}
static void free_context(EVP_PKEY_CTX **ctx)
{
    EVP_PKEY_CTX_free(*ctx);
}

/* The key that these numbers are, or NULL when they are none. */
static EVP_PKEY *key_from(const char *type, OSSL_PARAM_BLD *builder)
{
    EVP_PKEY *key = NULL;
    CLEANUP(free_params) OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
    CLEANUP(free_context) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (!params || !ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
        return NULL;
    }
    CLEANUP(free_context) EVP_PKEY_CTX *check = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    if (!check || EVP_PKEY_public_check(check) != 1) {
        EVP_PKEY_free(key);
        return NULL;
    }
    return key;
}

static EVP_PKEY *rsa_key(lic_str modulus, lic_str exponent)
{
    CLEANUP(free_builder) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    CLEANUP(free_number)
    BIGNUM *n = BN_bin2bn((const unsigned char *)modulus.at, (int)modulus.n, NULL);
    CLEANUP(free_number)
    BIGNUM *e = BN_bin2bn((const unsigned char *)exponent.at, (int)exponent.n, NULL);
    if (!builder || !n || !e || BN_num_bits(n) < RSA_BITS_MIN || BN_num_bits(n) > RSA_BITS_MAX ||
        !BN_is_odd(n) || !BN_is_odd(e) || BN_is_one(e) || BN_num_bits(e) > 32 ||
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) != 1) {
        return NULL;
    }
    return key_from("RSA", builder);
}

static EVP_PKEY *p256_key(lic_str x, lic_str y)
{
    CLEANUP(free_builder) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    unsigned char point[POINT_BYTES] = { 4 }; /* uncompressed */
    if (!builder || x.n != COORDINATE_BYTES || y.n != COORDINATE_BYTES) {
        return NULL;
    }
    memcpy(point + 1, x.at, COORDINATE_BYTES);
    memcpy(point + 1 + COORDINATE_BYTES, y.at, COORDINATE_BYTES);
    if (OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)) !=
            1) {
        return NULL;
    }
    return key_from("EC", builder);
}

/* ---- one key of the set ---- */

/* A member that is a text, or empty when it is absent; *out_good false when it is something else.
 */
static enum lic_rc member_text(const struct json_doc *doc, uint32_t object, const char *name,
                               struct arena *arena, lic_str *out, bool *out_good,
                               struct lic_err *err)
{
    uint32_t node = json_get(doc, object, str_z(name));
    *out = LIC_STR("");
    if (node == JSON_NONE) {
        return LIC_OK;
    }
    if (!json_is(doc, node, JSON_STRING)) {
        *out_good = false;
        return LIC_OK;
    }
    return json_text(doc, node, arena, out, err);
}

/* A member in base64url, decoded; empty when absent or too long for any key. */
static enum lic_rc member_bytes(const struct json_doc *doc, uint32_t object, const char *name,
                                struct arena *arena, lic_str *out, bool *out_good,
                                struct lic_err *err)
{
    lic_str text;
    size_t n = 0;
    TRY(member_text(doc, object, name, arena, &text, out_good, err));
    uint8_t *bytes = arena_take(arena, base64_bytes_max(text.n));
    ENSURE(bytes, err, LIC_E_NOMEM, "no memory for a key set");
    bool good = text.n > 0 && base64_read(BASE64_URL, text, bytes, &n) && n <= RSA_BYTES_MAX + 1;
    *out_good = *out_good && good;
    *out = str_make((const char *)bytes, good ? n : 0);
    return LIC_OK;
}

/* `key_ops`, when given, must have "verify" among it. */
static bool may_verify(const struct json_doc *doc, uint32_t object)
{
    uint32_t ops = json_get(doc, object, LIC_STR("key_ops"));
    if (ops == JSON_NONE) {
        return true;
    }
    for (uint32_t at = json_first(doc, ops); at != JSON_NONE; at = json_next(doc, ops, at)) {
        if (json_is(doc, at, JSON_STRING) && str_eq(json_raw(doc, at), LIC_STR("verify"))) {
            return true;
        }
    }
    return false;
}

/* Which algorithm this key is for; false: none of ours. */
static enum lic_rc key_alg(const struct json_doc *doc, uint32_t object, struct arena *arena,
                           enum jwks_alg *out, bool *out_good, struct lic_err *err)
{
    lic_str type, curve, alg, use;
    enum jwks_alg named;
    TRY(member_text(doc, object, "kty", arena, &type, out_good, err));
    TRY(member_text(doc, object, "crv", arena, &curve, out_good, err));
    TRY(member_text(doc, object, "alg", arena, &alg, out_good, err));
    TRY(member_text(doc, object, "use", arena, &use, out_good, err));
    bool is_rsa = str_eq(type, LIC_STR("RSA"));
    bool is_p256 = str_eq(type, LIC_STR("EC")) && str_eq(curve, LIC_STR("P-256"));
    *out = is_rsa ? JWKS_RS256 : JWKS_ES256;
    bool alg_fits = alg.n == 0 || (jwks_alg_named(alg, &named) && named == *out);
    bool use_fits = use.n == 0 || str_eq(use, LIC_STR("sig"));
    *out_good = *out_good && (is_rsa || is_p256) && alg_fits && use_fits && may_verify(doc, object);
    return LIC_OK;
}

static enum lic_rc make_key(const struct json_doc *doc, uint32_t object, enum jwks_alg alg,
                            struct arena *arena, EVP_PKEY **out, struct lic_err *err)
{
    lic_str first, second;
    bool good = true;
    TRY(member_bytes(doc, object, alg == JWKS_RS256 ? "n" : "x", arena, &first, &good, err));
    TRY(member_bytes(doc, object, alg == JWKS_RS256 ? "e" : "y", arena, &second, &good, err));
    *out = !good ? NULL : alg == JWKS_RS256 ? rsa_key(first, second) : p256_key(first, second);
    return LIC_OK;
}

static struct jwks_key *find_key(struct jwt_keys *keys, enum jwks_alg alg, lic_str kid)
{
    for (uint32_t i = 0; i < keys->n; i++) {
        struct jwks_key *key = &keys->keys[i];
        if (key->alg == alg && str_eq(str_make(key->kid, key->kid_n), kid)) {
            return key;
        }
    }
    return NULL;
}

static enum lic_rc add_key(struct jwt_keys *keys, const struct json_doc *doc, uint32_t object,
                           struct arena *arena, struct lic_err *err)
{
    enum jwks_alg alg;
    lic_str kid;
    EVP_PKEY *made = NULL;
    bool good = json_is(doc, object, JSON_OBJECT);
    TRY(member_text(doc, object, "kid", arena, &kid, &good, err));
    TRY(key_alg(doc, object, arena, &alg, &good, err));
    if (good) {
        TRY(make_key(doc, object, alg, arena, &made, err));
    }
    if (!made) {
        return LIC_OK;
    }
    struct jwks_key *key = &keys->keys[keys->n];
    *key = (struct jwks_key){ .alg = alg, .key = made };
    bool fits = kid.n <= KID_BYTES_MAX;
    bool again = fits && find_key(keys, alg, kid);
    keys->n++; /* from here jwt_keys_free releases it */
    ENSURE(fits, err, LIC_E_INVALID, "a key id has %zu bytes, more than %u", kid.n, KID_BYTES_MAX);
    ENSURE(!again, err, LIC_E_DUPLICATE, "two keys have the id \"" LIC_FMT "\"", LIC_ARG(kid));
    memcpy(key->kid, kid.at, kid.n);
    key->kid_n = kid.n;
    return LIC_OK;
}

/* ---- the set ---- */

void jwt_keys_free(struct jwt_keys *keys)
{
    if (!keys) {
        return;
    }
    for (uint32_t i = 0; i < keys->n; i++) {
        EVP_PKEY_free(keys->keys[i].key);
    }
    keys->host->resize(keys->host->ctx, keys, 0);
}

static enum lic_rc read_keys(struct jwt_keys *keys, lic_str jwks, struct arena *arena,
                             struct lic_err *err)
{
    struct json_doc doc;
    TRY(json_read(arena, jwks, NULL, &doc, err));
    uint32_t list = json_get(&doc, 0, LIC_STR("keys"));
    ENSURE(json_is(&doc, list, JSON_ARRAY), err, LIC_E_INVALID,
           "a key set is a JSON object with a list \"keys\"");
    for (uint32_t at = json_first(&doc, list); at != JSON_NONE; at = json_next(&doc, list, at)) {
        ENSURE(keys->n < KEYS_MAX, err, LIC_E_LIMIT, "the key set has more than %u keys", KEYS_MAX);
        TRY(add_key(keys, &doc, at, arena, err));
    }
    ENSURE(keys->n > 0, err, LIC_E_MISSING,
           "the key set has no key to check with: RSA of 2,048 bits or more, or P-256, for "
           "signatures");
    return LIC_OK;
}

static void free_unless_taken(struct jwt_keys **keys)
{
    jwt_keys_free(*keys);
}

enum lic_rc jwt_keys_read(const struct lic_host *host, lic_str jwks, struct jwt_keys **out,
                          struct lic_err *err)
{
    CLEANUP(arena_pool_fini) struct arena_pool pool;
    CLEANUP(arena_fini) struct arena arena;
    arena_pool_init(&pool, host, 0);
    arena_init(&arena, &pool, 0);
    ENSURE(jwks.n <= JWKS_BYTES_MAX, err, LIC_E_LIMIT, "the key set has %zu bytes, more than %u",
           jwks.n, JWKS_BYTES_MAX);
    CLEANUP(free_unless_taken)
    struct jwt_keys *keys = host->resize(host->ctx, NULL, sizeof(*keys));
    ENSURE(keys, err, LIC_E_NOMEM, "no memory for a key set");
    keys->host = host;
    keys->n = 0;
    TRY(read_keys(keys, jwks, &arena, err));
    *out = keys;
    keys = NULL;
    return LIC_OK;
}

/* ---- checking ---- */

/* The key of this id; without an id the only one of its algorithm. NULL: none, or more. */
static const struct jwks_key *choose_key(const struct jwt_keys *keys, enum jwks_alg alg,
                                         lic_str kid)
{
    const struct jwks_key *chosen = NULL;
    for (uint32_t i = 0; i < keys->n; i++) {
        const struct jwks_key *key = &keys->keys[i];
        bool fits = key->alg == alg && (kid.n == 0 || str_eq(str_make(key->kid, key->kid_n), kid));
        if (fits && chosen) {
            return NULL;
        }
        chosen = fits ? key : chosen;
    }
    return chosen;
}

static void free_signature(ECDSA_SIG **signature)
{
    ECDSA_SIG_free(*signature);
}

/* r and s, 32 bytes each, as OpenSSL wants them. 0: they are not. */
static size_t ecdsa_der(lic_str raw, unsigned char out[ECDSA_DER_BYTES_MAX])
{
    const unsigned char *at = (const unsigned char *)raw.at;
    if (raw.n != 2 * COORDINATE_BYTES) {
        return 0;
    }
    CLEANUP(free_signature) ECDSA_SIG *signature = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(at, COORDINATE_BYTES, NULL);
    BIGNUM *s = BN_bin2bn(at + COORDINATE_BYTES, COORDINATE_BYTES, NULL);
    if (!signature || !r || !s || BN_is_zero(r) || BN_is_zero(s) ||
        ECDSA_SIG_set0(signature, r, s) != 1) {
        BN_free(r);
        BN_free(s);
        return 0;
    }
    int n = i2d_ECDSA_SIG(signature, NULL);
    if (n <= 0 || n > (int)ECDSA_DER_BYTES_MAX) {
        return 0;
    }
    return (size_t)i2d_ECDSA_SIG(signature, &out);
}

static void free_digest(EVP_MD_CTX **ctx)
{
    EVP_MD_CTX_free(*ctx);
}

static bool verifies(const struct jwks_key *key, lic_str text, lic_str signature)
{
    unsigned char der[ECDSA_DER_BYTES_MAX];
    const unsigned char *at = (const unsigned char *)signature.at;
    size_t n = signature.n;
    if (key->alg == JWKS_ES256) {
        n = ecdsa_der(signature, der);
        at = der;
    }
    CLEANUP(free_digest) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    return n > 0 && ctx && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key->key) == 1 &&
           EVP_DigestVerify(ctx, at, n, (const unsigned char *)text.at, text.n) == 1;
}

enum lic_rc jwks_verify(const struct jwt_keys *keys, enum jwks_alg alg, lic_str kid, lic_str text,
                        lic_str signature, struct lic_err *err)
{
    const struct jwks_key *key = choose_key(keys, alg, kid);
    ENSURE(key, err, LIC_E_INVALID,
           "the issuer has no key, or more than one, with the id \"" LIC_FMT
           "\" and the token's algorithm",
           LIC_ARG(str_head(kid, 80)));
    ENSURE(verifies(key, text, signature), err, LIC_E_INVALID,
           "the token's signature is not by the issuer's key");
    return LIC_OK;
}
