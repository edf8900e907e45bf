/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and ranges at their edges. */
#include "unit/advise/linted.h"
#include "base/check.h"
#include <stdio.h>

static uint32_t address(const char *value, enum lint_code code)
{
    char policy[400];
    int n = snprintf(policy, sizeof policy,
                     "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\","
                     "\"Action\":\"s3:GetObject\",\"Resource\":\"*\","
                     "\"Condition\":{\"IpAddress\":{\"aws:SourceIp\":\"%s\"}}}]}",
                     value);
    CHECK(n > 0 && (size_t)n < sizeof policy);
    return linted(LIC_LINT_IDENTITY, policy, code);
}

CASE(lint_value_tells_private_addresses_from_public_ones)
{
    static const char *const private_ones[] = { "10.0.0.0/8", "172.31.255.255", "192.168.0.0/16",
                                                "fd00::1", "127.0.0.1/32" };
    static const char *const public_ones[] = { "11.0.0.0/8", "172.32.0.0/12", "0.0.0.0/0",
                                               "192.0.0.0/8", "2001:db8::/32" };
    for (size_t i = 0; i < sizeof private_ones / sizeof private_ones[0]; i++) {
        EXPECT_U64(address(private_ones[i], LINT_PRIVATE_IP_ADDRESS), 1);
        EXPECT_U64(address(public_ones[i], LINT_PRIVATE_IP_ADDRESS), 0);
    }
}

CASE(lint_value_sees_bits_behind_the_mask)
{
    EXPECT_U64(address("203.0.113.7/24", LINT_IMPROVE_IP_RANGE), 1);
    EXPECT_U64(address("203.0.113.0/24", LINT_IMPROVE_IP_RANGE), 0);
    EXPECT_U64(address("203.0.113.7", LINT_IMPROVE_IP_RANGE), 0);
    EXPECT_U64(address("2001:db8::1/32", LINT_IMPROVE_IP_RANGE), 1);
    EXPECT_U64(address("203.0.113.7/33", LINT_TYPE_MISMATCH_IP_RANGE), 1);
    EXPECT_U64(address("", LINT_TYPE_MISMATCH_IP_RANGE), 1);
}
