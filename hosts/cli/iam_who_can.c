/* SPDX-License-Identifier: Apache-2.0 */
/* lictor iam who-can: every principal that may do this, and under which conditions. */
#include "hosts/cli/cli.h"
#include "hosts/cli/iam_question.h"

#include <string.h>

static int read_options(int argc, char **argv, struct iam_question *question, const char *words[3])
{
    int n = 0;
    for (int i = 1; i < argc; i++) {
        bool taken = false;
        if (strcmp(argv[i], "--all") == 0) {
            question->question.all = true;
            continue;
        }
        if (argv[i][0] != '-' && n < 3) {
            words[n++] = argv[i];
            continue;
        }
        int code = iam_question_take(&iam_who_can_command, question, argc, argv, &i, &taken);
        if (code != CLI_OK) {
            return code;
        }
        if (!taken) {
            return cli_usage(&iam_who_can_command, "\"%s\" is not understood", argv[i]);
        }
    }
    return n == 3 ? CLI_OK
                  : cli_usage(&iam_who_can_command, "a directory, an action and a resource");
}

static int run(int argc, char **argv)
{
    struct iam_question question = { 0 };
    const char *words[3] = { NULL, NULL, NULL };
    int code = read_options(argc, argv, &question, words);
    if (code != CLI_OK) {
        return code;
    }
    question.question.action = (lic_str){ words[1], strlen(words[1]) };
    question.question.resource = (lic_str){ words[2], strlen(words[2]) };
    struct lic_engine *engine = iam_question_load(&iam_who_can_command, words[0]);
    if (engine == NULL) {
        return CLI_FAILED;
    }
    lic_str text = { 0 };
    uint32_t n = 0;
    struct lic_err err = { 0 };
    enum lic_rc rc = lic_engine_who_can(engine, &question.question, &text, &n, &err);
    code = iam_question_print(rc, text, &err);
    lic_engine_unref(engine);
    return code;
}

const struct cli_command iam_who_can_command = {
    .name = "iam who-can",
    .arguments = "DIR ACTION RESOURCE [--context KEY=VALUE]... [--all] [--format text|json]",
    .summary = "every principal that may do this, and on which conditions",
    .help =
        "Asks for every user and role of DIR: yes, with the statement; only if, with the\n"
        "conditions it hangs on; no (listed with --all). Identity, boundary, organisation and\n"
        "resource policies and the lists of agents are judged together. Condition keys that are\n"
        "neither given as --context nor fixed by principal and resource are taken for unknown, so\n"
        "\"no\" means: whatever they are. A role stands for all its sessions; their session\n"
        "policies are not known and could only take away.\n\n"
        "  lictor iam who-can DIR bedrock:InvokeModel "
        "arn:lictor:model:eu-central-1:loopback:demo\n\n"
        "Exit codes: 0 answered, 1 failed, 2 wrong command line.\n",
    .run = run,
};
