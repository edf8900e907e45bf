/* SPDX-License-Identifier: Apache-2.0 */
/* The failure table: every row is whole, has a counter, and an unknown name opens nothing. */
#include "engine/failmode.h"

#include "test.h"
#include <lictor/lictor.h>

CASE(failmode_rows_are_whole)
{
    for (int i = 0; i < FAILMODE_N; i++) {
        const struct failmode_row *row = failmode_row((enum failmode)i);
        bool passes = row->outcome == FAILMODE_PASS;
        EXPECT(row->status == 200 ? passes : row->status >= 400 && row->status < 600);
        EXPECT(passes || row->code[0] != '\0');
        EXPECT(row->text[0] != '\0');
        EXPECT_U64(failmode_named(row->name), i);
    }
}

CASE(failmode_unknown_name_is_our_own_error)
{
    EXPECT_U64(failmode_named("no_such_row"), FAIL_host_error);
    EXPECT_U64(failmode_named(NULL), FAIL_host_error);
    EXPECT(failmode_row(FAIL_host_error)->outcome == FAILMODE_DENY);
}

CASE(failmode_counters_have_names_and_no_two_are_alike)
{
    for (uint32_t i = 0; i < lic_counters_n(); i++) {
        EXPECT(str_starts(str_z(lic_counter_name(i)), LIC_STR("lictor_")));
        EXPECT(str_ends(str_z(lic_counter_name(i)), LIC_STR("_total")));
        EXPECT(lic_counter_help(i)[0] != '\0');
        for (uint32_t j = 0; j < i; j++) {
            EXPECT(strcmp(lic_counter_name(i), lic_counter_name(j)) != 0 ||
                   strcmp(lic_counter_labels(i), lic_counter_labels(j)) != 0);
        }
    }
    EXPECT_STR(str_z(lic_counter_labels(failmode_counter(FAIL_bad_json))), "failure=\"bad_json\"");
}
