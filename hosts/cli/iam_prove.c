/* SPDX-License-Identifier: Apache-2.0 */
/* lictor iam prove: questions about all requests at once, answered by proof or by example. */
#include "hosts/cli/cli.h"
#include "hosts/cli/policy_files.h"
#include "hosts/posix.h"

#include <stdio.h>
#include <string.h>

#define CONDITIONS_MAX 64
#define WORDS_MAX (3 + CONDITIONS_MAX)
#define EXIT_UNKNOWN 3

struct prove_options {
    const char *task;
    const char *words[WORDS_MAX]; /* what is neither the task nor an option */
    int words_n;
    char **policies; /* after --policies: to the end */
    int policies_n;
    bool resource, json;
    bool resource_given;
};

static int set_kind(struct prove_options *o, const char *value)
{
    o->resource = strcmp(value, "resource") == 0;
    o->resource_given = true;
    if (!o->resource && strcmp(value, "identity") != 0) {
        return cli_usage(&iam_prove_command, "--kind is identity or resource, not \"%s\"", value);
    }
    return CLI_OK;
}

static int set_format(struct prove_options *o, const char *value)
{
    o->json = strcmp(value, "json") == 0;
    if (!o->json && strcmp(value, "text") != 0) {
        return cli_usage(&iam_prove_command, "--format is text or json, not \"%s\"", value);
    }
    return CLI_OK;
}

static int set_option(struct prove_options *o, const char *name, const char *value)
{
    if (strcmp(name, "--kind") != 0 && strcmp(name, "--format") != 0) {
        return cli_usage(&iam_prove_command, "there is no option \"%s\"", name);
    }
    if (value == NULL) {
        return cli_usage(&iam_prove_command, "%s needs a value", name);
    }
    return strcmp(name, "--kind") == 0 ? set_kind(o, value) : set_format(o, value);
}

static int read_words(struct prove_options *o, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--policies") == 0) {
            o->policies = argv + i + 1;
            o->policies_n = argc - i - 1;
            return CLI_OK;
        }
        if (strncmp(argv[i], "--", 2) == 0) {
            int rc = set_option(o, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
            if (rc != CLI_OK) {
                return rc;
            }
            i++;
        } else if (o->task == NULL) {
            o->task = argv[i];
        } else if (o->words_n < WORDS_MAX) {
            o->words[o->words_n++] = argv[i];
        } else {
            return cli_usage(&iam_prove_command, "there are too many arguments");
        }
    }
    return o->task != NULL ? CLI_OK : cli_usage(&iam_prove_command, "what is to be proven?");
}

/* ---- asking ---- */

struct question {
    struct lic_prove_ask ask;
    struct policy_files a, b;
    lic_str conditions[CONDITIONS_MAX];
};

static lic_str text_of(const char *word)
{
    return (lic_str){ word, strlen(word) };
}

static int failed(const struct lic_err *err)
{
    cli_report(NULL, err);
    return CLI_FAILED;
}

