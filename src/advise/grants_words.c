/* SPDX-License-Identifier: Apache-2.0 */
/* Puts statements into words. Every text of a policy is printed as it was written. */
#include "advise/grants_words.h"

#include "base/err.h"
#include "base/str.h"

#include "base/banned.h"

static const char *relation_words(const struct cond_operator *op)
{
    static const char *const words[] = {
        [COND_EQUAL] = "is",
        [COND_LESS] = "is less than",
        [COND_LESS_EQUAL] = "is at most",
        [COND_GREATER] = "is more than",
        [COND_GREATER_EQUAL] = "is at least",
    };
    return words[cond_operator_relation(op)];
}

static const char *verb_of(const struct cond_operator *op)
{
    bool negated = cond_operator_negated(op);
    switch (cond_operator_kind(op)) {
    case COND_LIKE:
    case COND_ARN:
        return negated ? "is not like" : "is like";
    case COND_NOCASE:
        return negated ? "is not, in any case," : "is, in any case,";
    case COND_ADDRESS:
        return negated ? "is not in" : "is in";
    case COND_TEXT:
    case COND_NUMBER:
    case COND_DATE:
    case COND_FLAG:
    case COND_BINARY:
    case COND_ABSENCE:
        return negated ? "is not" : relation_words(op);
    }
    UNREACHABLE("enum cond_kind has ten values");
}

static void add_values(struct buf *out, const struct doc_condition *condition, const char *between)
{
    for (uint32_t i = 0; i < condition->cond.values_n; i++) {
        buf_add(out, i > 0 ? str_z(between) : LIC_STR(" "));
        buf_add(out, condition->values[i].text);
    }
    if (condition->cond.values_n == 0) {
        buf_add(out, LIC_STR(" nothing"));
    }
}

void grants_words_condition(struct buf *out, const struct doc_condition *condition)
{
    const struct cond *cond = &condition->cond;
    static const char *const before[] = {
        [COND_SET_NONE] = "", [COND_SET_ALL] = "each of ", [COND_SET_ANY] = "one of "
    };
    if (cond_operator_kind(cond->op) == COND_ABSENCE) {
        bool absent =
            cond->values_n == 1 && str_eq_nocase(condition->values[0].text, LIC_STR("true"));
        buf_add(out, cond->key);
        buf_add(out, absent ? LIC_STR(" is absent") : LIC_STR(" is present"));
        return;
    }
    buf_add(out, str_z(before[cond->set]));
    buf_add(out, cond->key);
    buf_add_char(out, ' ');
    buf_add(out, str_z(verb_of(cond->op)));
    add_values(out, condition, cond_operator_negated(cond->op) ? " nor " : " or ");
    if (cond->if_exists) {
        buf_add(out, LIC_STR(", or it is absent"));
    }
}

static void add_patterns(struct buf *out, const char *before, const struct doc_patterns *patterns)
{
    buf_add(out, str_z(before));
    if (patterns->excluded) {
        buf_add(out, LIC_STR("anything but "));
    }
    for (uint32_t i = 0; i < patterns->n; i++) {
        buf_add(out, i > 0 ? LIC_STR(", ") : (lic_str){ 0 });
        buf_add(out, patterns->at[i].text);
    }
}

void grants_words_statement(struct buf *out, const struct doc_statement *statement)
{
    buf_add(out, statement->deny ? LIC_STR("may not ") : LIC_STR("may "));
    add_patterns(out, "", &statement->actions);
    if (statement->resources.given) {
        add_patterns(out, " on ", &statement->resources);
    }
    for (uint32_t i = 0; i < statement->conditions.n; i++) {
        buf_add(out, i > 0 ? LIC_STR(" and ") : LIC_STR(" if "));
        grants_words_condition(out, &statement->conditions.at[i]);
    }
}

void grants_words_place(struct buf *out, const struct policy_doc *doc,
                        const struct doc_statement *statement)
{
    buf_add(out, doc->file);
    buf_addf(out, ":%u", statement->place.line);
    if (statement->sid.n > 0) {
        buf_add(out, LIC_STR(" ("));
        buf_add(out, statement->sid);
        buf_add_char(out, ')');
    }
}
