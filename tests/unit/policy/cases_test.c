/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs tests/cases/policy/NAME.case. A file is a list of sections:
 *
 *     === what the case shows
 *     --- policy [name.json]     a document; several make several documents
 *     --- refused                what is said of the last document: name.json:line:column: sentence
 *     --- event                  an event as docs/EVENT.md has it
 *     --- verdict                Allowed|ExplicitlyDenied|ImplicitlyDenied [file:line:column [Sid]]
 *
 * An event and its verdict may come several times for the same documents. Lines that begin with
 * '#' before the first section are for readers.
 */
#include "base/buf.h"
#include "base/json_read.h"
#include "policy/policy.h"
#include "test.h"

#include <stdio.h>

#define DOCS_MAX 8u

struct section {
    lic_str kind, arg, text;
};

/* The case being run: what was read of it so far. */
struct running {
    struct arena *arena;
    enum doc_kind kind;
    lic_str name;
    const struct policy_doc *docs[DOCS_MAX];
    uint32_t docs_n;
    struct lic_err refusal; /* of the last document, when it was refused */
    bool refused;
    struct verdict verdict; /* of the last event */
    uint32_t checked_n;     /* verdicts and refusals compared in this file */
};

static bool is_heading(lic_str s)
{
    return str_starts(s, LIC_STR("=== ")) || str_starts(s, LIC_STR("--- "));
}

static bool next_section(lic_str *rest, struct section *out)
{
    while (rest->n > 0 && !is_heading(*rest)) {
        (void)str_split(rest, '\n');
    }
    if (rest->n == 0) {
        return false;
    }
    lic_str heading = str_split(rest, '\n');
    const char *text_at = rest->at;
    while (rest->n > 0 && !is_heading(*rest)) {
        (void)str_split(rest, '\n');
    }
    bool is_case = str_starts(heading, LIC_STR("==="));
    lic_str words = str_tail(heading, 4);
    out->kind = is_case ? LIC_STR("case") : str_split(&words, ' ');
    out->arg = words;
    out->text = str_make(text_at, (size_t)(rest->at - text_at));
    return true;
}

/* "name of the case: what", so that a failure says where it belongs. */
static lic_str with_name(const struct running *run, lic_str what)
{
    struct buf buf;
    buf_init(&buf, run->arena, 4096);
    buf_addf(&buf, LIC_FMT ": " LIC_FMT, LIC_ARG(run->name), LIC_ARG(what));
    return buf_str(&buf);
}

static void expect_text(struct running *run, lic_str actual, lic_str expected)
{
    lic_str named_actual = with_name(run, actual);
    lic_str named_expected = with_name(run, str_trim(expected));
    run->checked_n++;
    EXPECT(named_actual.n > 0 && named_expected.n > 0);
    EXPECT_LIC_STR(named_actual, named_expected);
}

static void read_policy(struct running *run, const struct section *section)
{
    lic_str file = section->arg.n > 0 ? section->arg : LIC_STR("policy.json");
    EXPECT(run->docs_n < DOCS_MAX);
    enum lic_rc rc = policy_doc_read(run->arena, file, section->text, run->kind,
                                     &run->docs[run->docs_n], &run->refusal);
    EXPECT(rc != LIC_E_NOMEM);
    run->refused = rc != LIC_OK;
    run->docs_n += run->refused ? 0 : 1;
}

static void check_refusal(struct running *run, const struct section *section)
{
    char text[1024];
    EXPECT_LIC_STR(with_name(run, run->refused ? LIC_STR("refused") : LIC_STR("accepted")),
                   with_name(run, LIC_STR("refused")));
    size_t n = lic_err_format(&run->refusal, text, sizeof(text));
    run->refused = false;
    expect_text(run, str_make(text, n), section->text);
}

