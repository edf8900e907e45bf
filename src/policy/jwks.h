/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Web Key Sets (RFC 7517): which public keys an issuer signs with, and checking with them. The
 * set itself is made by jwt_keys_read (jwt.h); here is what the tokens need of it.
 */
#ifndef POLICY_JWKS_H
#define POLICY_JWKS_H

#include "policy/jwt.h"

enum jwks_alg { JWKS_RS256, JWKS_ES256 };

bool jwks_alg_named(lic_str name, enum jwks_alg *out);

/*
 * Whether this signature over `text` was made with the key of this `kid` (empty: with the only key
 * of this algorithm). LIC_E_INVALID: it was not, or there is no such key.
 */
enum lic_rc jwks_verify(const struct jwt_keys *keys, enum jwks_alg alg, lic_str kid, lic_str text,
                        lic_str signature, struct lic_err *err) LIC_MUST_USE;

#endif
