/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failures. The only two macros with control flow in the project are here: TRY hands a failure to
 * the caller; ENSURE states a condition on input and fails with a sentence when it does not hold.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/check.h"
#include <lictor/base.h>

#define TRY(call)                                                                                  \
    do {                                                                                           \
        enum lic_rc try_rc_ = (call);                                                              \
        if (__builtin_expect(try_rc_ != LIC_OK, 0)) {                                              \
            return try_rc_;                                                                        \
        }                                                                                          \
    } while (0)

/* ENSURE(n <= max, err, LIC_E_LIMIT, "%zu roles are more than %zu", n, max) */
#define ENSURE(cond, err, rc, ...)                                                                 \
    do {                                                                                           \
        if (__builtin_expect(!(cond), 0)) {                                                        \
            return err_set((err), (rc), __VA_ARGS__);                                              \
        }                                                                                          \
    } while (0)

/* Runs `fini(&var)` when var goes out of scope: CLEANUP(buf_fini) struct buf b; */
#define CLEANUP(fini) __attribute__((cleanup(fini)))

/* Fills *err (NULL is fine) with rc and a sentence, clearing the place, and returns rc. */
enum lic_rc err_set(struct lic_err *err, enum lic_rc rc, const char *format, ...)
    __attribute__((format(printf, 3, 4), cold));

/* Adds where it happened; each returns err->rc. `text` is the whole text `offset` points into. */
enum lic_rc err_at(struct lic_err *err, lic_str file, uint32_t line, uint32_t column);
enum lic_rc err_at_offset(struct lic_err *err, lic_str file, lic_str text, size_t offset);

#endif
