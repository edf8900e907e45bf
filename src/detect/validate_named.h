/* SPDX-License-Identifier: Apache-2.0 */
/* Validators of what is only found because it is named: "password: ...", "age 45". */
#ifndef DETECT_VALIDATE_NAMED_H
#define DETECT_VALIDATE_NAMED_H

#include "detect/validate.h"

extern const struct validator named_validators[]; /* the last has no name */

#endif
