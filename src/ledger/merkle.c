/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes and proofs of RFC 9162 over any tree whose complete nodes somebody can read. */
#include "ledger/merkle.h"

#include "base/err.h"
#include "base/str.h"

#include "base/banned.h"

#define LEAF_BYTES_MAX 65535u

/* ---- hashes ---- */

void merkle_leaf(lic_str entry, struct merkle_hash *out)
{
    char marked[1 + LEAF_BYTES_MAX];
    CHECK(entry.n <= LEAF_BYTES_MAX);
    marked[0] = 0;
    if (entry.n > 0) {
        memcpy(marked + 1, entry.at, entry.n);
    }
    hash_sha256(str_make(marked, 1 + entry.n), out->at);
}

void merkle_node(const struct merkle_hash *left, const struct merkle_hash *right,
                 struct merkle_hash *out)
{
    char marked[1 + 2 * HASH_BYTES];
    marked[0] = 1;
    memcpy(marked + 1, left->at, HASH_BYTES);
    memcpy(marked + 1 + HASH_BYTES, right->at, HASH_BYTES);
    hash_sha256(str_make(marked, sizeof(marked)), out->at);
}

bool merkle_same(const struct merkle_hash *a, const struct merkle_hash *b)
{
    return memcmp(a->at, b->at, HASH_BYTES) == 0;
}

/* A hash that waits for its right neighbour, and the power of two of hashes below it. */
struct waiting {
    struct merkle_hash hash;
    uint64_t n;
};

void merkle_root(const struct merkle_hash *at, size_t n, struct merkle_hash *out)
{
    struct waiting stack[64];
    size_t depth = 0;
    if (n == 0) {
        hash_sha256((lic_str){ 0 }, out->at);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct waiting next = { at[i], 1 };
        while (depth > 0 && stack[depth - 1].n == next.n) {
            merkle_node(&stack[--depth].hash, &next.hash, &next.hash);
            next.n *= 2;
        }
        stack[depth++] = next;
    }
    struct merkle_hash root = stack[--depth].hash;
    while (depth > 0) {
        merkle_node(&stack[--depth].hash, &root, &root);
    }
    *out = root;
}

/* ---- proofs ---- */

static uint32_t floor_log2(uint64_t n)
{
    return 63u - (uint32_t)__builtin_clzll(n);
}

/* The largest power of two below n, n > 1. */
static uint64_t split_of(uint64_t n)
{
    return (uint64_t)1 << floor_log2(n - 1);
}

enum lic_rc merkle_range(const struct merkle_tree *tree, uint64_t from, uint64_t to,
                         struct merkle_hash *out, struct lic_err *err)
{
    struct merkle_hash complete[64];
    uint32_t n = 0;
    if (from == to) {
        merkle_root(NULL, 0, out);
        return LIC_OK;
    }
    for (uint64_t at = from; at < to;) {
        uint32_t level = floor_log2(to - at);
        TRY(tree->node(tree->ctx, level, at >> level, &complete[n++], err));
        at += (uint64_t)1 << level;
    }
    struct merkle_hash root = complete[--n];
    while (n > 0) {
        merkle_node(&complete[--n], &root, &root);
    }
    *out = root;
    return LIC_OK;
}

/* Proofs are found from the root down and told from the leaf up. */
static void reverse(struct merkle_path *path)
{
    for (uint32_t i = 0; i < path->n / 2; i++) {
        struct merkle_hash kept = path->at[i];
        path->at[i] = path->at[path->n - 1 - i];
        path->at[path->n - 1 - i] = kept;
    }
}

static enum lic_rc push_range(const struct merkle_tree *tree, uint64_t from, uint64_t to,
                              struct merkle_path *path, struct lic_err *err)
{
    CHECK(path->n < MERKLE_PATH_MAX);
    TRY(merkle_range(tree, from, to, &path->at[path->n], err));
    path->n++;
    return LIC_OK;
}

