/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Session credentials without a store: the token that AssumeRole gives is sealed, so any node with
 * the same sealing keys can open it, and the secret key is derived from the key id, so no node
 * remembers it.
 *
 *     sealing key (32 bytes, one or more, newest first; config `sessions.keys`)
 *        ├─ HKDF "lictor session seal"    AES-256-GCM key of tokens
 *        └─ HKDF "lictor session secret"  HMAC key: secret = base64(HMAC-SHA256(access key
 * id))[:40]
 *
 *     token = base64url( version 1 | key number 4 | nonce 12 | ciphertext | tag 16 ),
 *             access key id as additional data: a token opens only with the id it was given with.
 */
#ifndef POLICY_SESSION_H
#define POLICY_SESSION_H

#include "event/event.h"

struct session_key {
    uint8_t bytes[32];
};
struct session_keys {
    const struct session_key *at; /* the first seals, all open */
    uint32_t n;
};

enum session_kind { SESSION_ROLE, SESSION_WEB_IDENTITY, SESSION_USER /* GetSessionToken */ };

/* What a token says. All texts views of the arena it was opened into. */
struct session {
    enum session_kind kind;
    lic_str role_arn; /* of the role; of the user for SESSION_USER */
    lic_str session_name;
    int64_t issued_ns, expires_ns;
    lic_str source_identity;
    bool mfa;
    struct str_list chain;                /* ARNs, oldest first, without this session's own */
    struct str_list tag_keys, tag_values; /* effective session tags, role's own not included */
    struct str_list transitive_keys;
    lic_str policy;                               /* session policy document, or empty */
    struct str_list policy_arns;                  /* managed session policies, at most 10 */
    struct str_list context_keys, context_values; /* further condition keys: federation claims */
};

#define SESSION_ACCESS_KEY_BYTES 20u /* "ASIA" and 16 base32 characters */
#define SESSION_SECRET_BYTES 40u
#define SESSION_TOKEN_BYTES_MAX 8192u

struct session_credentials {
    lic_str access_key, secret, token;
};

/* Makes credentials for a session; randomness from the host. LIC_E_LIMIT: the token would be
 * longer than SESSION_TOKEN_BYTES_MAX (AWS: PackedPolicyTooLarge). */
enum lic_rc session_seal(const struct session_keys *keys, const struct lic_host *host,
                         const struct session *session, struct arena *arena,
                         struct session_credentials *out, struct lic_err *err) LIC_MUST_USE;

/* Opens a token for this access key id. LIC_E_INVALID: not ours, altered, of another id, expired
 * (said in words). */
enum lic_rc session_open(const struct session_keys *keys, lic_str access_key, lic_str token,
                         int64_t now_ns, struct arena *arena, struct session *out,
                         struct lic_err *err) LIC_MUST_USE;

/* The secret that belongs to a session's access key id under the key that sealed the token. */
enum lic_rc session_secret(const struct session_keys *keys, lic_str access_key, lic_str token,
                           char out[SESSION_SECRET_BYTES], struct lic_err *err) LIC_MUST_USE;

/* How much of SESSION_TOKEN_BYTES_MAX is used, in percent: PackedPolicySize. */
uint32_t session_packed_percent(const struct session_credentials *credentials);

#endif
