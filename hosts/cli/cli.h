/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line. Each command is one file that defines one struct cli_command; main.c has the
 * table of them, prints help and turns words into a call. Standard output carries results only;
 * mistakes go to standard error as "file:line:column: sentence".
 */
#ifndef HOSTS_CLI_CLI_H
#define HOSTS_CLI_CLI_H

#include <lictor/base.h>

/* Exit codes, the same for every command (lictor.1 lists them). */
enum cli_exit {
    CLI_OK = 0,
    CLI_FAILED = 1, /* something went wrong, or the directory has mistakes */
    CLI_USAGE = 2,  /* the command line was wrong */
    CLI_DENIED = 3  /* `decide`: the verdict is a denial */
};

struct cli_command {
    const char *name;
    const char *arguments; /* "DIR [--follow]" */
    const char *summary;   /* one line of `lictor help` */
    const char *help;      /* the rest of `lictor help NAME`; lines end in \n */
    /* argv[0] is the name of the command. --help was already seen to. */
    int (*run)(int argc, char **argv);
};

extern const struct cli_command check_command, decide_command, eval_command, iam_command,
    init_command, records_command, redact_command, scan_command, serve_command, version_command;

/* `lictor iam NAME ...`: one file each, iam_NAME.c; iam.c has the table of them. Their names are
 * "iam NAME", and argv[0] is NAME. */
extern const struct cli_command iam_lint_command;
extern const struct cli_command iam_diff_command, iam_prove_command;
extern const struct cli_command iam_tighten_command, iam_who_can_command, iam_can_command;
extern const struct cli_command iam_explain_command, iam_simulate_command;

extern const struct cli_command ledger_command, seal_command;

/* `lictor ledger NAME ...`: the same, ledger_NAME.c and ledger.c. */
extern const struct cli_command ledger_verify_command, ledger_prove_command, ledger_check_command;

/* `lictor iam simulate DIR ...` (iam_history.c); argv as the command got it. */
int iam_simulate_history(int argc, char **argv);

/* Prints one failure to standard error; also a lic_report_fn. */
void cli_report(void *arg, const struct lic_err *err);

/* Prints "lictor NAME: sentence" and how to get help; returns CLI_USAGE. */
int cli_usage(const struct cli_command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * For a command that is a table of tools, each named "COMMAND TOOL": runs the one that argv[1]
 * names, or lists them, or helps with one. argv[0] is the command's name.
 */
int cli_run_tool(const struct cli_command *command, const struct cli_command *const *tools,
                 size_t tools_n, int argc, char **argv);

/* The only argument of a command that takes DIR and nothing else, or NULL after cli_usage. */
const char *cli_only_dir(const struct cli_command *command, int argc, char **argv);

#endif
