/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lictor iam simulate: what would policy say? With --jsonl requests come from standard input, one
 * a line with all their policies, and answers leave one a line, in order. Otherwise a configured
 * directory is asked about requests given or recorded (iam_history.c).
 */
#include "hosts/cli/cli.h"
#include "hosts/posix.h"

#include <errno.h>
#include <lictor/simulate.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_BYTES_MAX ((size_t)8 * 1024 * 1024)

/* Standard input cut into lines. Bytes [from, n) are still to be cut. */
struct lines {
    struct lic_simulator *simulator;
    char *at;
    size_t from, n;
    bool skipping; /* inside a line that is too long, which was already answered */
};

static enum lic_rc print_answer(enum lic_rc rc, lic_str answer)
{
    if (rc == LIC_OK && fwrite(answer.at, 1, answer.n, stdout) != answer.n) {
        return posix_fail(NULL, LIC_E_IO, NULL, "standard output could not be written");
    }
    return rc;
}

static enum lic_rc judge(struct lines *lines, lic_str line, struct lic_err *err)
{
    lic_str answer = { NULL, 0 };
    enum lic_rc rc = lic_simulator_line(lines->simulator, line, &answer, err);
    return print_answer(rc, answer);
}

static enum lic_rc refuse_long(struct lines *lines, struct lic_err *err)
{
    lic_str answer = { NULL, 0 };
    enum lic_rc rc =
        lic_simulator_refuse(lines->simulator, "a line is longer than 8388608 bytes", &answer, err);
    lines->skipping = true;
    return print_answer(rc, answer);
}

/* Judges every whole line that is there and keeps the beginning of the next one. */
static enum lic_rc cut_lines(struct lines *lines, struct lic_err *err)
{
    enum lic_rc rc = LIC_OK;
    while (rc == LIC_OK) {
        char *start = lines->at + lines->from;
        char *end = memchr(start, '\n', lines->n - lines->from);
        if (end == NULL) {
            break;
        }
        lines->from += (size_t)(end - start) + 1;
        if (!lines->skipping) {
            rc = judge(lines, (lic_str){ start, (size_t)(end - start) }, err);
        }
        lines->skipping = false;
    }
    (void)memmove(lines->at, lines->at + lines->from, lines->n - lines->from);
    lines->n -= lines->from;
    lines->from = 0;
    if (rc == LIC_OK && lines->n > LINE_BYTES_MAX) {
        rc = lines->skipping ? LIC_OK : refuse_long(lines, err);
        lines->n = 0;
    }
    return rc;
}

/* The last line need not end in a newline. */
static enum lic_rc end_lines(struct lines *lines, struct lic_err *err)
{
    bool more = lines->n > 0 && !lines->skipping;
    return more ? judge(lines, (lic_str){ lines->at, lines->n }, err) : LIC_OK;
}

/* Answers leave before more input is waited for, so that a program may ask line by line. */
static enum lic_rc read_lines(struct lines *lines, struct lic_err *err)
{
    for (;;) {
        ssize_t got = read(STDIN_FILENO, lines->at + lines->n, LINE_BYTES_MAX + 1 - lines->n);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return posix_fail(err, LIC_E_IO, "stdin", "cannot be read: %s", strerror(errno));
        }
        if (got == 0) {
            return end_lines(lines, err);
        }
        lines->n += (size_t)got;
        enum lic_rc rc = cut_lines(lines, err);
        if (rc != LIC_OK) {
            return rc;
        }
        if (fflush(stdout) != 0) {
            return posix_fail(err, LIC_E_IO, "stdout", "cannot be written: %s", strerror(errno));
        }
    }
}

static int simulate_lines(void)
{
    struct lines lines = { .simulator = NULL };
    struct lic_err err = { .rc = LIC_OK };
    enum lic_rc rc = lic_simulator_new(&posix_host, &lines.simulator, &err);
    lines.at = posix_host.resize(NULL, NULL, LINE_BYTES_MAX + 1);
    if (rc == LIC_OK && lines.at == NULL) {
        rc = posix_fail(&err, LIC_E_NOMEM, NULL, "no memory for a line of requests");
    }
    if (rc == LIC_OK) {
        rc = read_lines(&lines, &err);
    }
    lic_simulator_free(lines.simulator);
    (void)posix_host.resize(NULL, lines.at, 0);
    if (rc != LIC_OK) {
        cli_report(NULL, &err);
    }
    return rc == LIC_OK ? CLI_OK : CLI_FAILED;
}

static int run(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--jsonl") == 0) {
        return simulate_lines();
    }
    if (argc < 2) {
        return cli_usage(&iam_simulate_command, "what is to be judged is missing");
    }
    return iam_simulate_history(argc, argv);
}

const struct cli_command iam_simulate_command = {
    .name = "iam simulate",
    .arguments = "--jsonl < requests.jsonl, or DIR --history [OPTION]..., or DIR --principal P\n"
                 "                    --action A --resource R [OPTION]...",
    .summary = "what would policy say: of requests given as lines, or recorded ones",
    .help =
        "--jsonl reads one request a line from standard input, each with the policies that bear\n"
        "on it, and prints one answer a line, in order:\n\n"
        "  "
        "{\"id\":1,\"principal\":\"arn:aws:iam::111122223333:user/"
        "ada\",\"action\":\"s3:GetObject\",\n"
        "   \"resource\":{\"resource\":\"arn:aws:s3:::b/k\",\"accountId\":\"111122223333\"},\n"
        "   \"context\":{\"aws:SourceIp\":\"192.0.2.1\"},\"identityPolicies\":[{...}]}\n"
        "  {\"id\":1,\"result\":\"Allowed\",\"blockedBy\":[],\"error\":null}\n\n"
        "resourcePolicy, permissionBoundaries, sessionPolicy, serviceControlPolicies and\n"
        "resourceControlPolicies may follow (docs/POLICY.md). A line that cannot be judged is\n"
        "answered with its error and \"ImplicitlyDenied\". A line may have 8 MiB.\n\n"
        "DIR --history decides again what the ledger of DIR has, and prints what would change or\n"
        "cannot be told. DIR with a question asks what the policies of DIR would say of it.\n\n"
        "  --policies NEW        policies from the folder NEW, or a whole directory in place of "
        "DIR\n"
        "  --replace NAME=FILE   FILE in place of policies/NAME.json; may be repeated\n"
        "  --since T, --until T  2026-11-22, 2026-11-22T10:00:00Z, or 15m, 2h, 7d ago\n"
        "  --state STATE         read STATE/ledger/records\n"
        "  --context KEY=VALUE   of the question; may be repeated\n"
        "  --format text|json\n\n"
        "Exit codes: 0 every line was answered, nothing would change, or the question is allowed,\n"
        "1 it failed or something would change, 2 wrong command line, 3 the question is denied.\n",
    .run = run,
};
