/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One condition of a statement: an operator, a key and the values it may have. A statement applies
 * when all its conditions hold.
 *
 *     "ForAnyValue:StringLikeIfExists": { "aws:PrincipalTag/team": ["red*", "blue"] }
 *      set ─────── operator ─ if_exists    key                      values
 *
 * A key that is absent: no set operator: IfExists and negated operators hold, others do not.
 * ForAllValues holds, ForAnyValue does not, whatever else. An empty list counts as absent. A list
 * without a set operator matches nothing, also under a negation (docs/POLICY.md).
 */
#ifndef POLICY_COND_H
#define POLICY_COND_H

#include "policy/vars.h"

struct cond_operator;

enum cond_set { COND_SET_NONE, COND_SET_ALL, COND_SET_ANY };

/* An address or a block of them: 4 or 16 bytes, of which the first `bits_n` bits count. */
struct cond_block {
    uint8_t bytes[16];
    uint8_t bytes_n;
    uint8_t bits_n;
};

struct cond_value {
    union {
        struct vars_pattern pattern;
        lic_str text;
        double number;
        int64_t time_ns;
        bool flag;
        struct cond_block block;
    };
    bool
        unreadable; /* not of the operator's type, in a document of kind DOC_ANY: matches nothing */
};

struct cond {
    const struct cond_operator *op;
    enum cond_set set;
    bool if_exists;
    lic_str key; /* as written */
    struct request_key lookup;
    const struct cond_value *values;
    uint32_t values_n;
    /* Of a long list: the whole texts among the values, sorted, and the indexes of all others. */
    const lic_str *sorted;
    const uint32_t *others;
    uint32_t sorted_n, others_n;
};

/* Reads "ForAnyValue:StringLikeIfExists" into op, set and if_exists. */
enum lic_rc cond_read_operator(lic_str name, struct cond *out, struct lic_err *err) LIC_MUST_USE;

/* "StringLike" without set and IfExists; what kind of values it takes; whether it is negated. */
enum cond_kind {
    COND_TEXT,
    COND_NOCASE,
    COND_LIKE,
    COND_NUMBER,
    COND_DATE,
    COND_FLAG,
    COND_BINARY,
    COND_ADDRESS,
    COND_ARN,
    COND_ABSENCE
};
enum cond_relation { COND_EQUAL, COND_LESS, COND_LESS_EQUAL, COND_GREATER, COND_GREATER_EQUAL };
lic_str cond_operator_name(const struct cond_operator *op);
enum cond_kind cond_operator_kind(const struct cond_operator *op);
enum cond_relation cond_operator_relation(const struct cond_operator *op);
bool cond_operator_negated(const struct cond_operator *op);
/* Whether its values are patterns, which alone may have variables. */
bool cond_operator_takes_patterns(const struct cond_operator *op);

/* Reads one value by the rules of cond->op. What is kept is copied into the arena. */
enum lic_rc cond_read_value(struct arena *arena, const struct cond *cond, lic_str text,
                            bool variables, struct cond_value *out,
                            struct lic_err *err) LIC_MUST_USE;

/* Prepares what deciding needs, once key and values are set. */
enum lic_rc cond_compile(struct arena *arena, struct cond *cond, struct lic_err *err) LIC_MUST_USE;

/* Whether the condition holds for this request. LIC_E_NOMEM is the only failure. */
enum lic_rc cond_holds(const struct cond *cond, const struct vars_ask *ask, enum truth *out,
                       struct lic_err *err) LIC_MUST_USE;

#endif
