/* SPDX-License-Identifier: Apache-2.0 */
/* Looking: proofs of entries, continuations, forks and roll-backs. */
#include "ledger/store.h"
#include "ledger/tlog.h"
#include "test.h"

#include <stdio.h>

/* Adds entries [from, to) and commits; false: the host or the store refused. */
static bool grow(struct lic_log *log, uint64_t from, uint64_t to, struct lic_err *err)
{
    for (uint64_t i = from; i < to; i++) {
        char text[32];
        int n = snprintf(text, sizeof(text), "record %08llu", (unsigned long long)i);
        if (lic_log_add(log, LIC_STR("A.jsonl"), i * 16, str_make(text, (size_t)n), err) !=
            LIC_OK) {
            return false;
        }
    }
    return lic_log_commit(log, err) == LIC_OK;
}

static bool fill(struct store *store, uint64_t size)
{
    struct lic_log_store of = store_of(store);
    struct lic_log *log = NULL;
    struct lic_err err;
    if (lic_log_open(test_host(), &of, store_key(), &log, &err) != LIC_OK) {
        return false;
    }
    bool good = grow(log, lic_log_size(log), size, &err);
    lic_log_free(log);
    return good;
}

static void free_view(struct lic_view **view)
{
    lic_view_free(*view);
}

CASE(ledger_tlog_read_proves_entries_that_anyone_checks)
{
    static const uint64_t sizes[] = { 1, 255, 256, 257, 600 };
    struct lic_err err;
    for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
        CLEANUP(store_fini) struct store store = { 0 };
        CLEANUP(free_view) struct lic_view *view = NULL;
        struct lic_log_store of = store_of(&store);
        EXPECT(fill(&store, sizes[k]));
        EXPECT_OK(lic_view_open(test_host(), &of, store_vkey(), &view, &err), &err);
        for (uint64_t i = 0; i < sizes[k]; i += test_rerun() ? 500 : 53) {
            struct lic_proven proven;
            lic_str proof, entry;
            EXPECT_OK(lic_view_prove(view, i, &proof, &err), &err);
            EXPECT_OK(lic_proof_check(test_host(), proof, store_vkey(), (lic_str){ 0 }, &proven,
                                      &entry, &err),
                      &err);
            tlog_release(test_host(), entry);
            EXPECT(proven.index == i && proven.size == sizes[k]);
            EXPECT_STR(str_z(proven.origin), "test.example/log");
            EXPECT_RC(lic_proof_check(test_host(), proof, store_vkey(), LIC_STR("x"), &proven,
                                      &entry, &err),
                      LIC_E_INVALID);
        }
        lic_str none;
        EXPECT_RC(lic_view_prove(view, sizes[k], &none, &err), LIC_E_INVALID);
    }
}

CASE(ledger_tlog_read_finds_forks_and_rollbacks)
{
    TEST_ARENA(arena);
    CLEANUP(store_fini) struct store store = { 0 };
    CLEANUP(free_view) struct lic_view *view = NULL;
    struct lic_log_store of = store_of(&store);
    struct lic_err err;
    EXPECT(fill(&store, 100));
    struct store_file *file = store_find(&store, "checkpoint");
    lic_str old = str_copy(arena, str_make(file->at, file->n));
    EXPECT(fill(&store, 300));
    file = store_find(&store, "checkpoint");
    lic_str later = str_copy(arena, str_make(file->at, file->n));
    EXPECT(old.at && later.at);
    EXPECT_OK(lic_view_open(test_host(), &of, store_vkey(), &view, &err), &err);
    EXPECT_OK(lic_view_since(view, old, &err), &err);
    EXPECT_OK(lic_view_since(view, later, &err), &err);
    EXPECT_RC(lic_view_since(view, str_head(old, 40), &err), LIC_E_SYNTAX);
    file = store_find(&store, "tile/0/000");
    file->at[3] ^= 1;
    EXPECT_RC(lic_view_since(view, old, &err), LIC_E_INVALID);
    lic_view_free(view);
    view = NULL;
    CLEANUP(store_fini) struct store fresh = { 0 };
    of = store_of(&fresh);
    EXPECT(fill(&fresh, 100));
    EXPECT_OK(lic_view_open(test_host(), &of, store_vkey(), &view, &err), &err);
    EXPECT_OK(lic_view_since(view, old, &err), &err);
    EXPECT_RC(lic_view_since(view, later, &err), LIC_E_INVALID);
}
