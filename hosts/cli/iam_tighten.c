/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lictor iam tighten: the smallest policy that allows what was used. The history is read twice:
 * once to count, once to replay it against the draft.
 */
#include "hosts/cli/cli.h"
#include "hosts/cli/history_files.h"
#include "hosts/posix.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    const char *principal, *dir, *state;
    bool json;
    struct history_files files;
    struct lic_history_options history;
};

/* ---- options ---- */

static bool read_number(const char *text, uint32_t *out)
{
    char *end = NULL;
    errno = 0;
    unsigned long n = strtoul(text, &end, 10);
    bool good =
        text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && n > 0 && n <= 1000000;
    *out = good ? (uint32_t)n : 0;
    return good;
}

static bool read_format(const char *text, bool *out_json)
{
    *out_json = strcmp(text, "json") == 0;
    return *out_json || strcmp(text, "text") == 0;
}

static int set_valued(struct options *options, const char *name, const char *value)
{
    struct lic_history_options *history = &options->history;
    bool good = false;
    if (value == NULL || value[0] == '\0') {
        return cli_usage(&iam_tighten_command, "%s needs a value", name);
    }
    if (strcmp(name, "--since") == 0) {
        good = history_files_time(value, &history->since_ns);
    } else if (strcmp(name, "--until") == 0) {
        good = history_files_time(value, &history->until_ns);
    } else if (strcmp(name, "--examples") == 0) {
        good = read_number(value, &history->examples_min) && history->examples_min > 1;
    } else if (strcmp(name, "--events") == 0) {
        good = read_number(value, &history->events_min);
    } else if (strcmp(name, "--format") == 0) {
        good = read_format(value, &options->json);
    } else if (strcmp(name, "--state") == 0) {
        options->state = value;
        good = true;
    } else {
        return cli_usage(&iam_tighten_command, "there is no option %s", name);
    }
    return good ? CLI_OK : cli_usage(&iam_tighten_command, "%s cannot be \"%s\"", name, value);
}

static int set_word(struct options *options, const char *word)
{
    const char **to = options->principal == NULL ? &options->principal
                      : options->dir == NULL     ? &options->dir
                                                 : NULL;
    if (to == NULL || word[0] == '\0') {
        return cli_usage(&iam_tighten_command, "\"%s\" is one word too many", word);
    }
    *to = word;
    return CLI_OK;
}

/* --cloudtrail takes all words up to the next option, so that *.json.gz may stand there. */
static int take_files(struct options *options, int argc, char **argv, int from)
{
    int to = from;
    while (to < argc && argv[to][0] != '-') {
        to++;
    }
    bool again = options->files.cloudtrail_n > 0;
    if (to == from || again) {
        (void)cli_usage(&iam_tighten_command, "--cloudtrail %s",
                        again ? "is given once, with all files" : "needs a file");
        return -1;
    }
    options->files.cloudtrail = argv + from;
    options->files.cloudtrail_n = to - from;
    return to;
}

