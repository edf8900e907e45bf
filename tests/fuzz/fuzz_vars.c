/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A byte for the use, a pattern, a NUL, a user's name, a NUL, and a text: patterns are read and
 * compared without harm, and a pattern of ordinary characters says what a table of all beginnings
 * of pattern and text says.
 */
#include "policy/vars.h"

#include "policy/match.h"
#include "test.h"

#define TABLE_MAX 256u

static bool is_ascii(lic_str s)
{
    size_t i = 0;
    while (i < s.n && (unsigned char)s.at[i] < 0x80) {
        i++;
    }
    return i == s.n;
}

static bool by_table(lic_str pattern, lic_str text)
{
    bool row[TABLE_MAX + 1] = { true };
    for (size_t p = 0; p < pattern.n; p++) {
        char c = pattern.at[p];
        bool before = row[0];
        row[0] = row[0] && c == MATCH_ANY;
        for (size_t t = 0; t < text.n; t++) {
            bool same = c == MATCH_ONE || c == text.at[t];
            bool here = c == MATCH_ANY ? row[t] || row[t + 1] : before && same;
            before = row[t + 1];
            row[t + 1] = here;
        }
    }
    return row[text.n];
}

static void check_glob(const struct vars_pattern *pattern, lic_str text)
{
    bool whole = pattern->shape == VARS_SHAPE_GLOB && pattern->pieces_n == 0;
    bool small = pattern->text.n <= TABLE_MAX && text.n <= TABLE_MAX;
    if (whole && small && is_ascii(pattern->text) && is_ascii(text)) {
        CHECK(match_glob(pattern->text, text) == by_table(pattern->text, text));
        CHECK(!match_glob_arn(pattern->text, text) || match_glob_resource(pattern->text, text) ||
              pattern->use != VARS_ARN);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TEST_ARENA(arena);
    struct vars_pattern pattern;
    struct event event;
    event_init(&event);
    if (size == 0) {
        return 0;
    }
    lic_str rest = str_make((const char *)data + 1, size - 1);
    lic_str written = str_split(&rest, '\0');
    event.user_name = str_split(&rest, '\0');
    enum vars_use use = (enum vars_use)(data[0] % (VARS_RESOURCE + 1));
    bool variables = (data[0] & 0x80u) != 0;
    struct policy_request request = { .event = &event, .strict = (data[0] & 0x40u) != 0 };
    struct vars_ask ask = { &request, arena };
    enum truth truth = TRUTH_NO;
    struct lic_err err;
    if (vars_read(arena, written, use, variables, &pattern, &err) != LIC_OK) {
        CHECK(err.text[0] != '\0');
        return 0;
    }
    check_glob(&pattern, rest);
    if (vars_match(&pattern, rest, &ask, &truth, &err) == LIC_OK && pattern.pieces_n == 0) {
        CHECK(truth == truth_of(vars_equal(&pattern, rest)));
    }
    return 0;
}
