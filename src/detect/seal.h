/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AES-SIV (RFC 5297) and HMAC-SHA256: what tokens and keyed hashes are made of.
 *
 *     sealed = SIV 16 │ ciphertext      the SIV is a MAC over every header and the plain text, and
 *                                       the counter of the encryption: the same input gives the
 *                                       same bytes, and nothing else can be altered into them
 */
#ifndef DETECT_SEAL_H
#define DETECT_SEAL_H

#include <lictor/base.h>

#define SEAL_SIV_BYTES 16u
#define SEAL_MAC_BYTES 32u

/* Key of 32, 48 or 64 bytes (AES-128, -192, -256 twice) and what is authenticated beside. */
struct seal {
    lic_str key;
    const lic_str *headers;
    uint32_t headers_n; /* at most 126 (RFC 5297, 7) */
};

/* out has plain.n + SEAL_SIV_BYTES bytes. LIC_E_NOMEM, or LIC_E_INVALID for a key's length. */
enum lic_rc seal_make(const struct seal *seal, lic_str plain, uint8_t *out,
                      struct lic_err *err) LIC_MUST_USE;
/* out has sealed.n - SEAL_SIV_BYTES bytes. LIC_E_INVALID: not sealed so; out is wiped then. */
enum lic_rc seal_open(const struct seal *seal, lic_str sealed, uint8_t *out,
                      struct lic_err *err) LIC_MUST_USE;

enum lic_rc seal_mac(lic_str key, lic_str message, uint8_t out[SEAL_MAC_BYTES],
                     struct lic_err *err) LIC_MUST_USE;

/* Zeroes in a way that no compiler leaves out. */
void seal_wipe(void *at, size_t n);

#endif
