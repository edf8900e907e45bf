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
#define PATTERN_REPEAT_MAX 8192u /* the largest count in {m,n} */
#define PATTERN_LOOP_COUNT 1024u /* what * and + count as when lengths are reckoned */
#define PATTERN_LOOSE_COUNT 4u   /* wider counts than this are loops in what only has to be near */

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
    struct byte_set set;      /* SET */
    uint32_t min, max;        /* REPEAT; max may be PATTERN_UNBOUNDED */
    uint32_t reckoned;        /* REPEAT without bound: what it counts as in lengths */
    struct pattern_node **at; /* CAT, ALT, REPEAT (one) */
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

/* Bytes that part of a pattern takes, at most and at least. */
size_t pattern_longest(const struct pattern_node *node);
size_t pattern_shortest(const struct pattern_node *node);

/*
 * One way a pattern can match, and how a first pass gets to see it. A way that begins with \b and
 * a letter or digit is tried where words begin. Of any other, a stretch is looked for everywhere:
 * the one that is rarest in ordinary text; an e-mail address is found by its '@'.
 */
struct pattern_way {
    struct pattern_node *whole;
    bool word;                 /* begins where a word does */
    struct pattern_node *head; /* else: from the beginning to the end of the stretch */
    uint32_t skipped;          /* children of the head that lie before the stretch */
    size_t longest;            /* bytes of the head */
};
struct pattern_ways {
    struct pattern_way *at;
    uint32_t n, cap;
};

/* Adds the bytes a match may begin with. */
void pattern_first_bytes(const struct pattern_node *node, struct byte_set *out);

/* All ways of a pattern: every match begins as one of them does. */
enum lic_rc pattern_find_ways(struct arena *arena, const struct pattern *pattern,
                              struct pattern_ways *out, struct lic_err *err) LIC_MUST_USE;

/*
 * Writes an expression for a matcher of bytes that matches at least where the stretch does, and
 * nearly only there: without \b, and with repeats as runs of bytes. Not for ways that begin a word.
 */
void pattern_write_loose(const struct pattern_way *way, struct buf *out);

#endif
