/* SPDX-License-Identifier: Apache-2.0 */
/* Statements taken apart into tests on axes, and put together again as boxes of points. */
#include "advise/space.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include "base/banned.h"

/* Keys that AWS defines as having several values, besides the event's own lists. */
static const lic_str list_keys[] = {
    { "aws:tagkeys", 11 },
    { "aws:principalorgpaths", 21 },
    { "aws:resourceorgpaths", 20 },
    { "aws:sourceorgpaths", 18 },
    { "aws:principalservicenameslist", 29 },
    { "aws:calledvia", 13 },
};

/* clang-format off */
enum field_type { FIELD_TEXT, FIELD_LIST, FIELD_INT, FIELD_REAL, FIELD_TIME, FIELD_FLAG };
#define FIELD(name, type, condition, record, which, doc) { condition, FIELD_##type },
static const struct {
    const char *key;
    enum field_type type;
} event_fields[] = {
#include "event/fields.def"
};
#undef FIELD
/* clang-format on */

static enum lic_rc no_memory(struct lic_err *err)
{
    return err_set(err, LIC_E_NOMEM, "no memory for the space of requests");
}

void space_init(struct space *space, struct arena *arena)
{
    *space = (struct space){ .arena = arena };
}

/* ---- axes --------------------------------------------------------------------------------- */

struct axis *space_axis(const struct space *space, enum axis_kind kind)
{
    for (uint32_t i = 0; i < space->axes.n; i++) {
        if (space->axes.at[i].kind == kind) {
            return &space->axes.at[i];
        }
    }
    return NULL;
}

static bool is_key_axis(const struct axis *axis)
{
    return axis->kind == AXIS_TEXT_KEY || axis->kind == AXIS_TYPED_KEY;
}

struct axis *space_key_axis(const struct space *space, lic_str lower)
{
    for (uint32_t i = 0; i < space->axes.n; i++) {
        struct axis *axis = &space->axes.at[i];
        if (is_key_axis(axis) && str_eq(axis->key.lower, lower)) {
            return axis;
        }
    }
    return NULL;
}

static bool is_list_key(lic_str lower)
{
    for (size_t i = 0; i < sizeof(list_keys) / sizeof(list_keys[0]); i++) {
        if (str_eq(list_keys[i], lower)) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(event_fields) / sizeof(event_fields[0]); i++) {
        if (event_fields[i].type == FIELD_LIST &&
            str_eq_nocase(str_z(event_fields[i].key), lower)) {
            return true;
        }
    }
    return false;
}

/* What a condition wants of its axis. Null is content with any axis of its key. */
struct wanted {
    enum axis_kind kind;
    enum typed_family family;
    bool any;
};

static bool only_null(const struct axis *axis)
{
    bool null = true;
    for (uint32_t i = 0; i < axis->tests.n; i++) {
        null = null && cond_operator_kind(axis->tests.at[i].cond->op) == COND_ABSENCE;
    }
    return null;
}

static bool suits(struct axis *axis, const struct wanted *wanted)
{
    if (wanted->any) {
        return true;
    }
    if (only_null(axis)) {
        axis->kind = wanted->kind;
        axis->family = wanted->family;
    }
    return axis->kind == wanted->kind &&
           (axis->kind != AXIS_TYPED_KEY || axis->family == wanted->family);
}

/*
 * The axis of a condition. A key compared as text here and as a number there has two axes, as if
 * it were two keys: more requests than there are, so what is proven stays so.
 */
static enum lic_rc find_key_axis(struct space *space, const struct cond *cond, uint32_t *out,
                                 struct lic_err *err)
{
    struct wanted wanted = { .kind = AXIS_TEXT_KEY };
    enum cond_kind kind = cond_operator_kind(cond->op);
    wanted.any = kind == COND_ABSENCE;
    wanted.kind = typed_family_of(kind, &wanted.family) ? AXIS_TYPED_KEY : AXIS_TEXT_KEY;
    for (uint32_t i = 0; i < space->axes.n; i++) {
        struct axis *axis = &space->axes.at[i];
        if (is_key_axis(axis) && str_eq(axis->key.lower, cond->lookup.lower) &&
            suits(axis, &wanted)) {
            *out = i;
            return LIC_OK;
        }
    }
    struct axis axis = { .kind = wanted.kind,
                         .family = wanted.family,
                         .key = cond->lookup,
                         .list = is_list_key(cond->lookup.lower) };
    *out = space->axes.n;
    return ARENA_PUSH(space->arena, &space->axes, axis) ? LIC_OK : no_memory(err);
}

static enum lic_rc find_axis(struct space *space, enum axis_kind kind, uint32_t *out,
                             struct lic_err *err)
{
    struct axis axis = { .kind = kind };
    const struct axis *found = space_axis(space, kind);
    if (found) {
        *out = (uint32_t)(found - space->axes.at);
        return LIC_OK;
    }
    *out = space->axes.n;
    return ARENA_PUSH(space->arena, &space->axes, axis) ? LIC_OK : no_memory(err);
}

/* ---- boxes -------------------------------------------------------------------------------- */

static enum lic_rc add_part(struct space *space, struct space_box *box, uint32_t number,
                            struct axis_test test, struct lic_err *err)
{
    struct axis *axis = &space->axes.at[number];
    struct space_part part = { .axis = number, .test = axis->tests.n };
    bool added =
        ARENA_PUSH(space->arena, &axis->tests, test) && ARENA_PUSH(space->arena, &box->parts, part);
    return added ? LIC_OK : no_memory(err);
}

