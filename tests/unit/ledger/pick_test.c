/* SPDX-License-Identifier: Apache-2.0 */
/* Shows which records a filter finds, and that content cannot pass for a member. */
#include "test.h"

#include <lictor/read.h>

static const char text[] =
    "{\"time\":\"2026-11-22T10:00:00.250Z\",\"kind\":\"intent\",\"record\":\"r1\","
    "\"principal\":\"arn:aws:iam::000000000000:user/alice\",\"decision\":\"allow\","
    "\"parts\":[{\"text\":\"x\",\"principal\":\"bob\",\"session\":\"s1\"}]}\n";

static struct lic_record_filter anything(void)
{
    return (struct lic_record_filter){ .since_ns = INT64_MIN, .until_ns = INT64_MAX };
}

static bool finds(const struct lic_record_filter *filter)
{
    int64_t time_ns = 0;
    bool wanted = false;
    struct lic_err err = { 0 };
    lic_str record = { text, sizeof text - 1 };
    return lic_record_pick(test_host(), record, filter, &time_ns, &wanted, &err) == LIC_OK &&
           wanted;
}

CASE(ledger_pick_finds_by_name_and_by_arn)
{
    struct lic_record_filter filter = anything();
    EXPECT(finds(&filter));
    filter.principal = LIC_STR("alice");
    EXPECT(finds(&filter));
    filter.principal = LIC_STR("arn:aws:iam::000000000000:user/alice");
    EXPECT(finds(&filter));
    filter.principal = LIC_STR("lice");
    EXPECT(!finds(&filter));
    filter.principal = LIC_STR("alice");
    filter.decision = LIC_STR("deny");
    EXPECT(!finds(&filter));
}

CASE(ledger_pick_is_not_fooled_by_content)
{
    struct lic_record_filter filter = anything();
    filter.session = LIC_STR("s1");
    EXPECT(!finds(&filter));
    filter = anything();
    filter.principal = LIC_STR("bob");
    EXPECT(!finds(&filter));
}

CASE(ledger_pick_keeps_times_between_since_and_until)
{
    struct lic_record_filter filter = anything();
    EXPECT(lic_time_read(LIC_STR("2026-11-22T10:00:00.250Z"), &filter.since_ns));
    filter.until_ns = filter.since_ns;
    EXPECT(finds(&filter));
    filter.until_ns = INT64_MAX;
    filter.since_ns += 1000000;
    EXPECT(!finds(&filter));
}

CASE(ledger_pick_refuses_a_torn_line)
{
    struct lic_record_filter filter = anything();
    struct lic_err err = { 0 };
    int64_t time_ns = 7;
    bool wanted = true;
    lic_str torn = { text, 60 };
    EXPECT_RC(lic_record_pick(test_host(), torn, &filter, &time_ns, &wanted, &err), LIC_E_SYNTAX);
    EXPECT_RC(lic_record_pick(test_host(), LIC_STR("{}"), &filter, &time_ns, &wanted, &err),
              LIC_E_SYNTAX);
    EXPECT(time_ns == 7 && wanted);
}
