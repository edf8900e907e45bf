/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HMAC over OpenSSL's SHA-256 block function. EVP_MAC looks its algorithm up, allocates and can
 * fail; these calls do neither, and the state after the padded key can be kept, which halves the
 * work of a short message.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "policy/hmac.h"

#include "base/check.h"
#include "base/hash.h"
#include "base/str.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "base/banned.h"

#define BLOCK_BYTES 64u

_Static_assert(HMAC_BYTES == HASH_BYTES, "an HMAC is as long as its hash");

/* The state after one block of key and pad. */
static void absorb_pad(const uint8_t block[BLOCK_BYTES], uint8_t pad, uint32_t out[8])
{
    uint8_t padded[BLOCK_BYTES];
    SHA256_CTX sha;
    for (size_t i = 0; i < BLOCK_BYTES; i++) {
        padded[i] = block[i] ^ pad;
    }
    CHECK(SHA256_Init(&sha) == 1);
    CHECK(SHA256_Update(&sha, padded, BLOCK_BYTES) == 1);
    for (size_t i = 0; i < 8; i++) {
        out[i] = sha.h[i];
    }
    hmac_wipe(padded, sizeof(padded));
    hmac_wipe(&sha, sizeof(sha));
}

void hmac_key(struct hmac_key *out, lic_str key)
{
    uint8_t block[BLOCK_BYTES] = { 0 };
    if (key.n > BLOCK_BYTES) {
        hash_sha256(key, block);
    } else if (key.n > 0) {
        memcpy(block, key.at, key.n);
    }
    absorb_pad(block, 0x36, out->inner);
    absorb_pad(block, 0x5c, out->outer);
    hmac_wipe(block, sizeof(block));
}

/* Goes on from a kept state: 64 bytes are in, then comes the message. */
static void finish_from(const uint32_t state[8], lic_str message, uint8_t out[HMAC_BYTES])
{
    SHA256_CTX sha;
    CHECK(SHA256_Init(&sha) == 1);
    for (size_t i = 0; i < 8; i++) {
        sha.h[i] = state[i];
    }
    sha.Nl = BLOCK_BYTES * 8;
    CHECK(SHA256_Update(&sha, message.at, message.n) == 1);
    CHECK(SHA256_Final(out, &sha) == 1);
}

void hmac_of(const struct hmac_key *key, lic_str message, uint8_t out[HMAC_BYTES])
{
    uint8_t inner[HMAC_BYTES];
    finish_from(key->inner, message, inner);
    finish_from(key->outer, str_make((const char *)inner, sizeof(inner)), out);
}

void hmac_hkdf(lic_str secret, lic_str salt, lic_str info, uint8_t *out, size_t out_n)
{
    uint8_t block[HMAC_BYTES];
    uint8_t message[256];
    struct hmac_key key;
    CHECK(out_n > 0 && out_n <= HMAC_BYTES && info.n < sizeof(message));
    hmac_key(&key, salt);
    hmac_of(&key, secret, block);
    hmac_key(&key, str_make((const char *)block, sizeof(block)));
    if (info.n > 0) {
        memcpy(message, info.at, info.n);
    }
    message[info.n] = 1; /* the number of the block */
    hmac_of(&key, str_make((const char *)message, info.n + 1), block);
    memcpy(out, block, out_n);
    hmac_wipe(block, sizeof(block));
    hmac_wipe(&key, sizeof(key));
}

void hmac_wipe(void *at, size_t n)
{
    OPENSSL_cleanse(at, n);
}
