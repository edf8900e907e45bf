/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random policies and requests against a second evaluator, written as naively as the documents
 * read, and the three laws of policy: another allow never takes access away, another deny never
 * gives any, the order of statements decides nothing but which one is named.
 *
 * A random policy is a list of choices from the tables below; it is written out as JSON for the
 * engine and judged as it is by the naive evaluator.
 */
#include "base/buf.h"
#include "policy/policy.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#define STATEMENTS_MAX 6u
#define LIST_MAX 3u
#define ROUNDS 1000u
#define REQUESTS_PER_POLICY 8u
#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

static const char *const action_patterns[] = { "*",     "svc:Get",  "SVC:*", "svc:G?t",
                                               "oth:*", "svc:*t*e", "svc:P*" };
static const char *const actions[] = { "svc:Get", "svc:Put", "SVC:PutOne", "oth:Get", "svc:get" };

static const char *const resource_patterns[] = {
    "*",
    "arn:aws:s3:::a",
    "arn:aws:s3:::a*",
    "arn:aws:s3:::*/x",
    "arn:aws:s3:*:a/x",
    "arn:aws:sqs:e?-*:1:q*",
    "arn:aws:sqs:e*1:1:q",
    "arn:aws:sqs",
    "arn:aws:s3:::${aws:username}/*",
    "arn:aws:s3:::${aws:PrincipalTag/a, 'b'}",
};
static const char *const resources[] = { "arn:aws:s3:::a",       "arn:aws:s3:::ab",
                                         "arn:aws:s3:::b/x",     "arn:aws:s3:eu:1:a/x",
                                         "arn:aws:sqs:eu-1:1:q", "arn:aws:sqs:eu:1:1:q",
                                         "arn:aws:s3:::b" };

static const char *const keys[] = { "aws:username", "aws:PrincipalTag/a", "aws:PrincipalTag/b" };
static const char *const asked_values[] = { "a", "b", "A", "7", "12", "ab" };

/* Operators that the naive evaluator knows, with values for each. */
enum naive_kind { NAIVE_EQUAL, NAIVE_NOCASE, NAIVE_LIKE, NAIVE_LESS, NAIVE_NULL };
static const struct {
    const char *name;
    enum naive_kind kind;
    bool negated;
    const char *values[4];
} operators[] = {
    { "StringEquals", NAIVE_EQUAL, false, { "a", "b", "ab", "${aws:PrincipalTag/b}" } },
    { "StringNotEquals", NAIVE_EQUAL, true, { "a", "b", "7", "${aws:PrincipalTag/b}" } },
    { "StringEqualsIgnoreCase", NAIVE_NOCASE, false, { "a", "B", "AB", "7" } },
    { "StringLike", NAIVE_LIKE, false, { "a*", "?", "*b", "b" } },
    { "StringNotLike", NAIVE_LIKE, true, { "a*", "?", "*b", "b" } },
    { "NumericLessThan", NAIVE_LESS, false, { "8", "7", "12.5", "-1" } },
    { "Null", NAIVE_NULL, false, { "true", "false", "true", "false" } },
};

enum set { SET_NONE, SET_ALL, SET_ANY };
static const char *const set_names[] = { "", "ForAllValues:", "ForAnyValue:" };

struct condition {
    uint32_t op, key;
    enum set set;
    bool if_exists;
    const char *values[LIST_MAX];
    uint32_t values_n;
};

struct statement {
    bool deny, not_action, not_resource;
    const char *actions[LIST_MAX], *resources[LIST_MAX];
    uint32_t actions_n, resources_n;
    struct condition conditions[2]; /* of different operators */
    uint32_t conditions_n;
};

struct policy {
    struct statement statements[STATEMENTS_MAX];
    uint32_t n;
};

struct request {
    const char *action, *resource;
    const char *values[COUNT(keys)][2];
    uint32_t values_n[COUNT(keys)];
};

/* What the naive evaluator says: the result, and the index of the statement that decided. */
struct answer {
    enum verdict_result result;
    uint32_t by;
};

/* ---- making them up ---- */

static uint32_t pick_some(const char *const *from, uint32_t from_n, uint32_t max, const char **out)
{
    uint32_t n = 1 + test_random_below(max);
    for (uint32_t i = 0; i < n; i++) {
        out[i] = from[test_random_below(from_n)];
    }
    return n;
}

