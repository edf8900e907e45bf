/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy document as it was written: every element with its text and its place, checked and with
 * its patterns and conditions compiled. eval.c judges by an index made of these (index.h); lint,
 * prove, diff and tighten read them as they are.
 *
 *     policy_doc ──► doc_statement ──► principals, actions, resources (doc_pattern)
 *                    doc_statement     conditions (doc_condition) ──► values (doc_value)
 *
 * All of it lives in the arena the document was read into. Texts are decoded (no JSON escapes).
 */
#ifndef POLICY_DOC_H
#define POLICY_DOC_H

#include "policy/cond.h"

/*
 * What a document is attached to: decides which elements it must or must not have, and its size
 * limit (doc_limit). AWS's words for the same are in the comments. Identity, session, service and
 * resource control policies must have Version 2012-10-17, as IAM and Organizations demand today;
 * the others may be 2008-10-17, or have none, which is the same.
 */
enum doc_kind {
    DOC_MANAGED,     /* customer managed identity policy; also a permissions boundary's */
    DOC_INLINE_USER, /* inline identity policies; the limit is for all of one identity together */
    DOC_INLINE_ROLE,
    DOC_INLINE_GROUP,
    DOC_SESSION,  /* given with AssumeRole and its like */
    DOC_RESOURCE, /* Principal required */
    DOC_TRUST,    /* AssumeRolePolicyDocument: Principal, no Resource */
    DOC_KEY,      /* KMS key policy: must allow by itself */
    DOC_SCP,
    DOC_RCP,
    DOC_ANY, /* for simulation, in any layer: both versions, the elements of every kind, no limit of
                its own; values that are not of their operator's type match nothing */
    DOC_KIND_N
};

struct doc_place {
    uint32_t line, column; /* from 1, of the value's first byte (a string's quote) */
};

/* One action or resource. Actions are compiled in lower case. */
struct doc_pattern {
    lic_str text; /* as written */
    struct doc_place place;
    struct vars_pattern compiled;
};

struct doc_patterns {
    struct doc_pattern *at;
    uint32_t n;
    bool given;    /* the element is there in one of its forms */
    bool excluded; /* NotAction, NotResource: applies to all but these */
};

/* {"AWS": ...}, {"Federated": ...}, {"Service": ...}, {"CanonicalUser": ...} or "*". */
enum doc_principal_kind {
    DOC_PRINCIPAL_ANYONE, /* "*" by itself or as an AWS principal */
    DOC_PRINCIPAL_AWS,
    DOC_PRINCIPAL_FEDERATED,
    DOC_PRINCIPAL_SERVICE,
    DOC_PRINCIPAL_CANONICAL
};

struct doc_principal {
    enum doc_principal_kind kind;
    lic_str text; /* as written: an ARN, 12 digits, a unique id, a provider, a service, an id */
    struct doc_place place;
};

struct doc_principals {
    struct doc_principal *at;
    uint32_t n;
    bool given;
    bool excluded; /* NotPrincipal */
    struct doc_place place;
};

struct doc_value {
    lic_str text; /* as written; a number or a boolean as its JSON text */
    struct doc_place place;
};

/* One operator and key of a Condition, with its values both as written and compiled. */
struct doc_condition {
    lic_str operator_text; /* "ForAnyValue:StringLike" as written */
    struct doc_place operator_place, key_place;
    const struct doc_value *values; /* cond.values_n of them; 0 for an empty list */
    struct cond cond;
};

struct doc_statement {
    bool deny;
    lic_str effect; /* as written: "Allow" or "Deny" */
    struct doc_place effect_place;
    struct doc_place place;
    lic_str sid; /* empty: none */
    struct doc_place sid_place;
    struct doc_principals principals;
    struct doc_patterns actions;
    struct doc_patterns resources;
    struct {
        struct doc_condition *at;
        uint32_t n, cap;
    } conditions;
};

struct policy_doc {
    lic_str file;           /* as given to policy_doc_read: named in errors and verdicts */
    lic_str text;           /* the whole text, copied */
    struct doc_place start; /* of the document in the text it was read from */
    enum doc_kind kind;
    lic_str id; /* Id, or empty */
    bool version_given;
    bool variables; /* Version is 2012-10-17 */
    struct doc_statement *statements;
    uint32_t n;
};

/*
 * Characters a document of this kind may have, 0: LIMIT_POLICY_BYTES alone; and how many a text has
 * as AWS counts: white space is free but in session, service and resource control policies. The
 * limit of an inline kind is for all inline documents of one identity together, so who attaches
 * several adds their sizes up.
 */
uint32_t doc_limit(enum doc_kind kind);
uint32_t doc_size(lic_str text, enum doc_kind kind);
const char *doc_kind_name(enum doc_kind kind); /* "managed policy", "trust policy" ... */

#endif
