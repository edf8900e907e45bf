/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lictor's read side: what a host does to look at what was recorded. It never links into the data
 * plane's decisions and needs no engine.
 */
#ifndef LICTOR_READ_H
#define LICTOR_READ_H

#include <lictor/base.h>

/*
 * Writes one record (a line of JSON from the ledger) as a line a person reads at 3 a.m.:
 * time, kind, principal, action, model, decision, findings, latency. Terminated; returns length.
 * A line that is not a record is LIC_E_SYNTAX.
 */
LIC_PUBLIC enum lic_rc lic_record_line(lic_str record, char *out, size_t out_bytes, size_t *out_n,
                                       struct lic_err *err) LIC_MUST_USE;

#endif
