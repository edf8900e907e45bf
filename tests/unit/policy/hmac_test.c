/* SPDX-License-Identifier: Apache-2.0 */
/* HMAC held to Wycheproof's vectors, HKDF to those of RFC 5869. */
#include "policy/hmac.h"

#include "base/hash.h"
#include "base/json_read.h"
#include "test.h"

static lic_str unhex(struct arena *arena, lic_str hex)
{
    uint8_t *bytes = arena_take(arena, hex.n / 2);
    CHECK(!bytes || hash_unhex(hex, bytes, hex.n / 2));
    return str_make((const char *)bytes, bytes ? hex.n / 2 : 0);
}

static lic_str member(const struct json_doc *doc, uint32_t node, const char *name)
{
    return json_raw(doc, json_get(doc, node, str_z(name)));
}

static void check_vector(const struct json_doc *doc, uint32_t test, size_t tag_bytes,
                         uint32_t *checked_n)
{
    TEST_ARENA(arena);
    struct hmac_key key;
    uint8_t digest[HMAC_BYTES];
    lic_str wanted = unhex(arena, member(doc, test, "tag"));
    hmac_key(&key, unhex(arena, member(doc, test, "key")));
    hmac_of(&key, unhex(arena, member(doc, test, "msg")), digest);
    bool same = str_eq(str_make((const char *)digest, tag_bytes), wanted);
    EXPECT(same == str_eq(member(doc, test, "result"), LIC_STR("valid")));
    ++*checked_n;
}

CASE(policy_hmac_agrees_with_wycheproof)
{
    TEST_ARENA(arena);
    struct json_doc doc;
    struct lic_err err;
    uint32_t checked_n = 0;
    if (test_rerun()) {
        return;
    }
    lic_str text =
        test_file(arena, test_shared_path("conformance/wycheproof/hmac_sha256_test.json"));
    EXPECT_OK(json_read(arena, text, NULL, &doc, &err), &err);
    uint32_t groups = json_get(&doc, 0, LIC_STR("testGroups"));
    for (uint32_t g = json_first(&doc, groups); g != JSON_NONE; g = json_next(&doc, groups, g)) {
        uint64_t tag_bits = 0;
        EXPECT(json_u64(&doc, json_get(&doc, g, LIC_STR("tagSize")), &tag_bits));
        uint32_t tests = json_get(&doc, g, LIC_STR("tests"));
        for (uint32_t t = json_first(&doc, tests); t != JSON_NONE && !test_left();
             t = json_next(&doc, tests, t)) {
            check_vector(&doc, t, tag_bits / 8, &checked_n);
        }
    }
    EXPECT(checked_n > 150);
}

CASE(policy_hmac_hkdf_is_that_of_rfc_5869)
{
    uint8_t out[HMAC_BYTES];
    char hex[2 * HMAC_BYTES];
    const char secret[22] = { 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11,
                              11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11 };
    const char salt[13] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
    hmac_hkdf(str_make(secret, sizeof(secret)), str_make(salt, sizeof(salt)),
              LIC_STR("\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9"), out, sizeof(out));
    hash_hex(out, sizeof(out), hex);
    EXPECT_STR(str_make(hex, sizeof(hex)),
               "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
    hmac_hkdf(str_make(secret, sizeof(secret)), LIC_STR(""), LIC_STR(""), out, sizeof(out));
    hash_hex(out, sizeof(out), hex);
    EXPECT_STR(str_make(hex, sizeof(hex)),
               "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

CASE(policy_hmac_wipes)
{
    struct hmac_key key;
    const struct hmac_key zero = { 0 };
    hmac_key(&key, LIC_STR("k"));
    hmac_wipe(&key, sizeof(key));
    EXPECT(memcmp(&key, &zero, sizeof(key)) == 0);
}
