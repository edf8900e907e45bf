/* SPDX-License-Identifier: Apache-2.0 */
/* Records as lines a person reads. */
#include "test.h"
#include <lictor/read.h>

CASE(line_tells_when_what_who_and_why)
{
    char out[512];
    size_t n = 0;
    struct lic_err err;
    EXPECT_OK(
        lic_record_line(test_host(),
                        LIC_STR("{\"v\":1,\"time\":\"T\",\"kind\":\"outcome\",\"principal\":\"p\","
                                "\"model\":\"m\",\"decision\":\"allow\",\"enforced\":\"cut\","
                                "\"reason\":\"gone\",\"status\":200,\"findings\":"
                                "[{\"type\":\"EMAIL\"},{\"type\":\"PHONE\"}]}\n"),
                        out, sizeof(out), &n, &err),
        &err);
    EXPECT_STR(str_make(out, n), "T outcome allow/cut p model=m found=EMAIL,PHONE status=200 "
                                 "reason: gone");
}

CASE(line_is_cut_and_terminated)
{
    char out[8];
    size_t n = 0;
    struct lic_err err;
    EXPECT_OK(lic_record_line(test_host(), LIC_STR("{\"kind\":\"intent\",\"model\":\"m\"}"), out,
                              sizeof(out), &n, &err),
              &err);
    EXPECT_U64(n, 7);
    EXPECT_STR(str_z(out), " intent");
}

/* What an agent wrote must not steer the reader's terminal. */
CASE(line_has_no_control_characters)
{
    char out[128];
    size_t n = 0;
    struct lic_err err;
    EXPECT_OK(lic_record_line(test_host(),
                              LIC_STR("{\"kind\":\"intent\",\"model\":\"a\xc2\x9b"
                                      "31m\x7f\"}"),
                              out, sizeof(out), &n, &err),
              &err);
    EXPECT_STR(str_make(out, n), " intent model=a..31m.");
}

CASE(line_refuses_what_is_no_record)
{
    static const char *const lines[] = { "", "[]", "{}", "{\"kind\":\"x\",\"kind\":\"y\"}",
                                         "kind" };
    char out[64];
    size_t n = 0;
    struct lic_err err;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        EXPECT(lic_record_line(test_host(), str_z(lines[i]), out, sizeof(out), &n, &err) != LIC_OK);
    }
}
