/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of condition keys that are ordered: numbers, dates, addresses. The values a policy names
 * cut the domain into a few pieces in which all conditions say the same; one text of each piece,
 * and one that is not of the type at all, stand for every value there is.
 *
 *     NumericLessThan 10, NumericEquals 20     9   10   11   20   21   "x"
 */
#ifndef ADVISE_TYPED_H
#define ADVISE_TYPED_H

#include "policy/cond.h"

enum typed_family { TYPED_NUMBER, TYPED_DATE, TYPED_ADDRESS };

struct typed_points {
    lic_str *at;
    uint32_t n, cap;
    bool partial; /* a piece has no text: a fraction of a second before 1970 */
};

/* Which family this kind of operator belongs to; false: to none, its values are texts. */
bool typed_family_of(enum cond_kind kind, enum typed_family *out);

/*
 * Texts for every piece into which these conditions, all of one family, cut their domain.
 * LIC_E_NOMEM.
 */
enum lic_rc typed_split(struct arena *arena, enum typed_family family,
                        const struct cond *const *conds, uint32_t n, struct typed_points *out,
                        struct lic_err *err) LIC_MUST_USE;

#endif
