/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mistakes of a configuration directory, all of them. A reader that meets one notes it and
 * reads on, so that a person repairs a directory in one round; what the functions here return is
 * therefore LIC_OK for a mistake noted, and a failure only when it could not be noted.
 */
#ifndef ENGINE_MISTAKES_H
#define ENGINE_MISTAKES_H

#include <lictor/lictor.h>

struct arena;

/* Where in the directory; `file` is relative to it. line 0: the file as a whole. */
struct mistake_place {
    lic_str file;
    uint32_t line, column;
};

struct mistakes {
    struct arena *arena;
    struct lic_err *at;
    uint32_t n, cap;
    uint32_t dropped; /* beyond MISTAKES_MAX */
};

/* More help nobody: after that many they are only counted. */
enum { MISTAKES_MAX = 500 };

/* Notes a sentence. */
enum lic_rc mistakes_add(struct mistakes *mistakes, struct mistake_place place, enum lic_rc rc,
                         const char *format, ...)
    __attribute__((format(printf, 4, 5), cold)) LIC_MUST_USE;

/* Notes a failure of another part, unless it is no mistake of the directory: LIC_E_NOMEM comes
 * back. */
enum lic_rc mistakes_add_err(struct mistakes *mistakes, const struct lic_err *err) LIC_MUST_USE;

/* Tells all of them, in order of file, line and column. */
void mistakes_report(struct mistakes *mistakes, lic_report_fn *report, void *report_arg);

/* As much of a text from a file as a sentence can carry; print it with LIC_FMT in quotes. */
lic_str mistakes_shown(lic_str s);

#endif
