/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 by OpenSSL, and hex. The three calls below take no memory and cannot fail, unlike the
 * EVP one-shot, which looks the algorithm up and allocates each time on the request path.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/hash.h"

#include "base/check.h"

#include <openssl/sha.h>

#include "base/banned.h"

void hash_sha256(lic_str s, uint8_t out[HASH_BYTES])
{
    SHA256_CTX sha;
    CHECK(SHA256_Init(&sha) == 1);
    CHECK(SHA256_Update(&sha, s.at, s.n) == 1);
    CHECK(SHA256_Final(out, &sha) == 1);
}

void hash_hex(const uint8_t *at, size_t n, char *out)
{
    static const char digits[16] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[at[i] >> 4];
        out[2 * i + 1] = digits[at[i] & 0xf];
    }
}

/* 0 to 15, or 16 when c is no hex digit. */
static uint8_t hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return (uint8_t)(c - '0');
    }
    if (c >= 'a' && c <= 'f') {
        return (uint8_t)(c - 'a' + 10);
    }
    if (c >= 'A' && c <= 'F') {
        return (uint8_t)(c - 'A' + 10);
    }
    return 16;
}

bool hash_unhex(lic_str hex, uint8_t *out, size_t out_n)
{
    if (hex.n % 2 != 0 || hex.n / 2 != out_n) {
        return false;
    }
    for (size_t i = 0; i < hex.n; i++) {
        if (hex_digit(hex.at[i]) > 15) {
            return false;
        }
    }
    for (size_t i = 0; i < out_n; i++) {
        out[i] = (uint8_t)(hex_digit(hex.at[2 * i]) << 4 | hex_digit(hex.at[2 * i + 1]));
    }
    return true;
}
