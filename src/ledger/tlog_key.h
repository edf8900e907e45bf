/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519 (RFC 8032) and base 64 (RFC 4648 section 4, strictly), both by OpenSSL. */
#ifndef LEDGER_TLOG_KEY_H
#define LEDGER_TLOG_KEY_H

#include "base/buf.h"
#include <lictor/base.h>

#define TLOG_KEY_BYTES 32u /* of a seed and of a public key */
#define TLOG_SIGNATURE_BYTES 64u

enum lic_rc tlog_key_public(const uint8_t seed[TLOG_KEY_BYTES], uint8_t out[TLOG_KEY_BYTES],
                            struct lic_err *err) LIC_MUST_USE;
enum lic_rc tlog_key_sign(const uint8_t seed[TLOG_KEY_BYTES], lic_str message,
                          uint8_t out[TLOG_SIGNATURE_BYTES], struct lic_err *err) LIC_MUST_USE;
/* False: not the signature, or it could not be checked. */
bool tlog_key_verify(const uint8_t public_key[TLOG_KEY_BYTES], lic_str message, lic_str signature);
void tlog_key_wipe(void *at, size_t n);

void tlog_key_base64(struct buf *out, lic_str bytes);
/* `out` has room for text.n / 4 * 3. False: not base 64, or not in the one way to write it. */
bool tlog_key_unbase64(lic_str text, uint8_t *out, size_t *out_n);

#endif