static void make_condition(struct condition *c, uint32_t op)
{
    bool null = operators[op].kind == NAIVE_NULL;
    c->op = op;
    c->key = test_random_below(COUNT(keys));
    c->set = null ? SET_NONE : (enum set)test_random_below(3);
    c->if_exists = !null && test_random_below(3) == 0;
    c->values_n = pick_some(operators[op].values, 4, LIST_MAX, c->values);
}

static void make_statement(struct statement *s)
{
    *s = (struct statement){ .deny = test_random_below(3) == 0,
                             .not_action = test_random_below(5) == 0,
                             .not_resource = test_random_below(5) == 0 };
    s->actions_n = pick_some(action_patterns, COUNT(action_patterns), LIST_MAX, s->actions);
    s->resources_n = pick_some(resource_patterns, COUNT(resource_patterns), LIST_MAX, s->resources);
    s->conditions_n = test_random_below(3);
    uint32_t first = test_random_below(COUNT(operators));
    for (uint32_t i = 0; i < s->conditions_n; i++) {
        make_condition(&s->conditions[i], (first + i) % COUNT(operators));
    }
}

static void make_policy(struct policy *p)
{
    p->n = 1 + test_random_below(STATEMENTS_MAX - 1); /* room for one more */
    for (uint32_t i = 0; i < p->n; i++) {
        make_statement(&p->statements[i]);
    }
}

static void make_request(struct request *r)
{
    r->action = actions[test_random_below(COUNT(actions))];
    r->resource = resources[test_random_below(COUNT(resources))];
    for (uint32_t i = 0; i < COUNT(keys); i++) {
        r->values_n[i] = test_random_below(3);
        for (uint32_t j = 0; j < r->values_n[i]; j++) {
            r->values[i][j] = asked_values[test_random_below(COUNT(asked_values))];
        }
    }
}

/* ---- for the engine ---- */

static void write_list(struct buf *out, const char *name, const char *const *at, uint32_t n)
{
    buf_addf(out, "\"%s\":[", name);
    for (uint32_t i = 0; i < n; i++) {
        buf_addf(out, "%s\"%s\"", i > 0 ? "," : "", at[i]);
    }
    buf_add_char(out, ']');
}

static void write_condition(struct buf *out, const struct condition *c)
{
    buf_addf(out, "\"%s%s%s\":{", set_names[c->set], operators[c->op].name,
             c->if_exists ? "IfExists" : "");
    write_list(out, keys[c->key], c->values, c->values_n);
    buf_add_char(out, '}');
}

/* A statement on a line of its own, so that the line in the verdict is its index. */
static void write_statement(struct buf *out, const struct statement *s)
{
    buf_addf(out, "\n{\"Effect\":\"%s\",", s->deny ? "Deny" : "Allow");
    write_list(out, s->not_action ? "NotAction" : "Action", s->actions, s->actions_n);
    buf_add_char(out, ',');
    write_list(out, s->not_resource ? "NotResource" : "Resource", s->resources, s->resources_n);
    buf_addf(out, ",\"Condition\":{");
    for (uint32_t i = 0; i < s->conditions_n; i++) {
        buf_addf(out, "%s", i > 0 ? "," : "");
        write_condition(out, &s->conditions[i]);
    }
    buf_addf(out, "}}");
}

static const struct policy_doc *compile(struct arena *arena, const struct policy *p)
{
    struct buf out;
    struct lic_err err;
    const struct policy_doc *doc = NULL;
    buf_init(&out, arena, 1u << 20);
    buf_addf(&out, "{\"Version\":\"2012-10-17\",\"Statement\":[");
    for (uint32_t i = 0; i < p->n; i++) {
        buf_addf(&out, "%s", i > 0 ? "," : "");
        write_statement(&out, &p->statements[i]);
    }
    buf_addf(&out, "]}");
    enum lic_rc rc = buf_check(&out, "a policy", &err);
    rc = rc == LIC_OK ? policy_doc_read(arena, LIC_STR("p"), buf_str(&out), &doc, &err) : rc;
    return test_rc(rc, LIC_OK, &err, __FILE__, __LINE__, "compile") ? doc : NULL;
}

