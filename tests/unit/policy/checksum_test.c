/* SPDX-License-Identifier: Apache-2.0 */
/* Checksums: the check values of the CRC catalogue, and the digest of nothing. */
#include "policy/checksum.h"

#include "base/hash.h"
#include "test.h"

static lic_str hex_of(const char *name, const char *text, char out[2 * CHECKSUM_BYTES_MAX])
{
    enum checksum kind;
    uint8_t digest[CHECKSUM_BYTES_MAX];
    if (!checksum_named(str_z(name), &kind)) {
        return LIC_STR("unknown");
    }
    size_t n = checksum_of(kind, str_z(text), digest);
    hash_hex(digest, n, out);
    return str_make(out, 2 * n);
}

CASE(policy_checksum_gives_the_known_values)
{
    char out[2 * CHECKSUM_BYTES_MAX];
    EXPECT_STR(hex_of("crc32", "123456789", out), "cbf43926");
    EXPECT_STR(hex_of("crc32c", "123456789", out), "e3069283");
    EXPECT_STR(hex_of("crc32", "", out), "00000000");
    EXPECT_STR(hex_of("sha1", "abc", out), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_STR(hex_of("sha256", "abc", out),
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

CASE(policy_checksum_of_other_names_is_unknown)
{
    char out[2 * CHECKSUM_BYTES_MAX];
    EXPECT_STR(hex_of("crc64nvme", "", out), "unknown");
    EXPECT_STR(hex_of("CRC32", "", out), "unknown");
    EXPECT_STR(hex_of("", "", out), "unknown");
    EXPECT_STR(hex_of("md5", "", out), "unknown");
}
