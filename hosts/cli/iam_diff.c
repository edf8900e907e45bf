/* SPDX-License-Identifier: Apache-2.0 */
/* lictor iam diff: which access a change of policies gives and takes, in words and examples. */
#include "hosts/cli/cli.h"
#include "hosts/cli/policy_files.h"
#include "hosts/posix.h"

#include <stdio.h>
#include <string.h>

#define EXIT_UNKNOWN 3

struct diff_options {
    const char *paths[2];
    int paths_n;
    bool resource, json;
};

static int set_option(struct diff_options *o, const char *name, const char *value)
{
    if (value == NULL) {
        return cli_usage(&iam_diff_command, "%s needs a value", name);
    }
    if (strcmp(name, "--format") == 0 &&
        (strcmp(value, "json") == 0 || strcmp(value, "text") == 0)) {
        o->json = strcmp(value, "json") == 0;
        return CLI_OK;
    }
    if (strcmp(name, "--kind") == 0 &&
        (strcmp(value, "identity") == 0 || strcmp(value, "resource") == 0)) {
        o->resource = strcmp(value, "resource") == 0;
        return CLI_OK;
    }
    return cli_usage(&iam_diff_command,
                     "%s %s is no option: --kind identity|resource and "
                     "--format text|json are",
                     name, value);
}

static int read_words(struct diff_options *o, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) == 0) {
            int rc = set_option(o, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
            if (rc != CLI_OK) {
                return rc;
            }
            i++;
        } else if (o->paths_n < 2) {
            o->paths[o->paths_n++] = argv[i];
        } else {
            return cli_usage(&iam_diff_command, "there are too many arguments");
        }
    }
    return o->paths_n == 2 ? CLI_OK : cli_usage(&iam_diff_command, "OLD and NEW are needed");
}

static int exit_code(enum lic_prove_verdict verdict)
{
    switch (verdict) {
    case LIC_PROVE_PASS:
        return CLI_OK;
    case LIC_PROVE_FAIL:
        return CLI_FAILED;
    case LIC_PROVE_UNKNOWN:
        break;
    }
    return EXIT_UNKNOWN;
}

static int compare(const struct diff_options *o, struct policy_files *a, struct policy_files *b)
{
    struct lic_err err = { .rc = LIC_OK };
    enum lic_prove_verdict verdict = LIC_PROVE_UNKNOWN;
    lic_str text = { NULL, 0 };
    enum lic_rc rc = policy_files_add(a, o->paths[0], &err);
    rc = rc == LIC_OK ? policy_files_add(b, o->paths[1], &err) : rc;
    if (rc == LIC_OK) {
        struct lic_prove_ask ask = { .task = LIC_PROVE_NO_NEW_ACCESS,
                                     .resource = o->resource,
                                     .a = a->at,
                                     .a_n = a->n,
                                     .b = b->at,
                                     .b_n = b->n };
        rc = lic_policy_diff(&posix_host, &ask, o->json, &verdict, &text, &err);
    }
    if (rc != LIC_OK) {
        cli_report(NULL, &err);
        return CLI_FAILED;
    }
    (void)fwrite(text.at, 1, text.n, stdout);
    (void)posix_host.resize(posix_host.ctx, (void *)(uintptr_t)text.at, 0);
    return exit_code(verdict);
}

static int run(int argc, char **argv)
{
    struct diff_options options = { .paths_n = 0 };
    struct policy_files a = { .at = NULL };
    struct policy_files b = { .at = NULL };
    int rc = read_words(&options, argc, argv);
    if (rc == CLI_OK) {
        rc = compare(&options, &a, &b);
    }
    policy_files_fini(&a);
    policy_files_fini(&b);
    return rc;
}

const struct cli_command iam_diff_command = {
    .name = "iam diff",
    .arguments = "OLD NEW [--kind identity|resource] [--format text|json]",
    .summary = "what access a change of policies gives and takes, with examples",
    .help =
        "Compares the policies of one identity (or with --kind resource of one resource) before\n"
        "and after a change; each side is a file or a folder of .json files. Says what is gained\n"
        "and what is lost by statement, action, resource and condition, each with a request that\n"
        "policy evaluation confirmed; --format json has it as a line for\n"
        "`lictor iam simulate --jsonl`.\n\n"
        "Exit codes: 0 nothing is gained (proven), 1 something is gained or a policy could not be\n"
        "read, 2 a wrong command line, 3 it is not known whether something is gained.\n",
    .run = run,
};
