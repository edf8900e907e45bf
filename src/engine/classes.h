/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a finding makes of a text: a data class ("pii", "pci" ...) and a sensitivity. Rows of the
 * guardrail's lictor block come first, then the table of this build; the first that fits counts.
 *
 *     "classification": [ { "type": "EMAIL", "class": "contact", "sensitivity": "internal" } ]
 */
#ifndef ENGINE_CLASSES_H
#define ENGINE_CLASSES_H

#include "engine/mistakes.h"
#include "engine/shape.h"
#include "event/finding.h"

enum sensitivity {
    SENSITIVITY_PUBLIC,
    SENSITIVITY_INTERNAL,
    SENSITIVITY_CONFIDENTIAL,
    SENSITIVITY_RESTRICTED,
    SENSITIVITY_N
};
const char *classes_sensitivity(enum sensitivity sensitivity); /* "public" */

struct class_row {
    lic_str rule, type; /* empty: any */
    int category;       /* enum finding_category, or -1: any */
    lic_str name;       /* of the class; empty: none */
    enum sensitivity sensitivity;
};

struct class_rows {
    struct class_row *at;
    uint32_t n, cap;
};

/* Reads the list; NULL is fine. Notes mistakes. */
enum lic_rc classes_read(const struct shape *shape, const struct yaml_node *node,
                         struct class_rows *out, struct lic_err *err) LIC_MUST_USE;

/* The class and sensitivity of a finding: no class and public when no row fits. */
struct class_row classes_of(const struct class_rows *rows, const struct finding *finding);

#endif
