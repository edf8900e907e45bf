/* SPDX-License-Identifier: Apache-2.0 */
/* lictor ledger: what can be proven of the records. Each tool is a command; the table is here. */
#include "hosts/cli/cli.h"

static const struct cli_command *const tools[] = {
    &ledger_verify_command,
    &ledger_prove_command,
    &ledger_check_command,
};

static int run(int argc, char **argv)
{
    return cli_run_tool(&ledger_command, tools, sizeof tools / sizeof tools[0], argc, argv);
}

const struct cli_command ledger_command = {
    .name = "ledger",
    .arguments = "verify|prove|check ...",
    .summary = "prove what was recorded: verify the log, prove a record, check a proof",
    .help = "Tools over the transparency log that `lictor seal` keeps.\n"
            "`lictor ledger help` lists them.\n\n"
            "Exit codes: 0 good, 1 failed or something was changed, 2 wrong command line.\n",
    .run = run,
};
