/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy document in the form that eval.c walks: everything parsed, checked and compiled when the
 * configuration was read.
 *
 *     policy_doc ──► statement ──► actions, resources (vars_pattern)
 *                    statement     conditions (cond) ──► values
 */
#ifndef POLICY_DOC_H
#define POLICY_DOC_H

#include "policy/cond.h"

struct doc_patterns {
    struct vars_pattern *at;
    uint32_t n;
    bool excluded; /* NotAction, NotResource: applies to all but these */
};

struct doc_statement {
    bool deny;
    uint32_t line, column;
    lic_str sid;                 /* empty: none */
    struct doc_patterns actions; /* lower case */
    struct doc_patterns resources;
    struct {
        struct cond *at;
        uint32_t n, cap;
    } conditions;
};

struct policy_doc {
    lic_str file;
    struct doc_statement *statements;
    uint32_t n;
};

#endif
