/* SPDX-License-Identifier: Apache-2.0 */
/* The names of AWS's three results, as its policy simulator writes them. */
#include "event/verdict.h"

#include "base/check.h"

#include "base/banned.h"

const char *verdict_result_name(enum verdict_result result)
{
    switch (result) {
    case VERDICT_ALLOW:
        return "Allowed";
    case VERDICT_EXPLICIT_DENY:
        return "ExplicitlyDenied";
    case VERDICT_IMPLICIT_DENY:
        return "ImplicitlyDenied";
    }
    UNREACHABLE("enum verdict_result has three values");
}
