/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of a transparency log (RFC 6962, RFC 9162 section 2.1): hashes, proofs and their checks.
 *
 * A leaf is SHA-256(0x00 || entry), a node SHA-256(0x01 || left || right), the empty tree
 * SHA-256(""). A tree of n leaves splits at the largest power of two below n, so whatever is
 * complete never changes again: node (level, index) covers leaves [index << level, + 1 << level).
 *
 *     level 2        o               o = (2, 0)      proofs are made of complete nodes, which
 *                  /   \                             whoever keeps the log reads for us; a check
 *     level 1     o     o     o                      needs nothing but hashing
 *                / \   / \   / \
 *     level 0   0   1 2   3 4   5
 */
#ifndef LEDGER_MERKLE_H
#define LEDGER_MERKLE_H

#include "base/hash.h"
#include <lictor/base.h>

#define MERKLE_PATH_MAX 65u /* of a proof in a tree of less than 2^64 leaves */

struct merkle_hash {
    uint8_t at[HASH_BYTES];
};

struct merkle_path {
    struct merkle_hash at[MERKLE_PATH_MAX];
    uint32_t n;
};

void merkle_leaf(lic_str entry, struct merkle_hash *out);
void merkle_node(const struct merkle_hash *left, const struct merkle_hash *right,
                 struct merkle_hash *out);
/* The root over n hashes of one level; of none, the root of the empty tree. */
void merkle_root(const struct merkle_hash *at, size_t n, struct merkle_hash *out);
bool merkle_same(const struct merkle_hash *a, const struct merkle_hash *b);

/* Whoever keeps a tree: gives the hash of a complete node of it. */
struct merkle_tree {
    void *ctx;
    uint64_t size;
    enum lic_rc (*node)(void *ctx, uint32_t level, uint64_t index, struct merkle_hash *out,
                        struct lic_err *err);
};

/* The root of leaves [from, to), where from is where the tree of that many leaves would begin. */
enum lic_rc merkle_range(const struct merkle_tree *tree, uint64_t from, uint64_t to,
                         struct merkle_hash *out, struct lic_err *err) LIC_MUST_USE;

/* That leaf `index` is in the tree, leaf's sibling first. index < tree->size, else LIC_E_INVALID.
 */
enum lic_rc merkle_prove_inclusion(const struct merkle_tree *tree, uint64_t index,
                                   struct merkle_path *out, struct lic_err *err) LIC_MUST_USE;
/* That the tree's first `first` leaves are the tree of that size. first <= tree->size. */
enum lic_rc merkle_prove_consistency(const struct merkle_tree *tree, uint64_t first,
                                     struct merkle_path *out, struct lic_err *err) LIC_MUST_USE;

bool merkle_check_inclusion(const struct merkle_hash *leaf, uint64_t index, uint64_t size,
                            const struct merkle_path *path, const struct merkle_hash *root);
/* Of two empty trees, of equal ones, and from the empty tree to any, the path is empty. */
bool merkle_check_consistency(uint64_t first, const struct merkle_hash *first_root, uint64_t second,
                              const struct merkle_hash *second_root,
                              const struct merkle_path *path);

#endif
