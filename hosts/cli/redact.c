/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lictor redact: text in, the same text out without what must not be in it; and with the key and
 * --reverse, tokens turned back into what they stand for.
 */
#include "hosts/cli/cli.h"
#include "hosts/cli/lines.h"
#include "hosts/posix.h"

#include <lictor/redact.h>
#include <stdio.h>
#include <string.h>

#define GUARDRAIL_BYTES_MAX ((size_t)8 * 1024 * 1024)
#define KEYS_BYTES_MAX ((size_t)64 * 1024)
#define TEXT_BYTES_MAX ((size_t)64 * 1024 * 1024)

struct options {
    const char *guardrail, *channel, *mode, *key, *tenant;
    bool reverse;
    char **files;
    int files_n;
};

/* What was read for the options; released at the end. */
struct inputs {
    lic_str guardrail, keys;
};

struct redacting {
    struct lic_scanner *scanner; /* NULL with --reverse */
    struct lic_redactor *redactor;
    const struct options *options;
};

static lic_str text_of(const char *terminated)
{
    return (lic_str){ terminated, terminated == NULL ? 0 : strlen(terminated) };
}

/* ---- texts ---- */

static enum lic_rc redact_file(struct redacting *redacting, const char *path, struct lic_err *err)
{
    lic_str text = { NULL, 0 };
    lic_str answer = { NULL, 0 };
    uint32_t n = 0;
    enum lic_rc rc = lines_read_all(path, TEXT_BYTES_MAX, &text, err);
    if (rc != LIC_OK) {
        return rc;
    }
    rc = redacting->options->reverse
             ? lic_redactor_reverse(redacting->redactor, text, &answer, &n, err)
             : lic_redactor_text(redacting->redactor, text, &answer, &n, err);
    if (rc == LIC_OK && fwrite(answer.at, 1, answer.n, stdout) != answer.n) {
        rc = posix_fail(err, LIC_E_IO, "stdout", "cannot be written");
    }
    (void)posix_host.resize(NULL, (void *)(uintptr_t)text.at, 0);
    return rc;
}

/* The first failure ends it: a text that is missing from the output must not go unnoticed. */
static int redact_files(struct redacting *redacting)
{
    const struct options *options = redacting->options;
    int n = options->files_n > 0 ? options->files_n : 1;
    struct lic_err err = { .rc = LIC_OK };
    for (int i = 0; i < n; i++) {
        const char *path = options->files_n > 0 ? options->files[i] : NULL;
        if (redact_file(redacting, path, &err) != LIC_OK) {
            cli_report(NULL, &err);
            return CLI_FAILED;
        }
    }
    if (fflush(stdout) != 0) {
        (void)posix_fail(&err, LIC_E_IO, "stdout", "cannot be written");
        cli_report(NULL, &err);
        return CLI_FAILED;
    }
    return CLI_OK;
}

/* ---- making ---- */

static enum lic_rc make_scanner(const struct options *options, const struct inputs *inputs,
                                struct lic_scanner **out, struct lic_err *err)
{
    struct lic_scan_guardrail guardrail = { text_of(options->guardrail), inputs->guardrail };
    bool given = options->guardrail != NULL;
    enum lic_rc rc =
        lic_scanner_new(&posix_host, &guardrail, given ? cli_report : NULL, NULL, out, err);
    if (rc != LIC_OK && !given) {
        cli_report(NULL, err);
    }
    return rc;
}

static int make_redactor(struct redacting *redacting, const struct inputs *inputs)
{
    const struct options *options = redacting->options;
    struct lic_err err = { .rc = LIC_OK };
    struct lic_redact_options wanted = { text_of(options->mode), inputs->keys,
                                         text_of(options->tenant) };
    if (!options->reverse) {
        if (make_scanner(options, inputs, &redacting->scanner, &err) != LIC_OK) {
            return CLI_FAILED;
        }
        if (!lic_scanner_channel(redacting->scanner, text_of(options->channel))) {
            return cli_usage(&redact_command, "\"%s\" is not a channel", options->channel);
        }
    }
    enum lic_rc rc =
        lic_redactor_new(&posix_host, redacting->scanner, &wanted, &redacting->redactor, &err);
    if (rc == LIC_E_UNKNOWN) {
        return cli_usage(&redact_command, "%s", err.text);
    }
    if (rc != LIC_OK) {
        (void)snprintf(err.file, sizeof err.file, "%s", options->key == NULL ? "" : options->key);
        cli_report(NULL, &err);
        return CLI_FAILED;
    }
    return CLI_OK;
}

static enum lic_rc read_inputs(const struct options *options, struct inputs *out)
{
    struct lic_err err = { .rc = LIC_OK };
    enum lic_rc rc = LIC_OK;
    if (options->guardrail != NULL) {
        rc = lines_read_all(options->guardrail, GUARDRAIL_BYTES_MAX, &out->guardrail, &err);
    }
    if (rc == LIC_OK && options->key != NULL) {
        rc = lines_read_all(options->key, KEYS_BYTES_MAX, &out->keys, &err);
    }
    if (rc != LIC_OK) {
        cli_report(NULL, &err);
    }
    return rc;
}

