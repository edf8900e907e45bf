/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands on the ledger share: where it is, its log as a store of files, record files by
 * name.
 *
 *     STATE/ledger/records/NAME.jsonl what workers write          docs/LEDGER.md
 *     STATE/ledger/log/              checkpoint and tiles        docs/TLOG.md
 *     STATE/ledger/log.vkey          who signs the log           seal.key, seal.state, seal.lock
 */
#ifndef HOSTS_CLI_LEDGER_FILES_H
#define HOSTS_CLI_LEDGER_FILES_H

#include "hosts/cli/cli.h"

#include <lictor/ledger.h>

#define LEDGER_PATH_BYTES 4096
#define LEDGER_LINE_BYTES_MAX                                                                      \
    ((size_t)8 * 1024 * 1024) /* a longer line is not a record of ours                             \
                               */

struct ledger_place {
    char ledger[LEDGER_PATH_BYTES - 256]; /* STATE/ledger */
};

/* `where` is a directory with a lictor.yaml, which says where STATE is, or STATE itself. */
enum lic_rc ledger_find(const char *where, struct ledger_place *out, struct lic_err *err);
/* STATE/ledger/NAME */
void ledger_path(const struct ledger_place *place, const char *name, char out[LEDGER_PATH_BYTES]);
bool ledger_exists(const struct ledger_place *place, const char *name);
/* Says in which file a failure was, when it does not say so itself. */
void ledger_fail_in(struct lic_err *err, const char *folder, const char *name);

/* A file of the ledger, e.g. "log.vkey"; released with free(). */
enum lic_rc ledger_read(const char *path, size_t bytes_max, lic_str *out, struct lic_err *err);

/* The folder as a store; `folder` outlives it. */
struct lic_log_store ledger_store(const char *folder);
/* Temporary name, fsync, rename, fsync of the folder; folders are made. */
enum lic_rc ledger_write(const char *folder, const char *name, lic_str bytes, struct lic_err *err);

/* ---- record files by name ---- */

struct ledger_file {
    char name[132];
    uint64_t done;                     /* bytes that are in the log, or were looked at */
    uint64_t pos;                      /* verify: where the next record of the log is in the file */
    uint64_t first_missing, missing_n; /* verify: entries not found yet */
    uint32_t faults;
    bool told;     /* something was said of it that is said once */
    bool there;    /* verify: the file exists */
    lic_str whole; /* verify: once something was wrong in it */
    int fd;
};

struct ledger_files {
    struct ledger_file *at; /* in byte order of names */
    size_t n, cap;
};

/* The file of this (good) name, made with nothing done when it is new; NULL: no memory. */
struct ledger_file *ledger_file_of(struct ledger_files *files, lic_str name);
void ledger_files_fini(struct ledger_files *files);
/* Adds what is in the folder of records; says on standard error what cannot be a record file. */
enum lic_rc ledger_files_list(struct ledger_files *files, const struct ledger_place *place,
                              struct lic_err *err);

#endif
