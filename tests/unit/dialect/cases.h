/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the case files of a dialect: tests/cases/dialect/NAME/CASE.case, text in, text out.
 *
 *     What the case is about, in words.
 *     === request | answer | stream        bytes in; the first line may say "inspect_unknown"
 *     === event | pieces                   what the dialect makes of them
 *     === error                            or the failure: its name and its sentence
 *     === instruct / === instructed        pinned instructions, and the body with them
 *     === stop                             what write_stop gives after the stream as far as given
 *
 * A stream is fed whole, byte by byte, and at every split, and must give the same each time.
 */
#ifndef TESTS_DIALECT_CASES_H
#define TESTS_DIALECT_CASES_H

#include "dialect/dialect.h"

/* Every case of the folder, each expectation told with the name of its file. */
void cases_run(const struct dialect *dialect, const char *folder);

#endif
