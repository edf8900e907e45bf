/* SPDX-License-Identifier: Apache-2.0 */
/* lictor version: which Lictor this is. */
#include "hosts/cli/cli.h"

#include <lictor/lictor.h>
#include <stdio.h>

static int run(int argc, char **argv)
{
    if (argc != 1) {
        return cli_usage(&version_command, "nothing is expected after it, but \"%s\" was given",
                         argv[1]);
    }
    (void)printf("lictor %s\n", lic_version());
    return CLI_OK;
}

const struct cli_command version_command = {
    .name = "version",
    .arguments = "",
    .summary = "print the version",
    .help = "Prints \"lictor\" and the version on one line.\n"
            "Exit codes: 0 printed, 2 wrong command line.\n",
    .run = run,
};
