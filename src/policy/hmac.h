/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HMAC-SHA256 (RFC 2104) and HKDF-SHA256 (RFC 5869).
 *
 *     key ─hmac_key─► struct hmac_key      the two hash states after the padded key: what a key
 *                        │                 costs is paid once, a message costs only its own blocks
 *                        └─hmac_of─► 32 bytes
 *
 * A hmac_key is a secret of the same worth as the key: hmac_wipe when its lifetime ends.
 */
#ifndef POLICY_HMAC_H
#define POLICY_HMAC_H

#include <lictor/base.h>

#define HMAC_BYTES 32u

/* Caller-allocated, no pointers; may be copied. */
struct hmac_key {
    uint32_t inner[8], outer[8];
};

void hmac_key(struct hmac_key *out, lic_str key);
void hmac_of(const struct hmac_key *key, lic_str message, uint8_t out[HMAC_BYTES]);

/* out_n: 1 to 32, which is one block and all that is needed here. */
void hmac_hkdf(lic_str secret, lic_str salt, lic_str info, uint8_t *out, size_t out_n);

/* Zeroes in a way that no compiler leaves out. */
void hmac_wipe(void *at, size_t n);

#endif
