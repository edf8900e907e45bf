/* SPDX-License-Identifier: Apache-2.0 */
/* Where history comes from: ledgers and files of CloudTrail, read into a lic_history. */
#ifndef HOSTS_CLI_HISTORY_FILES_H
#define HOSTS_CLI_HISTORY_FILES_H

#include <lictor/history.h>

struct history_files {
    const char *state;       /* STATE/ledger/records is read; NULL: no ledger */
    char *const *cloudtrail; /* files, or folders of *.json and *.json.gz, at any depth */
    int cloudtrail_n;
};

/* Everything, in the order of names. Records that cannot be read were reported; what is returned
 * ended the reading. */
enum lic_rc history_files_feed(struct lic_history *history, const struct history_files *files,
                               struct lic_err *err) LIC_MUST_USE;

/* "15m", "2h", "7d" ago, or a time. */
bool history_files_time(const char *text, int64_t *out_ns);

#endif
