/* SPDX-License-Identifier: Apache-2.0 */
/* The table from findings to classes, and the rows a guardrail puts before it. */
#include "engine/classes.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include "base/banned.h"

static const char *const SENSITIVITIES[] = { "public", "internal", "confidential", "restricted" };

const char *classes_sensitivity(enum sensitivity sensitivity)
{
    CHECK((unsigned)sensitivity < SENSITIVITY_N);
    return SENSITIVITIES[sensitivity];
}

/* ---- the table of this build ---- */

struct default_row {
    const char *type; /* NULL: any */
    int category;     /* -1: any */
    const char *name;
    enum sensitivity sensitivity;
};

/* People's data is confidential, what opens doors or moves money is restricted, and what says where
 * and in whose name, but not who, is internal. */
static const struct default_row DEFAULTS[] = {
    { "CREDIT_DEBIT_CARD_NUMBER", -1, "pci", SENSITIVITY_RESTRICTED },
    { "CREDIT_DEBIT_CARD_CVV", -1, "pci", SENSITIVITY_RESTRICTED },
    { "CREDIT_DEBIT_CARD_EXPIRY", -1, "pci", SENSITIVITY_RESTRICTED },
    { "PIN", -1, "credentials", SENSITIVITY_RESTRICTED },
    { "PASSWORD", -1, "credentials", SENSITIVITY_RESTRICTED },
    { "URL", FINDING_PII, "pii", SENSITIVITY_INTERNAL },
    { "ORGANIZATION", FINDING_PII, "pii", SENSITIVITY_INTERNAL },
    { "LOCATION", FINDING_PII, "pii", SENSITIVITY_INTERNAL },
    { NULL, FINDING_PII, "pii", SENSITIVITY_CONFIDENTIAL },
    { NULL, FINDING_PHI, "phi", SENSITIVITY_RESTRICTED },
    { NULL, FINDING_FINANCIAL, "financial", SENSITIVITY_CONFIDENTIAL },
    { NULL, FINDING_CREDENTIALS, "credentials", SENSITIVITY_RESTRICTED },
    { NULL, FINDING_CUSTOM, "secret-business", SENSITIVITY_CONFIDENTIAL },
};

static bool fits(const struct class_row *row, const struct finding *finding)
{
    return (row->category < 0 || row->category == (int)finding->category) &&
           (row->type.n == 0 || str_eq(row->type, finding->type)) &&
           (row->rule.n == 0 || str_eq(row->rule, finding->rule));
}

struct class_row classes_of(const struct class_rows *rows, const struct finding *finding)
{
    for (uint32_t i = 0; rows && i < rows->n; i++) {
        if (fits(&rows->at[i], finding)) {
            return rows->at[i];
        }
    }
    for (size_t i = 0; i < sizeof(DEFAULTS) / sizeof(DEFAULTS[0]); i++) {
        struct class_row row = { .type = str_z(DEFAULTS[i].type),
                                 .category = DEFAULTS[i].category,
                                 .name = str_z(DEFAULTS[i].name),
                                 .sensitivity = DEFAULTS[i].sensitivity };
        if (fits(&row, finding)) {
            return row;
        }
    }
    return (struct class_row){ .category = -1 };
}

/* ---- rows of a guardrail ---- */

static enum lic_rc read_sensitivity(const struct shape *shape, const struct yaml_node *node,
                                    void *at)
{
    uint32_t i = SENSITIVITY_RESTRICTED;
    TRY(shape_choice(shape, node, (struct shape_choice){ SENSITIVITIES, SENSITIVITY_N }, &i));
    *(enum sensitivity *)at = (enum sensitivity)i;
    return LIC_OK;
}

static enum lic_rc read_category(const struct shape *shape, const struct yaml_node *node, void *at)
{
    const char *names[FINDING_CATEGORY_N];
    uint32_t found = FINDING_CATEGORY_N;
    for (int i = 0; i < FINDING_CATEGORY_N; i++) {
        names[i] = finding_category_name((enum finding_category)i);
    }
    TRY(shape_choice(shape, node, (struct shape_choice){ names, FINDING_CATEGORY_N }, &found));
    *(int *)at = found == FINDING_CATEGORY_N ? -1 : (int)found;
    return LIC_OK;
}

static const struct shape_member ROW[] = {
    { "rule", shape_text, offsetof(struct class_row, rule), .required = false },
    { "type", shape_text, offsetof(struct class_row, type), .required = false },
    { "category", read_category, offsetof(struct class_row, category), .required = false },
    { "class", shape_name, offsetof(struct class_row, name), .required = false },
    { "sensitivity", read_sensitivity, offsetof(struct class_row, sensitivity), .required = true },
};

static enum lic_rc read_row(const struct shape *shape, const struct yaml_node *node,
                            struct class_rows *out, struct lic_err *err)
{
    struct class_row row = { .category = -1, .sensitivity = SENSITIVITY_RESTRICTED };
    TRY(shape_mapping(shape, node, SHAPE("a row of the classification", ROW), &row));
    if (row.rule.n == 0 && row.type.n == 0 && row.category < 0) {
        return shape_mistake(shape, node, LIC_E_MISSING,
                             "a row of the classification says what it is about: \"rule\", "
                             "\"type\" or \"category\"");
    }
    ENSURE(ARENA_PUSH(shape->arena, out, row), err, LIC_E_NOMEM, "no memory for a data class");
    return LIC_OK;
}

enum lic_rc classes_read(const struct shape *shape, const struct yaml_node *node,
                         struct class_rows *out, struct lic_err *err)
{
    bool right = false;
    if (!node) {
        return LIC_OK;
    }
    TRY(shape_expect(shape, node, YAML_SEQUENCE, "a list", &right));
    for (const struct yaml_node *item = right ? node->first : NULL; item; item = item->next) {
        TRY(read_row(shape, item, out, err));
    }
    return LIC_OK;
}
