/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts have AWS's names. */
#include "event/verdict.h"

#include "test.h"

CASE(event_verdict_names_are_those_of_aws)
{
    EXPECT_STR(str_z(verdict_result_name(VERDICT_ALLOW)), "Allowed");
    EXPECT_STR(str_z(verdict_result_name(VERDICT_EXPLICIT_DENY)), "ExplicitlyDenied");
    EXPECT_STR(str_z(verdict_result_name(VERDICT_IMPLICIT_DENY)), "ImplicitlyDenied");
}