static bool fill_event(struct arena *arena, const struct request *r, struct event *event)
{
    event_init(event);
    event->action = str_z(r->action);
    event->resource = str_z(r->resource);
    for (uint32_t i = 0; i < COUNT(keys); i++) {
        struct event_extra extra = { .key = str_z(keys[i]) };
        for (uint32_t j = 0; j < r->values_n[i]; j++) {
            if (str_list_add(&extra.values, arena, str_z(r->values[i][j])) != LIC_OK) {
                return false;
            }
        }
        if (r->values_n[i] > 0 && !ARENA_PUSH(arena, &event->extras, extra)) {
            return false;
        }
    }
    return true;
}

static enum verdict_result judge(struct arena *arena, const struct policy *p,
                                 const struct request *r, uint32_t *out_by)
{
    struct event event;
    struct verdict verdict = { .result = VERDICT_IMPLICIT_DENY };
    struct lic_err err;
    const struct policy_doc *doc = compile(arena, p);
    if (doc && test_holds(fill_event(arena, r, &event), __FILE__, __LINE__, "memory")) {
        enum lic_rc rc = policy_eval(&doc, 1, &event, arena, &verdict, &err);
        test_rc(rc, LIC_OK, &err, __FILE__, __LINE__, "policy_eval");
    }
    *out_by = verdict.line - 2;
    return verdict.result;
}

/* ---- the naive evaluator: -1 no, 0 not known, 1 yes ---- */

