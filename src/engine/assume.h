/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acting as a role: whether somebody may, the session that results, and who a session is.
 *
 *     who asks + what is asked ──assume_judge──► verdict
 *                              ──assume_session─► struct session ──session_seal─► credentials
 *     struct session (from a token, or just made) ──assume_principal──► struct principal
 *
 * Three ways lead here: AssumeRole (sts.c), a JWT, exchanged or presented (federate.c), and the
 * credentials that were given out (signed.c).
 */
#ifndef ENGINE_ASSUME_H
#define ENGINE_ASSUME_H

#include "dialect/sts.h"
#include "engine/config.h"
#include "engine/failmode.h"

struct assume {
    const struct config *config;
    const struct identity *role;
    bool web; /* sts:AssumeRoleWithWebIdentity, else sts:AssumeRole */

    /* Who asks. */
    const struct principal *caller;       /* of a JWT: made by federate.c, without an identity */
    const struct session *caller_session; /* NULL: no session, or none of STS */

    /* What is asked. */
    const struct sts_request *request;
    const struct event_extra *claims; /* of a JWT, as condition keys */
    uint32_t claims_n;

    /* What comes of it: assume_prepare. */
    struct str_list tag_keys, tag_values; /* inherited ones first */
    struct str_list transitive_keys;
    lic_str source_identity;
    const struct policy_doc *policy; /* session policy, or NULL */
};

/* The role by its ARN, or NULL when there is none with a trust policy. */
const struct identity *assume_role(const struct config *config, lic_str arn);

/* Merges what is asked with what the caller's session hands down; checks tags and policies. Needs
 * no role. A fault (dialect/sts.h) is LIC_E_INVALID. */
enum lic_rc assume_prepare(struct assume *assume, struct arena *arena,
                           struct lic_err *err) LIC_MUST_USE;

/* Puts what is asked into an event: action, resource, condition keys, what the record says. */
enum lic_rc assume_describe(const struct assume *assume, struct event *event, struct arena *arena,
                            struct lic_err *err) LIC_MUST_USE;

/* Asks policy about a described event: the role, and then its tags and its source identity. The
 * event's action becomes the one that was refused. */
enum lic_rc assume_judge(const struct assume *assume, struct event *event, struct arena *arena,
                         struct verdict *out, struct lic_err *err) LIC_MUST_USE;

/* When credentials given out now are issued: the whole second, since that is what clients read. */
int64_t assume_issued_ns(int64_t now_ns);

/* The session, from `now_ns` on; LIC_E_INVALID is a fault: it would be too long. Views of `assume`
 * and the arena. */
enum lic_rc assume_session(const struct assume *assume, int64_t now_ns, struct arena *arena,
                           struct session *out, struct lic_err *err) LIC_MUST_USE;

/*
 * Who a session is, today: its role may be gone or revoked since (LIC_E_INVALID, *out_failure says
 * which). `access_key` is empty for a JWT presented directly.
 */
enum lic_rc assume_principal(const struct config *config, const struct session *session,
                             lic_str access_key, struct arena *arena, struct principal *out,
                             enum failmode *out_failure, struct lic_err *err) LIC_MUST_USE;

/* arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION, and AROA…:SESSION. */
enum lic_rc assume_names(const struct config *config, const struct identity *role,
                         lic_str session_name, struct arena *arena, lic_str *out_arn,
                         lic_str *out_id, struct lic_err *err) LIC_MUST_USE;

#endif
