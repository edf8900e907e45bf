/* SPDX-License-Identifier: Apache-2.0 */
/* Sorting in place: elements of any size, any order they come in. */
#include "base/sort.h"

#include "test.h"

struct wide {
    uint32_t key;
    char rest[100]; /* more than the sort moves at once */
};

static int compare_wide(const void *a, const void *b)
{
    const struct wide *left = a, *right = b;
    return (left->key > right->key) - (left->key < right->key);
}

CASE(base_sort_random_orders)
{
    for (uint32_t n = 0; n < 200; n++) {
        struct wide elements[200];
        uint64_t sum = 0, sum_after = 0;
        for (uint32_t i = 0; i < n; i++) {
            elements[i].key = test_random_below(n);
            memset(elements[i].rest, (char)elements[i].key, sizeof(elements[i].rest));
            sum += elements[i].key;
        }
        sort_array(elements, n, sizeof(elements[0]), compare_wide);
        for (uint32_t i = 0; i < n; i++) {
            EXPECT(i == 0 || elements[i - 1].key <= elements[i].key);
            EXPECT(elements[i].rest[0] == (char)elements[i].key &&
                   elements[i].rest[99] == (char)elements[i].key);
            sum_after += elements[i].key;
        }
        EXPECT_U64(sum_after, sum);
    }
}

static uint32_t compared;

static int compare_counting(const void *a, const void *b)
{
    compared++;
    return (*(const uint32_t *)a > *(const uint32_t *)b) -
           (*(const uint32_t *)a < *(const uint32_t *)b);
}

CASE(base_sort_never_goes_quadratic)
{
    static uint32_t numbers[10000];
    for (uint32_t shape = 0; shape < 3; shape++) {
        for (uint32_t i = 0; i < 10000; i++) {
            numbers[i] = shape == 0 ? 10000 - i : shape == 1 ? i % 2 : i < 5000 ? i : 10000 - i;
        }
        compared = 0;
        sort_array(numbers, 10000, sizeof(numbers[0]), compare_counting);
        EXPECT(compared < 400000);
    }
    compared = 0;
    sort_array(numbers, 10000, sizeof(numbers[0]), compare_counting);
    EXPECT_U64(compared, 9999);
}