static void release_inputs(struct inputs *inputs)
{
    if (inputs->keys.at != NULL) {
        explicit_bzero((void *)(uintptr_t)inputs->keys.at, inputs->keys.n);
    }
    (void)posix_host.resize(NULL, (void *)(uintptr_t)inputs->keys.at, 0);
    (void)posix_host.resize(NULL, (void *)(uintptr_t)inputs->guardrail.at, 0);
}

static int redact_with(const struct options *options)
{
    struct inputs inputs = { { NULL, 0 }, { NULL, 0 } };
    struct redacting redacting = { NULL, NULL, options };
    int code = CLI_FAILED;
    if (read_inputs(options, &inputs) == LIC_OK) {
        code = make_redactor(&redacting, &inputs);
    }
    if (code == CLI_OK) {
        code = redact_files(&redacting);
    }
    lic_redactor_free(redacting.redactor);
    lic_scanner_free(redacting.scanner);
    release_inputs(&inputs);
    return code;
}

/* ---- the command line ---- */

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

static bool take_option(int argc, char **argv, int *i, struct options *out)
{
    if (strcmp(argv[*i], "--reverse") == 0) {
        out->reverse = true;
        return true;
    }
    return take_value(argc, argv, i, "--guardrail", &out->guardrail) ||
           take_value(argc, argv, i, "--channel", &out->channel) ||
           take_value(argc, argv, i, "--mode", &out->mode) ||
           take_value(argc, argv, i, "--key", &out->key) ||
           take_value(argc, argv, i, "--tenant", &out->tenant);
}

static int check_options(const struct options *options)
{
    const char *const values[] = { options->guardrail, options->channel, options->mode,
                                   options->key };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (values[i] != NULL && values[i][0] == '\0') {
            return cli_usage(&redact_command, "an option is without its value");
        }
    }
    if (options->reverse && options->key == NULL) {
        return cli_usage(&redact_command, "--reverse wants --key: tokens come back with it only");
    }
    if (options->reverse && (options->mode != NULL || options->guardrail != NULL)) {
        return cli_usage(&redact_command, "--reverse looks for nothing: no --mode, no --guardrail");
    }
    bool keyed = options->mode != NULL &&
                 (strcmp(options->mode, "hash") == 0 || strcmp(options->mode, "token") == 0);
    if (keyed && options->key == NULL) {
        return cli_usage(&redact_command, "--mode %s wants --key", options->mode);
    }
    return CLI_OK;
}

static int read_options(int argc, char **argv, struct options *out)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        if (!take_option(argc, argv, &i, out)) {
            return cli_usage(&redact_command, "there is no option %s", argv[i]);
        }
    }
    out->files = argv + i;
    out->files_n = argc - i;
    return check_options(out);
}

static int run(int argc, char **argv)
{
    struct options options = { .channel = "user" };
    int code = read_options(argc, argv, &options);
    return code == CLI_OK ? redact_with(&options) : code;
}

const struct cli_command redact_command = {
    .name = "redact",
    .arguments = "[--guardrail FILE] [--mode WAY] [--key FILE] [--tenant NAME] [--reverse] "
                 "[FILE...]",
    .summary = "the same text without personal data and secrets; and back",
    .help =
        "Writes each FILE (or standard input) to standard output with what is found in it\n"
        "replaced. Personal, health and financial data, credentials, and the words and\n"
        "expressions of a guardrail are; attacks are not, they are judged.\n\n"
        "  --mode mask     {EMAIL}; what is done without --mode, if the guardrail says nothing\n"
        "  --mode partial  ***@example.com, ************1111\n"
        "  --mode hash     EMAIL_hs...: equal values stay equal, nothing comes back\n"
        "  --mode token    EMAIL_lt...: comes back with --reverse and the same key\n"
        "  --mode remove   nothing\n"
        "  --key FILE      keys, one a line: [NUMBER:]HEX of 64 bytes (openssl rand -hex 64);\n"
        "                  the first makes tokens, all open them\n"
        "  --tenant NAME   bound into every token and hash; the same is needed to reverse\n"
        "  --guardrail FILE  look for what this guardrail acts on, replaced as its lictor block's\n"
        "                  \"rewrite\" says; without it everything that this build detects\n"
        "  --channel NAME  where the text comes from, as for lictor scan\n"
        "  --reverse       put values back where their tokens stand; altered tokens stay\n\n"
        "A value that cannot be replaced as asked (longer than 256 bytes for a token, within a\n"
        "longer word) is masked.\n\n"
        "Exit codes: 0 all was written, 1 something could not be read or a key is wrong,\n"
        "2 wrong command line.\n",
    .run = run,
};
