/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens of OpenID Connect providers: exchanged for credentials (AssumeRoleWithWebIdentity), or
 * presented directly as a bearer key, which acts as a session of the provider's `bearer_role`.
 */
#ifndef ENGINE_FEDERATE_H
#define ENGINE_FEDERATE_H

#include "engine/assume.h"
#include "engine/kept.h"
#include "policy/jwt.h"

/* A token that was checked, as somebody who asks for a role. */
struct federated {
    const struct identity_provider *provider;
    struct jwt jwt;
    struct principal caller;    /* ARN of the provider; no documents of its own */
    struct event_extra *claims; /* "HOST/PATH:aud" ... as condition keys */
    uint32_t claims_n;
    lic_str source_identity; /* of AWS's own claim for it; empty: none */
};

/* Checks a token of any configured provider. A fault (dialect/sts.h) is LIC_E_INVALID. */
enum lic_rc federate_check(const struct config *config, lic_str token, int64_t now_ns,
                           struct arena *arena, struct federated *out,
                           struct lic_err *err) LIC_MUST_USE;

/* The JWT of an `Authorization: Bearer` header; at == NULL: there is none. */
lic_str federate_token(const struct lic_head *head);

struct federate_ask {
    struct lic_worker *worker;
    struct lic_engine *engine;
    const struct event *event; /* the call's: address, time, TLS ... */
    lic_str token;
    int64_t now_ns;
};

/* Who presents a token as a bearer key; what `kept` holds (or NULL) is to be released later. */
struct federate_by {
    struct principal principal;
    struct kept_session *kept;
};

/* LIC_E_INVALID: nobody; *out_failure says why. */
enum lic_rc federate_bearer(const struct federate_ask *ask, struct arena *arena,
                            struct federate_by *out, enum failmode *out_failure,
                            struct lic_err *err) LIC_MUST_USE;

#endif
