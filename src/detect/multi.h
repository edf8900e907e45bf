/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many expressions at once over a text in one pass: where could something end? Vectorscan does it;
 * multi.c is the one file that names it. What it finds is then looked at closely (program.h).
 *
 * Vectorscan takes its memory from malloc while compiling and while scratch is made; a scan takes
 * none.
 */
#ifndef DETECT_MULTI_H
#define DETECT_MULTI_H

#include <lictor/base.h>

struct arena;
struct multi;
struct multi_scratch;

/* One expression (bytes, not characters; as pattern_write_loose writes it) or one literal. */
struct multi_item {
    const char *text; /* terminated */
    size_t bytes;
    uint32_t id; /* given to the callback */
};

/*
 * Compiles all items; literals match in any ASCII case. On failure *out_bad is the index of the
 * item concerned, or n when it is none in particular. `scratch` is for the call only.
 */
enum lic_rc multi_new(struct arena *scratch, const struct multi_item *items, uint32_t n,
                      bool literals, struct multi **out, uint32_t *out_bad,
                      struct lic_err *err) LIC_MUST_USE;
void multi_free(struct multi *multi); /* NULL is fine */

/* Zeroed is an empty scratch; preparing for another set only grows it. */
enum lic_rc multi_prepare(const struct multi *multi, struct multi_scratch **scratch,
                          struct lic_err *err) LIC_MUST_USE;
void multi_scratch_free(struct multi_scratch *scratch); /* NULL is fine */

/* Each end of a match, ends in order; false from `each` stops the scan, which then still is LIC_OK.
 */
enum lic_rc multi_scan(const struct multi *multi, struct multi_scratch *scratch, lic_str text,
                       bool (*each)(void *arg, uint32_t id, size_t end), void *arg,
                       struct lic_err *err) LIC_MUST_USE;

#endif
