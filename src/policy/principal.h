/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a Principal or NotPrincipal element names, and how directly. */
#ifndef POLICY_PRINCIPAL_H
#define POLICY_PRINCIPAL_H

#include "policy/doc.h"
#include "policy/request.h"

/*
 * How an Allow names the caller, from weakest to strongest. The weakest only hands the decision to
 * the caller's own account. A role's ARN grants its sessions, within boundary and session policy.
 * Named directly, or as one of everybody, implicit denies of the caller's own policies do not bind.
 */
enum principal_grant { GRANT_NONE, GRANT_ACCOUNT, GRANT_LIMITED, GRANT_DIRECT, GRANT_N };

/*
 * GRANT_NONE: the statement is not about this caller. Without a Principal element it is about
 * everybody. `bounded`: the caller has a permissions boundary.
 */
enum principal_grant principal_named(const struct doc_statement *statement,
                                     const struct request_principal *caller, bool bounded);

#endif
