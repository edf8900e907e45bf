/* SPDX-License-Identifier: Apache-2.0 */
/* Dates: every form that AWS takes, and those it does not. */
#include "policy/date.h"

#include "test.h"

#define SECOND INT64_C(1000000000)
#define DAY_2020 (INT64_C(1577836800) * SECOND) /* 2020-01-01T00:00:00Z */

struct example {
    const char *text;
    int64_t ns;
};

CASE(policy_date_takes_what_aws_takes)
{
    static const struct example examples[] = {
        { "2020", DAY_2020 },
        { "2020-01", DAY_2020 },
        { "2020-1-1", DAY_2020 },
        { "2020-01-01", DAY_2020 },
        { "2020-01-01T", DAY_2020 },
        { "2020-01-01T00", DAY_2020 },
        { "2020-01-01T00:00", DAY_2020 },
        { "2020-01-01T00:00Z", DAY_2020 },
        { "2020-01-01t00:00:00z", DAY_2020 },
        { "2020-01-01T00:00:00.5Z", DAY_2020 + SECOND / 2 },
        { "2020-01-01T00:00:00.123456789Z", DAY_2020 + 123456789 },
        { "2020-01-01T01:00:00+01:00", DAY_2020 },
        { "2020-01-01T01:00:00+01", DAY_2020 },
        { "2020-01-01T01:30:00+0130", DAY_2020 },
        { "2019-12-31T19:00:00-05:00", DAY_2020 },
        { "1577836800", DAY_2020 },
        { "0", 0 },
        { "-1", -SECOND },
        { "12345", 12345 * SECOND },
        { "1970", 0 },
        { "01T", INT64_MIN + 1 },
        { "9999-12-31T23:59:59Z", INT64_MAX },
        { "123456789-01-01", INT64_MAX },
        { "-0044-03-15", INT64_MIN + 1 },
        { "9223372036854775807", INT64_MAX },
    };
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        int64_t ns = 42;
        if (!date_parse(str_z(examples[i].text), &ns) || ns != examples[i].ns) {
            EXPECT_STR(str_z(examples[i].text), "read as another time");
        }
    }
}

CASE(policy_date_refuses_the_rest)
{
    static const char *const texts[] = {
        "",
        "soon",
        "2020-13",
        "2020-00-01",
        "2019-02-29",
        "2020-1-1T24",
        "2020-01-01T1:60",
        "2020-01-01T00:00:00.",
        "2020-01-01T00:00:00.1234567890Z",
        "2020-01-01T00:00:00+1",
        "2020-01-01T00:00:00+01:0",
        "2020-01-01Z",
        "2020-01-01T00:00:00Zx",
        " 2020",
        "2020 ",
        "2020-",
        "-",
        "+5",
        "1e9",
        "9223372036854775808",
        "1234567890123-01-01",
        "2020-01-01T00:00:00+01:00:00",
        "2020-01-01T00::00",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int64_t ns = 42;
        if (date_parse(str_z(texts[i]), &ns)) {
            EXPECT_STR(str_z(texts[i]), "refused");
        }
    }
}
