/* SPDX-License-Identifier: Apache-2.0 */
/*
 * History: what was asked, by whom, and what came of it, whoever wrote it down.
 *
 *     a record of the ledger ──history_read_record──────┐
 *                                                       ├──► history_use ──► take(arg, use)
 *     an event of CloudTrail ──history_read_cloudtrail──┘
 *
 * One line gives none, one or several uses: an outcome one for each judged tool call, an API call
 * one for each permission and resource it needed. Views live as long as the line and the arena.
 *
 * Records keep condition keys only partly. What a use does not have may have been absent or only
 * unrecorded; history_records_key tells which, so that nobody takes one for the other.
 */
#ifndef ADVISE_HISTORY_H
#define ADVISE_HISTORY_H

#include "policy/policy.h"

enum history_source { HISTORY_LICTOR, HISTORY_CLOUDTRAIL };

struct history_keys {
    struct event_extra *at;
    uint32_t n, cap;
};

struct history_use {
    enum history_source source;
    int64_t time_ns;
    lic_str id;        /* record, or eventID */
    lic_str principal; /* ARN of who called */
    lic_str role;      /* ARN of the role it acted as; empty: none, or not recorded */
    lic_str action, resource;
    bool resource_named; /* false: nobody wrote down which; `resource` is "*" */
    bool resource_wild;  /* its asterisks are wildcards of iam_cloudtrail.def, not of the name */
    bool tool_call;      /* a tool call in an answer: it has arguments that are not recorded */
    bool allowed;        /* policy allowed it */
    bool denied_by_statement;
    bool executed;     /* and it was done */
    lic_str statement; /* "file:line" of the statement that decided, as recorded; or empty */
    struct history_keys keys;
};

/* A tool of the gateway by the name that models call it. */
struct history_tool {
    lic_str name, action, resource;
};
struct history_tools {
    const struct history_tool *at;
    uint32_t n;
};

typedef enum lic_rc history_take_fn(void *arg, const struct history_use *use, struct lic_err *err);

/* A text that says nothing of a decision by policy gives no use and is no failure. LIC_E_SYNTAX,
 * LIC_E_MISSING, LIC_E_INVALID: it is not what it should be. */
enum lic_rc history_read_record(struct arena *arena, lic_str line,
                                const struct history_tools *tools, history_take_fn *take, void *arg,
                                struct lic_err *err) LIC_MUST_USE;
enum lic_rc history_read_cloudtrail(struct arena *arena, lic_str text, history_take_fn *take,
                                    void *arg, struct lic_err *err) LIC_MUST_USE;

/* Whether this source writes down this condition key (lower case) whenever it has a value. */
bool history_records_key(enum history_source source, lic_str lower);

/* What is known of the keys of uses of one kind; history_knows fits grants.h's grants_known. */
struct history_known {
    enum history_source source;
    uint32_t present; /* history_present of the use */
    bool tool_call;
    const struct event_extra *more; /* known of the principal; without values: known to be absent */
    uint32_t more_n;
    bool tags_known; /* of aws:PrincipalTag/: those that are not in `more` are absent */
};
bool history_knows(const void *known, lic_str lower);

/* Which of the keys that CloudTrail writes down only sometimes this use has: a bit each. */
#define HISTORY_PRESENT_N 256u
uint32_t history_present(const struct history_use *use);

/* "alice" also means ".../alice" and ":alice", so that nobody has to type an ARN. */
bool history_names(lic_str arn, lic_str wanted);
/* The use is of this principal or of a session of this role. */
bool history_is_of(const struct history_use *use, lic_str wanted);

enum lic_rc history_add_key(struct history_use *use, struct arena *arena, lic_str key,
                            lic_str value, struct lic_err *err) LIC_MUST_USE;

/* The use as a question to policy; keys given in `more` are added unless the use has them. */
enum lic_rc history_ask(const struct history_use *use, const struct event_extra *more,
                        uint32_t more_n, struct arena *arena, struct policy_request *out,
                        struct lic_err *err) LIC_MUST_USE;

#endif
