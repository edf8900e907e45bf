/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is calling: bearer keys, kept as SHA-256 only. A key is looked up by its digest, so neither
 * the table nor a log of it gives a key away, and the time taken says nothing about its bytes.
 */
#ifndef POLICY_IDENTITY_H
#define POLICY_IDENTITY_H

#include "base/map.h"
#include "policy/policy.h"

struct principal {
    lic_str name;     /* "alice" */
    lic_str arn;      /* arn:aws:iam::ACCOUNT:user/alice, or the assumed role's */
    lic_str role_arn; /* empty when it acts as itself */
    lic_str type;     /* "User" or "AssumedRole" */
    lic_str agent;    /* agents/NAME.yaml this principal acts through; empty: none */
    const struct policy_doc *const *docs; /* of itself or, when it has one, of its role */
    uint32_t docs_n;
    const struct event_extra *tags; /* aws:PrincipalTag/KEY */
    uint32_t tags_n;
};

struct identity_table {
    struct map by_digest; /* 32 raw bytes -> struct principal */
};

/*
 * The key presented by a request: "Authorization: Bearer KEY" or "x-api-key: KEY". None:
 * LIC_E_MISSING. A header given twice, two different keys, another scheme, a key that is too long
 * or has bytes outside visible ASCII: LIC_E_INVALID.
 */
struct lic_header;
enum lic_rc identity_key(const struct lic_header *headers, uint32_t n, lic_str *out,
                         struct lic_err *err) LIC_MUST_USE;

/* The principal of this key, or NULL. */
const struct principal *identity_find(const struct identity_table *table, lic_str key);

/* Adds a key by the hex of its SHA-256 (64 digits). LIC_E_DUPLICATE, LIC_E_SYNTAX. */
enum lic_rc identity_add(struct identity_table *table, struct arena *arena, lic_str sha256_hex,
                         struct principal *principal, struct lic_err *err) LIC_MUST_USE;

#endif
