/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts of a policy that are compared with texts of a request: actions, resources and the
 * values of string and ARN conditions. Read once into a form that is quick to compare; those with
 * policy variables are expanded at each decision, into the asker's arena.
 *
 *     arn:aws:s3:::home/${aws:username}/${aws:PrincipalTag/team, 'all'}*
 *     piece 0   text "arn:aws:s3:::home/"  key "aws:username"
 *     piece 1   text "/"                   key "aws:PrincipalTag/team"  fallback "all"
 *     piece 2   text ANY                   no key: the end
 */
#ifndef POLICY_VARS_H
#define POLICY_VARS_H

#include "policy/request.h"
#include "policy/truth.h"

/* How a text is compared. The last three have wildcards. */
enum vars_use { VARS_EXACT, VARS_NOCASE, VARS_LIKE, VARS_ARN, VARS_RESOURCE };

enum vars_shape { VARS_SHAPE_WHOLE, VARS_SHAPE_PREFIX, VARS_SHAPE_GLOB };

struct vars_piece {
    lic_str text; /* stands before the variable */
    lic_str key;  /* condition key; empty in the last piece */
    struct request_key lookup;
    lic_str fallback;  /* at == NULL: none */
    uint32_t colons_n; /* in the pattern's own text up to the variable */
};

struct vars_pattern {
    enum vars_use use;
    enum vars_shape shape;
    lic_str text;     /* compiled (match.h); without the asterisk for VARS_SHAPE_PREFIX */
    size_t literal_n; /* bytes of it before the first wildcard */
    const struct vars_piece *pieces; /* when there are variables; `text` is then empty */
    uint32_t pieces_n;
};

/* One question: what is asked, and where scratch memory comes from. */
struct vars_ask {
    const struct policy_request *request;
    struct arena *arena;
};

/* A condition key as a policy names it, prepared for request_values; its lower case is copied. */
enum lic_rc vars_key(struct arena *arena, lic_str key, struct request_key *out,
                     struct lic_err *err) LIC_MUST_USE;

/*
 * Compiles a policy's text. Without `variables` (Version 2008-10-17) "${" is ordinary text. What
 * is kept is copied into the arena.
 */
enum lic_rc vars_read(struct arena *arena, lic_str text, enum vars_use use, bool variables,
                      struct vars_pattern *out, struct lic_err *err) LIC_MUST_USE;

/* Compares; for patterns without variables only. */
bool vars_equal(const struct vars_pattern *pattern, lic_str text);

/*
 * Compares. A variable without a value (or with several) matches nothing: NO as AWS has it, UNSURE
 * when the request asks strictly, so that excluding nothing does not grant.
 */
enum lic_rc vars_match(const struct vars_pattern *pattern, lic_str text, const struct vars_ask *ask,
                       enum truth *out, struct lic_err *err) LIC_MUST_USE;

#endif
