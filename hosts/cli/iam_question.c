/* SPDX-License-Identifier: Apache-2.0 */
/* Questions about access as the command line puts them. */
#include "hosts/cli/iam_question.h"
#include "hosts/posix.h"

#include <stdio.h>
#include <string.h>

static lic_str text_of(const char *z)
{
    return (lic_str){ z, strlen(z) };
}

static int add_context(const struct cli_command *command, struct iam_question *question,
                       const char *word)
{
    const char *equals = strchr(word, '=');
    uint32_t *n = &question->question.context_n;
    if (equals == NULL || equals == word) {
        return cli_usage(command, "--context takes KEY=VALUE, not \"%s\"", word);
    }
    if (*n == IAM_CONTEXT_MAX) {
        return cli_usage(command, "more than %d values of context", IAM_CONTEXT_MAX);
    }
    question->context[(*n)++] =
        (struct lic_context){ { word, (size_t)(equals - word) }, text_of(equals + 1) };
    question->question.context = question->context;
    return CLI_OK;
}

static int set_format(const struct cli_command *command, struct iam_question *question,
                      const char *word)
{
    question->question.json = strcmp(word, "json") == 0;
    return question->question.json || strcmp(word, "text") == 0
               ? CLI_OK
               : cli_usage(command, "--format is text or json, not \"%s\"", word);
}

static int set(const struct cli_command *command, struct iam_question *question, const char *name,
               const char *value, bool *out_taken)
{
    const struct {
        const char *name;
        lic_str *to;
    } texts[] = {
        { "--principal", &question->question.principal },
        { "--action", &question->question.action },
        { "--resource", &question->question.resource },
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(texts[i].name, name) == 0) {
            *texts[i].to = text_of(value);
            return CLI_OK;
        }
    }
    if (strcmp(name, "--context") == 0) {
        return add_context(command, question, value);
    }
    if (strcmp(name, "--format") == 0) {
        return set_format(command, question, value);
    }
    *out_taken = false;
    return CLI_OK;
}

int iam_question_take(const struct cli_command *command, struct iam_question *question, int argc,
                      char **argv, int *at, bool *out_taken)
{
    bool taken = true;
    const char *value = *at + 1 < argc ? argv[*at + 1] : "";
    int code = set(command, question, argv[*at], value, &taken);
    if (code == CLI_OK && taken && value[0] == '\0') {
        return cli_usage(command, "%s needs a value", argv[*at]);
    }
    *at += taken ? 1 : 0;
    *out_taken = taken;
    return code;
}

struct lic_engine *iam_question_load(const struct cli_command *command, const char *dir)
{
    struct lic_engine *engine = NULL;
    struct lic_err err = { 0 };
    if (lic_engine_load(&posix_host, dir, cli_report, NULL, &engine, &err) != LIC_OK) {
        (void)fprintf(stderr, "lictor %s: %s was refused; lictor check %s tells more\n",
                      command->name, dir, dir);
        return NULL;
    }
    return engine;
}

int iam_question_print(enum lic_rc rc, lic_str text, const struct lic_err *err)
{
    if (rc != LIC_OK) {
        cli_report(NULL, err);
        return CLI_FAILED;
    }
    (void)fwrite(text.at, 1, text.n, stdout);
    (void)posix_host.resize(NULL, (void *)(uintptr_t)text.at, 0);
    return CLI_OK;
}