static void judge_event(struct running *run, const struct section *section)
{
    struct json_limits limits = { .mode = JSON_GATEWAY };
    struct json_doc json;
    struct event event;
    struct lic_err err;
    EXPECT_OK(json_read(run->arena, section->text, &limits, &json, &err), &err);
    EXPECT_OK(event_read(run->arena, &json, &event, &err), &err);
    struct policy_request request;
    struct policy_stack stack = { .identity = NULL };
    struct policy_answer answer;
    event.principal_arn = event.principal_arn.at ? event.principal_arn : event.principal;
    EXPECT_OK(request_from_event(&event, run->arena, &request, &err), &err);
    if (request.principal.kind == REQUEST_ANONYMOUS) {
        /* Nobody has identity policies; an event that does not say who asks is somebody's. */
        EXPECT_OK(request_principal_read(LIC_STR("arn:aws:iam::111122223333:user/somebody"),
                                         &request.principal, &err),
                  &err);
    }
    EXPECT_OK(policy_index_new(run->arena, run->docs, run->docs_n, &stack.identity, &err), &err);
    EXPECT_OK(policy_eval(&stack, &request, run->arena, &answer, &err), &err);
    policy_verdict(&answer, &run->verdict);
}

static void check_verdict(struct running *run, const struct section *section)
{
    const struct verdict *v = &run->verdict;
    struct buf buf;
    buf_init(&buf, run->arena, 4096);
    buf_addf(&buf, "%s", verdict_result_name(v->result));
    if (v->file.n > 0) {
        buf_addf(&buf, " " LIC_FMT ":%u:%u", LIC_ARG(v->file), v->line, v->column);
    }
    if (v->sid.n > 0) {
        buf_addf(&buf, " " LIC_FMT, LIC_ARG(v->sid));
    }
    expect_text(run, buf_str(&buf), section->text);
}

static void begin_case(struct running *run, const struct section *section)
{
    *run = (struct running){
        .arena = run->arena, .kind = run->kind, .name = section->arg, .checked_n = run->checked_n
    };
}

static void run_section(struct running *run, const struct section *section)
{
    static const struct {
        const char *kind;
        void (*run)(struct running *run, const struct section *section);
    } kinds[] = {
        { "case", begin_case },   { "policy", read_policy },    { "refused", check_refusal },
        { "event", judge_event }, { "verdict", check_verdict },
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (str_eq(section->kind, str_z(kinds[i].kind))) {
            /* A refusal that nobody expects must not pass for a document less. */
            EXPECT(!run->refused || kinds[i].run == check_refusal);
            kinds[i].run(run, section);
            return;
        }
    }
    EXPECT_STR(section->kind, "a known kind of section");
}

static void run_file(const char *path, enum doc_kind kind, uint32_t checked_min)
{
    TEST_ARENA(arena);
    struct running run = { .arena = arena, .kind = kind };
    struct section section;
    lic_str rest = test_file(arena, test_source_path(path));
    while (!test_left() && next_section(&rest, &section)) {
        run_section(&run, &section);
        if (test_left() && !test_rerun()) {
            printf("  in %s, case \"" LIC_FMT "\"\n", path, LIC_ARG(run.name));
        }
    }
    /* A file that lost its headings would otherwise pass by checking nothing. */
    EXPECT(test_left() || run.checked_n >= checked_min);
}

CASE(policy_cases_decisions)
{
    run_file("tests/cases/policy/decisions.case", DOC_ANY, 25);
}

CASE(policy_cases_wildcards)
{
    run_file("tests/cases/policy/wildcards.case", DOC_ANY, 25);
}

CASE(policy_cases_conditions)
{
    run_file("tests/cases/policy/conditions.case", DOC_ANY, 40);
}

CASE(policy_cases_sets)
{
    run_file("tests/cases/policy/sets.case", DOC_ANY, 20);
}

CASE(policy_cases_variables)
{
    run_file("tests/cases/policy/variables.case", DOC_ANY, 15);
}

CASE(policy_cases_refused)
{
    run_file("tests/cases/policy/refused.case", DOC_MANAGED, 35);
}
