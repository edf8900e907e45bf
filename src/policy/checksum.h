/* SPDX-License-Identifier: Apache-2.0 */
/* The checksums that S3's clients send behind a body (x-amz-checksum-NAME), big-endian. They find
 * damage, not attacks: only where a signature covers them do they say more. */
#ifndef POLICY_CHECKSUM_H
#define POLICY_CHECKSUM_H

#include "base/str.h"

#define CHECKSUM_BYTES_MAX 32u

enum checksum { CHECKSUM_CRC32, CHECKSUM_CRC32C, CHECKSUM_SHA1, CHECKSUM_SHA256 };

/* "crc32", "crc32c", "sha1", "sha256". False: none of them. */
bool checksum_named(lic_str name, enum checksum *out);

/* Returns how many bytes it wrote. */
size_t checksum_of(enum checksum kind, lic_str bytes, uint8_t out[CHECKSUM_BYTES_MAX]);

#endif
