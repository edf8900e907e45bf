/* SPDX-License-Identifier: Apache-2.0 */
/* Key sets: which keys are taken, which left out, and what is no key set. Signatures are tested
 * with whole tokens (jwt_test.c). */
#include "policy/jwks.h"

#include "base/buf.h"
#include "test.h"

/* The P-256 key of RFC 7515, appendix A.3. */
#define EC                                                                                         \
    "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","      \
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""
#define ES256_INPUT                                                                                \
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"        \
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

static void free_keys(struct jwt_keys **keys)
{
    jwt_keys_free(*keys);
}

static enum lic_rc read(const char *jwks, struct lic_err *err)
{
    CLEANUP(free_keys) struct jwt_keys *keys = NULL;
    return jwt_keys_read(test_host(), str_z(jwks), &keys, err);
}

CASE(policy_jwks_takes_signing_keys)
{
    struct lic_err err;
    EXPECT_OK(read("{\"keys\":[{" EC "}]}", &err), &err);
    EXPECT_OK(
        read("{\"keys\":[{" EC ",\"kid\":\"1\",\"use\":\"sig\",\"alg\":\"ES256\"}],\"x\":1}", &err),
        &err);
    EXPECT_OK(read("{\"keys\":[{" EC ",\"key_ops\":[\"verify\"]},{\"kty\":\"OKP\"},7,{}]}", &err),
              &err);
}

CASE(policy_jwks_leaves_out_what_it_cannot_use)
{
    static const char *const cases[] = {
        "{\"keys\":[]}",
        "{\"keys\":[{}]}",
        "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}",
        "{\"keys\":[{" EC ",\"use\":\"enc\"}]}",
        "{\"keys\":[{" EC ",\"use\":7}]}",
        "{\"keys\":[{" EC ",\"alg\":\"ES384\"}]}",
        "{\"keys\":[{" EC ",\"alg\":\"RS256\"}]}",
        "{\"keys\":[{" EC ",\"key_ops\":[\"sign\"]}]}",
        "{\"keys\":[{" EC ",\"key_ops\":\"verify\"}]}",
        "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"}]}",
        "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\","
        "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
        "\"y\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"}]}", /* not on the curve */
        "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"secp256k1\","
        "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
        "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}",
        "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}",
        "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"not base64!\",\"e\":\"AQAB\"}]}",
        "{\"keys\":[{\"kty\":\"RSA\"}]}",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct lic_err err;
        EXPECT_RC(read(cases[i], &err), LIC_E_MISSING);
    }
}

CASE(policy_jwks_refuses_what_is_no_key_set)
{
    struct lic_err err;
    EXPECT_RC(read("", &err), LIC_E_SYNTAX);
    EXPECT_RC(read("{\"keys\":[", &err), LIC_E_SYNTAX);
    EXPECT_RC(read("[]", &err), LIC_E_INVALID);
    EXPECT_RC(read("{}", &err), LIC_E_INVALID);
    EXPECT_RC(read("{\"keys\":{}}", &err), LIC_E_INVALID);
    EXPECT_RC(read("{\"keys\":[{" EC ",\"kid\":\"1\"},{" EC ",\"kid\":\"1\"}]}", &err),
              LIC_E_DUPLICATE);
}

CASE(policy_jwks_keys_without_an_id_must_be_alone)
{
    struct lic_err err;
    CLEANUP(free_keys) struct jwt_keys *keys = NULL;
    EXPECT_OK(jwt_keys_read(test_host(),
                            LIC_STR("{\"keys\":[{" EC ",\"kid\":\"1\"},{" EC ",\"kid\":\"2\"}]}"),
                            &keys, &err),
              &err);
    EXPECT_RC(jwks_verify(keys, JWKS_ES256, LIC_STR(""), LIC_STR("x"), LIC_STR("y"), &err),
              LIC_E_INVALID);
    EXPECT(str_find(str_z(err.text), LIC_STR("more than one")) < str_z(err.text).n);
}

/* RFC 7515, appendix A.3: r and s as two lists of bytes. */
CASE(policy_jwks_verifies_the_example_of_the_rfc)
{
    static const uint8_t bytes[64] = { 14,  209, 33,  83,  121, 99,  108, 72,  60,  47,  127,
                                       21,  88,  7,   212, 2,   163, 178, 40,  3,   58,  249,
                                       124, 126, 23,  129, 154, 195, 22,  158, 166, 101, 197,
                                       10,  7,   211, 140, 60,  112, 229, 216, 241, 45,  175,
                                       8,   74,  84,  128, 166, 101, 144, 197, 242, 147, 80,
                                       154, 143, 63,  127, 138, 131, 163, 84,  213 };
    struct lic_err err;
    CLEANUP(free_keys) struct jwt_keys *keys = NULL;
    lic_str signature = str_make((const char *)bytes, sizeof(bytes));
    EXPECT_OK(jwt_keys_read(test_host(), LIC_STR("{\"keys\":[{" EC "}]}"), &keys, &err), &err);
    EXPECT_OK(jwks_verify(keys, JWKS_ES256, LIC_STR(""), LIC_STR(ES256_INPUT), signature, &err),
              &err);
    EXPECT_RC(jwks_verify(keys, JWKS_ES256, LIC_STR(""), LIC_STR("x"), signature, &err),
              LIC_E_INVALID);
    EXPECT_RC(jwks_verify(keys, JWKS_ES256, LIC_STR("1"), LIC_STR(ES256_INPUT), signature, &err),
              LIC_E_INVALID);
    EXPECT_RC(jwks_verify(keys, JWKS_RS256, LIC_STR(""), LIC_STR(ES256_INPUT), signature, &err),
              LIC_E_INVALID);
}
