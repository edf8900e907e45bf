/* SPDX-License-Identifier: Apache-2.0 */
/* lictor iam can: what one principal can do. */
#include "hosts/cli/cli.h"
#include "hosts/cli/iam_question.h"

#include <string.h>

static int read_options(int argc, char **argv, struct iam_question *question, const char *words[2])
{
    int n = 0;
    for (int i = 1; i < argc; i++) {
        bool taken = false;
        if (argv[i][0] != '-' && n < 2) {
            words[n++] = argv[i];
            continue;
        }
        int code = iam_question_take(&iam_can_command, question, argc, argv, &i, &taken);
        if (code != CLI_OK) {
            return code;
        }
        if (!taken) {
            return cli_usage(&iam_can_command, "\"%s\" is not understood", argv[i]);
        }
    }
    return n == 2 ? CLI_OK : cli_usage(&iam_can_command, "a directory and a principal");
}

static int run(int argc, char **argv)
{
    struct iam_question question = { 0 };
    const char *words[2] = { NULL, NULL };
    int code = read_options(argc, argv, &question, words);
    if (code != CLI_OK) {
        return code;
    }
    question.question.principal = (lic_str){ words[1], strlen(words[1]) };
    struct lic_engine *engine = iam_question_load(&iam_can_command, words[0]);
    if (engine == NULL) {
        return CLI_FAILED;
    }
    lic_str text = { 0 };
    struct lic_err err = { 0 };
    enum lic_rc rc = lic_engine_can(engine, &question.question, &text, &err);
    code = iam_question_print(rc, text, &err);
    lic_engine_unref(engine);
    return code;
}

const struct cli_command iam_can_command = {
    .name = "iam can",
    .arguments = "DIR PRINCIPAL [--context KEY=VALUE]... [--format text|json]",
    .summary = "what a principal can do: models, tools, prompts, and its statements in words",
    .help =
        "Judges every model and tool of DIR for PRINCIPAL (an ARN, or the name of a user or "
        "role):\n"
        "yes, with the statement; only if, with the conditions it hangs on; no. Then says which\n"
        "prompts its calls carry and puts its statements into words. Condition keys that are not\n"
        "given as --context are taken for unknown, so \"no\" means: whatever they are. The\n"
        "arguments of a tool call are never known here.\n\n"
        "Exit codes: 0 answered, 1 failed, 2 wrong command line.\n",
    .run = run,
};
