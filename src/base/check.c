/* SPDX-License-Identifier: Apache-2.0 */
/* How a bug ends the process: with its place on standard error, then an abort, so nothing passes.
 */
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

void check_failed(const char *file, int line, const char *function, const char *what)
{
    fprintf(stderr, "%s:%d: %s: CHECK failed: %s\n", file, line, function, what);
    fflush(stderr);
    abort();
}
