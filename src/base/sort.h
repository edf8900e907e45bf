/* SPDX-License-Identifier: Apache-2.0 */
/* Sorting in place, without memory and in n log n always; not stable, so compare to the last bit.
 */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include <lictor/base.h>

/* Negative, zero or positive, as a stands before, at or after b. */
typedef int sort_compare_fn(const void *a, const void *b);

/* Sorts n elements of `bytes` each. What is in order already costs one pass. */
void sort_array(void *at, size_t n, size_t bytes, sort_compare_fn *compare);

#endif
