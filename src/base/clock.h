/* SPDX-License-Identifier: Apache-2.0 */
/* Times as text: RFC 3339 in UTC, nanoseconds since 1970 inside. Pure; the host has the clock. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <lictor/base.h>

#define CLOCK_TEXT_BYTES 24u /* "2026-11-22T21:54:23.123Z" */

/* Milliseconds are kept, the rest is cut. Years 1970 to 9999. Not terminated. */
void clock_format(int64_t ns, char out[CLOCK_TEXT_BYTES]);
/* "2026-11-22", "...T10:00Z", "...T10:00:00Z", with fraction, with offset; or decimal epoch
 * seconds. */
bool clock_parse(lic_str s, int64_t *out_ns);

#endif
