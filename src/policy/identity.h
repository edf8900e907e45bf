/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who exists and who is calling.
 *
 *     identity_table   users, roles, keys and providers of principals.yaml; immutable
 *     principal        who a call acts as: a user itself, or a session of a role
 *
 *     bearer key ─────────────► user (or the role it acts as) ─┐
 *     SigV4 access key AKIA… ─► user                           ├─► struct principal ─► policy_stack
 *     SigV4 ASIA… + token ────► session.h ─► role              │
 *     JWT of a known issuer ──► jwt.h ─► role of the provider ─┘
 *
 * Bearer keys are kept as SHA-256 only and looked up by digest, so neither the table nor a log of
 * it gives a key away, and the time taken says nothing about its bytes.
 */
#ifndef POLICY_IDENTITY_H
#define POLICY_IDENTITY_H

#include "base/map.h"
#include "policy/policy.h"

/* A user or a role with everything attached to it. */
struct identity {
    lic_str name, path, arn,
        id; /* id: AIDA… or AROA…, derived from the ARN so that every node agrees */
    bool is_role;
    const struct policy_doc *const *docs; /* managed, inline and group documents */
    uint32_t docs_n;
    struct policy_stack stack; /* identity, boundary, scp, rcp; never resource or session */
    const struct policy_doc *boundary_doc; /* or NULL */
    const struct event_extra *tags;        /* aws:PrincipalTag/KEY */
    uint32_t tags_n;
    /* Roles only. */
    const struct policy_doc *trust_doc; /* NULL: only configured users act as it */
    const struct policy_index *trust;
    uint32_t session_max_s;    /* MaxSessionDuration; 3,600 unless said otherwise */
    int64_t revoked_before_ns; /* sessions issued before are refused; 0: none */
    bool service_linked;
};

/* Who a call acts as. Static ones live in the engine's arena, sessions in the exchange's. */
struct principal {
    lic_str name; /* "alice", or the session's name */
    lic_str arn;  /* arn:aws:iam::ACCOUNT:user/alice, or arn:aws:sts::ACCOUNT:assumed-role/… */
    lic_str role_arn;                /* empty when it acts as itself */
    lic_str type;                    /* "User", "AssumedRole" or "Account" */
    lic_str user_id;                 /* aws:userid: AIDA…, or AROA…:session */
    lic_str agent;                   /* agents/NAME.yaml this principal acts through; empty: none */
    lic_str access_key;              /* id it signed with; empty for bearer keys */
    const struct identity *identity; /* of the user, or of the role when it has one */
    const struct policy_index *session_policy; /* NULL: none */
    const struct event_extra *extras; /* aws:PrincipalTag/…, claims of a federated session … */
    uint32_t extras_n;
    lic_str source_identity; /* sts:SourceIdentity of the first session; empty: none */
    int64_t issued_ns;       /* of a session's credentials; 0: no session */
    int8_t mfa;              /* of a session; EVENT_FLAG_NONE: not known */
    struct str_list chain;   /* ARNs from who first signed in to this one, with it; field `chain` */
};

struct access_key {
    lic_str id; /* AKIA + 16 */
    lic_str secret;
    struct principal *principal;
};

/* An issuer of JWTs that roles may trust. */
struct jwt_keys;
struct identity_provider {
    lic_str arn;    /* arn:aws:iam::ACCOUNT:oidc-provider/HOST/PATH */
    lic_str issuer; /* "https://HOST/PATH" */
    struct str_list audiences;
    lic_str jwks_url; /* empty: the keys are a file of the operator's */
    lic_str
        jwks_path; /* that file, or where what was fetched last is: STATE/jwks/SHA256-OF-URL.json */
    struct jwt_keys
        *keys; /* read at load by engine.c; NULL: not fetched yet, so nobody is let in */
    lic_str bearer_role_arn; /* role of a JWT presented directly as a bearer token; or empty */
};

struct identity_table {
    struct map by_digest;     /* 32 raw bytes -> struct principal */
    struct map by_access_key; /* "AKIA…" -> struct access_key */
    struct map roles_by_arn;  /* -> struct identity */
    struct map users_by_arn;
    struct map providers_by_issuer; /* -> struct identity_provider */
    struct map policies_by_arn;     /* "arn:aws:iam::ACCOUNT:policy/NAME" -> struct policy_doc */
};

/* Empty; names are hashed with `seed`. */
void identity_table_init(struct identity_table *table, struct arena *arena, uint64_t seed);

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

/* An access key by its id, or NULL; a role, user, provider or managed policy likewise. */
const struct access_key *identity_access_key(const struct identity_table *table, lic_str id);
const struct identity *identity_role(const struct identity_table *table, lic_str arn);
const struct identity *identity_user(const struct identity_table *table, lic_str arn);
const struct identity_provider *identity_provider(const struct identity_table *table,
                                                  lic_str issuer);
const struct policy_doc *identity_policy(const struct identity_table *table, lic_str arn);

/* Adds a key by the hex of its SHA-256 (64 digits). LIC_E_DUPLICATE, LIC_E_SYNTAX. */
enum lic_rc identity_add(struct identity_table *table, struct arena *arena, lic_str sha256_hex,
                         struct principal *principal, struct lic_err *err) LIC_MUST_USE;

/* The unique id AWS would give: "AIDA" or "AROA" and 16 base32 characters of the ARN's SHA-256. */
enum lic_rc identity_unique_id(struct arena *arena, bool is_role, lic_str arn, lic_str *out,
                               struct lic_err *err) LIC_MUST_USE;

#endif
