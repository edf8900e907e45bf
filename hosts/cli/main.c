/* SPDX-License-Identifier: Apache-2.0 */
/* Turns the command line into one call of one command; the table of commands is here. */
#include "hosts/cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ERROR_LINE_BYTES 1024

static const struct cli_command *const commands[] = {
    &init_command,    &check_command,   &serve_command, &decide_command,
    &records_command, &scan_command,    &eval_command,  &redact_command,
    &iam_command,     &version_command, &seal_command,  &ledger_command,
};
#define COMMANDS_N (sizeof commands / sizeof commands[0])

void cli_report(void *arg, const struct lic_err *err)
{
    (void)arg;
    char line[ERROR_LINE_BYTES];
    (void)lic_err_format(err, line, sizeof line);
    (void)fprintf(stderr, "%s\n", line);
}

int cli_usage(const struct cli_command *command, const char *format, ...)
{
    (void)fprintf(stderr, "lictor %s: ", command->name);
    va_list args;
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fprintf(stderr, "\nUsage: lictor %s %s\nTry: lictor %s --help\n", command->name,
                  command->arguments, command->name);
    return CLI_USAGE;
}

const char *cli_only_dir(const struct cli_command *command, int argc, char **argv)
{
    if (argc == 2 && argv[1][0] != '-' && argv[1][0] != '\0') {
        return argv[1];
    }
    if (argc < 2 || argv[1][0] == '\0') {
        (void)cli_usage(command, "the directory is missing");
    } else if (argv[1][0] == '-') {
        (void)cli_usage(command, "there is no option %s (for a directory of that name: ./%s)",
                        argv[1], argv[1]);
    } else {
        (void)cli_usage(command, "one directory is enough; \"%s\" is more", argv[2]);
    }
    return NULL;
}

static const struct cli_command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS_N; i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            return commands[i];
        }
    }
    return NULL;
}

static void print_overview(FILE *to)
{
    (void)fprintf(to, "Lictor stands between AI agents and the models and tools they use: every "
                      "call is\nauthorised, inspected, recorded and provable before it happens."
                      "\n\nUsage: lictor COMMAND ...\n\n");
    for (size_t i = 0; i < COMMANDS_N; i++) {
        (void)fprintf(to, "  %-9s%s\n", commands[i]->name, commands[i]->summary);
    }
    (void)fprintf(to, "  %-9s%s\n\n", "help", "say more about one command: lictor help COMMAND");
    (void)fprintf(to, "Exit codes: 0 good, 1 failed or the directory has mistakes, 2 wrong command "
                      "line,\n3 (decide only) the verdict is a denial.\n\n"
                      "Begin with: lictor init DIR && lictor serve DIR\n");
}

static int print_help(const struct cli_command *command)
{
    (void)printf("lictor %s %s\n\n%s\n\n%s", command->name, command->arguments, command->summary,
                 command->help);
    return CLI_OK;
}

static int refuse_unknown(const char *name)
{
    (void)fprintf(stderr, "lictor: there is no command \"%s\"\n", name);
    print_overview(stderr);
    return CLI_USAGE;
}

static int help(int argc, char **argv)
{
    if (argc < 2) {
        print_overview(stdout);
        return CLI_OK;
    }
    const struct cli_command *command = find_command(argv[1]);
    return command != NULL ? print_help(command) : refuse_unknown(argv[1]);
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

/* ---- commands that are tables of tools ---- */

static const char *tool_name(const struct cli_command *command, const struct cli_command *tool)
{
    return tool->name + strlen(command->name) + 1;
}

static void print_tools(const struct cli_command *command, const struct cli_command *const *tools,
                        size_t tools_n, FILE *to)
{
    for (size_t i = 0; i < tools_n; i++) {
        (void)fprintf(to, "  %-9s %s\n", tool_name(command, tools[i]), tools[i]->summary);
    }
    (void)fprintf(to, "\nTry: lictor %s help NAME\n", command->name);
}

int cli_run_tool(const struct cli_command *command, const struct cli_command *const *tools,
                 size_t tools_n, int argc, char **argv)
{
    bool helps = argc > 1 && strcmp(argv[1], "help") == 0;
    const char *name = argc > (helps ? 2 : 1) ? argv[helps ? 2 : 1] : NULL;
    if (name == NULL) {
        if (!helps) {
            (void)fprintf(stderr, "lictor %s: which tool?\n", command->name);
        }
        print_tools(command, tools, tools_n, helps ? stdout : stderr);
        return helps ? CLI_OK : CLI_USAGE;
    }
    for (size_t i = 0; i < tools_n; i++) {
        if (strcmp(tool_name(command, tools[i]), name) == 0) {
            return helps || asks_for_help(argc - 1, argv + 1) ? print_help(tools[i])
                                                              : tools[i]->run(argc - 1, argv + 1);
        }
    }
    (void)fprintf(stderr, "lictor %s: there is no tool \"%s\"\n", command->name, name);
    print_tools(command, tools, tools_n, stderr);
    return CLI_USAGE;
}

/* ---- the command line ---- */

static int run_command(int argc, char **argv)
{
    if (argc < 2) {
        print_overview(stderr);
        return CLI_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        return help(argc - 1, argv + 1);
    }
    if (strcmp(name, "--version") == 0) {
        name = "version";
    }
    const struct cli_command *command = find_command(name);
    if (command == NULL) {
        return refuse_unknown(name);
    }
    bool has_tools =
        (command == &iam_command || command == &ledger_command) && argc > 2 && argv[2][0] != '-';
    if (!has_tools && asks_for_help(argc - 1, argv + 1)) {
        return print_help(command);
    }
    return command->run(argc - 1, argv + 1);
}

/* A result that could not be written (full disk, closed pipe) must not look like success. */
int main(int argc, char **argv)
{
    int code = run_command(argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        (void)fprintf(stderr, "lictor: standard output could not be written\n");
        return CLI_FAILED;
    }
    return code;
}
