/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One dimension of the space of requests: the action, the resource, the principal, or a condition
 * key. Statements ask tests of it; the axis finds a finite number of points, such that every value
 * there is answers all tests as one of the points does.
 *
 *     axis RESOURCE     tests                       points
 *                       0 logs/<any>                "arn:aws:s3:::logs/x"     yes no
 *                       1 not logs/a                "arn:aws:s3:::logs/a"     yes no ...
 *
 * Two kinds of over-approximation, which keep a proof sound and may cost a verdict:
 * a pattern with policy variables that are not bound may match or not as it likes, as long as the
 * text fits the pattern with an asterisk for each variable; and keys are independent of each other.
 */
#ifndef ADVISE_AXIS_H
#define ADVISE_AXIS_H

#include "advise/lang.h"
#include "advise/typed.h"
#include "policy/policy.h"

enum axis_kind { AXIS_ACTION, AXIS_RESOURCE, AXIS_PRINCIPAL, AXIS_TEXT_KEY, AXIS_TYPED_KEY };

/* A condition key that has one value, or is absent, in all requests considered. */
struct axis_binding {
    struct request_key key;
    lic_str value;
    bool absent;
};
struct axis_bindings {
    const struct axis_binding *at;
    uint32_t n;
    bool strict;        /* policy_request.strict */
    bool signed_caller; /* keys that every signed request has are never absent */
};

/* One test: exactly one of the three is set. */
struct axis_test {
    const struct doc_patterns *patterns;
    const struct cond *cond;
    const struct doc_statement *principals_of;
};

struct axis_point {
    const lic_str *values; /* of a key: its values; else the one text */
    uint32_t n;            /* of a key: 0 is absent */
    bool list;
    const struct request_principal *principal; /* AXIS_PRINCIPAL */
    const uint8_t *truths;                     /* enum truth of each test */
};

struct axis {
    enum axis_kind kind;
    struct request_key key;
    bool list;                /* the key may have several values */
    enum typed_family family; /* AXIS_TYPED_KEY */
    struct {
        struct axis_test *at;
        uint32_t n, cap;
    } tests;
    struct {
        struct axis_point *at;
        uint32_t n, cap;
    } points;
    const char *incomplete; /* not NULL: why the points may not be all; nothing can be proven */
};

/* Work that a whole proof may do. */
struct axis_budget {
    struct lang_budget lang;
    uint32_t points_max; /* of one axis */
};

/* Finds the points of an axis whose tests are all there. LIC_E_NOMEM is the only failure. */
enum lic_rc axis_find_points(struct axis *axis, const struct axis_bindings *bindings,
                             struct axis_budget *budget, struct arena *arena,
                             struct lic_err *err) LIC_MUST_USE;

/*
 * AXIS_PRINCIPAL: adds a principal, unless another one answers all tests alike. The principal must
 * live as long as the axis.
 */
enum lic_rc axis_add_principal(struct axis *axis, const struct request_principal *principal,
                               struct arena *arena, struct lic_err *err) LIC_MUST_USE;

#endif
