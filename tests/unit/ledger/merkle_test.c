/* SPDX-License-Identifier: Apache-2.0 */
/* Trees against RFC 6962's own definition, proofs of every entry and every older tree. */
#include "ledger/merkle.h"

#include "test.h"

#define LEAVES 70u

/* MTH of RFC 6962, word for word. */
static void naive_root(const struct merkle_hash *at, size_t n, struct merkle_hash *out)
{
    if (n <= 1) {
        merkle_root(at, n, out);
        return;
    }
    size_t k = 1;
    while (2 * k < n) {
        k *= 2;
    }
    struct merkle_hash left, right;
    naive_root(at, k, &left);
    naive_root(at + k, n - k, &right);
    merkle_node(&left, &right, out);
}

static enum lic_rc read_node(void *ctx, uint32_t level, uint64_t index, struct merkle_hash *out,
                             struct lic_err *err)
{
    const struct merkle_hash *leaves = ctx;
    ENSURE((index + 1) << level <= LEAVES, err, LIC_E_INVALID, "beyond the tree");
    naive_root(leaves + (index << level), (size_t)1 << level, out);
    return LIC_OK;
}

static void make_leaves(struct merkle_hash leaves[LEAVES])
{
    for (uint32_t i = 0; i < LEAVES; i++) {
        char text = (char)i;
        merkle_leaf(str_make(&text, 1), &leaves[i]);
    }
}

CASE(ledger_merkle_hashes_are_those_of_rfc_6962)
{
    struct merkle_hash hash;
    char hex[64];
    merkle_root(NULL, 0, &hash);
    hash_hex(hash.at, sizeof(hash.at), hex);
    EXPECT_LIC_STR(str_make(hex, 64),
                   LIC_STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    merkle_leaf(LIC_STR(""), &hash);
    hash_hex(hash.at, sizeof(hash.at), hex);
    EXPECT_LIC_STR(str_make(hex, 64),
                   LIC_STR("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"));
}

CASE(ledger_merkle_roots_are_those_of_the_definition)
{
    struct merkle_hash leaves[LEAVES], ours, naive;
    make_leaves(leaves);
    for (uint32_t n = 0; n <= LEAVES; n++) {
        merkle_root(leaves, n, &ours);
        naive_root(leaves, n, &naive);
        EXPECT(merkle_same(&ours, &naive));
    }
}

CASE(ledger_merkle_proves_every_entry_and_no_other)
{
    struct merkle_hash leaves[LEAVES], root;
    struct merkle_path path;
    struct lic_err err;
    make_leaves(leaves);
    for (uint32_t n = 1; n <= LEAVES; n++) {
        struct merkle_tree tree = { leaves, n, read_node };
        naive_root(leaves, n, &root);
        for (uint32_t i = 0; i < n; i++) {
            EXPECT_OK(merkle_prove_inclusion(&tree, i, &path, &err), &err);
            EXPECT(merkle_check_inclusion(&leaves[i], i, n, &path, &root));
            EXPECT(!merkle_check_inclusion(&leaves[(i + 1) % LEAVES], i, n, &path, &root));
            EXPECT(n == 1 || !merkle_check_inclusion(&leaves[i], (i + 1) % n, n, &path, &root));
            EXPECT(!merkle_check_inclusion(&leaves[i], i + n, n, &path, &root));
            path.n++;
            EXPECT(!merkle_check_inclusion(&leaves[i], i, n, &path, &root));
        }
        EXPECT_RC(merkle_prove_inclusion(&tree, n, &path, &err), LIC_E_INVALID);
    }
}

CASE(ledger_merkle_proves_every_older_tree_and_no_other)
{
    struct merkle_hash leaves[LEAVES], root, old;
    struct merkle_path path;
    struct lic_err err;
    make_leaves(leaves);
    for (uint32_t n = 0; n <= LEAVES; n++) {
        struct merkle_tree tree = { leaves, n, read_node };
        naive_root(leaves, n, &root);
        for (uint32_t m = 0; m <= n; m++) {
            naive_root(leaves, m, &old);
            EXPECT_OK(merkle_prove_consistency(&tree, m, &path, &err), &err);
            EXPECT(merkle_check_consistency(m, &old, n, &root, &path));
            old.at[0] ^= 1;
            EXPECT(!merkle_check_consistency(m, &old, n, &root, &path));
            old.at[0] ^= 1;
            root.at[31] ^= 1;
            EXPECT(m == 0 || !merkle_check_consistency(m, &old, n, &root, &path));
            root.at[31] ^= 1;
            path.at[path.n++] = root;
            EXPECT(!merkle_check_consistency(m, &old, n, &root, &path));
        }
        EXPECT_RC(merkle_prove_consistency(&tree, n + 1, &path, &err), LIC_E_INVALID);
        EXPECT(!merkle_check_consistency(n + 1, &root, n, &root, &path));
    }
}
