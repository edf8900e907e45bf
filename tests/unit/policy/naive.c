/* SPDX-License-Identifier: Apache-2.0 */
/* Straight from the pages on policy evaluation, principals and condition operators. */
#include "unit/policy/naive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COUNT(array) (sizeof(array) / sizeof(array[0]))
#define TEXT_BYTES 200

const char *const naive_keys[NAIVE_KEYS_N] = { "aws:username", "aws:PrincipalTag/a",
                                               "aws:PrincipalTag/b" };

const struct naive_operator naive_operators[] = {
    { "StringEquals", NAIVE_EQUAL, false, { "a", "b", "ab", "${aws:PrincipalTag/b}" } },
    { "StringNotEquals", NAIVE_EQUAL, true, { "a", "b", "7", "ab" } },
    { "StringEqualsIgnoreCase", NAIVE_NOCASE, false, { "a", "B", "AB", "7" } },
    { "StringLike", NAIVE_LIKE, false, { "a*", "?", "*b", "b" } },
    { "StringNotLike", NAIVE_LIKE, true, { "a*", "?", "*b", "b" } },
    { "NumericLessThan", NAIVE_LESS, false, { "8", "7", "12.5", "-1" } },
    { "Null", NAIVE_NULL, false, { "true", "false", "true", "false" } },
};
const uint32_t naive_operators_n = COUNT(naive_operators);

/* ---- texts ---- */

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

/* Fills the one variable of a pattern in; false when it has no value. */
static bool filled(const char *pattern, const struct naive_request *r, char out[TEXT_BYTES])
{
    const char *start = strstr(pattern, "${");
    const char *value = "";
    for (uint32_t i = 0; start && i < NAIVE_KEYS_N; i++) {
        if (strstr(start, naive_keys[i])) {
            value = r->values_n[i] == 1                                   ? r->values[i][0]
                    : r->values_n[i] == 0 && strstr(start, "'b'") != NULL ? "b"
                                                                          : NULL;
        }
    }
    if (!value) {
        return false;
    }
    const char *end = start ? strchr(start, '}') + 1 : pattern + strlen(pattern);
    int before = (int)(start ? start - pattern : end - pattern);
    snprintf(out, TEXT_BYTES, "%.*s%s%s", before, pattern, value, end);
    return true;
}

static bool resource_in(const struct naive_list *list, const struct naive_request *r,
                        bool *out_unknown)
{
    bool any = false;
    for (uint32_t i = 0; i < list->n; i++) {
        char pattern[TEXT_BYTES];
        bool known = filled(list->at[i], r, pattern);
        /* Unknown only when the text before the variable does not rule it out already. */
        const char *variable = strstr(list->at[i], "${");
        size_t before = variable ? strcspn(list->at[i], "*$") : 0;
        *out_unknown = *out_unknown || (!known && strncmp(list->at[i], r->resource, before) == 0);
        any = any || (known && wild(pattern, r->resource, pattern[1] ? 0 : 5, false));
    }
    return any;
}

/* ---- conditions ---- */

static bool value_matches(const struct naive_condition *c, const char *value, const char *asked,
                          const struct naive_request *r)
{
    char text[TEXT_BYTES];
    char *end = NULL;
    double number = strtod(asked, &end);
    switch (naive_operators[c->op].kind) {
    case NAIVE_EQUAL:
        return filled(value, r, text) && strcmp(text, asked) == 0;
    case NAIVE_NOCASE:
        return strcasecmp(value, asked) == 0;
    case NAIVE_LIKE:
        return wild(value, asked, 5, false);
    case NAIVE_LESS:
        return *end == '\0' && number < strtod(value, NULL);
    case NAIVE_NULL:
        break;
    }
    return false;
}

static bool asked_matches(const struct naive_condition *c, const char *asked,
                          const struct naive_request *r)
{
    bool any = false;
    for (uint32_t i = 0; i < c->values.n; i++) {
        any = any || value_matches(c, c->values.at[i], asked, r);
    }
    return any != naive_operators[c->op].negated;
}

