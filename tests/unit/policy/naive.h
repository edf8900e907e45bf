/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A second evaluator, written from AWS's pages and not from ours: no index, a matcher that tries
 * everything, rules as the pages tell them. It judges made-up policies as they were made, not as
 * our reader reads them. Slow, and only for tests.
 */
#ifndef TESTS_NAIVE_H
#define TESTS_NAIVE_H

#include <stdbool.h>
#include <stdint.h>

#define NAIVE_LIST_MAX 3u
#define NAIVE_STATEMENTS_MAX 5u
#define NAIVE_LEVELS_MAX 2u
#define NAIVE_KEYS_N 3u
#define NAIVE_NONE UINT32_MAX

extern const char *const naive_keys[NAIVE_KEYS_N];

enum naive_set { NAIVE_SET_NONE, NAIVE_SET_ALL, NAIVE_SET_ANY };
enum naive_kind { NAIVE_EQUAL, NAIVE_NOCASE, NAIVE_LIKE, NAIVE_LESS, NAIVE_NULL };

struct naive_operator {
    const char *name;
    enum naive_kind kind;
    bool negated;
    const char *values[4]; /* worth trying with it */
};
extern const struct naive_operator naive_operators[];
extern const uint32_t naive_operators_n;

struct naive_list {
    const char *at[NAIVE_LIST_MAX];
    uint32_t n;
};

struct naive_condition {
    uint32_t op, key;
    enum naive_set set;
    bool if_exists;
    struct naive_list values;
};

struct naive_statement {
    bool deny, not_action, not_resource, not_principal;
    struct naive_list actions, resources, principals;
    struct naive_condition conditions[2]; /* of different operators */
    uint32_t conditions_n;
};

struct naive_policy {
    bool there;
    struct naive_statement statements[NAIVE_STATEMENTS_MAX];
    uint32_t n;
};

struct naive_stack {
    struct naive_policy identity, resource, boundary, session;
    struct naive_policy scp[NAIVE_LEVELS_MAX], rcp[NAIVE_LEVELS_MAX];
    uint32_t scp_n, rcp_n;
    bool resource_must_allow;
};

struct naive_request {
    const char *principal; /* an ARN, a service or "*" */
    const char *account;   /* the principal's, or "" */
    const char *action, *resource, *resource_account;
    const char *values[NAIVE_KEYS_N][2];
    uint32_t values_n[NAIVE_KEYS_N];
};

enum naive_result { NAIVE_IMPLICIT_DENY, NAIVE_EXPLICIT_DENY, NAIVE_ALLOWED };

struct naive_answer {
    enum naive_result result;
    uint32_t identity_by; /* the statement that decided in the identity policy, or NAIVE_NONE */
};

struct naive_answer naive_judge(const struct naive_stack *stack,
                                const struct naive_request *request);

#endif