enum lic_rc merkle_prove_inclusion(const struct merkle_tree *tree, uint64_t index,
                                   struct merkle_path *out, struct lic_err *err)
{
    struct merkle_path path = { .n = 0 };
    uint64_t from = 0;
    uint64_t to = tree->size;
    ENSURE(index < to, err, LIC_E_INVALID, "entry %llu is not in a tree of %llu",
           (unsigned long long)index, (unsigned long long)to);
    while (to - from > 1) {
        uint64_t middle = from + split_of(to - from);
        if (index < middle) {
            TRY(push_range(tree, middle, to, &path, err));
            to = middle;
        } else {
            TRY(push_range(tree, from, middle, &path, err));
            from = middle;
        }
    }
    reverse(&path);
    *out = path;
    return LIC_OK;
}

enum lic_rc merkle_prove_consistency(const struct merkle_tree *tree, uint64_t first,
                                     struct merkle_path *out, struct lic_err *err)
{
    struct merkle_path path = { .n = 0 };
    uint64_t from = 0;
    uint64_t to = tree->size;
    ENSURE(first <= to, err, LIC_E_INVALID, "a tree of %llu is not yet one of %llu",
           (unsigned long long)to, (unsigned long long)first);
    while (first > 0 && first < to) {
        uint64_t middle = from + split_of(to - from);
        if (first <= middle) {
            TRY(push_range(tree, middle, to, &path, err));
            to = middle;
        } else {
            TRY(push_range(tree, from, middle, &path, err));
            from = middle;
        }
    }
    if (from > 0) { /* not the old root itself, which the checker has */
        TRY(push_range(tree, from, to, &path, err));
    }
    reverse(&path);
    *out = path;
    return LIC_OK;
}

/* ---- checks ---- */

bool merkle_check_inclusion(const struct merkle_hash *leaf, uint64_t index, uint64_t size,
                            const struct merkle_path *path, const struct merkle_hash *root)
{
    if (index >= size) {
        return false;
    }
    struct merkle_hash hash = *leaf;
    uint64_t at = index;
    uint64_t last = size - 1;
    for (uint32_t i = 0; i < path->n; i++) {
        if (last == 0) {
            return false;
        }
        if ((at & 1) == 0 && at != last) {
            merkle_node(&hash, &path->at[i], &hash);
        } else {
            merkle_node(&path->at[i], &hash, &hash);
            while ((at & 1) == 0 && at != 0) {
                at >>= 1;
                last >>= 1;
            }
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0 && merkle_same(&hash, root);
}

/* Where first is no power of two, or is one: then its root begins the path, unsaid. */
static bool check_growth(uint64_t first, const struct merkle_hash *first_root, uint64_t second,
                         const struct merkle_hash *second_root, const struct merkle_path *path)
{
    uint64_t at = first - 1;
    uint64_t last = second - 1;
    bool whole = (first & (first - 1)) == 0;
    if (path->n == 0) {
        return false;
    }
    while ((at & 1) == 1) {
        at >>= 1;
        last >>= 1;
    }
    struct merkle_hash old = whole ? *first_root : path->at[0];
    struct merkle_hash new = old;
    for (uint32_t i = whole ? 0 : 1; i < path->n; i++) {
        if (last == 0) {
            return false;
        }
        if ((at & 1) == 1 || at == last) {
            merkle_node(&path->at[i], &old, &old);
            merkle_node(&path->at[i], &new, &new);
            while ((at & 1) == 0 && at != 0) {
                at >>= 1;
                last >>= 1;
            }
        } else {
            merkle_node(&new, &path->at[i], &new);
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0 && merkle_same(&old, first_root) && merkle_same(&new, second_root);
}

bool merkle_check_consistency(uint64_t first, const struct merkle_hash *first_root, uint64_t second,
                              const struct merkle_hash *second_root, const struct merkle_path *path)
{
    struct merkle_hash empty;
    merkle_root(NULL, 0, &empty);
    if (first > second || (first == 0 && !merkle_same(first_root, &empty))) {
        return false;
    }
    if (first == second) {
        return path->n == 0 && merkle_same(first_root, second_root);
    }
    return first == 0 ? path->n == 0 : check_growth(first, first_root, second, second_root, path);
}
