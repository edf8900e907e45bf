/* SPDX-License-Identifier: Apache-2.0 */
/* Policy documents named on the command line: a file each, or a folder of them. */
#ifndef HOSTS_CLI_POLICY_FILES_H
#define HOSTS_CLI_POLICY_FILES_H

#include <lictor/prove.h>

#define POLICY_FILES_MAX 4096u

struct policy_files {
    struct lic_policy_file *at;
    uint32_t n, cap;
};

/*
 * Adds the file `path`, or every file of the folder `path` whose name ends in .json, in order of
 * name. A folder without any is LIC_E_MISSING.
 */
enum lic_rc policy_files_add(struct policy_files *files, const char *path,
                             struct lic_err *err) LIC_MUST_USE;
void policy_files_fini(struct policy_files *files); /* zeroed is fine */

#endif
