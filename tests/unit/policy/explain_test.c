/* SPDX-License-Identifier: Apache-2.0 */
/* What a person is told of a decision. */
#include "base/buf.h"
#include "policy/policy.h"
#include "test.h"

#include <lictor/simulate.h>

static void free_simulator(struct lic_simulator **simulator)
{
    lic_simulator_free(*simulator);
}

#define REQUEST                                                                                    \
    "{\"principal\":\"arn:aws:sts::111122223333:assumed-role/R/s\",\"action\":\"s3:GetObject\","   \
    "\"resource\":\"arn:aws:s3:::b/k\",\"context\":{\"aws:SourceIp\":\"192.0.2.1\"},"
#define ALLOWS                                                                                     \
    "\"identityPolicies\":[{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Read\","          \
    "\"Effect\":\"Allow\",\"Action\":\"s3:Get*\",\"Resource\":\"*\"},"
#define DENIES_OTHERS                                                                              \
    "{\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\",\"Condition\":{\"NotIpAddress\":" \
    "{\"aws:SourceIp\":\"192.0.0.0/8\"}}},"
#define SOMETHING_ELSE "{\"Effect\":\"Allow\",\"Action\":\"ec2:*\",\"Resource\":\"*\"}]}]}"

static bool contains(lic_str text, const char *what)
{
    return str_find(text, str_z(what)) < text.n;
}

CASE(policy_explain_tells_what_applied_and_what_nearly_did)
{
    struct lic_err err;
    bool allowed = false;
    lic_str words = { NULL, 0 };
    CLEANUP(free_simulator) struct lic_simulator *simulator = NULL;
    EXPECT_OK(lic_simulator_new(test_host(), &simulator, &err), &err);
    EXPECT_OK(lic_simulator_explain(simulator, LIC_STR(REQUEST ALLOWS DENIES_OTHERS SOMETHING_ELSE),
                                    &allowed, &words, &err),
              &err);
    EXPECT(allowed);
    EXPECT(contains(words, "result     Allowed\n"));
    EXPECT(contains(words, "Allow \"Read\" applies\n"));
    EXPECT(contains(words, "NotIpAddress of aws:SourceIp does not hold: it wants \"192.0.0.0/8\", "
                           "the request has \"192.0.2.1\""));
    EXPECT(contains(words, "1 statement is about other actions or resources\n"));
}

CASE(policy_explain_tells_of_absent_keys_and_what_is_in_the_way)
{
    struct lic_err err;
    bool allowed = true;
    lic_str words = { NULL, 0 };
    static const char request[] = REQUEST
        "\"identityPolicies\":[{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\","
        "\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"aws:PrincipalTag/"
        "a\":"
        "[\"red\",\"blue\"]}}}}]}";
    CLEANUP(free_simulator) struct lic_simulator *simulator = NULL;
    EXPECT_OK(lic_simulator_new(test_host(), &simulator, &err), &err);
    EXPECT_OK(lic_simulator_explain(simulator, LIC_STR(request), &allowed, &words, &err), &err);
    EXPECT(!allowed);
    EXPECT(contains(words, "result     ImplicitlyDenied\n"));
    EXPECT(
        contains(words, "does not hold: it wants \"red\", \"blue\", the request has no such key"));
}

CASE(policy_explain_names_levels_and_accounts)
{
    struct lic_err err;
    bool allowed = true;
    lic_str words = { NULL, 0 };
    static const char request[] =
        "{\"principal\":\"*\",\"action\":\"s3:GetObject\",\"resource\":\"arn:aws:s3:::b/k\","
        "\"resourcePolicy\":{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":"
        "\"111122223333\"},\"Action\":\"*\",\"Resource\":\"*\"}},\"serviceControlPolicies\":"
        "[{\"orgIdentifier\":\"r-1\",\"policies\":[]}],\"resourceControlPolicies\":"
        "[{\"orgIdentifier\":\"r-2\",\"policies\":[]}]}";
    CLEANUP(free_simulator) struct lic_simulator *simulator = NULL;
    EXPECT_OK(lic_simulator_new(test_host(), &simulator, &err), &err);
    EXPECT_OK(lic_simulator_explain(simulator, LIC_STR(request), &allowed, &words, &err), &err);
    EXPECT(!allowed);
    EXPECT(contains(words, "principal  nobody (anonymous)\n"));
    EXPECT(contains(words, "(scp): do not bind this caller\n"));
    EXPECT(contains(words, " level \"r-2\"\n  no statements\n"));
    EXPECT(contains(words, "Allow is not about this principal\n"));
    EXPECT(contains(words, "because    a caller without identity policies"));
}
