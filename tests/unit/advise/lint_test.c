/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs tests/cases/advise/lint/NAME.case. A case is
 *
 *     === what it shows
 *     kind trust                    (identity when it is not said)
 *     type AWS::S3::Bucket          (of a resource policy)
 *     + CODE                        must be found; "+ CODE 3:5" there
 *     - CODE                        must not
 *     none                          nothing at all is found
 *     ---
 *     the document, or the members of its only statement
 *
 * Every check must have a case that finds it and one that nearly does.
 */
#include "advise/lint.h"

#include "base/buf.h"
#include "base/map.h"
#include "test.h"

#include <stdio.h>

#define CASES "tests/cases/advise/lint"

/* Directories only: tests/cli/lint_cases.py; and too much for a case file: below. */
static const char *const elsewhere[] = { "AGENT_TOOL_NEVER_ALLOWED", "AGENT_TOOL_NOT_LISTED",
                                         "AGENT_TOOLS_UNBOUNDED", "POLICY_NEVER_USED",
                                         "TOO_MANY_FINDINGS" };

struct seen {
    bool yes[LINT_CODE_N], no[LINT_CODE_N];
    uint32_t wrong;
};

struct found {
    uint32_t n[LINT_CODE_N], all;
    struct lic_lint_position first[LINT_CODE_N];
};

struct one_case {
    lic_str title, type, document;
    enum lic_lint_kind kind;
    bool none;
    struct {
        uint32_t code;
        bool wanted;
        uint32_t line, column;
    } rows[32];
    uint32_t rows_n;
};

static uint32_t code_named(lic_str name)
{
    for (uint32_t i = 0; i < LINT_CODE_N; i++) {
        if (str_eq(name, str_z(lic_lint_check(i).code))) {
            return i;
        }
    }
    (void)printf("there is no check " LIC_FMT "\n", LIC_ARG(name));
    return LINT_CODE_N;
}

static void count(void *arg, const struct lic_lint_finding *finding)
{
    struct found *found = arg;
    uint32_t code = code_named(str_z(finding->code));
    found->all++;
    if (code < LINT_CODE_N && found->n[code]++ == 0) {
        found->first[code] = finding->start;
    }
}

static bool read_row(struct one_case *out, lic_str line)
{
    lic_str rest = str_tail(line, 2);
    lic_str name = str_split(&rest, ' ');
    uint64_t row_line = 0, column = 0;
    lic_str at = str_split(&rest, ':');
    bool placed = at.n > 0;
    if (out->rows_n == sizeof out->rows / sizeof out->rows[0] ||
        (placed && (!str_u64(at, &row_line) || !str_u64(rest, &column)))) {
        return false;
    }
    uint32_t i = out->rows_n++;
    out->rows[i].code = code_named(name);
    out->rows[i].wanted = line.at[0] == '+';
    out->rows[i].line = (uint32_t)row_line;
    out->rows[i].column = (uint32_t)column;
    return out->rows[i].code < LINT_CODE_N;
}

static bool read_kind(lic_str name, enum lic_lint_kind *out)
{
    for (uint32_t i = 0; i < LIC_LINT_KIND_N; i++) {
        if (str_eq(name, str_z(lic_lint_kind_name((enum lic_lint_kind)i)))) {
            *out = (enum lic_lint_kind)i;
            return true;
        }
    }
    return false;
}

static bool read_line(struct one_case *out, lic_str line)
{
    if (str_starts(line, LIC_STR("kind "))) {
        return read_kind(str_tail(line, 5), &out->kind);
    }
    if (str_starts(line, LIC_STR("type "))) {
        out->type = str_tail(line, 5);
        return true;
    }
    if (str_eq(line, LIC_STR("none"))) {
        out->none = true;
        return true;
    }
    return line.n > 2 && (line.at[0] == '+' || line.at[0] == '-') && read_row(out, line);
}

/* The members of one statement stand for a whole policy around them. */
static lic_str whole(struct arena *arena, lic_str text)
{
    lic_str body = str_trim(text);
    if (!str_starts(body, LIC_STR("\""))) {
        return text;
    }
    struct buf out;
    buf_init(&out, arena, text.n + 100);
    buf_add(&out, LIC_STR("{\"Version\": \"2012-10-17\", \"Statement\": [{\n"));
    buf_add(&out, body);
    buf_add(&out, LIC_STR("\n}]}"));
    return out.failed == LIC_OK ? buf_str(&out) : LIC_STR("");
}

/* Takes the next case off *rest; false at the end or when it cannot be read. */
static bool read_case(struct arena *arena, lic_str *rest, struct one_case *out)
{
    *out = (struct one_case){ .kind = LIC_LINT_IDENTITY };
    size_t start = str_find(*rest, LIC_STR("=== "));
    *rest = str_tail(*rest, start + 4);
    if (rest->n == 0) {
        return false;
    }
    out->title = str_split(rest, '\n');
    for (lic_str line = str_split(rest, '\n'); !str_eq(line, LIC_STR("---"));
         line = str_split(rest, '\n')) {
        if (!read_line(out, line) || rest->n == 0) {
            (void)printf(LIC_FMT ": cannot read \"" LIC_FMT "\"\n", LIC_ARG(out->title),
                         LIC_ARG(line));
            (void)test_holds(false, __FILE__, __LINE__, "a case can be read");
            return false;
        }
    }
    size_t end = str_find(*rest, LIC_STR("\n=== "));
    out->document = whole(arena, str_head(*rest, end));
    *rest = str_tail(*rest, end);
    return true;
}

