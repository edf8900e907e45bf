/* SPDX-License-Identifier: Apache-2.0 */
/* lictor check: would this directory be accepted? Prints every mistake in it, not the first. */
#include "hosts/cli/cli.h"
#include "hosts/posix.h"

#include <lictor/lictor.h>
#include <stdio.h>

static void report_and_count(void *arg, const struct lic_err *err)
{
    unsigned *n = arg;
    (*n)++;
    cli_report(NULL, err);
}

static int run(int argc, char **argv)
{
    const char *dir = cli_only_dir(&check_command, argc, argv);
    if (dir == NULL) {
        return CLI_USAGE;
    }
    struct lic_engine *engine = NULL;
    struct lic_err err = { 0 };
    unsigned mistakes = 0;
    enum lic_rc rc = lic_engine_load(&posix_host, dir, report_and_count, &mistakes, &engine, &err);
    lic_engine_unref(engine);
    if (rc == LIC_OK && mistakes == 0) {
        (void)printf("%s: good\n", dir);
        return CLI_OK;
    }
    /* A failure that is nobody's mistake in the directory (no memory) was not reported yet. */
    if (mistakes == 0) {
        cli_report(NULL, &err);
    } else {
        (void)fprintf(stderr, "%s: %u mistake%s\n", dir, mistakes, mistakes == 1 ? "" : "s");
    }
    return CLI_FAILED;
}

const struct cli_command check_command = {
    .name = "check",
    .arguments = "DIR",
    .summary = "name every mistake in a configuration directory",
    .help =
        "Reads and compiles DIR exactly as `lictor serve` would, changes nothing, and prints each\n"
        "mistake to standard error as file:line:column: sentence. Secrets that DIR refers to\n"
        "(env:NAME, file:PATH) must be there, because serve would need them.\n\n"
        "Exit codes: 0 the directory is good, 1 it has mistakes, 2 wrong command line.\n",
    .run = run,
};
