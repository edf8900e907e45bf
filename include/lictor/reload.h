/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate of a reload: what a new configuration lets anybody do that the one in force did not.
 *
 *     in force ──lic_engine_access──► approved.json (kept by the host)
 *                                          │
 *     new engine ──────────────────────────┴─lic_engine_gate──► go on, with or without a record
 *                                                            └─► refused: it wants a signature
 *
 * What is compared are the policies that judge each user and role, their boundaries, trust
 * policies, the organization's and the resources' policies. `reload.new_access` of lictor.yaml says
 * what follows. What could not be proven to give nothing new counts as new.
 */
#ifndef LICTOR_RELOAD_H
#define LICTOR_RELOAD_H

#include <lictor/lictor.h>

struct lic_gate {
    lic_str approved;  /* of the configuration that was last let through; empty: there was none */
    lic_str signature; /* DIR/reload.sig; empty: there is none */
};

/*
 * LIC_OK: may be put in force. LIC_E_INVALID: may not, and *err says what to sign. Each new access
 * is told by `tell` (NULL is fine). *out_record is the line for the ledger, when there is something
 * to record, whichever way it went (into memory from host->resize; release with resize(at, 0)).
 */
LIC_PUBLIC enum lic_rc lic_engine_gate(const struct lic_engine *engine, const struct lic_gate *gate,
                                       lic_report_fn *tell, void *tell_arg, lic_str *out_record,
                                       struct lic_err *err) LIC_MUST_USE;

/* What to keep as `approved` once this engine is in force (memory as above). */
LIC_PUBLIC enum lic_rc lic_engine_access(const struct lic_engine *engine, lic_str *out_json,
                                         struct lic_err *err) LIC_MUST_USE;

#endif
