/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three-valued logic. A condition that cannot be decided (a value of another type than its
 * operator's, a missing variable under a negation) is UNSURE: it never grants and always denies.
 */
#ifndef POLICY_TRUTH_H
#define POLICY_TRUTH_H

#include <stdbool.h>

enum truth { TRUTH_NO, TRUTH_UNSURE, TRUTH_YES };

static inline enum truth truth_of(bool b)
{
    return b ? TRUTH_YES : TRUTH_NO;
}

static inline enum truth truth_not(enum truth a)
{
    return (enum truth)(TRUTH_YES - a);
}

static inline enum truth truth_and(enum truth a, enum truth b)
{
    return a < b ? a : b;
}

static inline enum truth truth_or(enum truth a, enum truth b)
{
    return a > b ? a : b;
}

#endif
