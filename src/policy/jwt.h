/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Web Tokens of OpenID Connect providers (RFC 7515, 7517, 7519; OpenID Connect Core 1.0,
 * section 3.1.3.7): compact form, RS256 and ES256 only. "none", HMAC and every other algorithm are
 * refused, as are a key whose type or `alg` is not the header's, RSA below 2,048 bits, `crit`,
 * embedded keys (jwk, jku, x5u are ignored), repeated claims and tokens over 16 KiB.
 */
#ifndef POLICY_JWT_H
#define POLICY_JWT_H

#include "event/event.h"

struct jwt_keys; /* public keys of one issuer by `kid` */

/* Reads a JWKS. Keys of other uses or types are left out; none left is LIC_E_MISSING. The keys
 * hold OpenSSL objects: release with jwt_keys_free. */
enum lic_rc jwt_keys_read(const struct lic_host *host, lic_str jwks, struct jwt_keys **out,
                          struct lic_err *err) LIC_MUST_USE;
void jwt_keys_free(struct jwt_keys *keys); /* NULL is fine */

struct jwt {
    lic_str issuer, subject, azp;
    struct str_list audiences;
    int64_t issued_ns, expires_ns, not_before_ns; /* EVENT_INT_NONE: absent */
    struct event_extra *claims; /* every string, number, boolean and list of those; key = name */
    uint32_t claims_n;
};

/* The issuer that an unchecked token names, to find its keys. */
enum lic_rc jwt_issuer(lic_str token, struct arena *arena, lic_str *out,
                       struct lic_err *err) LIC_MUST_USE;

/* Whether a bearer credential has a JWT's form at all: three base64url parts, header an object. */
bool jwt_looks_like(lic_str token);

/* Checks signature, exp (required), nbf, iat with `leeway_s`, issuer and that one audience (or
 * azp) is listed. LIC_E_INVALID with the reason. */
enum lic_rc jwt_check(lic_str token, const struct jwt_keys *keys, lic_str issuer,
                      const struct str_list *audiences, int64_t now_ns, uint32_t leeway_s,
                      struct arena *arena, struct jwt *out, struct lic_err *err) LIC_MUST_USE;

#endif
