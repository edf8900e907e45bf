/* SPDX-License-Identifier: Apache-2.0 */
/* Walking: a clean log has no fault; every changed byte, missing or cut file has one that says so.
 */
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

struct seen {
    uint64_t entries, faults;
    char first[384];
};

static enum lic_rc see_entry(void *arg, uint64_t index, lic_str entry, struct lic_err *err)
{
    struct seen *seen = arg;
    ENSURE(entry.n > 0, err, LIC_E_INVALID, "entry %llu is empty", (unsigned long long)index);
    seen->entries++;
    return LIC_OK;
}

static void see_fault(void *arg, const struct lic_err *err)
{
    struct seen *seen = arg;
    if (seen->faults++ == 0) {
        memcpy(seen->first, err->text, sizeof(seen->first));
    }
}

static enum lic_rc walk(struct store *store, struct seen *seen, struct lic_err *err)
{
    struct lic_log_store of = store_of(store);
    struct lic_walk how = { seen, see_entry, see_fault };
    struct lic_view *view = NULL;
    *seen = (struct seen){ 0 };
    TRY(lic_view_open(test_host(), &of, store_vkey(), &view, err));
    enum lic_rc rc = lic_view_walk(view, &how, err);
    lic_view_free(view);
    return rc;
}

CASE(ledger_tlog_walk_finds_nothing_in_a_clean_log)
{
    static const uint64_t sizes[] = { 0, 1, 255, 256, 257, 513 };
    CLEANUP(store_fini) struct store store = { 0 };
    struct seen seen;
    struct lic_err err;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        EXPECT(fill(&store, sizes[i]));
        EXPECT_OK(walk(&store, &seen, &err), &err);
        EXPECT(seen.entries == sizes[i] && seen.faults == 0);
    }
}

CASE(ledger_tlog_walk_names_what_was_changed)
{
    CLEANUP(store_fini) struct store store = { 0 };
    struct seen seen;
    struct lic_err err;
    if (test_rerun()) {
        return;
    }
    EXPECT(fill(&store, 300));
    for (uint32_t i = 0; i < store.files_n; i++) {
        struct store_file *file = &store.files[i];
        for (size_t at = 0; file->at && at < file->n; at += 1 + file->n / 9) {
            file->at[at] ^= 1;
            EXPECT(walk(&store, &seen, &err) != LIC_OK);
            EXPECT(strcmp(file->path, "checkpoint") == 0 || seen.faults > 0);
            file->at[at] ^= 1;
        }
        size_t n = file->n;
        file->n = n / 2;
        EXPECT(walk(&store, &seen, &err) != LIC_OK);
        file->n = n;
    }
    EXPECT_OK(walk(&store, &seen, &err), &err);
    store_find(&store, "tile/0/000")->at[32 * 7] ^= 1;
    EXPECT_RC(walk(&store, &seen, &err), LIC_E_INVALID);
    EXPECT_STR(str_z(seen.first),
               "tile/0/000 does not fit its entries: 1 of 256 differ, the first is entry 7");
    EXPECT_U64(seen.faults, 1);
}
