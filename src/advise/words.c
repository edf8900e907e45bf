/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions and patterns in words. */
#include "advise/words.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/str.h"

#include "base/banned.h"

static const char *relation_words(enum cond_relation relation, bool date)
{
    switch (relation) {
    case COND_EQUAL:
        return "is";
    case COND_LESS:
        return date ? "is before" : "is less than";
    case COND_LESS_EQUAL:
        return date ? "is not after" : "is at most";
    case COND_GREATER:
        return date ? "is after" : "is more than";
    case COND_GREATER_EQUAL:
        return date ? "is not before" : "is at least";
    }
    UNREACHABLE("every relation has words");
}

static const char *operator_words(const struct cond_operator *op)
{
    bool negated = cond_operator_negated(op);
    switch (cond_operator_kind(op)) {
    case COND_LIKE:
    case COND_ARN:
        return negated ? "does not match" : "matches";
    case COND_ADDRESS:
        return negated ? "is not in" : "is in";
    case COND_NOCASE:
        return negated ? "is not (in any case)" : "is (in any case)";
    case COND_NUMBER:
    case COND_DATE:
        return negated ? "is not"
                       : relation_words(cond_operator_relation(op),
                                        cond_operator_kind(op) == COND_DATE);
    case COND_TEXT:
    case COND_FLAG:
    case COND_BINARY:
    case COND_ABSENCE:
        return negated ? "is not" : "is";
    }
    UNREACHABLE("every kind has words");
}

static void put_values(struct buf *out, const struct doc_condition *condition)
{
    bool negated = cond_operator_negated(condition->cond.op);
    for (uint32_t i = 0; i < condition->cond.values_n; i++) {
        buf_add(out, i == 0 ? LIC_STR(" ") : negated ? LIC_STR(" nor ") : LIC_STR(" or "));
        buf_add(out, condition->values[i].text);
    }
    if (condition->cond.values_n == 0) {
        buf_add(out, LIC_STR(" one of no values"));
    }
}

static void put_null(struct buf *out, const struct doc_condition *condition)
{
    bool absent = condition->cond.values_n == 1 && condition->cond.values[0].flag;
    buf_add(out, condition->cond.key);
    buf_add(out, absent ? LIC_STR(" is absent") : LIC_STR(" is given"));
}

static void put_condition(struct buf *out, const struct doc_condition *condition)
{
    if (cond_operator_kind(condition->cond.op) == COND_ABSENCE) {
        put_null(out, condition);
        return;
    }
    if (condition->cond.set != COND_SET_NONE) {
        bool all = condition->cond.set == COND_SET_ALL;
        buf_add(out, all ? LIC_STR("every value of ") : LIC_STR("some value of "));
    }
    buf_add(out, condition->cond.key);
    buf_addf(out, " %s", operator_words(condition->cond.op));
    put_values(out, condition);
    if (condition->cond.if_exists) {
        buf_add(out, LIC_STR(" (if given)"));
    }
}

void words_conditions(struct buf *out, const struct doc_statement *statement)
{
    for (uint32_t i = 0; i < statement->conditions.n; i++) {
        buf_add(out, i > 0 ? LIC_STR(" and ") : LIC_STR(""));
        put_condition(out, &statement->conditions.at[i]);
    }
}

void words_patterns(struct buf *out, const struct doc_patterns *patterns)
{
    if (!patterns->given || patterns->excluded) {
        buf_add(out, patterns->given ? LIC_STR("everything but ") : LIC_STR("everything"));
    }
    for (uint32_t i = 0; i < patterns->n; i++) {
        buf_add(out, i > 0 ? LIC_STR(", ") : LIC_STR(""));
        buf_add(out, patterns->at[i].text);
    }
}

void words_place(struct buf *out, const struct policy_doc *doc,
                 const struct doc_statement *statement)
{
    buf_add(out, doc->file);
    buf_addf(out, ":%u:%u", statement->place.line, statement->place.column);
    if (statement->sid.n > 0) {
        buf_addf(out, " (" LIC_FMT ")", LIC_ARG(statement->sid));
    }
}
