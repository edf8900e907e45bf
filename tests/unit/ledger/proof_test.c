/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints and proofs as text; another project's log proves with our code. */
#include "ledger/proof.h"

#include "ledger/tiles.h"
#include "test.h"
#include <lictor/ledger.h>

#include <stdio.h>

#define OTHERS_VKEY "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
#define OTHERS_SIZE 15u
#define ROOT "gy5gl3aksFyiCO95a/1vLXz88A3dRq+0l9Sxte8ZqZQ=\n"

CASE(ledger_proof_checkpoints_are_read_strictly)
{
    static const char *const bad[] = { "",
                                       "a\n",
                                       "a\n1\n",
                                       "\n1\n" ROOT,
                                       "a\n01\n" ROOT,
                                       "a\n-1\n" ROOT,
                                       "a\n1\nAAAA\n",
                                       "a\n1\n" ROOT "\n",
                                       "a\n18446744073709551616\n" ROOT };
    struct checkpoint read;
    struct lic_err err;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        EXPECT_RC(proof_checkpoint_read(str_z(bad[i]), &read, &err), LIC_E_SYNTAX);
    }
    EXPECT_OK(proof_checkpoint_read(LIC_STR("a\n5\n" ROOT "more\n"), &read, &err), &err);
    EXPECT_U64(read.size, 5);
    TEST_ARENA(arena);
    struct buf out;
    buf_init(&out, arena, 256);
    proof_checkpoint_write(&read, &out);
    EXPECT(out.failed == LIC_OK);
    EXPECT_STR(buf_str(&out), "a\n5\n" ROOT);
}

/* The leaves of another project's log, from its widest bundle. */
static enum lic_rc read_leaf(void *ctx, uint32_t level, uint64_t index, struct merkle_hash *out,
                             struct lic_err *err)
{
    lic_str rest = *(lic_str *)ctx;
    lic_str entry = { 0 };
    struct merkle_hash leaves[OTHERS_SIZE];
    uint32_t n = 0;
    while (n < OTHERS_SIZE && tiles_entry(&rest, &entry)) {
        merkle_leaf(entry, &leaves[n++]);
    }
    ENSURE((index + 1) << level <= n, err, LIC_E_INVALID, "the bundle is too short");
    merkle_root(leaves + (index << level), (size_t)1 << level, out);
    return LIC_OK;
}

static lic_str others_file(struct arena *arena, const char *format, uint32_t n)
{
    char path[128];
    (void)snprintf(path, sizeof(path), format, n);
    return test_file(arena, test_shared_path(path));
}

CASE(ledger_proof_another_log_holds_at_every_size)
{
    TEST_ARENA(arena);
    struct note_key key;
    struct checkpoint now, old;
    struct merkle_path path;
    struct merkle_hash root;
    struct lic_err err;
    if (test_rerun()) {
        return;
    }
    lic_str bundle = others_file(arena, "conformance/tlog/tile/entries/000.p/%u", OTHERS_SIZE);
    lic_str tile = others_file(arena, "conformance/tlog/tile/0/000.p/%u", OTHERS_SIZE);
    EXPECT_OK(note_key_read(LIC_STR(OTHERS_VKEY), &key, &err), &err);
    for (uint32_t n = 0; n <= OTHERS_SIZE; n++) {
        struct merkle_tree tree = { &bundle, n, read_leaf };
        lic_str note = others_file(arena, "conformance/tlog/checkpoint.%u", n);
        EXPECT_OK(proof_checkpoint_open(note, &key, &now, &err), &err);
        EXPECT_U64(now.size, n);
        EXPECT_OK(merkle_range(&tree, 0, n, &root, &err), &err);
        EXPECT(merkle_same(&root, &now.root));
        merkle_root((const struct merkle_hash *)(const void *)tile.at, n, &root);
        EXPECT(merkle_same(&root, &now.root));
        for (uint32_t m = 0; m <= n; m++) {
            note = others_file(arena, "conformance/tlog/checkpoint.%u", m);
            EXPECT_OK(proof_checkpoint_open(note, &key, &old, &err), &err);
            EXPECT_OK(merkle_prove_consistency(&tree, m, &path, &err), &err);
            EXPECT(merkle_check_consistency(m, &old.root, n, &now.root, &path));
        }
    }
}

CASE(ledger_proof_refuses_what_is_no_proof)
{
    static const char *const bad[] = {
        "",
        "c2sp.org/tlog-proof@v2\nindex 0\n\na\n1\n",
        "c2sp.org/tlog-proof@v1\n",
        "c2sp.org/tlog-proof@v1\nindex 01\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 1\n",
        "c2sp.org/tlog-proof@v1\nindex 1\n\n",
        "c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx",
        "c2sp.org/tlog-proof@v1\nextra AA==\nextra AA==\nindex 1\n\nx",
    };
    struct proof read;
    struct lic_err err;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        EXPECT_RC(proof_read(str_z(bad[i]), &read, &err), LIC_E_SYNTAX);
    }
    EXPECT_OK(proof_read(LIC_STR("c2sp.org/tlog-proof@v1\nextra AA==\nindex 1\n" ROOT "\nx\n"),
                         &read, &err),
              &err);
    EXPECT(read.path.n == 1 && read.index == 1 && str_eq(read.extra, LIC_STR("AA==")));
    EXPECT_STR(read.checkpoint, "x\n");
}
