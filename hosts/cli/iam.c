/* SPDX-License-Identifier: Apache-2.0 */
/* lictor iam: the tools of least privilege. Each is a command of its own; the table is here. */
#include "hosts/cli/cli.h"

static const struct cli_command *const tools[] = {
    &iam_simulate_command, &iam_tighten_command, &iam_who_can_command, &iam_can_command,
    &iam_lint_command,     &iam_prove_command,   &iam_diff_command,    &iam_explain_command,
};

static int run(int argc, char **argv)
{
    return cli_run_tool(&iam_command, tools, sizeof tools / sizeof tools[0], argc, argv);
}

const struct cli_command iam_command = {
    .name = "iam",
    .arguments = "TOOL ...",
    .summary = "least privilege: simulate, explain, lint, prove, diff, tighten, who-can",
    .help =
        "Tools over policies: what they decide and why, what is wrong with them, what they can\n"
        "be proven to allow or not, and the smallest ones that allow what was used.\n"
        "`lictor iam help` lists them.\n\n"
        "Exit codes: each tool's help says; 2 is always a wrong command line.\n",
    .run = run,
};
