/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration directory in memory, and case files that describe one (tests/cases/config).
 *
 *     # what the case shows
 *     == principals.yaml          a file and its text; what a case does not give is good.case's
 *     users: {}
 *     == without agents/a.yaml    a file of good.case that is not there
 *     == env                      NAME=value, one a line
 *     == errors                   what config_read tells, line by line; nothing: the directory is
 * good
 */
#ifndef TESTS_DIRECTORY_H
#define TESTS_DIRECTORY_H

#include "engine/config.h"

struct directory_file {
    lic_str name, text;
};

struct directory_files {
    struct directory_file *at;
    uint32_t n, cap;
};

struct directory {
    struct arena *arena;
    struct lic_host host; /* reads this directory, else is test_host() */
    struct directory_files files, env;
    lic_str errors; /* expected, of a case file */
    lic_str told;   /* what config_read told, one line each */
};

void directory_init(struct directory *directory, struct arena *arena);
/* Both are false without memory. Adding a file that is there replaces it. */
bool directory_add(struct directory *directory, const char *name, const char *text);
bool directory_add_case(struct directory *directory, lic_str case_text);
/* good.case, to be changed by what follows. */
bool directory_add_good(struct directory *directory);
enum lic_rc directory_read(struct directory *directory, struct config *out, struct lic_err *err);

#endif
