/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519 held to Wycheproof's vectors; base 64 in one form only. */
#include "ledger/tlog_key.h"

#include "base/hash.h"
#include "base/json_read.h"
#include "test.h"

static lic_str member(const struct json_doc *doc, uint32_t node, const char *name)
{
    return json_raw(doc, json_get(doc, node, str_z(name)));
}

static lic_str unhex(struct arena *arena, lic_str hex)
{
    uint8_t *bytes = arena_take(arena, hex.n / 2 + 1);
    bool good = bytes && hash_unhex(hex, bytes, hex.n / 2);
    return good ? str_make((const char *)bytes, hex.n / 2) : (lic_str){ 0 };
}

CASE(ledger_tlog_key_agrees_with_wycheproof)
{
    TEST_ARENA(arena);
    struct json_doc doc;
    struct lic_err err;
    uint32_t checked_n = 0;
    if (test_rerun()) {
        return;
    }
    lic_str text = test_file(arena, test_shared_path("conformance/wycheproof/ed25519_test.json"));
    EXPECT_OK(json_read(arena, text, NULL, &doc, &err), &err);
    uint32_t groups = json_get(&doc, 0, LIC_STR("testGroups"));
    for (uint32_t g = json_first(&doc, groups); g != JSON_NONE; g = json_next(&doc, groups, g)) {
        uint32_t key = json_get(&doc, g, LIC_STR("publicKey"));
        lic_str public_key = unhex(arena, member(&doc, key, "pk"));
        uint32_t tests = json_get(&doc, g, LIC_STR("tests"));
        EXPECT_U64(public_key.n, TLOG_KEY_BYTES);
        for (uint32_t t = json_first(&doc, tests); t != JSON_NONE; t = json_next(&doc, tests, t)) {
            bool good = tlog_key_verify((const uint8_t *)public_key.at,
                                        unhex(arena, member(&doc, t, "msg")),
                                        unhex(arena, member(&doc, t, "sig")));
            EXPECT(good == str_eq(member(&doc, t, "result"), LIC_STR("valid")));
            checked_n++;
        }
    }
    EXPECT(checked_n > 100);
}

CASE(ledger_tlog_key_signs_what_it_verifies)
{
    uint8_t seed[TLOG_KEY_BYTES] = { 7 };
    uint8_t public_key[TLOG_KEY_BYTES], signature[TLOG_SIGNATURE_BYTES];
    struct lic_err err;
    EXPECT_OK(tlog_key_public(seed, public_key, &err), &err);
    EXPECT_OK(tlog_key_sign(seed, LIC_STR("text"), signature, &err), &err);
    lic_str sig = str_make((const char *)signature, sizeof(signature));
    EXPECT(tlog_key_verify(public_key, LIC_STR("text"), sig));
    EXPECT(!tlog_key_verify(public_key, LIC_STR("Text"), sig));
    EXPECT(!tlog_key_verify(public_key, LIC_STR("text"), str_head(sig, 63)));
    tlog_key_wipe(seed, sizeof(seed));
    EXPECT_U64(seed[0], 0);
}

CASE(ledger_tlog_key_takes_base64_in_one_form_only)
{
    static const char *const bad[] = { "A",    "AA",   "AAA",   "AA=A",     "=AAA",
                                       "A===", "AB==", "AAB=",  "AA==AAAA", "AAA\n",
                                       " AAA", "AA--", "AA\0=", "AAAA\n",   "\xc3\xa4\xc3\xa4" };
    uint8_t out[64];
    size_t n = 9;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        EXPECT(!tlog_key_unbase64(str_z(bad[i]), out, &n));
    }
    EXPECT(tlog_key_unbase64(LIC_STR(""), out, &n) && n == 0);
    EXPECT(tlog_key_unbase64(LIC_STR("AA=="), out, &n) && n == 1);
    EXPECT(tlog_key_unbase64(LIC_STR("/+8="), out, &n) && n == 2 && out[0] == 0xff);
}
