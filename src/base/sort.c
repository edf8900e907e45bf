/* SPDX-License-Identifier: Apache-2.0 */
/* Heapsort: the C library's qsort may allocate, and others have inputs that make them quadratic. */
#include "base/sort.h"

#include <string.h>

#include "base/banned.h"

struct heap {
    char *at;
    size_t bytes;
    sort_compare_fn *compare;
};

static void swap_elements(struct heap *heap, size_t a, size_t b)
{
    char *left = heap->at + a * heap->bytes, *right = heap->at + b * heap->bytes;
    char piece[64];
    for (size_t done = 0; done < heap->bytes; done += sizeof(piece)) {
        size_t rest = heap->bytes - done;
        size_t n = rest < sizeof(piece) ? rest : sizeof(piece);
        memcpy(piece, left + done, n);
        memcpy(left + done, right + done, n);
        memcpy(right + done, piece, n);
    }
}

static int compare_elements(const struct heap *heap, size_t a, size_t b)
{
    return heap->compare(heap->at + a * heap->bytes, heap->at + b * heap->bytes);
}

/* Moves the element at `root` down until both below it, among the first n, are not after it. */
static void sift_down(struct heap *heap, size_t root, size_t n)
{
    for (size_t child = 2 * root + 1; child < n; child = 2 * root + 1) {
        if (child + 1 < n && compare_elements(heap, child, child + 1) < 0) {
            child++;
        }
        if (compare_elements(heap, root, child) >= 0) {
            return;
        }
        swap_elements(heap, root, child);
        root = child;
    }
}

static bool is_sorted(const struct heap *heap, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (compare_elements(heap, i - 1, i) > 0) {
            return false;
        }
    }
    return true;
}

void sort_array(void *at, size_t n, size_t bytes, sort_compare_fn *compare)
{
    struct heap heap = { .at = at, .bytes = bytes, .compare = compare };
    if (is_sorted(&heap, n)) {
        return;
    }
    for (size_t root = n / 2; root > 0; root--) {
        sift_down(&heap, root - 1, n);
    }
    for (size_t end = n - 1; end > 0; end--) {
        swap_elements(&heap, 0, end);
        sift_down(&heap, 0, end);
    }
}
