/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The space of requests that some statements tell apart. Each axis (axis.h) has a finite number of
 * points; a statement is a box: on each axis it looks at, the set of points where it holds.
 *
 *     {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::logs/<any>",
 *      "Condition": {"Bool": {"aws:SecureTransport": "true"}}}
 *
 *     ACTION              {s3:getx}                  of all points of the axis
 *     RESOURCE            {arn:aws:s3:::logs/x}
 *     aws:securetransport {true}
 *
 * A box of an Allow holds where all its tests say yes; one of a Deny also where one is unsure,
 * which is how policy judges.
 */
#ifndef ADVISE_SPACE_H
#define ADVISE_SPACE_H

#include "advise/axis.h"

struct space_cut {
    uint32_t axis;
    const uint64_t *holds; /* a bit for each point of the axis */
};

struct space_box {
    const struct policy_doc *doc;
    const struct doc_statement *statement;
    bool unsure_holds;
    struct {
        struct space_part {
            uint32_t axis, test;
        } * at;
        uint32_t n, cap;
    } parts;
    struct space_cut *cuts; /* after space_settle: one for each axis it looks at */
    uint32_t cuts_n;
};

struct space {
    struct arena *arena;
    struct {
        struct axis *at;
        uint32_t n, cap;
    } axes;
    struct {
        struct space_box *at;
        uint32_t n, cap;
    } boxes;
    uint32_t *offsets; /* of each axis, in words of a set over all axes */
    uint32_t words_n;
};

void space_init(struct space *space, struct arena *arena);

/* Adds a statement as a box and gives its number. LIC_E_NOMEM. */
enum lic_rc space_add(struct space *space, const struct policy_doc *doc,
                      const struct doc_statement *statement, uint32_t *out,
                      struct lic_err *err) LIC_MUST_USE;

/* The axis of that kind (and, of a key, the first with that key), or NULL. */
struct axis *space_axis(const struct space *space, enum axis_kind kind);
struct axis *space_key_axis(const struct space *space, lic_str lower);

/*
 * Finds the points of all axes and the boxes' cuts. The points of AXIS_PRINCIPAL must have been
 * added (axis_add_principal) after the last box. *out_why: not NULL when some axis is incomplete.
 */
enum lic_rc space_settle(struct space *space, const struct axis_bindings *bindings,
                         struct axis_budget *budget, const char **out_why,
                         struct lic_err *err) LIC_MUST_USE;

/* Points of an axis in words of a set. */
static inline uint32_t space_words(const struct axis *axis)
{
    return axis->points.n / 64 + 1;
}

#endif
