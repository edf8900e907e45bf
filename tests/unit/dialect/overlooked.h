/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Completeness as a property: in every request, answer and stream of a dialect's case files, each
 * string and each member's name in turn is replaced by prose. The dialect must then either refuse
 * the document or give the prose as a part (or as a piece): no place may hide it.
 */
#ifndef TESTS_DIALECT_OVERLOOKED_H
#define TESTS_DIALECT_OVERLOOKED_H

#include "dialect/dialect.h"

/* `passed_over`: members of the root, or of a stream event's "response", that repeat the request
 * and are passed over on purpose; ends with NULL. */
void overlooked_run(const struct dialect *dialect, const char *folder,
                    const char *const *passed_over);

#endif