static enum lic_rc add_patterns(struct space *space, struct space_box *box, enum axis_kind kind,
                                const struct doc_patterns *patterns, struct lic_err *err)
{
    uint32_t number = 0;
    if (!patterns->given) {
        return LIC_OK;
    }
    TRY(find_axis(space, kind, &number, err));
    return add_part(space, box, number, (struct axis_test){ .patterns = patterns }, err);
}

static enum lic_rc add_conditions(struct space *space, struct space_box *box, struct lic_err *err)
{
    for (uint32_t i = 0; i < box->statement->conditions.n; i++) {
        const struct cond *cond = &box->statement->conditions.at[i].cond;
        uint32_t number = 0;
        TRY(find_key_axis(space, cond, &number, err));
        struct axis *axis = &space->axes.at[number];
        axis->list = axis->list || cond->set != COND_SET_NONE;
        TRY(add_part(space, box, number, (struct axis_test){ .cond = cond }, err));
    }
    return LIC_OK;
}

enum lic_rc space_add(struct space *space, const struct policy_doc *doc,
                      const struct doc_statement *statement, uint32_t *out, struct lic_err *err)
{
    struct space_box box = { .doc = doc, .statement = statement, .unsure_holds = statement->deny };
    uint32_t number = 0;
    TRY(add_patterns(space, &box, AXIS_ACTION, &statement->actions, err));
    TRY(add_patterns(space, &box, AXIS_RESOURCE, &statement->resources, err));
    TRY(add_conditions(space, &box, err));
    if (statement->principals.given) {
        TRY(find_axis(space, AXIS_PRINCIPAL, &number, err));
        TRY(add_part(space, &box, number, (struct axis_test){ .principals_of = statement }, err));
    }
    ENSURE(ARENA_PUSH(space->arena, &space->boxes, box), err, LIC_E_NOMEM,
           "no memory for a statement");
    *out = space->boxes.n - 1;
    return LIC_OK;
}

/* ---- points ------------------------------------------------------------------------------- */

static void narrow(const struct axis *axis, uint32_t test, bool unsure_holds, uint64_t *holds)
{
    for (uint32_t i = 0; i < axis->points.n; i++) {
        enum truth truth = (enum truth)axis->points.at[i].truths[test];
        bool yes = truth == TRUTH_YES || (unsure_holds && truth == TRUTH_UNSURE);
        if (!yes) {
            holds[i / 64] &= ~(UINT64_C(1) << (i % 64));
        }
    }
}

static uint64_t *new_full_set(struct space *space, const struct axis *axis)
{
    uint64_t *set = ARENA_ARRAY(space->arena, uint64_t, space_words(axis));
    for (uint32_t i = 0; set && i < axis->points.n; i++) {
        set[i / 64] |= UINT64_C(1) << (i % 64);
    }
    return set;
}

/* All parts on one axis become one cut. */
static enum lic_rc cut_axis(struct space *space, struct space_box *box, uint32_t number,
                            struct lic_err *err)
{
    const struct axis *axis = &space->axes.at[number];
    uint64_t *holds = NULL;
    for (uint32_t i = 0; i < box->parts.n; i++) {
        if (box->parts.at[i].axis != number) {
            continue;
        }
        holds = holds ? holds : new_full_set(space, axis);
        ENSURE(holds, err, LIC_E_NOMEM, "no memory for the points of a statement");
        narrow(axis, box->parts.at[i].test, box->unsure_holds, holds);
    }
    if (holds) {
        box->cuts[box->cuts_n++] = (struct space_cut){ .axis = number, .holds = holds };
    }
    return LIC_OK;
}

static enum lic_rc cut_box(struct space *space, struct space_box *box, struct lic_err *err)
{
    box->cuts_n = 0;
    box->cuts = ARENA_ARRAY(space->arena, struct space_cut, (size_t)box->parts.n + 1);
    ENSURE(box->cuts, err, LIC_E_NOMEM, "no memory for the points of a statement");
    for (uint32_t i = 0; i < space->axes.n; i++) {
        TRY(cut_axis(space, box, i, err));
    }
    return LIC_OK;
}

/* A key has several values on all of its axes or on none. */
static void share_lists(struct space *space)
{
    for (uint32_t i = 0; i < space->axes.n; i++) {
        struct axis *one = &space->axes.at[i];
        for (uint32_t k = 0; k < space->axes.n && is_key_axis(one); k++) {
            const struct axis *other = &space->axes.at[k];
            bool same = is_key_axis(other) && str_eq(one->key.lower, other->key.lower);
            one->list = one->list || (same && other->list);
        }
    }
}

enum lic_rc space_settle(struct space *space, const struct axis_bindings *bindings,
                         struct axis_budget *budget, const char **out_why, struct lic_err *err)
{
    space->offsets = ARENA_ARRAY(space->arena, uint32_t, (size_t)space->axes.n + 1);
    ENSURE(space->offsets, err, LIC_E_NOMEM, "no memory for the space of requests");
    space->words_n = 0;
    *out_why = NULL;
    share_lists(space);
    for (uint32_t i = 0; i < space->axes.n; i++) {
        struct axis *axis = &space->axes.at[i];
        if (axis->kind != AXIS_PRINCIPAL) {
            TRY(axis_find_points(axis, bindings, budget, space->arena, err));
        }
        *out_why = axis->incomplete ? axis->incomplete : *out_why;
        space->offsets[i] = space->words_n;
        space->words_n += space_words(axis);
    }
    for (uint32_t i = 0; i < space->boxes.n; i++) {
        TRY(cut_box(space, &space->boxes.at[i], err));
    }
    return LIC_OK;
}
