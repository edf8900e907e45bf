/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns as written, read into a tree.
 *
 * The grammar is the regular part of what people write (docs/DETECTION.md): literals, escapes,
 * classes, groups, alternation, counted repeats, \b, (?i). What cannot be matched in linear time
 * (back-references, lookaround) or has no bound is refused with the place and the reason.
 *
 * Leaves are sets of bytes, since UTF-8 is matched as bytes; a match is always a whole number of
 * characters because every leaf comes from one.
 *
 *     \bab?   CAT ─ BOUNDARY
 *                 ─ SET a
 *                 ─ REPEAT 0..1 ─ SET b
 */
#ifndef DETECT_PATTERN_H
#define DETECT_PATTERN_H

#include "base/buf.h"
#include "detect/charset.h"

struct arena;

#define PATTERN_UNBOUNDED UINT32_MAX
#define PATTERN_REPEAT_MAX 8192u  /* the largest count in {m,n} */
#define PATTERN_LOOP_COUNT 1024u  /* what * and + count as when lengths are reckoned */
#define PATTERN_LOOSE_COUNT 4u    /* wider counts than this are loops in what only has to be near */

enum pattern_type {
    PATTERN_EMPTY,
    PATTERN_SET,
    PATTERN_BOUNDARY,
    PATTERN_CAT,
    PATTERN_ALT,
    PATTERN_REPEAT
};

struct pattern_node {
    enum pattern_type type;
    struct byte_set set;         /* SET */
    uint32_t min, max;           /* REPEAT; max may be PATTERN_UNBOUNDED */
    uint32_t reckoned;           /* REPEAT without bound: what it counts as in lengths */
    struct pattern_node **at;    /* CAT, ALT, REPEAT (one) */
    uint32_t n, cap;
};

struct pattern {
    struct pattern_node *root;
    size_t shortest, longest; /* bytes of a match */
};

/*
 * Reads `text`. With `bounded`, `*`, `+` and `{m,}` are refused and so is a match that can be
 * longer than LIMIT_MATCH_BYTES; otherwise loops count as PATTERN_LOOP_COUNT and the longest match
 * is cut to that limit. err->offset is the byte of the pattern concerned.
 */
enum lic_rc pattern_read(struct arena *arena, lic_str text, bool bounded, struct pattern *out,
                         struct lic_err *err) LIC_MUST_USE;

/*
 * Expressions for a matcher of bytes that together match at least where this one does, and nearly
 * only there: without \b, and with repeats as runs of bytes. They are what the first pass looks
 * for; program.h is exact. There is one for each way of a pattern that is either this or that,
 * since the matcher bounds the length of one.
 */
uint32_t pattern_ways(const struct pattern *pattern);
void pattern_write_loose(const struct pattern *pattern, uint32_t way, struct buf *out);

#endif
