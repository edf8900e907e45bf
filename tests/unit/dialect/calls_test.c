/* SPDX-License-Identifier: Apache-2.0 */
/* Names of tool calls. */
#include "dialect/calls.h"
#include "base/limits.h"
#include "test.h"

CASE(calls_a_namespace_is_part_of_a_name)
{
    TEST_ARENA(arena);
    lic_str name;
    struct lic_err err = { 0 };
    EXPECT_OK(calls_join(arena, LIC_STR(""), LIC_STR("send"), &name, &err), &err);
    EXPECT_STR(name, "send");
    EXPECT_OK(calls_join(arena, LIC_STR("mail"), LIC_STR("send"), &name, &err), &err);
    EXPECT_STR(name, "mail.send");
}

CASE(calls_long_names_are_refused)
{
    TEST_ARENA(arena);
    static char many[2 * LIMIT_NAME_BYTES + 1];
    lic_str name;
    memset(many, 'a', sizeof(many));
    EXPECT_RC(calls_join(arena, str_make(many, sizeof(many)), LIC_STR("b"), &name, NULL),
              LIC_E_LIMIT);
}

CASE(calls_the_latest_call_with_an_id_counts)
{
    struct event_call at[CALLS_LOOKBACK + 2];
    struct event event;
    event_init(&event);
    for (uint32_t i = 0; i < CALLS_LOOKBACK + 2; i++) {
        at[i] = (struct event_call){ .name = LIC_STR("other"), .id = LIC_STR("x") };
    }
    at[0] = (struct event_call){ .name = LIC_STR("far"), .id = LIC_STR("far") };
    at[2] = (struct event_call){ .name = LIC_STR("old"), .id = LIC_STR("a") };
    at[CALLS_LOOKBACK] = (struct event_call){ .name = LIC_STR("new"), .id = LIC_STR("a") };
    event.calls.at = at;
    event.calls.n = CALLS_LOOKBACK + 2;
    EXPECT_STR(calls_name(&event, LIC_STR("a")), "new");
    EXPECT_U64(calls_name(&event, LIC_STR("far")).n, 0);
    event.calls.n = CALLS_LOOKBACK;
    EXPECT_STR(calls_name(&event, LIC_STR("a")), "old");
    EXPECT_STR(calls_name(&event, LIC_STR("far")), "far");
}