static int read_options(int argc, char **argv, struct options *out)
{
    int code = CLI_OK;
    for (int i = 1; i < argc && code == CLI_OK; i++) {
        if (strcmp(argv[i], "--exact") == 0) {
            out->history.exact = true;
        } else if (strcmp(argv[i], "--cloudtrail") == 0) {
            int to = take_files(out, argc, argv, i + 1);
            code = to < 0 ? CLI_USAGE : CLI_OK;
            i = to - 1;
        } else if (argv[i][0] == '-') {
            code = set_valued(out, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
            i++;
        } else {
            code = set_word(out, argv[i]);
        }
    }
    return code;
}

static int check_options(const struct options *options)
{
    if (options->principal == NULL) {
        return cli_usage(&iam_tighten_command, "the principal is missing");
    }
    if (options->dir == NULL && options->state == NULL && options->files.cloudtrail_n == 0) {
        return cli_usage(&iam_tighten_command,
                         "what was used is missing: a directory, --state or --cloudtrail");
    }
    return CLI_OK;
}

/* ---- the work ---- */

static void print_text(lic_str text, FILE *to)
{
    (void)fwrite(text.at, 1, text.n, to);
    (void)posix_host.resize(NULL, (void *)(uintptr_t)text.at, 0);
}

static enum lic_rc print_results(struct lic_history *history, bool json, struct lic_err *err)
{
    lic_str text = { 0 };
    enum lic_rc rc =
        lic_history_write(history, json ? LIC_HISTORY_JSON : LIC_HISTORY_POLICY, &text, err);
    if (rc == LIC_OK) {
        print_text(text, stdout);
    }
    if (rc == LIC_OK && !json) {
        rc = lic_history_write(history, LIC_HISTORY_REASONS, &text, err);
        if (rc == LIC_OK) {
            print_text(text, stderr);
        }
    }
    return rc;
}

/* Nothing used, nothing to draft: that is said rather than an empty policy printed. */
static int verdict_of(const struct lic_history *history, const char *principal)
{
    struct lic_history_counts counts;
    lic_history_count(history, &counts);
    if (counts.skipped > 0) {
        (void)fprintf(stderr,
                      "note: %llu records could not be read, so what they used is not in "
                      "the policy\n",
                      (unsigned long long)counts.skipped);
    }
    if (counts.used == 0) {
        (void)fprintf(stderr, "lictor iam tighten: in %llu records %s used nothing\n",
                      (unsigned long long)counts.read / 2, principal);
        return CLI_FAILED;
    }
    return counts.changed == 0 ? CLI_OK : CLI_FAILED;
}

static int tighten_with(struct lic_history *history, const struct options *options)
{
    struct lic_err err = { 0 };
    enum lic_rc rc = history_files_feed(history, &options->files, &err);
    if (rc == LIC_OK) {
        rc = lic_history_draft(history, &err);
    }
    if (rc == LIC_OK) {
        rc = history_files_feed(history, &options->files, &err);
    }
    if (rc == LIC_OK) {
        rc = print_results(history, options->json, &err);
    }
    if (rc != LIC_OK) {
        cli_report(NULL, &err);
        return CLI_FAILED;
    }
    return verdict_of(history, options->principal);
}

static int tighten(struct lic_engine *engine, struct options *options)
{
    struct lic_history *history = NULL;
    struct lic_err err = { 0 };
    char state[4096];
    if (options->state == NULL && engine != NULL) {
        struct lic_settings settings = { 0 };
        lic_engine_settings(engine, &settings);
        (void)snprintf(state, sizeof state, LIC_FMT, LIC_ARG(settings.state_dir));
        options->state = state;
    }
    options->files.state = options->state;
    if (lic_history_tighten(&posix_host, engine, &options->history, &history, &err) != LIC_OK) {
        cli_report(NULL, &err);
        return CLI_FAILED;
    }
    int code = tighten_with(history, options);
    lic_history_free(history);
    return code;
}

static int run(int argc, char **argv)
{
    struct options options = {
        .history = { .since_ns = INT64_MIN,
                     .until_ns = posix_host.wall_ns(NULL),
                     .report = cli_report },
    };
    int code = read_options(argc, argv, &options);
    if (code == CLI_OK) {
        code = check_options(&options);
    }
    if (code != CLI_OK) {
        return code;
    }
    struct lic_engine *engine = NULL;
    struct lic_err err = { 0 };
    options.history.principal = (lic_str){ options.principal, strlen(options.principal) };
    if (options.dir != NULL &&
        lic_engine_load(&posix_host, options.dir, cli_report, NULL, &engine, &err) != LIC_OK) {
        (void)fprintf(stderr, "lictor iam tighten: %s was refused\n", options.dir);
        return CLI_FAILED;
    }
    code = tighten(engine, &options);
    lic_engine_unref(engine);
    return code;
}

const struct cli_command iam_tighten_command = {
    .name = "iam tighten",
    .arguments = "PRINCIPAL [DIR] [--since T] [--until T] [--exact] [--cloudtrail FILE...]",
    .summary = "the smallest policy that allows what was used",
    .help =
        "Reads what PRINCIPAL (an ARN, or the name at its end; for a role all its sessions) used:\n"
        "from the ledger of DIR, and from files of CloudTrail. Prints a policy that allows that,\n"
        "and on standard error a reason for each line. Replays the history against the policy.\n"
        "With DIR nothing is drafted that the present policies do not allow.\n\n"
        "  --since T, --until T  2026-11-22, 2026-11-22T10:00:00Z, or 15m, 2h, 7d ago\n"
        "  --cloudtrail FILE...  JSON or .json.gz, or folders of them\n"
        "  --exact               the resources as they were used, no conditions\n"
        "  --examples N          different ids that become '*' (3)\n"
        "  --events N            uses before a condition is drafted (20)\n"
        "  --state STATE         read STATE/ledger/records\n"
        "  --format text|json    json: one object with policy, reasons by Sid, notes and replay\n\n"
        "Exit codes: 0 drafted and nothing used is lost, 1 failed, nothing was used, or the "
        "replay\n"
        "lost something, 2 wrong command line.\n",
    .run = run,
};