static bool holds(const struct one_case *one, uint32_t i, const struct found *found)
{
    uint32_t code = one->rows[i].code;
    bool is = found->n[code] > 0;
    bool there = one->rows[i].line == 0 || (found->first[code].line == one->rows[i].line &&
                                            found->first[code].column + 1 == one->rows[i].column);
    return is == one->rows[i].wanted && (!is || there);
}

static void print(void *arg, const struct lic_lint_finding *finding)
{
    (void)arg;
    (void)printf("    %u:%u %s " LIC_FMT "\n", finding->start.line, finding->start.column + 1,
                 finding->code, LIC_ARG(finding->details));
}

static void complain(const struct one_case *one, const char *what)
{
    struct lic_err err;
    (void)printf(LIC_FMT ": %s; found\n", LIC_ARG(one->title), what);
    (void)!lic_lint_document(test_host(), LIC_STR("p"), one->document, one->kind, one->type, print,
                             NULL, &err);
}

static void run_case(const struct one_case *one, struct seen *seen)
{
    struct found found = { { 0 }, 0, { { 0, 0, 0 } } };
    struct lic_err err;
    EXPECT_OK(lic_lint_document(test_host(), LIC_STR("p"), one->document, one->kind, one->type,
                                count, &found, &err),
              &err);
    for (uint32_t i = 0; i < one->rows_n; i++) {
        bool good = holds(one, i, &found);
        if (!good && !test_rerun()) {
            complain(one, lic_lint_check(one->rows[i].code).code);
        }
        seen->wrong += !good;
        bool *which = one->rows[i].wanted ? seen->yes : seen->no;
        which[one->rows[i].code] = true;
    }
    if (one->none && found.all > 0) {
        complain(one, "nothing was to be found");
        seen->wrong++;
    }
}

static void run_file(struct arena *arena, lic_str name, struct seen *seen)
{
    char path[256];
    struct one_case one;
    EXPECT((size_t)snprintf(path, sizeof path, CASES "/" LIC_FMT, LIC_ARG(name)) < sizeof path);
    lic_str text = test_file(arena, test_source_path(path));
    uint32_t n = 0;
    while (!test_left() && read_case(arena, &text, &one)) {
        run_case(&one, seen);
        n++;
        if (test_left() || test_rerun()) {
            return;
        }
    }
    EXPECT(n > 0);
}

CASE(lint_finds_what_the_cases_say_and_every_check_has_cases)
{
    static const char *const files[] = { "document.case",     "action.case",    "resource.case",
                                         "principal.case",    "condition.case", "key.case",
                                         "value.case",        "variable.case",  "statement.case",
                                         "organisation.case", "escalation.case" };
    struct seen seen = { { 0 }, { 0 }, 0 };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        TEST_ARENA(arena);
        run_file(arena, str_z(files[i]), &seen);
        if (test_left() || test_rerun()) {
            return;
        }
    }
    for (uint32_t i = 0; i < LINT_CODE_N; i++) {
        const char *code = lic_lint_check(i).code;
        bool other = false;
        for (size_t j = 0; j < sizeof elsewhere / sizeof elsewhere[0]; j++) {
            other = other || strcmp(code, elsewhere[j]) == 0;
        }
        if (!other && !(seen.yes[i] && seen.no[i])) {
            (void)printf("%s: no case %s\n", code, seen.yes[i] ? "misses it" : "finds it");
            seen.wrong++;
        }
    }
    EXPECT_U64(seen.wrong, 0);
}

/* ---- what case files cannot say ---- */

static void add_statements(struct buf *out, uint32_t n)
{
    buf_add(out, LIC_STR("{\"Version\":\"2012-10-17\",\"Statement\":["));
    for (uint32_t i = 0; i < n; i++) {
        buf_addf(out, "%s{\"Effect\":\"Maybe%u\"}", i > 0 ? "," : "", i);
    }
    buf_add(out, LIC_STR("]}"));
}

CASE(lint_says_that_there_is_more_than_it_tells)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct found found = { { 0 }, 0, { { 0, 0, 0 } } };
    struct buf text;
    buf_init(&text, arena, 1 << 20);
    add_statements(&text, 1000);
    EXPECT(text.failed == LIC_OK);
    if (test_rerun()) {
        return;
    }
    EXPECT_OK(lic_lint_document(test_host(), LIC_STR("p"), buf_str(&text), LIC_LINT_IDENTITY,
                                LIC_STR(""), count, &found, &err),
              &err);
    EXPECT_U64(found.n[LINT_TOO_MANY_FINDINGS], 1);
    EXPECT_U64(found.all, 1001);
}

