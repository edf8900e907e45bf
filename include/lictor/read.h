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
LIC_PUBLIC enum lic_rc lic_record_line(const struct lic_host *host, lic_str record, char *out,
                                       size_t out_bytes, size_t *out_n,
                                       struct lic_err *err) LIC_MUST_USE;

/*
 * Which records are wanted. An empty text asks for nothing. `principal` is an ARN or the name at
 * its end ("alice"); the others are compared whole.
 */
struct lic_record_filter {
    int64_t since_ns, until_ns; /* of the record's time; INT64_MIN and INT64_MAX: any */
    lic_str principal, agent, session, model, decision, kind, record, trace;
};

/*
 * Reads one record: when its exchange began and whether the filter wants it. A line that is not a
 * record is LIC_E_SYNTAX. Memory comes from host->resize and is given back.
 */
LIC_PUBLIC enum lic_rc lic_record_pick(const struct lic_host *host, lic_str record,
                                       const struct lic_record_filter *filter, int64_t *out_time_ns,
                                       bool *out_wanted, struct lic_err *err) LIC_MUST_USE;

/* A time as people write it: "2026-11-22", "2026-11-22T10:00:00Z", epoch seconds. False: none. */
LIC_PUBLIC bool lic_time_read(lic_str s, int64_t *out_ns);

#endif
