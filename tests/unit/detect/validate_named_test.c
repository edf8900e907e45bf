/* SPDX-License-Identifier: Apache-2.0 */
/* Values beside their names: what is reported of them, and what is none. */
#include "detect/validate_named.h"

#include "test.h"

#include <stdio.h>

CASE(validate_named_reports_the_value_only)
{
    static const struct {
        const char *name, *match, *value; /* NULL: none */
    } checks[] = {
        { "password", "password: hunter2!x", "hunter2!x" },
        { "password", "my password is Tr0ub4dor&3.", "Tr0ub4dor&3" },
        { "password", "password\": \"s3cr3t-Pa55", "s3cr3t-Pa55" },
        { "password", "password policy", NULL },
        { "password", "password: string", NULL },
        { "password", "password: ********", NULL },
        { "password", "password=${DB_PASSWORD1}", NULL },
        { "password", "password = get1()", NULL },
        { "password", "password", NULL },
        { "username", "username: bob_99", "bob_99" },
        { "username", "username is sunny.day42", "sunny.day42" },
        { "username", "username: @bob", "bob" },
        { "username", "username field", NULL },
        { "username", "username: string", NULL },
        { "age", "age: 45", "45" },
        { "age", "aged 450", NULL },
        { "last-number", "PIN is 0071", "0071" },
        { "phone-near", "785 8949", "785 8949" },
        { "phone-near", "33 93 31", "33 93 31" },
        { "phone-near", "2023-11-22", NULL },
        { "phone-near", "22.11.2023", NULL },
        { "phone-near", "1111111", NULL },
        { "phone-near", "123 456", NULL },
    };
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        const struct validator *validator = validate_find(str_z(checks[i].name));
        EXPECT(validator != NULL);
        lic_str match = str_z(checks[i].match);
        size_t start = 0, end = match.n;
        bool valid = validator->check(match, NULL, &start, &end);
        if (valid != (checks[i].value != NULL) && !test_rerun()) {
            fprintf(stderr, "%s: %s\n", checks[i].name, checks[i].match);
        }
        EXPECT(valid == (checks[i].value != NULL));
        if (valid) {
            EXPECT_STR(str_slice(match, start, end), checks[i].value);
        }
    }
}
