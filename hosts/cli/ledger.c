/* SPDX-License-Identifier: Apache-2.0 */
/* lictor ledger: what can be proven of the records. Each tool is a command; the table is here. */
#include "hosts/cli/cli.h"

#include <stdio.h>
#include <string.h>

static const struct cli_command *const tools[] = {
    &ledger_verify_command,
    &ledger_prove_command,
    &ledger_check_command,
};
#define TOOLS_N (sizeof tools / sizeof tools[0])
#define PREFIX_BYTES (sizeof "ledger " - 1)

static const struct cli_command *find_tool(const char *name)
{
    for (size_t i = 0; i < TOOLS_N; i++) {
        if (strcmp(tools[i]->name + PREFIX_BYTES, name) == 0) {
            return tools[i];
        }
    }
    return NULL;
}

static void print_tools(FILE *to)
{
    for (size_t i = 0; i < TOOLS_N; i++) {
        (void)fprintf(to, "  %-9s %s\n", tools[i]->name + PREFIX_BYTES, tools[i]->summary);
    }
    (void)fprintf(to, "\nTry: lictor ledger help NAME\n");
}

static int print_tool_help(const struct cli_command *tool)
{
    (void)printf("lictor %s %s\n\n%s\n\n%s", tool->name, tool->arguments, tool->summary,
                 tool->help);
    return CLI_OK;
}

static int refuse_unknown(const char *name)
{
    (void)fprintf(stderr, "lictor ledger: there is no tool \"%s\"\n", name);
    print_tools(stderr);
    return CLI_USAGE;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return true;
        }
    }
    return false;
}

static int help(const char *name)
{
    const struct cli_command *tool = name != NULL ? find_tool(name) : NULL;
    if (name == NULL) {
        print_tools(stdout);
        return CLI_OK;
    }
    return tool != NULL ? print_tool_help(tool) : refuse_unknown(name);
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        (void)fprintf(stderr, "lictor ledger: which tool?\n");
        print_tools(stderr);
        return CLI_USAGE;
    }
    if (strcmp(argv[1], "help") == 0) {
        return help(argc > 2 ? argv[2] : NULL);
    }
    const struct cli_command *tool = find_tool(argv[1]);
    if (tool == NULL) {
        return refuse_unknown(argv[1]);
    }
    if (asks_for_help(argc - 1, argv + 1)) {
        return print_tool_help(tool);
    }
    return tool->run(argc - 1, argv + 1);
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
