/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions: whether operator and key go together, and what the combination comes to. */
#include "advise/lint.h"

#include "base/banned.h"

/* ---- operator and type of the key ---- */

static lic_str wanted_operator(enum catalogue_type type)
{
    static const char *const names[] = { "String", "String",  "ARN",  "ARN",       "Bool",
                                         "Bool",   "Numeric", "Date", "IpAddress", "any type" };
    return str_z(names[type]);
}

static bool goes_with(enum catalogue_type type, enum cond_kind kind, bool epoch)
{
    bool text = kind == COND_TEXT || kind == COND_NOCASE || kind == COND_LIKE;
    switch (type) {
    case CATALOGUE_STRING:
    case CATALOGUE_STRINGS:
        return text || kind == COND_ARN; /* a text may well be an ARN */
    case CATALOGUE_ARN:
    case CATALOGUE_ARNS:
        return kind == COND_ARN || text;
    case CATALOGUE_BOOL:
    case CATALOGUE_BOOLS:
        return kind == COND_FLAG;
    case CATALOGUE_NUMBER:
        return kind == COND_NUMBER;
    case CATALOGUE_DATE:
        return kind == COND_DATE || (epoch && kind == COND_NUMBER);
    case CATALOGUE_ADDRESS:
        return kind == COND_ADDRESS;
    case CATALOGUE_ANY:
        return true;
    }
    return false;
}

static void check_type(struct lint *lint, const struct lint_condition *condition)
{
    enum catalogue_type type = catalogue_key_type(condition->catalogue);
    enum cond_kind kind = cond_operator_kind(condition->cond.op);
    bool epoch = str_eq_nocase(condition->key, LIC_STR("aws:EpochTime"));
    bool arn = type == CATALOGUE_ARN || type == CATALOGUE_ARNS;
    if (kind == COND_ABSENCE) {
        return;
    }
    if (!goes_with(type, kind, epoch)) {
        lint_say_key(lint, LINT_TYPE_MISMATCH, condition->node,
                     LINT_WORDS(wanted_operator(type), condition->operator_text, condition->key));
    } else if (arn && kind == COND_LIKE) {
        lic_str like =
            cond_operator_negated(condition->cond.op) ? LIC_STR("ArnNotLike") : LIC_STR("ArnLike");
        lint_say_key(lint, LINT_STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS, condition->node,
                     LINT_WORDS(like, condition->operator_text, condition->key));
    }
}

/* ---- one value or several ---- */

static void check_set(struct lint *lint, const struct lint_statement *statement,
                      const struct lint_condition *condition)
{
    enum cond_set set = condition->cond.set;
    struct lint_words words = LINT_WORDS(condition->key, condition->operator_text);
    bool null = cond_operator_kind(condition->cond.op) == COND_ABSENCE;
    bool audience = str_ends(condition->key, LIC_STR(":aud"));
    bool known = condition->catalogue != CATALOGUE_NONE;
    bool many = known && catalogue_type_is_many(catalogue_key_type(condition->catalogue));
    if (null && set != COND_SET_NONE) {
        lint_say_key(lint, LINT_NULL_WITH_QUALIFIER, condition->node,
                     LINT_WORDS(condition->operator_text));
    } else if (audience && set == COND_SET_ANY) {
        lint_say_key(lint, LINT_FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE, condition->node, words);
    } else if (audience && set == COND_SET_ALL) {
        lint_say_key(lint, LINT_CONFIRM_AUDIENCE_CLAIM_TYPE, condition->node, words);
    } else if (many && set == COND_SET_NONE && !null) {
        lint_say_key(lint, LINT_MISSING_QUALIFIER, condition->node, words);
    } else if (known && !many && set == COND_SET_ALL && statement->effect == LINT_ALLOW) {
        lint_say_key(lint, LINT_FORALLVALUES_WITH_SINGLE_VALUED_KEY, condition->node, words);
    }
}

/* ---- an asterisk alone: the condition is about the key being there ---- */

static bool has_star(const struct lint_condition *condition)
{
    for (uint32_t i = 0; i < condition->values.n; i++) {
        if (str_eq(condition->values.at[i].text, LIC_STR("*"))) {
            return true;
        }
    }
    return false;
}

/*
 *                  plain          IfExists        ForAllValues    ForAnyValue
 *   Like *         key is there   always          always          key is there
 *   NotLike *      key is absent  key is absent   key is absent   never
 */
static enum lint_code star_means(const struct cond *cond)
{
    bool negated = cond_operator_negated(cond->op);
    if (cond->set == COND_SET_ANY) {
        return negated ? LINT_REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION
                       : LINT_EQUIVALENT_TO_NULL_FALSE;
    }
    if (negated) {
        return LINT_EQUIVALENT_TO_NULL_TRUE;
    }
    bool always = cond->if_exists || cond->set == COND_SET_ALL;
    return always ? LINT_REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION : LINT_EQUIVALENT_TO_NULL_FALSE;
}

static void check_star(struct lint *lint, const struct lint_condition *condition)
{
    enum cond_kind kind = cond_operator_kind(condition->cond.op);
    if ((kind == COND_LIKE || kind == COND_ARN) && has_star(condition)) {
        lint_say_key(lint, star_means(&condition->cond), condition->node,
                     LINT_WORDS(condition->operator_text, condition->key));
    }
}

/* ---- two keys with traps of their own ---- */

static void check_traps(struct lint *lint, const struct lint_statement *statement,
                        const struct lint_condition *condition)
{
    bool negated = cond_operator_negated(condition->cond.op);
    bool deny = statement->effect == LINT_DENY;
    bool null = cond_operator_kind(condition->cond.op) == COND_ABSENCE;
    if (str_eq_nocase(condition->key, LIC_STR("s3:prefix")) && deny != negated && !null) {
        lint_say_key(lint, LINT_S3_PREFIX_IN_NEGATIVE_CONTEXT, condition->node, LINT_NO_WORDS);
    }
    if (str_eq_nocase(condition->key, LIC_STR("dynamodb:Attributes")) && !deny &&
        lint_condition_on(statement, LIC_STR("dynamodb:Select")) == NULL) {
        lint_say_key(lint, LINT_DYNAMODB_ATTRIBUTES_WITHOUT_SELECT, condition->node, LINT_NO_WORDS);
    }
}

void lint_conditions(struct lint *lint, const struct lint_statement *statement)
{
    for (uint32_t i = 0; i < statement->conditions.n; i++) {
        const struct lint_condition *condition = &statement->conditions.at[i];
        lint_condition_key(lint, statement, condition);
        lint_condition_rcp(lint, statement, condition);
        if (condition->cond.op == NULL) {
            continue;
        }
        if (condition->catalogue != CATALOGUE_NONE) {
            check_type(lint, condition);
        }
        check_set(lint, statement, condition);
        check_star(lint, condition);
        check_traps(lint, statement, condition);
        lint_condition_values(lint, condition);
    }
}
