/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gateway as an AWS STS endpoint: AssumeRole, AssumeRoleWithWebIdentity, GetCallerIdentity,
 * GetSessionToken. Credentials leave only once the record of their issue is as durable as the
 * ledger promises.
 *
 *     form ─sts_call─► ANSWER (refused; GetCallerIdentity)
 *                  └─► WAIT ─sts_appended─► ANSWER (credentials)
 */
#ifndef ENGINE_STS_H
#define ENGINE_STS_H

#include "engine/exchange.h"

/* `form`: the body, or the query of a GET. The caller is x->principal; NULL for nobody. */
void sts_call(struct lic_exchange *x, lic_str form, struct lic_step *out);

/* The record of credentials is durable (LIC_OK) or is not. */
void sts_appended(struct lic_exchange *x, enum lic_rc rc, const struct lic_err *err,
                  struct lic_step *out);

#endif
