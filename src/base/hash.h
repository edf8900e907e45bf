/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4, by OpenSSL), and bytes as text: hex. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <lictor/base.h>

#define HASH_BYTES 32u

void hash_sha256(lic_str s, uint8_t out[HASH_BYTES]);
/* Lower-case hex, not terminated; out has 2 * n bytes. */
void hash_hex(const uint8_t *at, size_t n, char *out);
bool hash_unhex(lic_str hex, uint8_t *out,
                size_t out_n); /* false: not exactly out_n bytes of hex */

#endif
