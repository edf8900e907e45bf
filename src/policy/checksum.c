/* SPDX-License-Identifier: Apache-2.0 */
/* CRCs half a byte at a time: tables of sixteen are short enough to be read, and bodies of the
 * kind that come with a checksum are rare here. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "policy/checksum.h"

#include "base/check.h"
#include "base/hash.h"

#include <openssl/sha.h>

#include "base/banned.h"

/* The remainders of 0 to 15 by the reversed polynomials 0xedb88320 and 0x82f63b78. */
static const uint32_t crc32_table[16] = { 0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
                                          0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
                                          0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                          0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c };
static const uint32_t crc32c_table[16] = { 0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
                                           0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
                                           0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
                                           0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75 };

static const struct {
    enum checksum kind;
    lic_str name;
} names[] = {
    { CHECKSUM_CRC32, { "crc32", 5 } },
    { CHECKSUM_CRC32C, { "crc32c", 6 } },
    { CHECKSUM_SHA1, { "sha1", 4 } },
    { CHECKSUM_SHA256, { "sha256", 6 } },
};

bool checksum_named(lic_str name, enum checksum *out)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (name.n == names[i].name.n && memcmp(name.at, names[i].name.at, name.n) == 0) {
            *out = names[i].kind;
            return true;
        }
    }
    return false;
}

static size_t write_crc(const uint32_t table[16], lic_str bytes, uint8_t *out)
{
    uint32_t crc = ~UINT32_C(0);
    for (size_t i = 0; i < bytes.n; i++) {
        crc ^= (unsigned char)bytes.at[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    crc = ~crc;
    for (size_t i = 0; i < 4; i++) {
        out[i] = (uint8_t)(crc >> (24 - 8 * i));
    }
    return 4;
}

/* With the parts of the digest, which unlike SHA1() need no memory of OpenSSL's. */
static size_t write_sha1(lic_str bytes, uint8_t *out)
{
    SHA_CTX sha;
    CHECK(SHA1_Init(&sha) == 1);
    CHECK(SHA1_Update(&sha, bytes.at, bytes.n) == 1);
    CHECK(SHA1_Final(out, &sha) == 1);
    return SHA_DIGEST_LENGTH;
}

size_t checksum_of(enum checksum kind, lic_str bytes, uint8_t out[CHECKSUM_BYTES_MAX])
{
    switch (kind) {
    case CHECKSUM_CRC32:
        return write_crc(crc32_table, bytes, out);
    case CHECKSUM_CRC32C:
        return write_crc(crc32c_table, bytes, out);
    case CHECKSUM_SHA1:
        return write_sha1(bytes, out);
    case CHECKSUM_SHA256:
        hash_sha256(bytes, out);
        return HASH_BYTES;
    }
    UNREACHABLE("every checksum has its case");
}
