/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls signed with AWS Signature Version 4: by a user's access key (AKIA…) or by the credentials
 * of a session (ASIA… and its token). The body is part of what is signed, so a call is read when
 * its head is there and checked when its body is.
 *
 *     head ─signed_read─► signed_call        head + body ─signed_check─► principal, and the body
 *                                                                        without aws-chunked
 */
#ifndef ENGINE_SIGNED_H
#define ENGINE_SIGNED_H

#include "engine/kept.h"
#include "policy/session.h"
#include "policy/sigv4.h"

struct signed_call {
    struct lic_head head; /* a copy: only its views live as long as the exchange */
    struct sigv4_claim claim;
    bool sts; /* the call is for STS itself */
};

/* Who signed. */
struct signed_by {
    const struct principal *principal;
    const struct session *session; /* NULL for a user's own key */
    struct kept_session *kept;     /* holds both; kept_release when they are no longer used */
    lic_str body;
};

/* What is checked, when and for whom. */
struct signed_ask {
    struct lic_worker *worker;
    struct lic_engine *engine;
    const struct signed_call *call;
    lic_str body;
    int64_t now_ns;
    struct arena *arena; /* of the exchange */
};

/* *out is NULL for a call that is not signed. Fails with *out_failure for one that is wrongly. */
enum lic_rc signed_read(const struct lic_head *head, bool sts, struct arena *arena,
                        const struct signed_call **out, enum failmode *out_failure,
                        struct lic_err *err) LIC_MUST_USE;

/* Whether the body is framed as aws-chunked. */
bool signed_is_chunked(const struct signed_call *call);

/*
 * Checks the signature, and that it is not used a second time where that is refused. What takes
 * time is the same for a key that exists and for one that does not.
 */
enum lic_rc signed_check(const struct signed_ask *ask, struct signed_by *out,
                         enum failmode *out_failure, struct lic_err *err) LIC_MUST_USE;

/* Forgets the worker's derived keys. */
void signed_fini(struct lic_worker *worker);

#endif