static char low(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Tries everything. `colons_n`: of the pattern so far; from five on an asterisk takes colons. */
static bool wild(const char *p, const char *t, uint32_t colons_n, bool nocase)
{
    if (*p == '\0') {
        return *t == '\0';
    }
    if (*p == '?') {
        return *t != '\0' && (colons_n >= 5 || *t != ':') && wild(p + 1, t + 1, colons_n, nocase);
    }
    if (*p != '*') {
        bool same = nocase ? low(*p) == low(*t) : *p == *t;
        return same && wild(p + 1, t + 1, colons_n + (*p == ':' ? 1 : 0), nocase);
    }
    bool crosses = colons_n >= 5 || p[1] == ':' || p[1] == '\0';
    for (;; t++) {
        if (wild(p + 1, t, colons_n, nocase)) {
            return true;
        }
        if (*t == '\0' || (*t == ':' && !crosses)) {
            return false;
        }
    }
}

/* The value of the variable in "before${key, 'default'}after"; NULL when there is none. */
static const char *variable(const char *pattern, const struct request *r)
{
    for (uint32_t i = 0; i < COUNT(keys); i++) {
        if (strstr(pattern, keys[i])) {
            bool has_default = strstr(pattern, "'b'") != NULL;
            return r->values_n[i] == 1                  ? r->values[i][0]
                   : r->values_n[i] == 0 && has_default ? "b"
                                                        : NULL;
        }
    }
    return NULL;
}

/* Fills the variable in; false when it has no value. */
static bool filled(const char *pattern, const struct request *r, char out[100])
{
    const char *start = strstr(pattern, "${");
    const char *value = start ? variable(pattern, r) : "";
    if (!value) {
        return false;
    }
    const char *end = start ? strchr(start, '}') + 1 : pattern + strlen(pattern);
    int before = (int)(start ? start - pattern : end - pattern);
    snprintf(out, 100, "%.*s%s%s", before, pattern, value, end);
    return true;
}

static int resource_truth(const struct statement *s, const struct request *r)
{
    int any = -1;
    for (uint32_t i = 0; i < s->resources_n; i++) {
        char pattern[100];
        bool known = filled(s->resources[i], r, pattern);
        bool matches = known && (strcmp(pattern, "arn:aws:sqs") == 0
                                     ? strncmp(r->resource, "arn:aws:sqs:", 12) == 0
                                     : wild(pattern, r->resource, pattern[1] ? 0 : 5, false));
        int one = matches ? 1 : known || !s->not_resource ? -1 : 0;
        any = one > any ? one : any;
    }
    return s->not_resource ? -any : any;
}

static int value_truth(const struct condition *c, const char *value, const char *asked,
                       const struct request *r)
{
    char text[100];
    char *number_end = NULL;
    double number = strtod(asked, &number_end);
    switch (operators[c->op].kind) {
    case NAIVE_EQUAL:
        if (!filled(value, r, text)) {
            return operators[c->op].negated ? 0 : -1;
        }
        return strcmp(text, asked) == 0 ? 1 : -1;
    case NAIVE_NOCASE:
        return str_eq_nocase(str_z(value), str_z(asked)) ? 1 : -1;
    case NAIVE_LIKE:
        return wild(value, asked, 5, false) ? 1 : -1;
    case NAIVE_LESS:
        return *number_end != '\0' ? 0 : number < strtod(value, NULL) ? 1 : -1;
    case NAIVE_NULL:
        break;
    }
    return -1;
}

static int asked_truth(const struct condition *c, const char *asked, const struct request *r)
{
    int any = -1;
    for (uint32_t i = 0; i < c->values_n; i++) {
        int one = value_truth(c, c->values[i], asked, r);
        any = one > any ? one : any;
    }
    return operators[c->op].negated ? -any : any;
}

static int null_truth(const struct condition *c, bool absent)
{
    for (uint32_t i = 0; i < c->values_n; i++) {
        if ((strcmp(c->values[i], "true") == 0) == absent) {
            return 1;
        }
    }
    return -1;
}

static int condition_truth(const struct condition *c, const struct request *r)
{
    uint32_t n = r->values_n[c->key];
    if (operators[c->op].kind == NAIVE_NULL) {
        return null_truth(c, n == 0);
    }
    if (c->set == SET_NONE && n != 1) {
        return n > 1 ? 0 : c->if_exists || operators[c->op].negated ? 1 : -1;
    }
    int all = 1;
    int any = -1;
    for (uint32_t i = 0; i < n; i++) {
        int one = asked_truth(c, r->values[c->key][i], r);
        all = one < all ? one : all;
        any = one > any ? one : any;
    }
    return c->set == SET_ALL ? all : any;
}

static bool applies(const struct statement *s, const struct request *r)
{
    bool listed = false;
    for (uint32_t i = 0; i < s->actions_n; i++) {
        listed = listed || wild(s->actions[i], r->action, 5, true);
    }
    int truth = listed != s->not_action ? resource_truth(s, r) : -1;
    for (uint32_t i = 0; i < s->conditions_n; i++) {
        int one = condition_truth(&s->conditions[i], r);
        truth = one < truth ? one : truth;
    }
    return truth > 0 || (truth == 0 && s->deny);
}

static struct answer judge_naively(const struct policy *p, const struct request *r)
{
    struct answer answer = { VERDICT_IMPLICIT_DENY, UINT32_MAX - 1 };
    for (uint32_t i = p->n; i-- > 0;) {
        if (!p->statements[i].deny && applies(&p->statements[i], r)) {
            answer = (struct answer){ VERDICT_ALLOW, i };
        }
    }
    for (uint32_t i = p->n; i-- > 0;) {
        if (p->statements[i].deny && applies(&p->statements[i], r)) {
            answer = (struct answer){ VERDICT_EXPLICIT_DENY, i };
        }
    }
    return answer;
}

/* ---- the laws ---- */

static void shuffle(struct policy *p)
{
    for (uint32_t i = p->n; i > 1; i--) {
        uint32_t j = test_random_below(i);
        struct statement kept = p->statements[i - 1];
        p->statements[i - 1] = p->statements[j];
        p->statements[j] = kept;
    }
}

static void check_request(struct arena *arena, const struct policy *p, const struct request *r)
{
    uint32_t by = 0;
    enum verdict_result result = judge(arena, p, r, &by);
    struct answer naive = judge_naively(p, r);
    EXPECT_U64(result, naive.result);
    EXPECT_U64(by, naive.by);

    struct policy other = *p;
    make_statement(&other.statements[other.n]);
    other.n++;
    other.statements[p->n].deny = false;
    enum verdict_result with_allow = judge(arena, &other, r, &by);
    EXPECT(with_allow == result || result == VERDICT_IMPLICIT_DENY);
    other.statements[p->n].deny = true;
    enum verdict_result with_deny = judge(arena, &other, r, &by);
    EXPECT(with_deny == result || with_deny == VERDICT_EXPLICIT_DENY);

    other.n = p->n;
    shuffle(&other);
    EXPECT_U64(judge(arena, &other, r, &by), result);
}

CASE(policy_property_engine_agrees_with_naive_evaluator)
{
    uint32_t rounds = test_rerun() ? 3 : ROUNDS;
    for (uint32_t i = 0; i < rounds && !test_left(); i++) {
        TEST_ARENA(arena);
        struct policy p;
        struct request r;
        make_policy(&p);
        for (uint32_t j = 0; j < REQUESTS_PER_POLICY && !test_left(); j++) {
            make_request(&r);
            check_request(arena, &p, &r);
        }
    }
}
