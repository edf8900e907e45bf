/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 against the examples of FIPS 180-4, and hex both ways. */
#include "base/hash.h"

#include "test.h"

static void expect_digest(lic_str s, const char *expected)
{
    uint8_t digest[HASH_BYTES];
    char hex[2 * HASH_BYTES];
    hash_sha256(s, digest);
    hash_hex(digest, sizeof(digest), hex);
    EXPECT_STR(str_make(hex, sizeof(hex)), expected);
}

CASE(base_hash_sha256_of_known_texts)
{
    expect_digest(str_make(NULL, 0),
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect_digest(LIC_STR("abc"),
                  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect_digest(LIC_STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

CASE(base_hash_takes_no_memory)
{
    uint8_t digest[HASH_BYTES];
    hash_sha256(LIC_STR("abc"), digest);
    EXPECT_U64(test_world()->allocations, 0);
}

CASE(base_hash_hex_goes_both_ways)
{
    uint8_t bytes[256], back[256];
    char hex[512];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)i;
    }
    hash_hex(bytes, sizeof(bytes), hex);
    EXPECT(hash_unhex(str_make(hex, sizeof(hex)), back, sizeof(back)));
    EXPECT(memcmp(bytes, back, sizeof(bytes)) == 0);
}

CASE(base_hash_unhex_refuses_all_but_exactly_that_many_bytes)
{
    uint8_t out[2] = { 7, 7 };
    EXPECT(!hash_unhex(LIC_STR("abc"), out, 2));
    EXPECT(!hash_unhex(LIC_STR("abcdef"), out, 2));
    EXPECT(!hash_unhex(LIC_STR("abcg"), out, 2));
    EXPECT(!hash_unhex(LIC_STR("ab d"), out, 2));
    EXPECT(!hash_unhex(str_make(NULL, 0), out, 2));
    EXPECT(out[0] == 7 && out[1] == 7);
    EXPECT(hash_unhex(LIC_STR("AbCd"), out, 2));
    EXPECT(out[0] == 0xab && out[1] == 0xcd);
}
