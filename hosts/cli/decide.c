/* SPDX-License-Identifier: Apache-2.0 */
/* lictor decide: what would policy say of this event? Asks without a call and without a record. */
#include "hosts/cli/cli.h"
#include "hosts/posix.h"

#include <lictor/lictor.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <errno.h>

#define EVENT_BYTES_MAX ((size_t)8 * 1024 * 1024)

/* Standard input to its end, into memory of the host's. */
static enum lic_rc read_input(lic_str *out, struct lic_err *err)
{
    char *at = posix_host.resize(NULL, NULL, EVENT_BYTES_MAX + 1);
    if (at == NULL) {
        return posix_fail(err, LIC_E_NOMEM, NULL, "no memory to read the event");
    }
    size_t n = 0;
    enum lic_rc rc = LIC_OK;
    while (n <= EVENT_BYTES_MAX) {
        ssize_t got = read(STDIN_FILENO, at + n, EVENT_BYTES_MAX + 1 - n);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            rc = posix_fail(err, LIC_E_IO, "stdin", "cannot be read: %s", strerror(errno));
            break;
        }
        if (got == 0) {
            *out = (lic_str){ at, n };
            return LIC_OK;
        }
        n += (size_t)got;
    }
    (void)posix_host.resize(NULL, at, 0);
    return rc != LIC_OK
               ? rc
               : posix_fail(err, LIC_E_LIMIT, "stdin", "is larger than %zu bytes", EVENT_BYTES_MAX);
}

/*
 * The exit code says what the line says. Only the word "Allowed" in the place where the engine
 * writes its result is an allow; anything unexpected counts as a denial.
 */
static int print_verdict(lic_str json)
{
    static const char allowed[] = "{\"result\":\"Allowed\"";
    (void)fwrite(json.at, 1, json.n, stdout);
    if (json.n == 0 || json.at[json.n - 1] != '\n') {
        (void)fputc('\n', stdout);
    }
    size_t n = sizeof allowed - 1;
    return json.n > n && memcmp(json.at, allowed, n) == 0 ? CLI_OK : CLI_DENIED;
}

static int decide(const char *dir, lic_str event)
{
    struct lic_engine *engine = NULL;
    struct lic_err err = { 0 };
    if (lic_engine_load(&posix_host, dir, cli_report, NULL, &engine, &err) != LIC_OK) {
        (void)fprintf(stderr, "lictor decide: %s was refused; lictor check %s tells more\n", dir,
                      dir);
        return CLI_FAILED;
    }
    lic_str json = { 0 };
    enum lic_rc rc = lic_engine_decide(engine, event, &json, &err);
    int code = CLI_FAILED;
    if (rc == LIC_OK) {
        code = print_verdict(json);
        (void)posix_host.resize(NULL, (void *)(uintptr_t)json.at, 0);
    } else {
        cli_report(NULL, &err);
    }
    lic_engine_unref(engine);
    return code;
}

static int run(int argc, char **argv)
{
    const char *dir = cli_only_dir(&decide_command, argc, argv);
    if (dir == NULL) {
        return CLI_USAGE;
    }
    lic_str event = { 0 };
    struct lic_err err = { 0 };
    if (read_input(&event, &err) != LIC_OK) {
        cli_report(NULL, &err);
        return CLI_FAILED;
    }
    int code = decide(dir, event);
    (void)posix_host.resize(NULL, (void *)(uintptr_t)event.at, 0);
    return code;
}

const struct cli_command decide_command = {
    .name = "decide",
    .arguments = "DIR < event.json",
    .summary = "ask policy about one event, without a call",
    .help =
        "Reads one event as JSON from standard input (docs/EVENT.md), judges it by the policies\n"
        "of DIR, and prints the verdict as one line of JSON with the file and line of the\n"
        "statement that decided. Nothing is forwarded and nothing is recorded.\n\n"
        "  echo '{\"principal\":\"alice\",\"action\":\"bedrock:InvokeModel\",\n"
        "         \"resource\":\"arn:lictor:model:eu-central-1:demo:demo\"}' | lictor decide "
        "DIR\n\n"
        "Exit codes: 0 allowed, 3 denied, 1 failed (bad directory, bad event), 2 wrong command "
        "line.\n",
    .run = run,
};
