/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions that a worker has opened lately, so that a client's second call does not pay for opening
 * its token and compiling its session policy again; and JWTs whose signature it has checked.
 *
 *     kept   set 0 | set 1 | ...        the digest of key id and token chooses a set of four
 *              └─ slot: digest, engine, session, principal, secret   in an arena of its own
 *
 * Invariants
 *   1. A slot is good for the engine it was made with only: roles and policies are that engine's.
 *   2. A slot that an exchange holds (users > 0) is neither emptied nor filled.
 *   3. Nothing here decides: expiry is looked at by who finds a slot, at every call.
 */
#ifndef ENGINE_KEPT_H
#define ENGINE_KEPT_H

#include "engine/engine.h"
#include "policy/session.h"

struct kept_session {
    uint8_t digest[32];
    struct lic_engine *engine; /* NULL: the slot is free */
    struct arena arena;        /* of everything that the session and the principal point to */
    struct session session;
    struct principal principal;
    char secret[SESSION_SECRET_BYTES];
    const struct federated *federated; /* federate.c's, of a JWT; then there is no session */
    uint32_t users;                    /* exchanges that hold it */
    uint64_t used_at;                  /* turn of the latest use */
};

struct kept;

/* Of an access key's id (empty for a JWT) and its token. */
void kept_digest(lic_str access_key, lic_str token, uint8_t out[32]);

/* The slot of this digest, held for the caller; or NULL. */
struct kept_session *kept_find(struct lic_worker *worker, const struct lic_engine *engine,
                               const uint8_t digest[32]);

/* An empty slot to be filled, held for the caller; NULL when there is no memory or all are held. */
struct kept_session *kept_take(struct lic_worker *worker, struct lic_engine *engine,
                               const uint8_t digest[32]);

/* Lets go; NULL is fine. kept_drop also empties a slot that could not be filled. */
void kept_release(struct kept_session *slot);
void kept_drop(struct kept_session *slot);

/* The end of a worker. */
void kept_fini(struct lic_worker *worker);

#endif
