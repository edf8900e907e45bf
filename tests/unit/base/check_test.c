/* SPDX-License-Identifier: Apache-2.0 */
/* A CHECK that does not hold ends the process. */
#include "base/check.h"

#include "test.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* In a child, whose standard error is closed, so that the test's output stays readable. */
static int status_of_child(bool holds)
{
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        close(STDERR_FILENO);
        CHECK(holds);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

CASE(base_check_aborts_when_it_does_not_hold)
{
    int status = status_of_child(/* holds= */ false);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

CASE(base_check_goes_on_when_it_holds)
{
    int status = status_of_child(/* holds= */ true);
    EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
