/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lictor scan: what is in these texts? Files, or lines of JSON; for people or for programs. One
 * process scans everything, so that what it compiled at the start is used for all of it.
 */
#include "hosts/cli/cli.h"
#include "hosts/cli/lines.h"
#include "hosts/posix.h"

#include <lictor/scan.h>
#include <stdio.h>
#include <string.h>

#define GUARDRAIL_BYTES_MAX ((size_t)8 * 1024 * 1024)
#define TEXT_BYTES_MAX ((size_t)64 * 1024 * 1024)

struct options {
    const char *guardrail, *channel;
    bool jsonl, explain;
    char **files;
    int files_n;
};

struct scanning {
    struct lic_scanner *scanner;
    const struct options *options;
};

static enum lic_rc print(enum lic_rc rc, lic_str answer, struct lic_err *err)
{
    if (rc == LIC_OK && fwrite(answer.at, 1, answer.n, stdout) != answer.n) {
        return posix_fail(err, LIC_E_IO, "stdout", "cannot be written");
    }
    return rc;
}

static enum lic_rc on_line(void *arg, lic_str line, bool too_long, struct lic_err *err)
{
    struct scanning *scanning = arg;
    lic_str answer = { NULL, 0 };
    if (too_long) {
        enum lic_rc rc = lic_scanner_refuse(scanning->scanner,
                                            "the line is longer than 16777216 bytes", &answer, err);
        return print(rc, answer, err);
    }
    enum lic_rc rc = lic_scanner_line(scanning->scanner, line, &answer, err);
    return print(rc, answer, err);
}

/* Answers leave before more input is waited for, so that a program may ask line by line. */
static enum lic_rc on_pause(void *arg, struct lic_err *err)
{
    (void)arg;
    return fflush(stdout) == 0 ? LIC_OK : posix_fail(err, LIC_E_IO, "stdout", "cannot be written");
}

static enum lic_rc scan_lines(struct scanning *scanning, const char *path, struct lic_err *err)
{
    struct lines_reader reader = { on_line, on_pause, scanning };
    return lines_read(path, &reader, err);
}

static enum lic_rc scan_whole(struct scanning *scanning, const char *path, struct lic_err *err)
{
    lic_str text = { NULL, 0 };
    lic_str answer = { NULL, 0 };
    enum lic_rc rc = lines_read_all(path, TEXT_BYTES_MAX, &text, err);
    if (rc != LIC_OK) {
        return rc;
    }
    lic_str id = { path == NULL ? "-" : path, strlen(path == NULL ? "-" : path) };
    rc = scanning->options->explain ? lic_scanner_explain(scanning->scanner, id, text, &answer, err)
                                    : lic_scanner_answer(scanning->scanner, id, text, &answer, err);
    rc = print(rc, answer, err);
    (void)posix_host.resize(NULL, (void *)(uintptr_t)text.at, 0);
    return rc;
}

/* Every file is tried; the first failure of one does not hide the others' results. */
static int scan_files(struct scanning *scanning)
{
    const struct options *options = scanning->options;
    int code = CLI_OK;
    int n = options->files_n > 0 ? options->files_n : 1;
    for (int i = 0; i < n; i++) {
        struct lic_err err = { .rc = LIC_OK };
        const char *path = options->files_n > 0 ? options->files[i] : NULL;
        enum lic_rc rc =
            options->jsonl ? scan_lines(scanning, path, &err) : scan_whole(scanning, path, &err);
        if (rc != LIC_OK) {
            cli_report(NULL, &err);
            code = CLI_FAILED;
        }
    }
    return code;
}

/* The guardrail of the options compiled; mistakes in it were told. */
static enum lic_rc make_scanner(const struct options *options, struct lic_scanner **out,
                                struct lic_err *err)
{
    struct lic_scan_guardrail guardrail = { { NULL, 0 }, { NULL, 0 } };
    enum lic_rc rc = LIC_OK;
    if (options->guardrail != NULL) {
        guardrail.file = (lic_str){ options->guardrail, strlen(options->guardrail) };
        rc = lines_read_all(options->guardrail, GUARDRAIL_BYTES_MAX, &guardrail.text, err);
        if (rc != LIC_OK) {
            cli_report(NULL, err);
            return rc;
        }
    }
    bool given = options->guardrail != NULL;
    rc = lic_scanner_new(&posix_host, &guardrail, given ? cli_report : NULL, NULL, out, err);
    if (rc != LIC_OK && !given) {
        cli_report(NULL, err);
    }
    (void)posix_host.resize(NULL, (void *)(uintptr_t)guardrail.text.at, 0);
    return rc;
}

