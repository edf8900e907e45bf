/* SPDX-License-Identifier: Apache-2.0 */
/* What who-can, can and simulate have in common on the command line: context and format. */
#ifndef HOSTS_CLI_IAM_QUESTION_H
#define HOSTS_CLI_IAM_QUESTION_H

#include "hosts/cli/cli.h"
#include <lictor/history.h>

#define IAM_CONTEXT_MAX 256

/* Zeroed is empty; the texts are those of the command line. */
struct iam_question {
    struct lic_question question;
    struct lic_context context[IAM_CONTEXT_MAX];
};

/*
 * Takes --context K=V, --format F, --principal P, --action A or --resource R at argv[*at] and moves
 * *at to its value. CLI_OK: taken or, with *out_taken false, none of these.
 */
int iam_question_take(const struct cli_command *command, struct iam_question *question, int argc,
                      char **argv, int *at, bool *out_taken);

/* Loads DIR; NULL after its mistakes were printed. */
struct lic_engine *iam_question_load(const struct cli_command *command, const char *dir);

/* Prints and releases a text of the library's, or prints the failure: CLI_OK or CLI_FAILED. */
int iam_question_print(enum lic_rc rc, lic_str text, const struct lic_err *err);

#endif