static bool condition_holds(const struct naive_condition *c, const struct naive_request *r)
{
    const struct naive_operator *op = &naive_operators[c->op];
    uint32_t n = r->values_n[c->key];
    bool all = true;
    bool any = false;
    for (uint32_t i = 0; op->kind == NAIVE_NULL && i < c->values.n; i++) {
        any = any || (strcmp(c->values.at[i], "true") == 0) == (n == 0);
    }
    if (op->kind == NAIVE_NULL) {
        return any;
    }
    if (n != 1 && c->set == NAIVE_SET_NONE) {
        return n == 0 && (c->if_exists || op->negated);
    }
    for (uint32_t i = 0; i < n; i++) {
        bool one = asked_matches(c, r->values[c->key][i], r);
        all = all && one;
        any = any || one;
    }
    return c->set == NAIVE_SET_ALL ? all : any;
}

/* ---- principals: the names a caller answers to ---- */

struct names {
    char itself[TEXT_BYTES], role[TEXT_BYTES], account[TEXT_BYTES];
};

static struct names names_of(const struct naive_request *r)
{
    struct names names = { "", "", "" };
    char role[TEXT_BYTES] = "";
    snprintf(names.itself, TEXT_BYTES, "%s", r->principal);
    if (r->account[0] != '\0') {
        snprintf(names.account, TEXT_BYTES, "arn:aws:iam::%s:root", r->account);
    }
    const char *session = strstr(r->principal, ":assumed-role/");
    if (session) {
        sscanf(session, ":assumed-role/%99[^/]", role);
        snprintf(names.role, TEXT_BYTES, "arn:aws:iam::%s:role/%.99s", r->account, role);
    }
    return names;
}

static bool lists(const struct naive_list *list, const char *name)
{
    bool any = false;
    for (uint32_t i = 0; i < list->n; i++) {
        any = any || strcmp(list->at[i], "*") == 0 ||
              (name[0] != '\0' && strcmp(list->at[i], name) == 0);
    }
    return any;
}

/* 3: named directly or as everybody; 2: by the role; 1: by the account; 0: not at all */
static int naming(const struct naive_statement *s, const struct naive_request *r, bool bounded)
{
    struct names names = names_of(r);
    const struct naive_list *list = &s->principals;
    bool is_role = strstr(r->principal, ":role/") != NULL;
    int how = lists(list, "")                                  ? 3
              : lists(list, names.itself)                      ? (is_role ? 2 : 3)
              : names.role[0] && lists(list, names.role)       ? 2
              : names.account[0] && lists(list, names.account) ? 1
                                                               : 0;
    bool root = strcmp(names.itself, names.account) == 0;
    if (list->n == 0) {
        return 3;
    }
    if (!s->not_principal) {
        return root && how > 0 ? 3 : how;
    }
    if (!s->deny) {
        return how == 0 ? 3 : 0;
    }
    bool spared = lists(list, names.itself) && (!names.role[0] || lists(list, names.role)) &&
                  (!names.account[0] || lists(list, names.account));
    return spared && !bounded ? 0 : 3;
}

/* ---- statements and policies ---- */

static int applies(const struct naive_statement *s, const struct naive_request *r, bool bounded)
{
    bool listed = false;
    bool unknown = false;
    for (uint32_t i = 0; i < s->actions.n; i++) {
        listed = listed || wild(s->actions.at[i], r->action, 5, true);
    }
    if (listed == s->not_action) {
        return 0;
    }
    bool resource = resource_in(&s->resources, r, &unknown);
    if (s->not_resource ? resource || (unknown && !s->deny) : !resource) {
        return 0;
    }
    for (uint32_t i = 0; i < s->conditions_n; i++) {
        if (!condition_holds(&s->conditions[i], r)) {
            return 0;
        }
    }
    return naming(s, r, bounded);
}

