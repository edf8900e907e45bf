/* SPDX-License-Identifier: Apache-2.0 */
/* A log's folder in memory, whose n-th write fails: a crash between any two steps. */
#ifndef TESTS_LEDGER_STORE_H
#define TESTS_LEDGER_STORE_H

#include <lictor/ledger.h>

#define STORE_FILES_MAX 64u

struct store_file {
    char path[64];
    char *at;
    size_t n;
};

struct store {
    struct store_file files[STORE_FILES_MAX];
    uint32_t files_n;
    uint32_t writes;
    uint32_t fail_at; /* 0: none; from this write on every write fails */
};

struct lic_log_store store_of(struct store *store);
void store_fini(struct store *store);
/* NULL: there is none. */
struct store_file *store_find(struct store *store, const char *path);
/* The signing key of the tests, and its verifier key. */
lic_str store_key(void);
lic_str store_vkey(void);

#endif
