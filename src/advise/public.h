/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What "public" means of a resource's policy: it allows something to somebody whom nothing in it
 * singles out. Strangers are callers without credentials and callers of an account that the policy
 * does not name; a stranger brings none of the values by which the policy pins down who calls or
 * from where (docs/PROVE.md lists the keys and what counts as pinned down).
 */
#ifndef ADVISE_PUBLIC_H
#define ADVISE_PUBLIC_H

#include "advise/callers.h"

/* The requests of strangers as one Allow, and the strangers. LIC_E_NOMEM, LIC_E_LIMIT. */
enum lic_rc public_requests(const struct policy_doc *const *docs, uint32_t n, struct arena *arena,
                            const struct policy_doc **out_within, struct callers *out_callers,
                            struct lic_err *err) LIC_MUST_USE;

#endif
