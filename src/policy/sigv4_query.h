/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request target as SigV4 sees it: a path, and query parameters in canonical form (every byte
 * that is not a letter, a digit or one of "-._~" as %XX with upper-case digits).
 */
#ifndef POLICY_SIGV4_QUERY_H
#define POLICY_SIGV4_QUERY_H

#include "base/str.h"

struct arena;
struct buf;

struct sigv4_param {
    lic_str name, value; /* canonical */
};
struct sigv4_params {
    struct sigv4_param *at;
    uint32_t n, cap;
};

/* Whether two header names are one; nearly all that are not differ in length or in the last letter,
 * and a head has hundreds of pairs to compare. */
static inline bool sigv4_same_name(lic_str a, lic_str b)
{
    return a.n == b.n && (a.n == 0 || ((a.at[a.n - 1] ^ b.at[b.n - 1]) & ~0x20) == 0) &&
           str_eq_nocase(a, b);
}

/* "/path?query" in two, without the '?'. LIC_E_INVALID: no path, too long, control characters, a
 * fragment. */
enum lic_rc sigv4_target_split(lic_str target, lic_str *out_path, lic_str *out_query,
                               struct lic_err *err) LIC_MUST_USE;

/*
 * The parameters in the order sent. Names and values are decoded and encoded again, so that one
 * meaning has one spelling; '+' is a space, as in a form. LIC_E_INVALID: a '%' without two hex
 * digits.
 */
enum lic_rc sigv4_query_read(lic_str query, struct arena *arena, struct sigv4_params *out,
                             struct lic_err *err) LIC_MUST_USE;

/* By name, then by value, in byte order. */
void sigv4_query_sort(struct sigv4_params *params);

/* A canonical value decoded: a view when there is nothing to decode, else in the arena. */
enum lic_rc sigv4_query_decode(lic_str value, struct arena *arena, lic_str *out,
                               struct lic_err *err) LIC_MUST_USE;

/*
 * Appends the canonical path. Normalised (every service but s3): without empty, "." and ".."
 * segments, and encoded once more, so that "%" becomes "%25". Not normalised: as sent, only what
 * should have been encoded is.
 */
void sigv4_path_write(lic_str path, bool normalize, struct buf *out);

#endif
