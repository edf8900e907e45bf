/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing: a crash after every single write, and the log that comes of it. */
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

static bool same_file(struct store *a, struct store *b, const char *path)
{
    struct store_file *x = store_find(a, path);
    struct store_file *y = store_find(b, path);
    return x && y && str_eq(str_make(x->at, x->n), str_make(y->at, y->n));
}

/* Opens and fills up to `size`; goes on where the checkpoint is. */
static bool seal_to(struct store *store, uint64_t size, struct lic_err *err)
{
    struct lic_log_store of = store_of(store);
    struct lic_log *log = NULL;
    if (lic_log_open(test_host(), &of, store_key(), &log, err) != LIC_OK) {
        return false;
    }
    bool good = true;
    for (uint64_t step = size / 3 + 1, at = lic_log_size(log); good && at < size;) {
        uint64_t next = at - at % step + step < size ? at - at % step + step : size;
        good = grow(log, at, next, err);
        at = next;
    }
    lic_log_free(log);
    return good;
}

CASE(ledger_tlog_write_survives_a_crash_after_every_write)
{
    CLEANUP(store_fini) struct store whole = { 0 };
    struct lic_err err;
    if (test_rerun()) {
        return;
    }
    EXPECT(seal_to(&whole, 600, &err));
    for (uint32_t crash = 1; crash <= whole.writes; crash++) {
        CLEANUP(store_fini) struct store store = { .fail_at = crash };
        EXPECT(!seal_to(&store, 600, &err));
        store.fail_at = 0;
        EXPECT(seal_to(&store, 600, &err));
        EXPECT(same_file(&whole, &store, "checkpoint"));
        EXPECT(same_file(&whole, &store, "tile/0/001"));
        EXPECT(same_file(&whole, &store, "tile/entries/001"));
        EXPECT(same_file(&whole, &store, "tile/0/002.p/88"));
        EXPECT(same_file(&whole, &store, "tile/entries/002.p/88"));
        EXPECT(same_file(&whole, &store, "tile/1/000.p/2"));
    }
    EXPECT(!store_find(&whole, "tile/0/000.p/201"));
}

CASE(ledger_tlog_write_refuses_everything_after_a_failure)
{
    CLEANUP(store_fini) struct store store = { .fail_at = 3 };
    struct lic_log_store of = store_of(&store);
    struct lic_log *log = NULL;
    struct lic_err err;
    EXPECT_OK(lic_log_open(test_host(), &of, store_key(), &log, &err), &err);
    bool grew = grow(log, 0, 5, &err);
    enum lic_rc rc = lic_log_commit(log, &err);
    enum lic_rc added = lic_log_add(log, LIC_STR("A"), 0, LIC_STR("x"), &err);
    lic_log_free(log);
    EXPECT(!grew);
    EXPECT_RC(rc, LIC_E_INVALID);
    EXPECT_RC(added, LIC_E_INVALID);
}

CASE(ledger_tlog_write_signs_nothing_on_changed_tiles)
{
    CLEANUP(store_fini) struct store store = { 0 };
    struct lic_err err;
    static const char *const paths[] = { "tile/0/000.p/9", "tile/entries/000.p/9", "checkpoint" };
    EXPECT(seal_to(&store, 9, &err));
    for (size_t i = 0; i < 3; i++) {
        struct store_file *file = store_find(&store, paths[i]);
        uint32_t writes = store.writes;
        EXPECT(file != NULL);
        file->at[21] ^= 1;
        bool good = seal_to(&store, 20, &err);
        EXPECT(!good && err.rc == LIC_E_INVALID && store.writes == writes);
        file->at[21] ^= 1;
    }
    EXPECT(seal_to(&store, 20, &err));
}

CASE(ledger_tlog_write_makes_keys_of_random_bytes)
{
    char key[LIC_LOG_KEY_BYTES], other[LIC_LOG_KEY_BYTES], vkey[LIC_LOG_KEY_BYTES];
    struct lic_err err;
    EXPECT_OK(lic_log_key_make(test_host(), LIC_STR("a"), key, &err), &err);
    EXPECT_OK(lic_log_key_make(test_host(), LIC_STR("a"), other, &err), &err);
    EXPECT(strcmp(key, other) != 0);
    EXPECT_OK(lic_log_key_public(test_host(), store_key(), vkey, &err), &err);
    EXPECT_LIC_STR(str_z(vkey), store_vkey());
    EXPECT_RC(lic_log_key_make(test_host(), LIC_STR("a b"), key, &err), LIC_E_INVALID);
    test_world()->random_rc = LIC_E_IO;
    EXPECT_RC(lic_log_key_make(test_host(), LIC_STR("a"), key, &err), LIC_E_IO);
    lic_log_key_wipe(key, sizeof(key));
    EXPECT_U64((uint64_t)key[0], 0);
}
