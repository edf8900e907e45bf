/* SPDX-License-Identifier: Apache-2.0 */
/* Text as a view. Nothing here allocates but str_copy and str_copy_z, which take an arena. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <lictor/base.h>
#include <string.h>

struct arena;

static inline lic_str str_make(const char *at, size_t n)
{
    return (lic_str){ at, n };
}

static inline lic_str str_z(const char *terminated)
{
    return (lic_str){ terminated, terminated ? strlen(terminated) : 0 };
}

static inline bool str_eq(lic_str a, lic_str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n) == 0);
}

/* The first `n` bytes, the rest from `from`, bytes [from, to). Out of range is clamped. */
lic_str str_head(lic_str s, size_t n);
lic_str str_tail(lic_str s, size_t from);
lic_str str_slice(lic_str s, size_t from, size_t to);

bool str_eq_nocase(lic_str a, lic_str b); /* ASCII case only */
int str_cmp(lic_str a, lic_str b);        /* byte order, shorter first */
bool str_starts(lic_str s, lic_str prefix);
bool str_ends(lic_str s, lic_str suffix);
/* Index of the first `c` or of `needle`, or s.n when there is none. */
size_t str_find_char(lic_str s, char c);
size_t str_find(lic_str s, lic_str needle);
/* Without ASCII blanks (space, tab, CR, LF) at both ends. */
lic_str str_trim(lic_str s);
/* Takes the text up to `sep` (or all) out of *rest and moves *rest past it. */
lic_str str_split(lic_str *rest, char sep);

/* Copies into the arena; str_copy_z's result is also terminated. NULL `at` when out of memory. */
lic_str str_copy(struct arena *arena, lic_str s);
const char *str_copy_z(struct arena *arena, lic_str s);

/* Whole text as a decimal number without sign, blanks or leading '+'. False: it is not one. */
bool str_u64(lic_str s, uint64_t *out);
bool str_i64(lic_str s, int64_t *out);
/* JSON's number grammar, any length, correctly rounded; false also when beyond every double. */
bool str_double(lic_str s, double *out);

/* Compares in time that depends on the lengths only. */
bool str_eq_secret(lic_str a, lic_str b);

#endif
