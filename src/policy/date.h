/* SPDX-License-Identifier: Apache-2.0 */
/* Dates of policies and requests, in every form of ISO 8601 that AWS takes. */
#ifndef POLICY_DATE_H
#define POLICY_DATE_H

#include <lictor/base.h>

/*
 * "2026", "2026-01", "2026-01-31", "2026-01-31T12:00", "...:00Z", "...:00.5+01:00", and whole
 * seconds since 1970 (any number of at least five digits, or with a sign). Without a zone it is
 * UTC. Moments that nanoseconds in 64 bits cannot hold become the first or the last one.
 */
bool date_parse(lic_str text, int64_t *out_ns);

#endif
