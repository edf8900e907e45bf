/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merges resources that differ only in ids into patterns.
 *
 *     arn:aws:s3:::shop/orders/id-1001.json ─┐
 *     arn:aws:s3:::shop/orders/id-1002.json ─┼─► arn:aws:s3:::shop/orders/id-*.json   "numbers"
 *     arn:aws:s3:::shop/orders/id-1003.json ─┘
 *
 * Ids are UUIDs, numbers, dates, hexadecimal and random names. Never merged: service, region,
 * account, bucket, the type of a resource, a name that is nothing but an id (all keys of KMS would
 * be one), and the names of models and tools, whose numbers are versions.
 *
 * In a pattern the wildcards are MATCH_ANY and MATCH_ONE (match.h), so that an asterisk in the name
 * of an object stays one.
 */
#ifndef ADVISE_TIGHTEN_RESOURCE_H
#define ADVISE_TIGHTEN_RESOURCE_H

#include <lictor/base.h>

struct arena;

struct tighten_resource_options {
    uint32_t examples_min; /* different ids that make a pattern */
    uint32_t names_max;    /* more names than this under one path become the path and '*' */
};

struct tighten_pattern {
    lic_str text;
    lic_str example;      /* one of the resources */
    const char *why;      /* what differed: "numbers"; NULL: the resource itself */
    uint32_t resources_n; /* how many it stands for */
};

struct tighten_patterns {
    struct tighten_pattern *at;
    uint32_t n, cap;
};

/* The text with what no policy can hold replaced by MATCH_ONE; `wild`: '*' and '?' are wildcards.
 */
enum lic_rc tighten_resource_take(struct arena *arena, lic_str resource, bool wild, lic_str *out,
                                  struct lic_err *err) LIC_MUST_USE;

/* `resources` are distinct, made by tighten_resource_take. `scratch` may be reset afterwards. */
enum lic_rc tighten_resource_merge(const lic_str *resources, uint32_t n,
                                   const struct tighten_resource_options *options,
                                   struct arena *arena, struct arena *scratch,
                                   struct tighten_patterns *out, struct lic_err *err) LIC_MUST_USE;

/* Whatever `inner` matches `outer` matches, too; false when in doubt. Both with match.h's bytes. */
bool tighten_resource_covers(lic_str outer, lic_str inner);

/* As a policy writes it: "*", "?", and ${*}, ${?}, ${$} for what stands for itself. */
struct buf;
void tighten_resource_write(struct buf *out, lic_str pattern);

#endif
