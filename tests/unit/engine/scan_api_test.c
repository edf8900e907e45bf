/* SPDX-License-Identifier: Apache-2.0 */
/* Detection by itself, with a small guardrail; that of everything: tests/cli/scan_cases.py. */
#include <lictor/scan.h>

#include "engine/detection.h"
#include "test.h"

static const char GUARDRAIL[] =
    "{\"name\":\"g\",\"blockedInputMessaging\":\"no\",\"blockedOutputsMessaging\":\"no\","
    "\"wordPolicyConfig\":{\"wordsConfig\":[{\"text\":\"zebra\"}]},"
    "\"lictor\":{\"lengths\":[{\"characters\":20,\"action\":\"flag\",\"direction\":\"input\"}]}}";

static struct lic_scanner *make(lic_str text)
{
    struct lic_scanner *scanner = NULL;
    struct lic_err err;
    struct lic_scan_guardrail guardrail = { LIC_STR("g.json"), text };
    enum lic_rc rc = lic_scanner_new(test_host(), &guardrail, NULL, NULL, &scanner, &err);
    (void)test_rc(rc, LIC_OK, &err, __FILE__, __LINE__, "lic_scanner_new");
    return scanner;
}

static void fini(struct lic_scanner **scanner)
{
    lic_scanner_free(*scanner);
}

#define SCANNER(name)                                                                              \
    CLEANUP(fini) struct lic_scanner *name = make(LIC_STR(GUARDRAIL));                             \
    if (!name) {                                                                                   \
        return;                                                                                    \
    }

CASE(scan_api_counts_code_points)
{
    SCANNER(scanner);
    struct lic_scan_result result;
    struct lic_err err;
    EXPECT_OK(lic_scanner_text(scanner, LIC_STR("\xc3\xa4\xf0\x9f\x98\x80 zebra"), &result, &err),
              &err);
    EXPECT_U64(result.findings_n, 1);
    EXPECT_U64(result.findings[0].start, 3);
    EXPECT_U64(result.findings[0].end, 8);
    EXPECT_U64(result.findings[0].start_byte, 7);
    EXPECT_STR(result.findings[0].category, "word");
    EXPECT_STR(result.sensitivity, "public");
}

CASE(scan_api_lines_in_lines_out)
{
    static const char *const LINES[][2] = {
        { "{\"id\":7,\"text\":\"a zebra\"}",
          "{\"id\":7,\"injection\":0,\"jailbreak\":0,\"classes\":[],\"sensitivity\":\"public\","
          "\"findings\":[{\"type\":\"WORD\",\"category\":\"word\",\"start\":2,\"end\":7,\"score\":"
          "1,"
          "\"rule\":\"word.1\"}]}\n" },
        { "{\"text\":\"\",\"id\":\"x\\n\"}",
          "{\"id\":\"x\\n\",\"injection\":0,\"jailbreak\":0,\"classes\":[],\"sensitivity\":"
          "\"public\",\"findings\":[]}\n" },
        { "",
          "{\"id\":null,\"error\":\"expected a value, found the end of the text at byte 0\"}\n" },
        { "[]", "{\"id\":null,\"error\":\"the line is not a JSON object\"}\n" },
        { "{\"id\":[1]}", "{\"id\":[1],\"error\":\"\\\"text\\\" is missing\"}\n" },
        { "{\"id\":1,\"text\":\"a\",\"channel\":\"nowhere\"}",
          "{\"id\":1,\"error\":\"\\\"nowhere\\\" is not a channel: system, user, assistant, "
          "tool_call, tool_result or document\"}\n" },
    };
    SCANNER(scanner);
    for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
        struct lic_err err;
        lic_str out;
        EXPECT_OK(lic_scanner_line(scanner, str_z(LINES[i][0]), &out, &err), &err);
        EXPECT_STR(out, LINES[i][1]);
    }
}

CASE(scan_api_length_and_bytes_that_are_no_text)
{
    SCANNER(scanner);
    struct lic_scan_result result;
    struct lic_err err;
    lic_str out;
    EXPECT_OK(lic_scanner_text(scanner,
                               LIC_STR("0123456789\xff\xfe"
                                       "0123456789 zebra"),
                               &result, &err),
              &err);
    EXPECT_U64(result.findings_n, 2);
    EXPECT_STR(result.findings[0].type, "MAXIMUM_LENGTH");
    EXPECT_U64(result.findings[0].start, 20);
    EXPECT(!lic_scanner_channel(scanner, LIC_STR("nowhere")));
    EXPECT(lic_scanner_channel(scanner, LIC_STR("assistant")));
    EXPECT_OK(lic_scanner_text(scanner, LIC_STR("0123456789 0123456789 zebra"), &result, &err),
              &err);
    EXPECT_U64(result.findings_n, 1); /* the length is about the input */
    EXPECT_OK(lic_scanner_explain(scanner, LIC_STR("f"), LIC_STR("a zebra"), &out, &err), &err);
    EXPECT(
        str_starts(out, LIC_STR("f: injection 0.000, jailbreak 0.000, public\n  2-7  1.00  WORD")));
}

CASE(scan_api_shares_between_threads)
{
    SCANNER(scanner);
    CLEANUP(fini) struct lic_scanner *other = NULL;
    struct lic_scan_result result;
    struct lic_err err;
    EXPECT_OK(lic_scanner_share(scanner, &other, &err), &err);
    EXPECT_OK(lic_scanner_text(other, LIC_STR("zebra"), &result, &err), &err);
    EXPECT_U64(result.findings_n, 1);
}

CASE(scan_api_mistakes_of_a_guardrail_are_told)
{
    struct lic_scanner *scanner = NULL;
    struct lic_scan_guardrail guardrail = { LIC_STR("g.json"), LIC_STR("{\"name\":1}") };
    struct lic_err err;
    EXPECT(lic_scanner_new(test_host(), &guardrail, NULL, NULL, &scanner, &err) != LIC_OK);
    EXPECT(scanner == NULL);
    EXPECT(test_rerun() || strcmp(err.file, "g.json") == 0);
}
