/* SPDX-License-Identifier: Apache-2.0 */
/* lictor eval: how well is it detected? Labelled lines in, figures out. */
#include "hosts/cli/cli.h"
#include "hosts/cli/lines.h"
#include "hosts/posix.h"

#include <lictor/scan.h>
#include <stdio.h>
#include <string.h>

static const char *const TASKS[] = { "injection", "pii", "secrets" }; /* ORDER LIC_EVAL_TASK */
#define TASKS_N (sizeof TASKS / sizeof TASKS[0])

struct evaluating {
    struct lic_eval *eval;
    const char *path;
    uint32_t line;
};

static enum lic_rc on_line(void *arg, lic_str line, bool too_long, struct lic_err *err)
{
    struct evaluating *evaluating = arg;
    evaluating->line++;
    enum lic_rc rc = too_long ? posix_fail(err, LIC_E_LIMIT, NULL,
                                           "the line is longer than %zu bytes", LINES_BYTES_MAX)
                              : lic_eval_line(evaluating->eval, line, err);
    if (rc != LIC_OK) {
        (void)snprintf(err->file, sizeof err->file, "%s", evaluating->path);
        err->line = evaluating->line;
    }
    return rc;
}

static enum lic_rc measure(struct lic_scanner *scanner, enum lic_eval_task task, const char *path,
                           struct lic_err *err)
{
    struct evaluating evaluating = { .path = path };
    struct lines_reader reader = { on_line, NULL, &evaluating };
    lic_str report = { NULL, 0 };
    enum lic_rc rc = lic_eval_new(scanner, task, &evaluating.eval, err);
    if (rc == LIC_OK) {
        rc = lines_read(path, &reader, err);
    }
    if (rc == LIC_OK) {
        rc = lic_eval_report(evaluating.eval, &report, err);
    }
    if (rc == LIC_OK) {
        (void)printf("%s: %.*s", path, (int)report.n, report.at);
    }
    lic_eval_free(evaluating.eval);
    return rc;
}

static int measure_all(enum lic_eval_task task, lic_str channel, char **files, int files_n)
{
    struct lic_err err = { .rc = LIC_OK };
    struct lic_scanner *scanner = NULL;
    enum lic_rc rc = lic_scanner_new(&posix_host, NULL, NULL, NULL, &scanner, &err);
    if (rc == LIC_OK && !lic_scanner_channel(scanner, channel)) {
        lic_scanner_free(scanner);
        return cli_usage(&eval_command, "\"%s\" is not a channel", channel.at);
    }
    for (int i = 0; i < files_n && rc == LIC_OK; i++) {
        rc = measure(scanner, task, files[i], &err);
    }
    lic_scanner_free(scanner);
    if (rc != LIC_OK) {
        cli_report(NULL, &err);
    }
    return rc == LIC_OK ? CLI_OK : CLI_FAILED;
}

static bool find_task(const char *name, enum lic_eval_task *out)
{
    for (size_t i = 0; i < TASKS_N; i++) {
        if (strcmp(TASKS[i], name) == 0) {
            *out = (enum lic_eval_task)i;
            return true;
        }
    }
    return false;
}

static int run(int argc, char **argv)
{
    const char *task_name = "", *channel = "user";
    enum lic_eval_task task = LIC_EVAL_INJECTION;
    int i = 1;
    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        if (strcmp(argv[i], "--task") == 0) {
            task_name = argv[i + 1];
        } else if (strcmp(argv[i], "--channel") == 0) {
            channel = argv[i + 1];
        } else {
            return cli_usage(&eval_command, "there is no option %s", argv[i]);
        }
    }
    if (!find_task(task_name, &task)) {
        return cli_usage(&eval_command, "--task is one of injection, pii, secrets");
    }
    if (i >= argc) {
        return cli_usage(&eval_command, "the data is missing");
    }
    return measure_all(task, (lic_str){ channel, strlen(channel) }, argv + i, argc - i);
}

const struct cli_command eval_command = {
    .name = "eval",
    .arguments = "--task injection|pii|secrets [--channel NAME] DATA.jsonl...",
    .summary = "how well detection does on labelled texts",
    .help =
        "Reads lines of JSON and prints figures for each file:\n\n"
        "  injection  {\"text\",\"label\":0 or 1,\"channel\"?}: area under the curve, attacks "
        "found at\n"
        "             1 and 5 % false alarms, rates at the operating point\n"
        "  secrets    the same, for findings of category credentials\n"
        "  pii        {\"text\",\"spans\":[{\"type\",\"start\",\"end\"}]}, in code points: "
        "precision, recall\n"
        "             and F1 of each type, at the exact place and overlapping. Presidio's names "
        "of\n"
        "             types are taken for Bedrock's\n\n"
        "Rates have Wilson's interval at 95 %. A line that cannot be read ends it: figures over a\n"
        "part of the data would mislead.\n\n"
        "Exit codes: 0 measured, 1 the data could not be read, 2 wrong command line.\n",
    .run = run,
};
