/* SPDX-License-Identifier: Apache-2.0 */
/* Documents of the wrong form everywhere: each value in turn is of another type. */
#include "unit/advise/linted.h"
#include <stdio.h>

/* Every element, each with a value of the wrong JSON type: said, and nothing worse. */
CASE(lint_read_takes_any_type_anywhere)
{
    static const char *const values[] = { "null", "true", "7", "[]", "{}", "[[]]", "[{}]", "\"\"" };
    static const char *const members[] = { "Sid",       "Effect",    "Principal", "NotPrincipal",
                                           "Action",    "NotAction", "Resource",  "NotResource",
                                           "Condition", "Statement", "Version",   "Id" };
    char policy[300];
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        for (size_t j = 0; j < sizeof values / sizeof values[0]; j++) {
            (void)snprintf(policy, sizeof policy, "{\"Statement\":{\"%s\":%s}}", members[i],
                           values[j]);
            EXPECT(linted(LIC_LINT_RESOURCE, policy, LINT_MISSING_VERSION) == 1);
            (void)snprintf(policy, sizeof policy, "{\"%s\":%s}", members[i], values[j]);
            EXPECT(linted(LIC_LINT_TRUST, policy, LINT_JSON_SYNTAX_ERROR) == 0);
        }
    }
}

CASE(lint_read_of_values_inside_conditions_takes_any_type)
{
    static const char *const values[] = {
        "null", "true", "7", "[]", "{}", "[[]]", "[{}]", "[null]"
    };
    char policy[300];
    for (size_t j = 0; j < sizeof values / sizeof values[0]; j++) {
        (void)snprintf(policy, sizeof policy,
                       "{\"Statement\":{\"Condition\":{\"Bool\":{\"aws:username\":%s}}}}",
                       values[j]);
        EXPECT(linted(LIC_LINT_IDENTITY, policy, LINT_MISSING_EFFECT) == 1);
    }
}