static int answer(const struct prove_options *o, struct question *q)
{
    struct lic_err err = { .rc = LIC_OK };
    enum lic_prove_verdict verdict = LIC_PROVE_UNKNOWN;
    lic_str text = { NULL, 0 };
    q->ask.a = q->a.at;
    q->ask.a_n = q->a.n;
    q->ask.b = q->b.at;
    q->ask.b_n = q->b.n;
    if (lic_prove(&posix_host, &q->ask, o->json, &verdict, &text, &err) != LIC_OK) {
        return failed(&err);
    }
    (void)fwrite(text.at, 1, text.n, stdout);
    (void)posix_host.resize(posix_host.ctx, (void *)(uintptr_t)text.at, 0);
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

static int ask_two(const struct prove_options *o, struct question *q)
{
    struct lic_err err = { .rc = LIC_OK };
    if (o->words_n != 2 || o->policies != NULL) {
        return cli_usage(&iam_prove_command, "%s takes two policies, each a file or a folder",
                         o->task);
    }
    if (policy_files_add(&q->a, o->words[0], &err) != LIC_OK ||
        policy_files_add(&q->b, o->words[1], &err) != LIC_OK) {
        return failed(&err);
    }
    return answer(o, q);
}

static int ask_cannot(const struct prove_options *o, struct question *q)
{
    struct lic_err err = { .rc = LIC_OK };
    if (o->words_n < 3 || o->policies_n == 0) {
        return cli_usage(&iam_prove_command, "cannot takes PRINCIPAL ACTION RESOURCE "
                                             "[CONDITION ...] --policies FILE ...");
    }
    q->ask.principal = text_of(o->words[0]);
    q->ask.action = text_of(o->words[1]);
    q->ask.resource_pattern = text_of(o->words[2]);
    for (int i = 3; i < o->words_n; i++) {
        q->conditions[q->ask.conditions_n++] = text_of(o->words[i]);
    }
    q->ask.conditions = q->conditions;
    for (int i = 0; i < o->policies_n; i++) {
        if (policy_files_add(&q->b, o->policies[i], &err) != LIC_OK) {
            return failed(&err);
        }
    }
    return answer(o, q);
}

static int ask_not_public(const struct prove_options *o, struct question *q)
{
    struct lic_err err = { .rc = LIC_OK };
    if (o->words_n != 1 || o->policies != NULL) {
        return cli_usage(&iam_prove_command, "not-public takes one resource policy");
    }
    if (o->resource_given && !o->resource) {
        return cli_usage(&iam_prove_command, "not-public is about resource policies");
    }
    q->ask.resource = true;
    if (policy_files_add(&q->b, o->words[0], &err) != LIC_OK) {
        return failed(&err);
    }
    return answer(o, q);
}

static int ask(const struct prove_options *o, struct question *q)
{
    q->ask.resource = o->resource;
    if (strcmp(o->task, "no-new-access") == 0) {
        q->ask.task = LIC_PROVE_NO_NEW_ACCESS;
        return ask_two(o, q);
    }
    if (strcmp(o->task, "equivalent") == 0) {
        q->ask.task = LIC_PROVE_EQUIVALENT;
        return ask_two(o, q);
    }
    if (strcmp(o->task, "cannot") == 0) {
        q->ask.task = LIC_PROVE_CANNOT;
        return ask_cannot(o, q);
    }
    if (strcmp(o->task, "not-public") == 0) {
        q->ask.task = LIC_PROVE_NOT_PUBLIC;
        return ask_not_public(o, q);
    }
    return cli_usage(&iam_prove_command, "\"%s\" is nothing that can be proven", o->task);
}

static int run(int argc, char **argv)
{
    struct prove_options options = { .task = NULL };
    struct question question = { .ask = { .task = LIC_PROVE_NO_NEW_ACCESS } };
    int rc = read_words(&options, argc, argv);
    if (rc == CLI_OK) {
        rc = ask(&options, &question);
    }
    policy_files_fini(&question.a);
    policy_files_fini(&question.b);
    return rc;
}

const struct cli_command iam_prove_command = {
    .name = "iam prove",
    .arguments = "no-new-access OLD NEW | equivalent A B | not-public POLICY |\n"
                 "                 cannot PRINCIPAL ACTION RESOURCE [CONDITION ...] --policies "
                 "FILE ...\n"
                 "                 [--kind identity|resource] [--format text|json]",
    .summary = "prove that policies allow no more, the same, never this, nothing to strangers",
    .help =
        "Answers for all requests at once. Each policy is a file or a folder of .json files, "
        "which\n"
        "together are the policies of one identity, or with --kind resource of one resource.\n\n"
        "  no-new-access OLD NEW   whatever NEW allows, OLD allows, too\n"
        "  equivalent A B          both allow the same\n"
        "  not-public POLICY       a resource policy allows nothing to strangers\n"
        "  cannot P A R [C ...]    principal P (an ARN, or \"*\") is never allowed action A on\n"
        "                          resource R (both may have wildcards) when the conditions C "
        "hold;\n"
        "                          C is KEY=VALUE or OPERATOR:KEY=VALUE, as in\n"
        "                          NumericLessThan:s3:max-keys=10\n\n"
        "PASS is only said when it is proven. FAIL comes with a request that policy evaluation\n"
        "confirmed, as a line for `lictor iam simulate --jsonl`. UNKNOWN says why.\n\n"
        "Exit codes: 0 PASS, 1 FAIL or a policy could not be read, 2 a wrong command line,\n"
        "3 UNKNOWN.\n",
    .run = run,
};
