/* SPDX-License-Identifier: Apache-2.0 */
/* AES-SIV against every vector of Wycheproof, and HMAC against RFC 4231. */
#include "detect/seal.h"

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
    CHECK(!bytes || hash_unhex(hex, bytes, hex.n / 2));
    return str_make((const char *)bytes, bytes ? hex.n / 2 : 0);
}

static lic_str joined(struct arena *arena, lic_str a, lic_str b)
{
    char *at = arena_take(arena, a.n + b.n + 1);
    CHECK(at);
    memcpy(at, a.at, a.n);
    memcpy(at + a.n, b.at, b.n);
    return str_make(at, a.n + b.n);
}

/* With a nonce it is the second header, and the SIV stands apart. */
static void check_vector(const struct json_doc *doc, uint32_t test, bool nonce, uint32_t *n)
{
    TEST_ARENA(arena);
    struct lic_err err = { 0 };
    lic_str headers[2] = { unhex(arena, member(doc, test, "aad")),
                           unhex(arena, nonce ? member(doc, test, "iv") : LIC_STR("")) };
    struct seal seal = { unhex(arena, member(doc, test, "key")), headers, nonce ? 2u : 1u };
    lic_str msg = unhex(arena, member(doc, test, "msg"));
    lic_str sealed = unhex(arena, member(doc, test, "ct"));
    if (nonce) {
        sealed = joined(arena, unhex(arena, member(doc, test, "tag")), sealed);
    }
    bool valid = str_eq(member(doc, test, "result"), LIC_STR("valid"));
    uint8_t *out = arena_take(arena, sealed.n + msg.n + 32);
    EXPECT(out != NULL);
    enum lic_rc rc = seal_open(&seal, sealed, out, &err);
    EXPECT((rc == LIC_OK) == valid);
    if (valid) {
        EXPECT_LIC_STR(str_make((const char *)out, sealed.n - SEAL_SIV_BYTES), msg);
        EXPECT_OK(seal_make(&seal, msg, out, &err), &err);
        EXPECT_LIC_STR(str_make((const char *)out, msg.n + SEAL_SIV_BYTES), sealed);
    }
    ++*n;
}

static void check_file(const char *path, bool nonce, uint32_t *n)
{
    TEST_ARENA(arena);
    struct json_doc doc;
    struct lic_err err;
    lic_str text = test_file(arena, test_shared_path(path));
    EXPECT(text.n > 0);
    EXPECT_OK(json_read(arena, text, NULL, &doc, &err), &err);
    uint32_t groups = json_get(&doc, 0, LIC_STR("testGroups"));
    for (uint32_t g = json_first(&doc, groups); g != JSON_NONE; g = json_next(&doc, groups, g)) {
        uint32_t tests = json_get(&doc, g, LIC_STR("tests"));
        for (uint32_t t = json_first(&doc, tests); t != JSON_NONE && !test_left();
             t = json_next(&doc, tests, t)) {
            check_vector(&doc, t, nonce, n);
        }
    }
}

CASE(detect_seal_agrees_with_wycheproof)
{
    uint32_t plain = 0, with_nonce = 0;
    if (test_rerun()) {
        return;
    }
    check_file("conformance/wycheproof/aes_siv_cmac_test.json", /* nonce= */ false, &plain);
    check_file("conformance/wycheproof/aead_aes_siv_cmac_test.json", /* nonce= */ true,
               &with_nonce);
    EXPECT_U64(plain, 442);
    EXPECT_U64(with_nonce, 900);
}

CASE(detect_seal_refuses_other_keys_and_lengths)
{
    struct lic_err err = { 0 };
    uint8_t out[64], key[64] = { 1 };
    lic_str header = LIC_STR("h");
    struct seal seal = { str_make((const char *)key, 64), &header, 1 };
    EXPECT_OK(seal_make(&seal, LIC_STR("value"), out, &err), &err);
    key[63] ^= 1;
    uint8_t opened[8];
    EXPECT_RC(seal_open(&seal, str_make((const char *)out, 21), opened, &err), LIC_E_INVALID);
    EXPECT_RC(seal_open(&seal, str_make((const char *)out, 15), opened, &err), LIC_E_INVALID);
    seal.key.n = 33;
    EXPECT_RC(seal_make(&seal, LIC_STR("value"), out, &err), LIC_E_INVALID);
}

/* RFC 4231, test case 2. */
CASE(detect_seal_mac_is_hmac_sha256)
{
    struct lic_err err = { 0 };
    uint8_t mac[SEAL_MAC_BYTES];
    char hex[2 * SEAL_MAC_BYTES];
    EXPECT_OK(seal_mac(LIC_STR("Jefe"), LIC_STR("what do ya want for nothing?"), mac, &err), &err);
    hash_hex(mac, sizeof(mac), hex);
    EXPECT_LIC_STR(str_make(hex, sizeof(hex)),
                   LIC_STR("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
}