/* What a policy says: -1 denies, 0 nothing, else how strongly it allows. */
static int says(const struct naive_policy *p, const struct naive_request *r, bool bounded,
                uint32_t *out_by)
{
    int strongest = 0;
    *out_by = NAIVE_NONE;
    for (uint32_t i = 0; i < p->n; i++) {
        int how = applies(&p->statements[i], r, bounded);
        if (how > 0 && p->statements[i].deny) {
            *out_by = i;
            return -1;
        }
        if (how > strongest) {
            strongest = how;
            *out_by = i;
        }
    }
    return strongest;
}

/* The deny is looked for in all statements before any allow counts. */
static int says_first(const struct naive_policy *p, const struct naive_request *r, bool bounded,
                      uint32_t *out_by)
{
    for (uint32_t i = 0; i < p->n; i++) {
        if (p->statements[i].deny && applies(&p->statements[i], r, bounded) > 0) {
            *out_by = i;
            return -1;
        }
    }
    return says(p, r, bounded, out_by);
}

struct words {
    int identity, resource, boundary, session, scp, rcp; /* as says(); 9: not there */
};

static int levels_say(const struct naive_policy *levels, uint32_t n, const struct naive_request *r,
                      bool bounded)
{
    uint32_t by = 0;
    int all = 9;
    for (uint32_t i = 0; i < n; i++) {
        int one = says_first(&levels[i], r, bounded, &by);
        all = one < all ? one : all;
    }
    return all;
}

static bool has_policies(const struct naive_request *r)
{
    return strncmp(r->principal, "arn:", 4) == 0;
}

static bool granted(const struct naive_stack *stack, const struct naive_request *r,
                    const struct words *w)
{
    bool root = strstr(r->principal, ":root") != NULL;
    bool federated = strstr(r->principal, ":federated-user/") != NULL;
    bool same = strcmp(r->account, r->resource_account) == 0;
    bool session = w->session > 0 && !(federated && w->session == 9);
    bool own = (w->identity > 0 && w->identity != 9) || root;
    bool limits = w->boundary > 0 && session;
    int grant = w->resource == 9 ? 0 : w->resource;
    if (!has_policies(r)) {
        return grant == 3;
    }
    if (!same) {
        return own && limits && grant > 0;
    }
    if (grant == 3) {
        return true;
    }
    if (grant == 2) {
        return limits;
    }
    return own && limits && (grant == 1 || !stack->resource_must_allow);
}

struct naive_answer naive_judge(const struct naive_stack *stack, const struct naive_request *r)
{
    struct words w = { 9, 9, 9, 9, 9, 9 };
    struct naive_answer answer = { NAIVE_IMPLICIT_DENY, NAIVE_NONE };
    bool bounded = stack->boundary.there;
    uint32_t by = 0;
    w.identity = stack->identity.there ? says_first(&stack->identity, r, bounded, &by) : 9;
    answer.identity_by = stack->identity.there ? by : NAIVE_NONE;
    w.resource = stack->resource.there ? says_first(&stack->resource, r, bounded, &by) : 9;
    w.boundary = bounded ? says_first(&stack->boundary, r, bounded, &by) : 9;
    w.session = stack->session.there ? says_first(&stack->session, r, bounded, &by) : 9;
    w.scp = has_policies(r) ? levels_say(stack->scp, stack->scp_n, r, bounded) : 9;
    w.rcp = levels_say(stack->rcp, stack->rcp_n, r, bounded);
    w.rcp = w.rcp == 0 ? 3 : w.rcp; /* RCPFullAWSAccess */
    bool denied = w.identity < 0 || w.resource < 0 || w.boundary < 0 || w.session < 0 ||
                  w.scp < 0 || w.rcp < 0;
    if (denied) {
        answer.result = NAIVE_EXPLICIT_DENY;
    } else if (granted(stack, r, &w) && w.scp > 0 && w.rcp > 0) {
        answer.result = NAIVE_ALLOWED;
    }
    return answer;
}