static bool take_value(int argc, char **argv, int *i, const char *name, const char **out)
{
    size_t n = strlen(name);
    if (strncmp(argv[*i], name, n) != 0 || (argv[*i][n] != '\0' && argv[*i][n] != '=')) {
        return false;
    }
    if (argv[*i][n] == '=') {
        *out = argv[*i] + n + 1;
    } else {
        *out = *i + 1 < argc ? argv[++*i] : "";
    }
    return true;
}

/* Options come before the files. CLI_OK or the code to leave with. */
static int read_options(int argc, char **argv, struct options *out)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        if (strcmp(argv[i], "--jsonl") == 0) {
            out->jsonl = true;
        } else if (strcmp(argv[i], "--explain") == 0) {
            out->explain = true;
        } else if (!take_value(argc, argv, &i, "--guardrail", &out->guardrail) &&
                   !take_value(argc, argv, &i, "--channel", &out->channel)) {
            return cli_usage(&scan_command, "there is no option %s", argv[i]);
        }
    }
    out->files = argv + i;
    out->files_n = argc - i;
    if (out->jsonl && out->explain) {
        return cli_usage(&scan_command,
                         "--explain is for people, --jsonl for programs: one of them");
    }
    if (out->guardrail != NULL && out->guardrail[0] == '\0') {
        return cli_usage(&scan_command, "--guardrail wants a file");
    }
    return CLI_OK;
}

static int scan_with(const struct options *options)
{
    struct lic_err err = { .rc = LIC_OK };
    struct scanning scanning = { NULL, options };
    if (make_scanner(options, &scanning.scanner, &err) != LIC_OK) {
        return CLI_FAILED;
    }
    int code;
    lic_str channel = { options->channel, strlen(options->channel) };
    if (lic_scanner_channel(scanning.scanner, channel)) {
        code = scan_files(&scanning);
    } else {
        code = cli_usage(&scan_command,
                         "\"%s\" is not a channel: user, tool_result, document, assistant, system "
                         "or tool_call",
                         options->channel);
    }
    lic_scanner_free(scanning.scanner);
    return code;
}

static int run(int argc, char **argv)
{
    struct options options = { .channel = "user" };
    int code = read_options(argc, argv, &options);
    return code == CLI_OK ? scan_with(&options) : code;
}

const struct cli_command scan_command = {
    .name = "scan",
    .arguments = "[--guardrail FILE] [--channel NAME] [--jsonl | --explain] [FILE...]",
    .summary = "what is in these texts: attacks, personal data, secrets",
    .help =
        "Each FILE (or standard input) is one text, and its result is one line of JSON:\n\n"
        "  {\"id\":\"FILE\",\"injection\":0.97,\"jailbreak\":0.1,\"classes\":[\"pii\"],\n"
        "   "
        "\"sensitivity\":\"confidential\",\"findings\":[{\"type\":\"EMAIL\",\"category\":\"pii\",\n"
        "   \"start\":8,\"end\":23,\"score\":1,\"rule\":\"pii.email\"}]}\n\n"
        "Offsets count code points. Without --guardrail all that this build detects is looked "
        "for;\n"
        "with it, what the guardrail acts on (its output side for the channel assistant).\n\n"
        "  --channel NAME  where the text comes from: user (default), tool_result, document,\n"
        "                  assistant, system, tool_call\n"
        "  --jsonl         texts are lines {\"id\":...,\"text\":\"...\",\"channel\":\"...\"}; "
        "answers come in\n"
        "                  order, one a line; a line that cannot be read is answered with "
        "\"error\"\n"
        "  --explain       for people: each finding with its rule and text, and the features of "
        "the\n"
        "                  classifier that weighed most\n\n"
        "Exit codes: 0 everything was scanned, 1 a file could not be read or the guardrail has\n"
        "mistakes, 2 wrong command line. What is found does not change the exit code.\n",
    .run = run,
};