static void keep_details(void *arg, const struct lic_lint_finding *finding)
{
    struct buf *out = arg;
    buf_add(out, finding->details);
    buf_addf(out, "|%s|", finding->link);
    for (uint32_t i = 0; i < finding->path_n; i++) {
        const struct lic_lint_step *step = &finding->path[i];
        buf_addf(out, "/" LIC_FMT "%u", LIC_ARG(step->name), step->index);
    }
    buf_addf(out, "|%u:%u-%u:%u\n", finding->start.offset, finding->start.column, finding->end.line,
             finding->end.column);
}

CASE(lint_tells_path_span_and_a_sentence_that_a_terminal_can_bear)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct buf out;
    buf_init(&out, arena, 1 << 16);
    lic_str text = LIC_STR("{\"Version\":\"2012-10-17\",\n\"Statement\":[{\"Effect\":\"Deny\",\n"
                           "\"Action\":[\"s3:GetObject\",\"s3:\\u001b[2J\"],\"Resource\":\"*\"}]}");
    EXPECT_OK(lic_lint_document(test_host(), LIC_STR("p"), text, LIC_LINT_IDENTITY, LIC_STR(""),
                                keep_details, &out, &err),
              &err);
    EXPECT(out.failed == LIC_OK);
    EXPECT_STR(buf_str(&out),
               "there is no action \"s3:?[2J\"|https://docs.aws.amazon.com/IAM/latest/UserGuide/"
               "access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-"
               "checks-error-invalid-action|/Statement0/0/Action0/1|81:25-3:39\n");
}

#define SUITE "conformance/iam-documents"

/* Nothing in either list may end lint early, and what IAM refuses must not look good. */
static void lint_list(const char *path, bool good, uint32_t *out_n, uint32_t *out_silent)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct json_doc json;
    lic_str text = test_file(arena, test_shared_path(path));
    EXPECT_OK(json_read(arena, text, NULL, &json, &err), &err);
    for (uint32_t i = json_first(&json, 0); i != JSON_NONE; i = json_next(&json, 0, i)) {
        struct found found = { { 0 }, 0, { { 0, 0, 0 } } };
        uint32_t node = good ? i : json_get(&json, i, LIC_STR("document")), errors = 0;
        EXPECT_OK(lic_lint_document(test_host(), LIC_STR("p"), json_raw(&json, node),
                                    LIC_LINT_IDENTITY, LIC_STR(""), count, &found, &err),
                  &err);
        for (uint32_t code = 0; code < LINT_CODE_N; code++) {
            errors += lic_lint_check(code).type == LIC_LINT_ERROR ? found.n[code] : 0;
        }
        (*out_n)++;
        *out_silent += errors == 0;
        if (test_rerun()) {
            return;
        }
    }
}

CASE(lint_finds_errors_in_all_documents_that_iam_refuses)
{
    uint32_t n = 0, silent = 0;
    lint_list(SUITE "/invalid.json", false, &n, &silent);
    EXPECT(test_rerun() || n == 78);
    EXPECT(test_rerun() || silent == 0);
}

CASE(lint_bears_all_documents_that_iam_accepts)
{
    uint32_t n = 0, silent = 0;
    lint_list(SUITE "/valid.json", true, &n, &silent);
    EXPECT(test_rerun() || n == 54);
    EXPECT(test_rerun() || silent >= 20);
}

CASE(lint_patterns_meet_when_some_text_is_matched_by_both)
{
    EXPECT(lint_patterns_meet(LIC_STR("*"), LIC_STR("")));
    EXPECT(lint_patterns_meet(LIC_STR("a*c"), LIC_STR("*bc")));
    EXPECT(lint_patterns_meet(LIC_STR("a?c"), LIC_STR("ab*")));
    EXPECT(lint_patterns_meet(LIC_STR("*/x"), LIC_STR("y/*")));
    EXPECT(!lint_patterns_meet(LIC_STR("*/x"), LIC_STR("bucket")));
    EXPECT(!lint_patterns_meet(LIC_STR("a"), LIC_STR("")));
    EXPECT(!lint_patterns_meet(LIC_STR("a?"), LIC_STR("a")));
}

CASE(lint_pattern_covers_never_claims_too_much)
{
    EXPECT(lint_pattern_covers(LIC_STR("s3:Get*"), LIC_STR("S3:getObject*"), true));
    EXPECT(!lint_pattern_covers(LIC_STR("s3:Get?"), LIC_STR("s3:Get*"), true));
    EXPECT(!lint_pattern_covers(LIC_STR("s3:GetObject"), LIC_STR("s3:Get*"), true));
    EXPECT(!lint_pattern_covers(LIC_STR("A*"), LIC_STR("ab"), false));
}

CASE(lint_regions_are_known_by_their_form)
{
    EXPECT(lint_is_region(LIC_STR("eu-central-1")) && lint_is_region(LIC_STR("us-gov-west-1")));
    EXPECT(!lint_is_region(LIC_STR("eu-central")) && !lint_is_region(LIC_STR("europe-central-1")));
    EXPECT(!lint_is_region(LIC_STR("")) && !lint_is_region(LIC_STR("us-east-1a")));
}
