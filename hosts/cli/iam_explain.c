/* SPDX-License-Identifier: Apache-2.0 */
/* lictor iam explain: why does policy say what it says? The trace of one decision in words. */
#include "hosts/cli/cli.h"
#include "hosts/posix.h"

#include <errno.h>
#include <lictor/lictor.h>
#include <lictor/simulate.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INPUT_BYTES_MAX ((size_t)8 * 1024 * 1024)

/* Standard input to its end, into memory of the host's. */
static enum lic_rc read_stdin(lic_str *out, struct lic_err *err)
{
    char *at = posix_host.resize(NULL, NULL, INPUT_BYTES_MAX + 1);
    size_t n = 0;
    ssize_t got = 1;
    if (at == NULL) {
        return posix_fail(err, LIC_E_NOMEM, NULL, "no memory to read the request");
    }
    while (n <= INPUT_BYTES_MAX && got != 0) {
        got = read(STDIN_FILENO, at + n, INPUT_BYTES_MAX + 1 - n);
        if (got < 0 && errno != EINTR) {
            break;
        }
        n += got > 0 ? (size_t)got : 0;
    }
    if (got == 0) {
        *out = (lic_str){ at, n };
        return LIC_OK;
    }
    (void)posix_host.resize(NULL, at, 0);
    return got < 0
               ? posix_fail(err, LIC_E_IO, "stdin", "cannot be read: %s", strerror(errno))
               : posix_fail(err, LIC_E_LIMIT, "stdin", "is larger than %zu bytes", INPUT_BYTES_MAX);
}

static void name_file(struct lic_err *err, const char *file)
{
    if (err->file[0] == '\0') {
        (void)snprintf(err->file, sizeof err->file, "%s", file);
    }
}

/* A request with its policies, as for `simulate --jsonl`. */
static enum lic_rc explain_request(lic_str text, const char *file, int *out_code,
                                   struct lic_err *err)
{
    struct lic_simulator *simulator = NULL;
    lic_str words = { NULL, 0 };
    bool allowed = false;
    enum lic_rc rc = lic_simulator_new(&posix_host, &simulator, err);
    if (rc == LIC_OK) {
        rc = lic_simulator_explain(simulator, text, &allowed, &words, err);
    }
    if (rc == LIC_OK) {
        (void)fwrite(words.at, 1, words.n, stdout);
        *out_code = allowed ? CLI_OK : CLI_DENIED;
    } else {
        name_file(err, file);
    }
    lic_simulator_free(simulator);
    return rc;
}

/* An event, judged by the policies of a directory. */
static enum lic_rc explain_event(const char *dir, lic_str event, int *out_code, struct lic_err *err)
{
    static const char allowed[] = "\nresult     Allowed\n";
    struct lic_engine *engine = NULL;
    lic_str words = { NULL, 0 };
    enum lic_rc rc = lic_engine_load(&posix_host, dir, cli_report, NULL, &engine, err);
    if (rc == LIC_OK) {
        rc = lic_engine_explain(engine, event, &words, err);
    }
    if (rc == LIC_OK) {
        (void)fwrite(words.at, 1, words.n, stdout);
        bool is_allowed = memmem(words.at, words.n, allowed, sizeof allowed - 1) != NULL;
        *out_code = is_allowed ? CLI_OK : CLI_DENIED;
        (void)posix_host.resize(NULL, (void *)(uintptr_t)words.at, 0);
    }
    lic_engine_unref(engine);
    return rc;
}

static enum lic_rc explain(const char *path, int *out_code, struct lic_err *err)
{
    struct stat at;
    bool is_dir = path != NULL && stat(path, &at) == 0 && S_ISDIR(at.st_mode);
    lic_str text = { NULL, 0 };
    enum lic_rc rc = path == NULL || is_dir
                         ? read_stdin(&text, err)
                         : posix_host.read_file(NULL, path, INPUT_BYTES_MAX, &text, err);
    if (rc != LIC_OK) {
        return rc;
    }
    rc = is_dir ? explain_event(path, text, out_code, err)
                : explain_request(text, path == NULL ? "stdin" : path, out_code, err);
    (void)posix_host.resize(NULL, (void *)(uintptr_t)text.at, 0);
    return rc;
}

static int run(int argc, char **argv)
{
    struct lic_err err = { .rc = LIC_OK };
    const char *path = argc > 1 ? argv[1] : NULL;
    int code = CLI_FAILED;
    if (argc > 2) {
        return cli_usage(&iam_explain_command, "one request at a time; \"%s\" is more", argv[2]);
    }
    if (path != NULL && (path[0] == '-' || path[0] == '\0')) {
        return cli_usage(&iam_explain_command, "there is no option \"%s\"", path);
    }
    if (explain(path, &code, &err) != LIC_OK) {
        cli_report(NULL, &err);
        return CLI_FAILED;
    }
    return code;
}

const struct cli_command iam_explain_command = {
    .name = "iam explain",
    .arguments = "[FILE | DIR] < request.json",
    .summary = "why policy allows or denies one request, statement by statement",
    .help =
        "Without DIR, reads one request with its policies, as `lictor iam simulate --jsonl` takes\n"
        "it, from FILE or standard input. With DIR, reads one event (docs/EVENT.md) from standard\n"
        "input and judges it by the policies of DIR. Prints the result, the rule that led to it,\n"
        "and for each layer of policies the statements that apply and those that nearly do, with\n"
        "the condition that failed and the value it saw.\n\n"
        "Exit codes: 0 allowed, 3 denied, 1 failed (bad request, bad directory), 2 wrong command\n"
        "line.\n",
    .run = run,
};
